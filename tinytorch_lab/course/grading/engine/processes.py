"""What a process and all below it use, read from /proc."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True)
class Use:
    """Of a process and all below it: CPU seconds (ended children that were waited for too), resident bytes, how many."""

    cpu_s: float = 0.0
    resident_bytes: int = 0
    count: int = 0


def use(pid: int) -> Use:
    """What ``pid`` and all below it use now; nothing for a process that is gone."""
    cpu, resident, count = 0.0, 0, 0
    for one in (pid, *descendants(pid)):
        try:
            fields = Path(f"/proc/{one}/stat").read_bytes().rpartition(b")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        cpu += sum(int(ticks) for ticks in fields[11:15]) / TICK
        resident += int(fields[21]) * PAGE
        count += 1
    return Use(cpu, resident, count)


def descendants(pid: int) -> list[int]:
    """All processes below ``pid``."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        children = _children(waiting.pop())
        found += children
        waiting += children
    return found


def _children(pid: int) -> list[int]:
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for one in threads for child in (one / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
