"""What a watch counts of operations, and that it leaves observers as they were."""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinytorch.core import tensor
from tinytorch.core.tensor import Event, Tensor, apply, cat, set_observer
from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.ops import OpsWatch, observer
from tinytorch_lab.profiler.records import Op


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("TINYTORCH_LAB_CALIBRATE", "0")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    yield
    assert set_observer(None) is None, "a test left an observer behind"
    assert observer._watches == ()
    assert observer._taps == {}


@contextmanager
def watched() -> Iterator[Measurement]:
    """A measurement that holds the operations of the block afterwards."""
    measurement, watch = Measurement(), OpsWatch()
    watch.start()
    watch.resume()
    try:
        yield measurement
    finally:
        watch.stop()
    assert watch.failure is None
    watch.fill(measurement)


def ones(*shape: int, dtype: Any = np.float32) -> Tensor:
    return Tensor(np.ones(shape, dtype), dtype=dtype)


def only(measurement: Measurement) -> Op:
    (op,) = measurement.ops
    return op


def test_a_matrix_product() -> None:
    x, w = ones(3, 5), ones(5, 7)
    with watched() as measured:
        x @ w
        x @ w
    op = only(measured)
    assert (op.name, op.phase, op.layer, op.calls) == ("matmul", "forward", None, 2)
    assert op.flops == 2 * (2 * 3 * 5 * 7)
    assert op.moved_bytes == 2 * 4 * (3 * 5 + 5 * 7 + 3 * 7)
    assert op.wall_s > 0


def bytes_of(function: Any) -> tuple[int | None, int | None]:
    with watched() as measured:
        function()
    op = only(measured)
    return op.flops, op.moved_bytes


def test_bytes_are_read_and_written_once() -> None:
    x, column, doubles = ones(6, 4), ones(6, 1), ones(6, 4, dtype=np.float64)
    small = Tensor(np.broadcast_to(np.float32(1), (6, 4)))
    assert bytes_of(lambda: x + column) == (24, 4 * (24 + 6 + 24))
    assert bytes_of(lambda: x + 1) == (24, 4 * (24 + 24))
    assert bytes_of(lambda: x * x) == (24, 4 * (24 + 24))
    assert bytes_of(lambda: x + small) == (24, 4 * (24 + 1 + 24))
    assert bytes_of(lambda: doubles.exp()) == (24, 8 * (24 + 24))
    assert bytes_of(lambda: x > 0) == (24, 4 * 24 + 24)
    assert bytes_of(lambda: x.sum(axis=0)) == (24, 4 * (24 + 4))
    assert bytes_of(lambda: cat([x, x, column], dim=1)) == (0, 4 * (24 + 6 + 54))


def test_views_move_nothing_and_copies_do() -> None:
    x = ones(6, 4)
    turned = x.T
    assert bytes_of(lambda: x.reshape(24)) == (0, 0)
    assert bytes_of(lambda: x.T) == (0, 0)
    assert bytes_of(lambda: x[1:3]) == (0, 0)
    assert bytes_of(lambda: turned.reshape(24)) == (0, 4 * (24 + 24))
    assert bytes_of(lambda: x[[0, 2, 5]]) == (0, 4 * (12 + 12)), "only the rows that are asked for are read"
    assert bytes_of(lambda: x[:, [0, 1]]) == (0, 4 * (12 + 12)), "NumPy's copy has a base of its own"


def test_an_operation_of_the_student_is_unknown() -> None:
    def my_own(x: Any) -> Any:
        return x + 1

    assert bytes_of(lambda: apply(my_own, ones(6, 4))) == (None, 4 * (24 + 24))


def test_calls_with_and_without_formula_under_one_name() -> None:
    def matmul(x: Any) -> Any:
        return x

    with watched() as measured:
        ones(3, 5) @ ones(5, 7)
        apply(matmul, 1.0)
    assert only(measured).flops is None


def test_nothing_counts_while_it_pauses() -> None:
    measurement, watch, x = Measurement(), OpsWatch(), ones(2, 2)
    watch.start()
    x + x
    watch.resume()
    x @ x
    watch.pause()
    x - x
    watch.resume()
    x @ x
    watch.stop()
    x / x
    watch.fill(measurement)
    assert [(op.name, op.calls) for op in measurement.ops] == [("matmul", 2)]


def test_a_cell_without_operations_has_no_figures() -> None:
    with watched() as measured:
        pass
    assert (measured.ops, measured.layers, measured.tensors, measured.roofline) == ([], [], None, None)


def test_an_inner_measurement_and_the_outer_one_both_count() -> None:
    x = ones(2, 2)
    with watched() as outer:
        x + x
        with watched() as inner:
            x + x
        x + x
    assert (only(outer).calls, only(inner).calls) == (3, 1)


def test_the_students_observer_gets_its_events_and_is_put_back() -> None:
    x = ones(2, 2)
    seen: list[Event] = []
    set_observer(seen.append)
    with watched() as measured:
        x + x
    x - x
    assert [event.op for event in seen] == ["add", "subtract"]
    assert only(measured).name == "add"
    assert set_observer(None) == seen.append


def test_an_observer_that_the_cell_sets_stays_and_both_get_events() -> None:
    x = ones(2, 2)
    seen: list[Event] = []
    measurement, watch = Measurement(), OpsWatch()
    watch.start()
    watch.resume()
    set_observer(seen.append)
    watch.pause()
    watch.resume()
    x + x
    watch.stop()
    x - x
    watch.fill(measurement)
    assert [event.op for event in seen] == ["add", "subtract"]
    assert only(measurement).name == "add"
    assert set_observer(None) == seen.append


