import tracemalloc

import numpy as np
import pytest

from tinytorch_lab.scaling import timing
from tinytorch_lab.scaling.axes import Axis, parse_axes, parse_axis
from tinytorch_lab.scaling.job import Job
from tinytorch_lab.scaling.memory import traced_run
from tinytorch_lab.scaling.run import run_sweep
from tinytorch_lab.scaling.series import predicted
from tinytorch_lab.scaling.sweep import Sweep
from tinytorch_lab.scaling.timing import Timer


def ignore(sizes: object) -> None:
    pass


def test_sizes_are_read() -> None:
    assert parse_axis("n") == Axis("n", free=True)
    assert parse_axis("n=64..8192") == Axis("n", 64, 8192)
    assert parse_axis("n=[128,64,1000]").values == (64, 128, 1000)
    assert parse_axis("n=2**4..1e3") == Axis("n", 16, 1000)
    assert [axis.name for axis in parse_axes(["batch=8..256", "d"])] == ["batch", "d"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("n=8..8", "got 'n=8..8'"),
        ("n=0..8", "at least 1"),
        ("n=8", "a size is written n, n=64..8192"),
        ("8..9", "a size is written"),
        ("n=[4]", "2 to 200 different whole numbers"),
        ("n=[4, 8", "not closed"),
        ("n=[4, 0]", "of at least 1"),
        ("n=1.5..8", "sizes are whole numbers; got '1.5'"),
        ("n=2**900..8", "sizes are whole numbers"),
        ("for=1..2", "a size is written"),
    ],
)
def test_sizes_that_are_not_understood_are_one_sentence(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"\S") as raised:
        parse_axis(text)
    assert message in str(raised.value)


def test_a_size_is_named_once_and_there_are_not_too_many() -> None:
    with pytest.raises(ValueError, match="named once"):
        parse_axes(["n", "n=1..4"])
    with pytest.raises(ValueError, match="one to 3 sizes"):
        parse_axes(["a", "b", "c", "d"])


def test_doublings_end_with_the_end_of_the_range() -> None:
    assert parse_axis("n=16..100").doublings() == [16, 32, 64, 100]
    assert parse_axis("n").doublings()[:3] == [5, 10, 20]
    assert parse_axis("n=[3,7]").doublings() == [3, 7]


@pytest.mark.parametrize("power", [1.0, 2.0, 3.0])
def test_the_next_cost_of_a_power_is_predicted(power: float) -> None:
    known = [(n, 1e-6 * n**power) for n in (8, 16, 32)]
    assert predicted(known, 64) == pytest.approx(1e-6 * 64**power)


def test_a_cost_that_grows_ever_faster_is_predicted_to_go_on() -> None:
    known = [(n, 1e-9 * 2.0**n) for n in (5, 10, 20)]
    assert predicted(known, 40) > 100 * 1e-9 * 2.0**20
    assert predicted([], 5) == 0
    assert predicted([(5, 1.0)], 10) == pytest.approx(2.0)


