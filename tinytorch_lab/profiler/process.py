"""The process and its surroundings while a cell runs: page faults, child processes, limits, devices."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from tinytorch_lab.profiler import children
from tinytorch_lab.profiler.devices import devices_in_use
from tinytorch_lab.profiler.limits import memory_limit
from tinytorch_lab.profiler.records import Process
from tinytorch_lab.profiler.rundelay import RunDelay

CHILDREN_INTERVAL_S = 0.5  # looking at all processes of the machine takes milliseconds
_resource: Any = None if sys.platform == "win32" else importlib.import_module("resource")
_blas: Any = None


class ProcessWatch:
    """``start``; then ``resume`` and ``pause`` around what counts, ``look`` meanwhile whenever it is ``due``; then ``stop``."""

    def __init__(self) -> None:
        self.figures = Process()
        self._faults_from: tuple[int, int] | None = None
        self._faults = (0, 0)
        self._delay = RunDelay()
        self._swapped_at_start: int | None = None
        self._children_cpu_at_start: float | None = None
        self._next_look_s = 0.0

    def start(self) -> None:
        """Read, in the thread that runs the cell, what is to be compared at the end."""
        children.load()
        self._swapped_at_start = _swapped()
        self._children_cpu_at_start = _children_cpu_s()
        if self.due(0.0):
            self.look(0.0)

    def resume(self) -> None:
        """Page faults count from here."""
        self._faults_from = _page_faults()
        self._delay.resume()

    def pause(self) -> None:
        """They count no more."""
        self._delay.pause()
        before, now = self._faults_from, _page_faults()
        if before is not None and now is not None:
            self._faults = (self._faults[0] + now[0] - before[0], self._faults[1] + now[1] - before[1])
        self._faults_from = None

    def due(self, elapsed_s: float) -> bool:
        """Whether it is time to look for child processes, and there may be some."""
        return elapsed_s >= self._next_look_s and children.may_have_children()

    def look(self, elapsed_s: float) -> None:
        """Look for child processes; any thread may."""
        self._next_look_s = elapsed_s + CHILDREN_INTERVAL_S
        readings = children.resident_bytes_of_children()
        if readings:
            figures = self.figures
            figures.child_processes = max(figures.child_processes, len(readings))
            figures.children_peak_bytes = max(figures.children_peak_bytes or 0, sum(readings))

    def stop(self) -> None:
        """Fill ``figures``. Not while memory is traced: what is loaded here for the first time would count."""
        if children.may_have_children():
            self.look(self._next_look_s)
        figures = self.figures
        figures.run_delay_s = self._delay.total_s
        self._delay.close()
        if _page_faults() is not None:
            figures.minor_faults, figures.major_faults = self._faults
        figures.children_cpu_s = _difference(_children_cpu_s(), self._children_cpu_at_start)
        figures.swapped_bytes = _difference(_swapped(), self._swapped_at_start)
        figures.blas_threads = blas_threads()
        figures.memory_limit_bytes, figures.memory_left_bytes = memory_limit()
        figures.devices = devices_in_use()


def blas_threads() -> int | None:
    """Threads that NumPy's BLAS may use now; None if NumPy is not loaded or its BLAS cannot be asked."""
    global _blas
    if "numpy" not in sys.modules:
        return None
    if _blas is None:
        from threadpoolctl import ThreadpoolController

        # Finding the libraries takes milliseconds; asking one that was found takes microseconds.
        _blas = ThreadpoolController().select(user_api="blas")
    return max((library.num_threads for library in _blas.lib_controllers), default=None)


def _page_faults() -> tuple[int, int] | None:
    if _resource is None:
        return None
    usage = _resource.getrusage(_resource.RUSAGE_SELF)
    return usage.ru_minflt, usage.ru_majflt


def _children_cpu_s() -> float | None:
    """CPU time of children that have ended and were waited for."""
    if _resource is None:
        return None
    usage = _resource.getrusage(_resource.RUSAGE_CHILDREN)
    return float(usage.ru_utime + usage.ru_stime)


def _swapped() -> int | None:
    """Memory of this process in swap space; only Linux tells."""
    try:
        _, _, after = Path("/proc/self/status").read_bytes().partition(b"VmSwap:")
    except OSError:
        return None
    return int(after.split(None, 1)[0]) * 1024 if after else None


def _difference(now: Any, before: Any) -> Any:
    return None if now is None or before is None else now - before