def test_an_observer_that_the_cell_sets_in_its_last_statement_stays() -> None:
    seen: list[Event] = []
    with watched():
        set_observer(seen.append)
    assert set_observer(None) == seen.append


def test_ours_kept_by_the_cell_and_set_again_later_takes_itself_off() -> None:
    x = ones(2, 2)
    with watched():
        ours = set_observer(None)
    set_observer(ours)
    with watched() as measured:
        x + x
    assert only(measured).calls == 1, "not twice through two of ours"
    set_observer(ours)
    x + x
    assert tensor._observer is None


def test_an_observer_that_raises_raises_as_without_us() -> None:
    def refuse(event: Event) -> None:
        raise RuntimeError("no more")

    set_observer(refuse)
    with watched() as measured, pytest.raises(RuntimeError, match="no more"):
        ones(2) + ones(2)
    assert only(measured).calls == 1
    set_observer(None)


def test_an_event_that_is_not_understood_ends_counting_not_the_cell() -> None:
    x, watch = ones(2, 2), OpsWatch()
    watch.start()
    watch.resume()
    x + x
    assert tensor._observer is not None
    tensor._observer(Event("add", {}, (), "no tensor", "forward", 1.0))  # type: ignore[arg-type]
    x + x
    watch.pause()
    watch.resume()
    x + x
    watch.stop()
    assert watch.failure == "AttributeError: 'str' object has no attribute 'data'"
    measurement = Measurement()
    watch.fill(measurement)
    assert only(measurement).calls == 1


def notebook(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """``__main__`` of a notebook in which lesson 01 was run: a tensor library of its own."""
    main = types.ModuleType("__main__")
    source = Path(str(tensor.__file__)).read_text(encoding="utf-8")
    exec(compile(source, "notebook", "exec"), main.__dict__)
    monkeypatch.setitem(sys.modules, "__main__", main)
    return main


def test_the_tensor_that_a_notebook_defines_is_watched_too(monkeypatch: pytest.MonkeyPatch) -> None:
    main = notebook(monkeypatch)
    with watched() as measured:
        main.Tensor([1.0, 2.0]) + 1
        Tensor([1.0]) - 1
    assert sorted(op.name for op in measured.ops) == ["add", "subtract"]
    assert main._observer is None


def test_it_is_watched_on_when_its_cell_runs_again(monkeypatch: pytest.MonkeyPatch) -> None:
    main = notebook(monkeypatch)
    measurement, watch = Measurement(), OpsWatch()
    watch.start()
    watch.resume()
    exec(compile(Path(str(tensor.__file__)).read_text(encoding="utf-8"), "notebook", "exec"), main.__dict__)
    watch.pause()
    watch.resume()
    main.Tensor([1.0, 2.0]) + 1
    watch.stop()
    watch.fill(measurement)
    assert only(measurement).calls == 1
    assert main._observer is None


def test_a_notebook_that_imported_the_library_is_not_watched_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    main = types.ModuleType("__main__")
    vars(main).update(set_observer=set_observer, Event=Event, apply=apply, Tensor=Tensor)
    monkeypatch.setitem(sys.modules, "__main__", main)
    with watched() as measured:
        ones(2) + 1
    assert only(measured).calls == 1


def test_something_else_called_set_observer_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    main = types.ModuleType("__main__")
    exec("calls = []\ndef set_observer(observer): calls.append(observer)", main.__dict__)
    monkeypatch.setitem(sys.modules, "__main__", main)
    with watched():
        pass
    assert main.calls == []


def test_the_library_may_be_imported_by_the_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tinytorch.core.tensor")
    measurement, watch = Measurement(), OpsWatch()
    watch.start()
    watch.resume()
    assert "tinytorch.core.tensor" not in sys.modules, "it must not be imported to find out"
    sys.modules["tinytorch.core.tensor"] = tensor  # what an import statement does
    watch.pause()
    watch.resume()
    ones(2) + 1
    watch.stop()
    watch.fill(measurement)
    assert only(measurement).calls == 1


def test_threads_lose_no_call() -> None:
    x, interval = ones(2, 2), sys.getswitchinterval()

    def work() -> None:
        for _ in range(2000):
            x + x

    with watched() as measured:
        threads = [threading.Thread(target=work) for _ in range(4)]
        sys.setswitchinterval(1e-6)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(interval)
    op = only(measured)
    assert (op.calls, op.flops, op.moved_bytes) == (8000, 8000 * 4, 8000 * 4 * 8)
    assert measured.tensors is not None
    assert measured.tensors.peak_live_bytes <= 4 * 2 * 16, "each thread holds one result, or two for an instant"


def test_the_costliest_operations_come_first_and_their_number_is_bounded() -> None:
    watch, measurement = OpsWatch(), Measurement()
    watch.start()
    watch.resume()
    x = ones(2)
    for number in range(150):
        watch.take(Event(f"op{number}", {}, (x,), x + 1, "forward", float(number + 1)))
    watch.stop()
    watch.fill(measurement)
    assert [op.name for op in measurement.ops] == [f"op{number}" for number in range(149, 49, -1)]


def test_shapes_without_end_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinytorch_lab.profiler.ops.counts.KNOWN_CALLS", 10)
    watch, measurement = OpsWatch(), Measurement()
    watch.start()
    watch.resume()
    w = ones(5, 7)
    for rows in range(1, 31):
        ones(rows, 5) @ w
    watch.stop()
    watch.fill(measurement)
    assert only(measurement).flops == sum(2 * rows * 5 * 7 for rows in range(1, 31))
    assert len(watch._events._costs._flops) <= 10
