"""tracemalloc shared between measurements, others, and the cell."""

import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from tinytorch_lab.profiler import tracing
from tinytorch_lab.profiler.tracing import TracedMemory

MB = 1_000_000
START = tracemalloc.start


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    assert not tracemalloc.is_tracing()
    yield
    assert tracing._meters == []
    assert tracemalloc.start is START
    tracemalloc.stop()


def meter() -> TracedMemory:
    memory = TracedMemory()
    assert memory.attach(start=True)
    return memory


def test_peak_and_net_are_above_the_start() -> None:
    before = meter()
    kept = bytes(3 * MB)
    before.resume()
    temporary = bytes(2 * MB)
    del temporary
    more = bytes(MB)
    before.pause()
    before.detach()
    assert before.peak == pytest.approx(2 * MB, abs=2000)
    assert before.net == pytest.approx(MB, abs=2000)
    del kept, more


def test_what_happens_while_paused_does_not_count() -> None:
    memory = meter()
    memory.resume()
    memory.pause()
    paused = bytes(5 * MB)
    memory.resume()
    memory.pause()
    memory.detach()
    assert memory.peak < 2000
    assert abs(memory.net) < 2000
    del paused


def test_a_lap_is_above_its_own_start() -> None:
    memory = meter()
    kept = []
    for size in (3 * MB, MB):
        memory.new_lap()
        memory.resume()
        kept.append(bytes(size))
        memory.pause()
        assert memory.lap == pytest.approx((size, size), abs=2000)
    memory.detach()
    assert memory.net == pytest.approx(4 * MB, abs=4000)


def test_an_outer_measurement_keeps_its_peak_when_an_inner_one_resets() -> None:
    outer = meter()
    outer.resume()
    high = bytes(4 * MB)
    del high
    inner = meter()
    inner.resume()
    low = bytes(MB)
    inner.pause()
    inner.detach()
    assert tracemalloc.is_tracing()
    outer.pause()
    outer.detach()
    assert not tracemalloc.is_tracing()
    assert (outer.peak, inner.peak) == pytest.approx((4 * MB, MB), abs=3000)
    del low


def test_the_outer_one_may_let_go_first() -> None:
    outer, inner = meter(), meter()
    outer.detach()
    assert tracemalloc.is_tracing()
    inner.detach()
    assert not tracemalloc.is_tracing()


def test_without_permission_to_start_it_only_follows_tracing_that_is_on() -> None:
    assert not TracedMemory().attach(start=False)
    tracemalloc.start()
    memory = TracedMemory()
    assert memory.attach(start=False)
    assert memory.foreign
    memory.detach()
    assert tracemalloc.is_tracing()


def test_tracing_of_others_keeps_frames_traces_and_peak() -> None:
    tracemalloc.start(9)
    high = bytes(6 * MB)
    del high
    kept = bytes(100)
    memory = meter()
    memory.resume()
    memory.pause()
    memory.detach()
    assert tracemalloc.get_traceback_limit() == 9
    assert tracemalloc.get_object_traceback(kept) is not None
    assert tracemalloc.get_traced_memory()[1] == pytest.approx(6 * MB, rel=0.01)


def restart() -> None:
    tracemalloc.stop()
    tracemalloc.start()


@pytest.mark.parametrize(
    ("cut", "on_afterwards"),
    [(tracemalloc.stop, False), (tracemalloc.clear_traces, False), (restart, True)],
    ids=["stop", "clear", "restart"],
)
def test_a_cut_is_noticed(cut: Callable[[], None], on_afterwards: bool) -> None:
    memory = meter()
    memory.resume()
    cut()
    memory.pause()
    assert memory.lost
    assert memory.current() is None
    memory.detach()
    assert tracemalloc.is_tracing() == on_afterwards


def test_tracing_asked_for_by_the_cell_is_not_stopped() -> None:
    memory = meter()
    memory.resume()
    tracemalloc.start()
    data = bytes(1000)
    memory.pause()
    memory.detach()
    assert tracemalloc.is_tracing()
    assert tracemalloc.get_object_traceback(data) is not None
    assert not memory.lost


def test_a_kept_reference_to_start_still_starts() -> None:
    memory = meter()
    start = tracemalloc.start
    memory.detach()
    start(3)
    assert tracemalloc.get_traceback_limit() == 3


def test_small_rises_during_own_work_are_not_the_cells_but_large_ones_are() -> None:
    memory = meter()
    memory.resume()
    tracing.begin_own_work()
    small = bytes(tracing.OWN_WORK_BYTES // 2)
    del small
    tracing.end_own_work()
    assert memory.peak < 2000
    tracing.begin_own_work()
    large = bytes(MB)
    del large
    tracing.end_own_work()
    memory.pause()
    memory.detach()
    assert memory.peak == pytest.approx(MB, abs=3000)


def test_detaching_twice_is_once() -> None:
    first, second = meter(), meter()
    first.detach()
    first.detach()
    assert tracemalloc.is_tracing()
    second.detach()
