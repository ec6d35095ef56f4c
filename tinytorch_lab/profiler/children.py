"""Child processes: whether there are any, and their resident memory."""

from __future__ import annotations

import contextlib
import os
import sys
import tracemalloc

_MIB = 1 << 20


def may_have_children() -> bool:
    """False if this process certainly has no child process. Takes about a microsecond, and waits for nobody."""
    waitid = getattr(os, "waitid", None)
    if waitid is None:  # Windows, older macOS: only looking at all processes tells
        return True
    try:
        waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def load() -> None:
    """Import what :func:`resident_bytes_of_children` needs, where that is quick or will be needed.

    It is quick in a kernel (about 5 ms); elsewhere memory_profiler imports IPython.
    """
    if "memory_profiler" not in sys.modules and ("ipykernel" in sys.modules or may_have_children()):
        with contextlib.suppress(ImportError):  # children are then not known
            import memory_profiler  # noqa: F401


def resident_bytes_of_children() -> list[int]:
    """Resident memory of each living child process and of their children, bytes; empty if it cannot be known.

    It cannot while memory is traced and memory_profiler is not loaded: loading it would count as the cell's.
    """
    if "memory_profiler" not in sys.modules and tracemalloc.is_tracing():
        return []
    try:
        import psutil
        from memory_profiler import memory_usage
    except ImportError:
        return []
    try:
        # One reading of this process and, with multiprocess, of each child: [[own, child, ...]], in MiB.
        (readings,) = memory_usage(-1, interval=0, multiprocess=True)
    except psutil.Error:
        return []
    return [round(each * _MIB) for each in readings[1:] if each]  # a child that has ended has none