class Worker:
    """Counts set-ups and runs, and keeps a clock that moves only when it works."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, cost) -> None:
        self.now, self.cost, self.log = 0.0, cost, []
        for name in ("perf_counter", "thread_time"):
            monkeypatch.setattr(timing.time, name, lambda: self.now)
        monkeypatch.setattr(Timer, "_loop", lambda timer: 1e-5)

    def prepare(self, sizes) -> None:
        self.size = sizes["n"]
        self.now += 1e-6
        self.log.append(("prepare", self.size))

    def work(self) -> None:
        self.now += self.cost(self.size)
        self.log.append(("work", self.size))


def test_set_up_runs_before_every_run(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker(monkeypatch, lambda n: 1e-3 * n)
    run_sweep(Job(worker.prepare, worker.work), [Axis("n", 1, 8)], 1.0)
    assert worker.log[::2] == [("prepare", size) for _, size in worker.log[1::2]]
    assert [kind for kind, _ in worker.log] == ["prepare", "work"] * (len(worker.log) // 2)


def test_the_sweep_keeps_to_its_budget_and_times_are_those_of_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker(monkeypatch, lambda n: n**3 * 1e-6)
    result, raised = run_sweep(Job(worker.prepare, worker.work), [Axis("n", 1, 10**6)], 3.0)
    assert raised is None
    assert worker.now <= 3.0 + 0.3
    assert result.stopped.reason == "budget"
    assert [p.time_s for p in result.points] == pytest.approx([p.size**3 * 1e-6 for p in result.points])
    assert (result.time.best, result.time.decided) == ("n^3", True)


def test_growth_that_explodes_is_never_started(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker(monkeypatch, lambda n: 1e-7 * 2.0**n)
    result, _ = run_sweep(Job(worker.prepare, worker.work), [Axis("n", free=True)], 3.0)
    assert worker.now <= 3.3
    assert result.time.best == "2^n"
    assert result.time.base == pytest.approx(2.0, abs=0.01)


def test_short_runs_are_timed_in_a_row_only_if_that_is_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker(monkeypatch, lambda n: 1e-6)
    job = Job(worker.prepare, worker.work, lambda: True)
    result, _ = run_sweep(job, [Axis("n", 1, 64)], 1.0, memory=False)
    assert all(point.runs > 100 for point in result.points)
    assert result.time.best == "1"


@pytest.mark.parametrize("axes", [[Axis("n", 2, 64)], [Axis("n", 2, 64), Axis("d", 2, 8)]])
def test_an_exception_at_one_size_leaves_what_was_learned(axes: list[Axis]) -> None:
    def prepare(sizes) -> None:
        if sizes["n"] >= 32:
            raise ValueError("no more")

    result, raised = run_sweep(Job(prepare, lambda: None), axes, 0.3)
    assert raised is None
    assert (result.state, result.stopped.reason) == ("done", "error")
    assert "ValueError: no more" in result.stopped.text
    assert max(point.sizes["n"] for point in result.points) < 32


def test_an_exception_at_the_start_is_the_callers() -> None:
    def work() -> None:
        raise KeyError("k")

    result, raised = run_sweep(Job(ignore, work), [Axis("n", 1, 8)], 0.3)
    assert isinstance(raised, KeyError)
    assert result.state == "error"


@pytest.mark.parametrize(("error", "reason"), [(RecursionError, "recursion"), (MemoryError, "memory error")])
def test_limits_of_the_machine_end_the_sweep(error: type[Exception], reason: str) -> None:
    held = {}

    def work() -> None:
        if held["n"] > 16:
            raise error

    result, raised = run_sweep(Job(held.update, work), [Axis("n", 2, 64)], 0.3)
    assert (raised, result.stopped.reason, result.stopped.sizes) == (None, reason, {"n": 32})
    assert [point.size for point in result.points][-1] <= 24
    assert not tracemalloc.is_tracing()


def test_an_interrupt_ends_it_with_what_was_learned() -> None:
    held = {}

    def work() -> None:
        if held["n"] > 16:
            raise KeyboardInterrupt

    result, raised = run_sweep(Job(held.update, work), [Axis("n", 2, 64)], 0.3)
    assert isinstance(raised, KeyboardInterrupt)
    assert (result.state, result.stopped.reason) == ("interrupted", "interrupted")
    assert len(result.points) == 4


def test_code_that_never_ends_is_stopped_also_if_it_catches_everything() -> None:
    def work() -> None:
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass

    result, raised = run_sweep(Job(ignore, work), [Axis("n", 1, 8)], 0.2)
    assert raised is None
    assert result.stopped.reason == "too long"


def test_memory_that_would_not_fit_is_never_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("tinytorch_lab.scaling.sweep.available_bytes", lambda: 400 * 2**20)

    def prepare(sizes) -> None:
        asked.append(sizes["n"])

    result, _ = run_sweep(Job(prepare, lambda: np.empty(asked[-1] * 2**17)), [Axis("n", 1, 10**6)], 1.0)
    assert result.stopped.reason == "memory"
    assert max(asked) * 2**20 <= 200 * 2**20


def test_the_peak_is_that_of_the_work_alone() -> None:
    held = {}

    def prepare(sizes) -> None:
        held["input"] = np.ones(sizes["n"] * 1000)

    def work() -> None:
        held["output"] = held["input"] * 2

    traced = traced_run(Job(prepare, work), {"n": 100})
    assert traced.peak == pytest.approx(800_000, rel=0.01)
    assert traced.held == pytest.approx(800_000, rel=0.01)
    assert not tracemalloc.is_tracing()


def test_somebody_elses_tracing_is_used_and_left_on() -> None:
    tracemalloc.start(3)
    try:
        assert traced_run(Job(ignore, lambda: np.ones(100_000)), {"n": 4}).peak == pytest.approx(800_000, rel=0.01)
        assert tracemalloc.is_tracing()
        assert tracemalloc.get_traceback_limit() == 3
    finally:
        tracemalloc.stop()


def test_code_that_turns_tracing_off_has_no_peak_and_says_so() -> None:
    result, _ = run_sweep(Job(ignore, tracemalloc.stop), [Axis("n", 1, 8)], 0.2)
    assert all(point.peak_bytes is None for point in result.points)
    assert any("turned memory tracing off" in note for note in result.notes)


def test_only_time_or_only_memory() -> None:
    job = Job(ignore, lambda: bytearray(1000))
    result, _ = run_sweep(job, [Axis("n", 1, 32)], 0.2, memory=False)
    assert result.memory is None
    assert {point.peak_bytes for point in result.points} == {None}
    result, _ = run_sweep(job, [Axis("n", 1, 32)], 0.2, time=False)
    assert result.time is None
    assert result.memory.best == "1"


def test_progress_is_reported_without_answers() -> None:
    seen = []

    def show(result) -> None:
        seen.append((result.state, result.time, result.progress.doing))

    run_sweep(Job(ignore, lambda: None), [Axis("n", 1, 32)], 0.2, show=show)
    assert {(state, time) for state, time, _ in seen} == {("running", None)}
    assert seen[0][2] == "n = 1: first runs"


def test_a_sweep_leaves_blas_threads_as_they_were() -> None:
    from threadpoolctl import threadpool_info

    before = [pool["num_threads"] for pool in threadpool_info()]
    inside = []
    run_sweep(Job(ignore, lambda: inside.append([p["num_threads"] for p in threadpool_info()])), [Axis("n", 1, 4)], 0.2)
    assert [pool["num_threads"] for pool in threadpool_info()] == before
    assert all(number == 1 for number in inside[0])


def test_names_say_the_first_size_that_is_missing() -> None:
    sweep = Sweep(Job(ignore, lambda: None), [Axis("batch", 1, 8)], 1.0)
    sweep.end("budget", "batch = 4 is too much.", (4,))
    assert (sweep.stop.sizes, sweep.stop.text) == ({"batch": 4}, "batch = 4 is too much.")
