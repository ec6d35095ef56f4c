"""Times one run of some code, so that it can be compared with a run seconds later on a machine whose speed changes."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

LOOP = 150  # passes of the reference loop: about 10 microseconds, short beside what is timed
SHARE = 0.02  # of a long run's time for the reference loop beside it
MOST_LOOPS = 40


@dataclass(frozen=True)
class Sample:
    """One timed stretch of ``runs`` runs: seconds for each of them.

    ``cpu_s`` is CPU time of this thread, ``wall_s`` clock time; ``slowdown`` is how much longer than at its best the reference
    loop took just before and after.
    """

    cpu_s: float
    wall_s: float
    slowdown: float
    runs: int = 1
    faults: float = 0.0
    """Page faults of a run: first touches of new memory, which the operating system serves one by one."""

    @property
    def steady_s(self) -> float:
        """CPU time as it would be at the processor's best speed."""
        return self.cpu_s / self.slowdown


def fine_clock() -> bool:
    """Whether the CPU time of a thread is told finely enough to be of use (on Windows it steps by 15.6 ms)."""
    return time.get_clock_info("thread_time").resolution < 1e-5


def page_faults() -> int:
    """Of this thread so far; 0 where the operating system does not tell."""
    try:
        import resource

        return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    except (ImportError, AttributeError):  # Windows, macOS
        return 0


class Timer:
    """Takes samples."""

    def __init__(self) -> None:
        self._cpu = time.thread_time if fine_clock() else time.perf_counter
        self.best_loop_s = min(self._loop() for _ in range(60))

    def time(self, work: Callable[[], None], runs: int = 1, expected_s: float = 0.0) -> Sample:
        """Time ``runs`` runs of ``work`` in a row, garbage collection off; ``expected_s`` is what they may take."""
        loops = int(min(MOST_LOOPS, max(2, expected_s * SHARE / self.best_loop_s)))
        collecting = gc.isenabled()
        before = self._loops(loops)
        faults = page_faults()
        gc.disable()
        try:
            wall, cpu = time.perf_counter(), self._cpu()
            if runs == 1:
                work()
            else:
                for _ in range(runs):
                    work()
            cpu_s, wall_s = self._cpu() - cpu, time.perf_counter() - wall
        finally:
            if collecting:
                gc.enable()
        faults = page_faults() - faults
        slow = (before + self._loops(loops)) / 2 / self.best_loop_s
        return Sample(cpu_s / runs, wall_s / runs, max(1.0, slow), runs, faults / runs)

    def _loops(self, count: int) -> float:
        times = [self._loop() for _ in range(count)]
        self.best_loop_s = min(self.best_loop_s, *times)
        return statistics.median_low(times)

    def _loop(self) -> float:
        start = self._cpu()
        total = 0
        for i in range(LOOP):
            total += i * 3 % 7
        return self._cpu() - start
