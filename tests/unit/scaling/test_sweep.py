import tracemalloc

import numpy as np
import pytest

from tinytorch_lab.scaling import sweep as module
from tinytorch_lab.scaling.sweep import Job, doubling, measure_size, sweep


class Clock:
    """A clock that moves only when the work says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        monkeypatch.setattr(module.time, "perf_counter", lambda: self.now)


class Worker:
    def __init__(self, clock: Clock, cost) -> None:
        self.clock, self.cost, self.size, self.log = clock, cost, 0, []

    def prepare(self, size: int) -> None:
        self.size = size
        self.clock.now += 0.001
        self.log.append(("prepare", size))

    def work(self) -> None:
        self.clock.now += self.cost(self.size)
        self.log.append(("work", self.size))


def test_sizes_double_up_to_the_last() -> None:
    assert doubling(16, 100) == [16, 32, 64, 100]
    assert doubling(16, 64) == [16, 32, 64]
    for low, high in ((0, 8), (8, 8), (9, 8)):
        with pytest.raises(ValueError, match=f"got {low}..{high}"):
            doubling(low, high)


def test_set_up_runs_before_every_run_and_is_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker(Clock(monkeypatch), lambda n: 0.25)
    point = measure_size(Job(worker.prepare, worker.work), 8, share_s=0.6)
    assert (point.time_s, point.runs) == (0.25, 3)
    assert worker.log == [("prepare", 8), ("work", 8)] * 4


def test_the_sweep_stops_before_a_size_that_does_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    worker = Worker(clock, lambda n: n**3 / 1000)
    points = list(sweep(Job(worker.prepare, worker.work), [1, 2, 4, 8, 16, 32, 64], budget_s=3.0))
    assert [p.size for p in points] == [1, 2, 4, 8]
    assert clock.now <= 3.0
    assert [p.time_s for p in points] == pytest.approx([n**3 / 1000 for n in (1, 2, 4, 8)])


def test_the_peak_is_that_of_the_work_alone() -> None:
    held = {}

    def prepare(size: int) -> None:
        held["input"] = np.ones(size * 1000)

    def work() -> None:
        held["output"] = held["input"] * 2

    point = measure_size(Job(prepare, work), 100, share_s=0.0)
    assert point.peak_bytes == pytest.approx(800_000, rel=0.01)
    assert not tracemalloc.is_tracing()


def test_somebody_elses_tracing_is_used_and_left_on() -> None:
    tracemalloc.start(3)
    try:
        job = Job(lambda n: None, lambda: np.ones(100_000))
        assert measure_size(job, 4, share_s=0.0).peak_bytes == pytest.approx(800_000, rel=0.01)
        assert tracemalloc.is_tracing()
        assert tracemalloc.get_traceback_limit() == 3
    finally:
        tracemalloc.stop()


def test_an_error_ends_the_sweep_with_tracing_off() -> None:
    def work() -> None:
        raise RecursionError

    with pytest.raises(RecursionError):
        list(sweep(Job(lambda n: None, work), [1, 2], 1.0))
    assert not tracemalloc.is_tracing()


def test_code_that_turns_tracing_off_has_no_peak() -> None:
    assert measure_size(Job(lambda n: None, tracemalloc.stop), 4, share_s=0.0).peak_bytes is None
