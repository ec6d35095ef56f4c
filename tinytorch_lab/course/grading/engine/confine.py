"""In the submission's process, before its first cell: limits, an empty directory, no rights, and only the files it needs."""

from __future__ import annotations

import os
import resource
import socket
from pathlib import Path
from typing import Any

from tinytorch_lab.course.grading.engine import landlock, namespaces, seccomp

SHARED_MEMORY = Path("/dev/shm")
"""Where locks between processes live: an own one goes with "mount"."""
OPEN_FILES = 256
FIRST = 3
"""File descriptors from here on are closed, but for the channel."""


def confine(layers: frozenset[str], limits: dict[str, Any], work: Path, rules: list[tuple[Path, int]]) -> None:
    """Apply all ``layers`` to this process, for good. Raises OSError if one that should stand does not."""
    if "mount" in layers:
        namespaces.make_read_only()
        namespaces.mount_memory(work, 4 * limits["file_bytes"])
        namespaces.mount_memory(SHARED_MEMORY, limits["file_bytes"])
    if "mount" in layers and "pid" in layers:
        namespaces.mount_proc()  # where it is not allowed, the processes of others can be listed, but not read or signalled
    os.chdir(work)
    if "limits" in layers:
        _limit(limits, own_user="user" in layers)
    if "user" in layers:
        namespaces.drop_capabilities()
    if rules:  # named only now: a rule for a directory does not reach what was mounted on it later
        landlock.restrict(landlock.ruleset(rules))
    if "seccomp" in layers:
        seccomp.restrict()


def only(channel: socket.socket) -> socket.socket:
    """Close every file but ``channel``; what the submission writes to its file descriptors 1 and 2 is lost."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(FIRST):
        os.dup2(nothing, descriptor)
    kept = channel.detach()
    if kept != FIRST:
        os.dup2(kept, FIRST, inheritable=False)
    os.closerange(FIRST + 1, os.sysconf("SC_OPEN_MAX"))
    return socket.socket(fileno=FIRST)


def _limit(limits: dict[str, Any], own_user: bool) -> None:
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    seconds = int(limits["cpu_s"]) + 1
    _set(resource.RLIMIT_AS, now + limits["memory_bytes"])
    _set(resource.RLIMIT_FSIZE, limits["file_bytes"])
    _set(resource.RLIMIT_NOFILE, OPEN_FILES)
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_CPU, seconds)
    if own_user:  # elsewhere it would count everything that the user runs
        _set(resource.RLIMIT_NPROC, limits["processes"])


def _set(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))
