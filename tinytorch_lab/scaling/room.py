"""How much memory is left, of the machine or of the container that this process is in."""

from __future__ import annotations

from pathlib import Path

CONTAINER = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (
        Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
        Path("/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ),
)
"""Where Linux tells limit and use of a container: control groups version 2 and version 1."""


def available_bytes() -> int:
    """Bytes that can still be had without swapping."""
    import psutil

    return min([int(psutil.virtual_memory().available), *_container_left()])


def resident_bytes() -> int:
    """Resident memory of this process."""
    import psutil

    return int(psutil.Process().memory_info().rss)


def _container_left() -> list[int]:
    left = []
    for limit, use in CONTAINER:
        try:
            left.append(max(0, int(limit.read_text()) - int(use.read_text())))
        except (OSError, ValueError):  # not there, or "max": no limit
            continue
    return left
