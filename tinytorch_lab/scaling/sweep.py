"""Run a piece of code at growing sizes, as long as a time budget allows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tinytorch_lab.profiler.tracing import TracedMemory

RUNS = 5  # at most so many timed runs a size: the least of them is the one least disturbed
SHARE = 0.1  # of the budget for one size's repeated runs, so that small sizes do not use up what large ones need


@dataclass(frozen=True)
class Point:
    """One size: the shortest time in seconds of ``runs`` runs, and the traced peak in bytes above the run's start.

    ``peak_bytes`` is None where the code turned tracing off.
    """

    size: int
    time_s: float
    runs: int
    peak_bytes: int | None


@dataclass(frozen=True)
class Job:
    """What is run at each size: ``prepare(size)`` before every run, not measured; ``work()`` measured."""

    prepare: Callable[[int], None]
    work: Callable[[], None]


def doubling(low: int, high: int) -> list[int]:
    """``low``, twice that, and so on up to ``high``, which is included. Raises ValueError unless 1 <= low < high."""
    if not 1 <= low < high:
        raise ValueError(f"sizes grow from a whole number of at least 1 to a larger one; got {low}..{high}")
    sizes = [low]
    while sizes[-1] * 2 < high:
        sizes.append(sizes[-1] * 2)
    return [*sizes, high]


def sweep(job: Job, sizes: list[int], budget_s: float) -> Iterator[Point]:
    """Measure size after size; ends before a size whose predicted cost does not fit into what is left of the budget."""
    started = time.perf_counter()
    a_run: list[float] = []  # seconds that one run took at each size, with its set-up and its share of the tracing
    for size in sizes:
        left = budget_s - (time.perf_counter() - started)
        if len(a_run) >= 2 and _predicted(a_run) > left:
            return
        begun = time.perf_counter()
        point = measure_size(job, size, budget_s * SHARE)
        a_run.append((time.perf_counter() - begun) / (point.runs + 1))
        yield point


def _predicted(a_run: list[float]) -> float:
    """What the next size costs at least, in seconds: a traced run and a timed one.

    A run is taken to grow over the last size's as that grew over the one before, and to double if that is more.
    """
    return 2 * a_run[-1] * max(2.0, a_run[-1] / max(a_run[-2], 1e-9))


def measure_size(job: Job, size: int, share_s: float) -> Point:
    """One point: a traced run first, which also warms up, then timed runs until ``share_s`` seconds or RUNS are used."""
    peak = _traced_peak(job, size)
    times: list[float] = []
    while not times or (len(times) < RUNS and sum(times) < share_s):
        job.prepare(size)
        start = time.perf_counter()
        job.work()
        times.append(time.perf_counter() - start)
    return Point(size, min(times), len(times), peak)


def _traced_peak(job: Job, size: int) -> int | None:
    """The peak of one run in bytes above its start; None if the code turned tracing off."""
    memory = TracedMemory()
    memory.attach(start=True)
    try:
        job.prepare(size)
        memory.resume()
        job.work()
        memory.pause()
    finally:
        memory.detach()
    return None if memory.lost else memory.peak
