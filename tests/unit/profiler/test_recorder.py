"""The recorder as a whole, in this process."""

import gc
import os
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from tinytorch_lab.profiler import CellError, Measurement, Recorder, Statement, recorder, resident, tracing
from tinytorch_lab.profiler.resident import ResidentMemory
from tinytorch_lab.profiler.ticker import Ticker


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    threads, callbacks = threading.active_count(), list(gc.callbacks)
    yield
    assert threading.active_count() == threads
    assert gc.callbacks == callbacks
    assert not tracemalloc.is_tracing()
    assert tracing._meters == []
    assert resident._watchers == []
    assert tracing._own_work == 0


def spin(until: Callable[[], bool], limit_s: float = 20) -> None:
    end = time.monotonic() + limit_s
    while not until():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.002)


def test_it_measures_statements() -> None:
    recorder = Recorder(statements=[Statement(1, 1, "a"), Statement(2, 2, "b"), Statement(3, 3, "c")], label="three")
    recorder.start()
    recorder.begin()
    data = bytes(1_000_000)
    recorder.end(done=True)
    recorder.begin()
    recorder.end(done=False)
    recorder.stop(CellError("ValueError", "v", 2))
    m = recorder.measurement
    assert (m.state, m.label, m.statements_total, m.trace_complete) == ("error", "three", 3, True)
    assert [s.done for s in m.statements] == [True, False]
    assert m.peak_bytes == pytest.approx(1_000_000, rel=0.01)
    assert sum(s.wall_s for s in m.statements) == pytest.approx(m.wall_s)
    del data


def test_time_mode_does_not_trace() -> None:
    recorder = Recorder(mode="time")
    recorder.start()
    assert not tracemalloc.is_tracing()
    recorder.stop()
    assert (recorder.measurement.traced, recorder.measurement.peak_bytes) == (False, None)


def test_live_figures_arrive_and_differ() -> None:
    seen: list[Measurement] = []
    recorder = Recorder(live=seen.append)
    recorder.start()
    recorder.begin()
    spin(lambda: len(seen) >= 3)
    recorder.end(done=True)
    recorder.stop()
    assert {m.state for m in seen} == {"running"}
    assert len({m.wall_s for m in seen}) == len(seen)


def test_nothing_is_shown_or_sampled_while_it_does_not_count() -> None:
    seen: list[Measurement] = []
    recorder = Recorder(live=seen.append)
    recorder.start()
    with recorder.uncounted():
        time.sleep(0.25)
    recorder.stop()
    assert seen == []
    assert recorder.measurement.wall_s == 0


def test_uncounted_time_inside_uncounted_time_stays_uncounted() -> None:
    recorder = Recorder()
    recorder.start()
    recorder.begin()
    with recorder.uncounted():
        with recorder.uncounted():
            pass
        time.sleep(0.2)
    recorder.end(done=True)
    recorder.stop()
    assert recorder.measurement.wall_s < 0.15 < 0.2


def test_a_failing_live_display_is_a_note() -> None:
    def fail(_: Measurement) -> None:
        raise OSError("gone")

    recorder = Recorder(live=fail)
    recorder.start()
    recorder.begin()
    spin(lambda: recorder._live.failure is not None)
    recorder.end(done=True)
    recorder.stop()
    assert any("OSError: gone" in note for note in recorder.measurement.notes)


def test_a_failing_sampler_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder()
    recorder.start()
    monkeypatch.setattr(ResidentMemory, "read", lambda self: 1 / 0)
    recorder.begin()
    spin(lambda: recorder._ticker.failure is not None)
    recorder.end(done=True)
    monkeypatch.undo()
    recorder.stop()
    assert recorder.measurement.state == "done"
    assert any("ZeroDivisionError" in note for note in recorder.measurement.notes)


def test_a_process_without_threads_is_measured_without_a_timeline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    recorder = Recorder()
    recorder.start()
    recorder.begin()
    recorder.end(done=True)
    recorder.stop()
    assert recorder.measurement.wall_s > 0
    assert any("can't start new thread" in note for note in recorder.measurement.notes)


def test_the_budget_ends_tracing_while_the_cell_runs() -> None:
    recorder = Recorder(trace_budget=0.05)
    recorder.start()
    recorder.begin()
    spin(lambda: not tracemalloc.is_tracing())
    recorder.end(done=True)
    recorder.stop()
    m = recorder.measurement
    assert (m.traced, m.trace_complete, m.net_bytes) == (True, False, None)
    assert m.peak_bytes is not None
    assert 0.05 <= m.traced_s <= m.wall_s


def test_a_measurement_without_tracing_around_one_with_it_is_not_called_untraced() -> None:
    outer = Recorder(mode="time")
    outer.start()
    inner = Recorder()
    inner.start()
    inner.stop()
    outer.stop()
    assert outer.measurement.traced
    assert any("switched on" in note for note in outer.measurement.notes)


def test_stopping_switches_everything_off_even_if_a_part_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder()
    recorder.start()
    monkeypatch.setattr(recorder, "_sample", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        recorder.stop()


def test_finishing_twice_is_once() -> None:
    recorder = Recorder()
    recorder.start()
    recorder.begin()
    recorder.end(done=False)
    recorder.finish()
    recorder.end(done=False)
    recorder.stop()
    assert recorder.measurement.trace_complete


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_in_a_forked_child_nothing_of_it_runs() -> None:
    recorder = Recorder()
    recorder.start()
    recorder.begin()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            recorder.end(done=True)
            recorder.stop()
            clean = not tracemalloc.is_tracing() and not tracing._meters and not resident._watchers
            code = 0 if clean and recorder.measurement.state == "running" else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert tracemalloc.is_tracing()
    recorder.end(done=True)
    recorder.stop()
    assert recorder.measurement.trace_complete


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"mode": "fast"}, "mode is 'fast'; it must be one of 'default', 'time'"),
        ({"trace_budget": -1}, "trace_budget is -1; it must be a number of seconds"),
        ({"trace_budget": float("nan")}, "trace_budget is nan"),
        ({"trace_budget": "1"}, "trace_budget is '1'"),
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Recorder(**settings)  # type: ignore[arg-type]


def test_a_long_cell_keeps_at_most_500_statements() -> None:
    many = Recorder(mode="time", statements=[Statement(i, i, "x") for i in range(600)])
    many.start()
    for _ in range(600):
        many.begin()
        many.end(done=True)
    assert len(many.snapshot().statements) == recorder.LIVE_STATEMENTS
    many.stop()
    assert (len(many.measurement.statements), many.measurement.statements_total) == (500, 600)


def test_a_ticker_stops_when_told() -> None:
    ticks: list[int] = []
    ticker = Ticker(lambda: ticks.append(1), 0.001)
    ticker.start()
    spin(lambda: len(ticks) > 2)
    ticker.stop()
    count = len(ticks)
    time.sleep(0.02)
    assert len(ticks) == count


def test_garbage_collections_are_counted_and_the_cell_may_remove_the_callback() -> None:
    recorder = Recorder()
    recorder.start()
    gc.collect()  # before the cell's first statement
    recorder.begin()
    gc.collect()
    with recorder.uncounted():
        gc.collect()
    ours = [c for c in gc.callbacks if "tinytorch_lab" in getattr(c, "__module__", "")]
    for callback in ours:
        gc.callbacks.remove(callback)
    gc.collect()
    recorder.end(done=True)
    recorder.stop()
    assert recorder.measurement.gc.collections[2] == 1
    assert 0 < recorder.measurement.gc.pause_s <= recorder.measurement.wall_s
