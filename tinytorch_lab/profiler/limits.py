"""How much memory this process may use: of the machine, of its container, or by its own limit."""

from __future__ import annotations

import functools
import importlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_UNLIMITED = 1 << 60  # cgroup v1 writes a number near 2^63 where v2 writes "max"
_resource: Any = None if sys.platform == "win32" else importlib.import_module("resource")


@dataclass(frozen=True)
class Group:
    """The files of one control group that limits memory."""

    limit: Path
    usage: Path
    stat: Path
    cache_key: str
    """Line of ``stat`` with the file cache that would be dropped before memory runs out."""


def memory_limit() -> tuple[int | None, int | None]:
    """Bytes that this process may use, and what is left of them; None where it cannot be known."""
    found = [*_of_machine(), *_of_groups(_groups()), *_of_own_limit()]
    if not found:
        return None, None
    return min(limit for limit, _ in found), max(0, min(left for _, left in found))


def find_groups(memberships: str, root: Path) -> list[Group]:
    """Control groups of a process, from ``/proc/self/cgroup`` and the place where they are mounted.

    A group's ancestors limit it too. In a container the group's own path may not be visible: its root then is.
    """
    groups: list[Group] = []
    for line in memberships.splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers:
            groups += _existing(root, path, ("memory.max", "memory.current", "inactive_file"))
        elif "memory" in controllers.split(","):
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
            groups += _existing(root / "memory", path, names)
    return groups


def _existing(root: Path, path: str, names: tuple[str, str, str]) -> Iterator[Group]:
    folder = root / path.lstrip("/")
    for place in (folder, *folder.parents):
        if not place.is_relative_to(root):
            return
        if (place / names[0]).exists() and (place / names[1]).exists():
            yield Group(place / names[0], place / names[1], place / "memory.stat", names[2])


@functools.cache
def _groups() -> list[Group]:
    try:
        return find_groups(Path("/proc/self/cgroup").read_text(), Path("/sys/fs/cgroup"))
    except (OSError, ValueError):
        return []


def _of_groups(groups: list[Group]) -> Iterator[tuple[int, int]]:
    for group in groups:
        try:
            limit = int(group.limit.read_text())  # "max" is no number
            if limit < _UNLIMITED:
                yield limit, limit - int(group.usage.read_text()) + _file_cache(group)
        except (OSError, ValueError):
            continue


def _file_cache(group: Group) -> int:
    for line in group.stat.read_text().splitlines():
        key, _, value = line.partition(" ")
        if key == group.cache_key:
            return int(value)
    return 0


def _of_machine() -> Iterator[tuple[int, int]]:
    try:
        import psutil
    except ImportError:
        return
    memory = psutil.virtual_memory()
    yield int(memory.total), int(memory.available)


def _of_own_limit() -> Iterator[tuple[int, int]]:
    """``ulimit -v``: the size of the address space. What it leaves can only be told on Linux."""
    if _resource is None:
        return
    limit, _ = _resource.getrlimit(_resource.RLIMIT_AS)
    if limit == _resource.RLIM_INFINITY or limit >= _UNLIMITED:
        return
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError):
        return
    yield limit, limit - pages * os.sysconf("SC_PAGE_SIZE")
