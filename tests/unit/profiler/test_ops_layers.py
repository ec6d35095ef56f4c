"""Which layer an operation belongs to, forward and backward, and what roles tensors have."""

from __future__ import annotations

import gc
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode: lets the tests import standin.py

from standin import Adam, Linear, Module, Sequential, backward

from tinytorch.core.tensor import Tensor, set_grad_enabled, set_observer
from tinytorch_lab.profiler import Recorder
from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.ops import OpsWatch, events, layers, report
from tinytorch_lab.profiler.records import Layer, TensorMemory


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("TINYTORCH_LAB_CALIBRATE", "0")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    yield
    assert set_observer(None) is None


@contextmanager
def watched() -> Iterator[Measurement]:
    measurement, watch = Measurement(), OpsWatch()
    watch.start()
    watch.resume()
    try:
        yield measurement
    finally:
        watch.stop()
    assert watch.failure is None
    watch.fill(measurement)


def batch(*shape: int) -> Tensor:
    return Tensor(np.ones(shape, np.float32))


def placed(measurement: Measurement) -> dict[tuple[str | None, str, str], int]:
    """Calls of operations by layer, name and phase."""
    return {(op.layer, op.name, op.phase): op.calls for op in measurement.ops}


def layer(measurement: Measurement, path: str, phase: str = "forward") -> Layer:
    (found,) = [each for each in measurement.layers if (each.path, each.phase) == (path, phase)]
    return found


def tensors(measurement: Measurement) -> TensorMemory:
    assert measurement.tensors is not None
    return measurement.tensors


def test_operations_belong_to_the_innermost_module() -> None:
    model, x = Sequential(Linear(5, 7), Linear(7, 2)), batch(3, 5)
    with watched() as measured:
        before = x + x
        model(before) - 1
    assert placed(measured) == {
        (None, "add", "forward"): 1,
        (None, "subtract", "forward"): 1,
        ("0", "matmul", "forward"): 1,
        ("0", "add", "forward"): 1,
        ("1", "matmul", "forward"): 1,
        ("1", "add", "forward"): 1,
    }


def test_layers_sum_up_what_is_inside_them() -> None:
    model = Sequential(Linear(5, 7), Linear(7, 2))
    with watched() as measured:
        model(batch(3, 5))
        model(batch(3, 5))
    assert [(each.path, each.type, each.calls) for each in measured.layers] == [
        ("Sequential", "Sequential", 2),
        ("0", "Linear", 2),
        ("1", "Linear", 2),
    ]
    first, second = 2 * 3 * 5 * 7 + 3 * 7, 2 * 3 * 7 * 2 + 3 * 2
    assert layer(measured, "0").flops == 2 * first
    assert layer(measured, "1").flops == 2 * second
    assert layer(measured, "Sequential").flops == 2 * (first + second)
    moved = 4 * (15 + 35 + 21 + 21 + 7 + 21)
    assert layer(measured, "0").moved_bytes == 2 * moved
    assert [each.parameters for each in measured.layers] == [5 * 7 + 7 + 7 * 2 + 2, 5 * 7 + 7, 7 * 2 + 2]
    assert layer(measured, "Sequential").wall_s > layer(measured, "0").wall_s + layer(measured, "1").wall_s


class Block(Module):
    def __init__(self) -> None:
        self.attention = Linear(4, 4)
        self.parts = {"up": Linear(4, 8), "down": Linear(8, 4)}

    def forward(self, x: Tensor) -> Tensor:
        x = x * 1
        return self.parts["down"](self.parts["up"](self.attention(x)))


class Model(Module):
    def __init__(self) -> None:
        self.blocks = [Block(), Block()]
        self.head = Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        return self.head(x)


def test_paths_are_those_of_attributes() -> None:
    with watched() as measured:
        Model()(batch(3, 4))
    inside = ["", ".attention", ".parts.up", ".parts.down"]
    expected = ["Model", *(f"blocks.{number}{name}" for number in range(2) for name in inside), "head"]
    assert [each.path for each in measured.layers] == expected
    assert placed(measured)["blocks.1", "multiply", "forward"] == 1
    assert placed(measured)["blocks.1.parts.up", "matmul", "forward"] == 1


def test_a_module_without_parent_goes_by_its_class() -> None:
    one, two = Linear(5, 7), Linear(5, 7)
    with watched() as measured:
        one(batch(3, 5))
        two(batch(3, 5))
        one(batch(3, 5))
    assert [(each.path, each.calls) for each in measured.layers] == [("Linear", 2), ("Linear (2)", 1)]


def test_two_models_are_told_apart() -> None:
    teacher, student = Sequential(Linear(5, 7)), Sequential(Linear(5, 7))
    with watched() as measured:
        teacher(batch(3, 5))
        student(batch(3, 5))
    paths = [each.path for each in measured.layers]
    assert paths == ["Sequential", "Sequential.0", "Sequential (2)", "Sequential (2).0"]


def test_a_shared_module_is_one_layer() -> None:
    shared = Linear(5, 5)
    model = Sequential(shared, shared)
    with watched() as measured:
        model(batch(3, 5))
    assert [(each.path, each.calls) for each in measured.layers] == [("Sequential", 1), ("0", 2)]
    assert layer(measured, "Sequential").parameters == 5 * 5 + 5
    assert tensors(measured).parameters_bytes == 4 * (5 * 5 + 5)


def test_a_module_that_is_no_part_of_its_caller_keeps_its_class_as_name() -> None:
    outside = Linear(5, 7)

    class Caller(Module):
        def forward(self, x: Tensor) -> Tensor:
            return outside(x)

    with watched() as measured:
        Caller()(batch(3, 5))
    assert [each.path for each in measured.layers] == ["Caller", "Linear"]
    assert layer(measured, "Caller").flops == layer(measured, "Linear").flops


def test_a_call_that_raises_gives_its_operations_to_the_module_around_it() -> None:
    class Fragile(Module):
        def forward(self, x: Tensor) -> Tensor:
            raise ValueError(f"after {x * 2}")

    class Careful(Module):
        def __init__(self) -> None:
            self.inner = Fragile()

        def forward(self, x: Tensor) -> Tensor:
            with pytest.raises(ValueError, match="after"):
                self.inner(x)
            return x + 1

    with watched() as measured:
        Careful()(batch(3, 5))
        with pytest.raises(ValueError, match="after"):
            Fragile()(batch(3, 5))
    assert [each.path for each in measured.layers] == ["Careful"]
    calls = {("Careful", "multiply", "forward"): 1, ("Careful", "add", "forward"): 1, (None, "multiply", "forward"): 1}
    assert placed(measured) == calls


def test_threads_do_not_mix() -> None:
    models = [Sequential(Linear(5, 5), Linear(5, 5)) for _ in range(4)]

    def work(model: Module) -> None:
        for _ in range(200):
            model(batch(3, 5))

    with watched() as measured:
        threads = [threading.Thread(target=work, args=[model]) for model in models]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    calls = placed(measured)
    assert len(calls) == 4 * 2 * 2
    assert set(calls.values()) == {200}
    assert not any(path is None for path, _, _ in calls)


def test_more_operations_than_can_wait_lose_their_layer_not_their_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "WAITING", 16)

    class Long(Module):
        def forward(self, x: Tensor) -> Tensor:
            for _ in range(40):
                x = x + 1
            return x

    with watched() as measured:
        Long()(batch(2, 2))
    calls = placed(measured)
    assert calls["Long", "add", "forward"] + calls[None, "add", "forward"] == 40
    assert 8 <= calls["Long", "add", "forward"] <= 16


def test_a_module_made_in_the_cell_is_not_kept_alive() -> None:
    with watched() as measured:
        for _ in range(3):
            Sequential(Linear(5, 7))(batch(3, 5))
        gc.collect()
        alive = [each for each in gc.get_objects() if isinstance(each, Linear)]
    assert alive == []
    assert tensors(measured).parameters_bytes == 3 * 4 * (5 * 7 + 7)


def train(model: Module, x: Tensor) -> None:
    backward(model(x))


def test_gradient_rules_belong_to_the_layer_of_the_operation() -> None:
    model, x = Sequential(Linear(5, 7), Linear(7, 2)), batch(3, 5)
    with watched() as measured:
        train(model, x)
        train(model, x)
    calls = placed(measured)
    assert {key: count for key, count in calls.items() if key[2] == "backward"} == {
        ("0", "matmul", "backward"): 2,
        ("0", "add", "backward"): 2,
        ("1", "matmul", "backward"): 2,
        ("1", "add", "backward"): 2,
    }
    first = 2 * 5 * 3 * 7 + 3 * 7  # x needs no gradient; the bias sums up over 3 rows
    second = 2 * (2 * 3 * 7 * 2) + 3 * 2
    assert layer(measured, "0", "backward").flops == 2 * first
    assert layer(measured, "1", "backward").flops == 2 * second
    assert layer(measured, "Sequential", "backward").flops == 2 * (first + second)
    assert layer(measured, "Sequential", "backward").calls == 2
    paths = [(each.path, each.phase) for each in measured.layers]
    assert paths == [(path, phase) for path in ("Sequential", "0", "1") for phase in ("forward", "backward")]


def test_an_output_with_the_identity_of_one_that_is_gone_has_its_own_layer() -> None:
    counts, module, output = layers.LayerCounts(), Linear(5, 7), object()
    counts.prepare()
    counts.ran("matmul", 2.0, 0.1, 10, 20, id(output))
    counts.called(module, 1.0, 3.0, 2.0)
    counts.ran("matmul", 4.0, 0.1, 10, 20, id(output))
    counts.ran_backward("matmul", 0.1, 10, 20, output)
    (record,) = counts.all_records()
    assert (record.forward.flops, record.backward_calls) == (10, 0)


def test_bytes_of_a_gradient_rule() -> None:
    model, x = Linear(5, 7), batch(3, 5)
    with watched() as measured:
        train(model, x)
    moved = {op.name: op.moved_bytes for op in measured.ops if op.phase == "backward"}
    assert moved["matmul"] == 4 * (21 + 15 + 35 + 35), "gradient, x and w read; the gradient of w written"
    assert moved["add"] == 4 * (21 + 21 + 7), "gradient read; those of the product and of the bias written"


def test_gradient_rules_outside_of_layers() -> None:
    w = Tensor(np.ones((5, 7)), requires_grad=True)
    with watched() as measured:
        backward(batch(3, 5) @ w)
    assert placed(measured) == {(None, "matmul", "forward"): 1, (None, "matmul", "backward"): 1}
    assert measured.layers == []


def memory_of(work: Callable[[], Any]) -> TensorMemory:
    with watched() as measured:
        work()
    return tensors(measured)


def test_peak_of_live_tensors() -> None:
    x = batch(100, 10)
    size = 4 * 1000

    def chain() -> None:
        y = x + 1
        y = y + 1  # both are alive while the second is made
        y = y + 1
        del y
        x + 1

    assert memory_of(chain).peak_live_bytes == 2 * size
    assert memory_of(lambda: [x + 1 for _ in range(5)]).peak_live_bytes == 5 * size
    assert memory_of(lambda: x.T.reshape(1000) + 1).peak_live_bytes == 2 * size, "a copy and its sum; a view is nothing"
    assert memory_of(lambda: [(x + 1)[:, [0, 1]]]).peak_live_bytes == size + 4 * 200
    assert memory_of(lambda: [(x + 1).T, (x + 1)[0]]).peak_live_bytes == 2 * size, "views keep what they are views of"
    assert memory_of(lambda: x.T).peak_live_bytes == 0


def test_too_many_live_tensors_are_unknown_not_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinytorch_lab.profiler.ops.tensor_memory.MOST_ALIVE", 10)
    x = batch(4, 4)
    assert memory_of(lambda: [x + 1 for _ in range(10)]).peak_live_bytes == 10 * 64
    assert memory_of(lambda: [x + 1 for _ in range(11)]).peak_live_bytes is None


def test_memory_by_role() -> None:
    model = Sequential(Linear(5, 7), Linear(7, 2))
    everything = [p for each in model.layers if isinstance(each, Linear) for p in (each.weight, each.bias)]
    numbers = 5 * 7 + 7 + 7 * 2 + 2
    with watched() as measured:
        train(model, batch(3, 5))
        Adam(everything).step()
    memory = tensors(measured)
    assert memory.parameters_bytes == 4 * numbers
    assert memory.gradients_bytes == 4 * numbers
    assert memory.optimizer_bytes == 2 * 4 * numbers
    assert memory.activations_bytes == 4 * (3 * 5 + 3 * 7 + 3 * 7 + 3 * 2), "x, product, sum, product: inputs of rules"


def test_what_needs_no_gradient_is_no_parameter() -> None:
    model = Linear(5, 7)
    model.running_mean = batch(7)  # type: ignore[attr-defined]
    with watched() as measured:
        model(batch(3, 5))
    assert measured.layers[0].parameters == 5 * 7 + 7
    assert tensors(measured).parameters_bytes == 4 * (5 * 7 + 7)


def test_without_gradients_nothing_is_kept_for_them() -> None:
    model = Linear(5, 7)
    with watched() as measured:
        previous = set_grad_enabled(False)
        model(batch(3, 5))
        set_grad_enabled(previous)
    memory = tensors(measured)
    assert (memory.activations_bytes, memory.gradients_bytes, memory.optimizer_bytes) == (None, 0, None)


def test_activations_are_given_back_with_the_graph() -> None:
    model = Linear(5, 7)
    with watched() as measured:
        for _ in range(3):
            train(model, batch(3, 5))
    assert tensors(measured).activations_bytes == 4 * (3 * 5 + 3 * 7), "of one step, not of three"


def test_a_batch_counts_as_what_is_used_of_it() -> None:
    data, model = np.ones((1000, 5), np.float32), Linear(5, 7)
    with watched() as measured:
        model(Tensor(data[:3]))
    assert tensors(measured).activations_bytes == 4 * (3 * 5 + 3 * 7)


def test_parameters_alone_say_nothing_about_layers() -> None:
    w = Tensor(np.ones((5, 7)), requires_grad=True)
    memory = memory_of(lambda: batch(3, 5) @ w)
    assert (memory.parameters_bytes, memory.gradients_bytes) == (None, None)


def test_a_training_step_of_the_library_itself() -> None:
    pytest.importorskip("tinytorch.core.autograd", reason="lesson 05 does not exist yet")
    from tinytorch.core.activations import ReLU
    from tinytorch.core.layers import Linear as RealLinear
    from tinytorch.core.layers import Sequential as RealSequential
    from tinytorch.core.losses import CrossEntropyLoss

    model, loss = RealSequential(RealLinear(32, 16), ReLU(), RealLinear(16, 10)), CrossEntropyLoss()
    x, ids = batch(64, 32), np.arange(64) % 10
    with watched() as measured:
        loss(model(x), ids).backward()
    assert {(op.layer, op.name, op.phase): op.flops for op in measured.ops} == {
        ("0", "linear", "forward"): 2 * 64 * 32 * 16 + 64 * 16,
        ("Sequential", "relu", "forward"): 64 * 16,
        ("2", "linear", "forward"): 2 * 64 * 16 * 10 + 64 * 10,
        ("CrossEntropyLoss", "cross_entropy", "forward"): 4 * 64 * 10,
        ("CrossEntropyLoss", "cross_entropy", "backward"): 6 * 64 * 10,
        ("2", "linear", "backward"): 2 * (2 * 64 * 16 * 10) + 64 * 10,
        ("Sequential", "relu", "backward"): 64 * 16,
        ("0", "linear", "backward"): 2 * 64 * 32 * 16 + 64 * 16,  # the batch needs no gradient
    }
    numbers = 32 * 16 + 16 + 16 * 10 + 10
    memory = tensors(measured)
    assert (memory.parameters_bytes, memory.gradients_bytes) == (4 * numbers, 4 * numbers)
    kept_by_loss = 4 * (64 * 10 + 64) + 64 * 8  # exponentials and their sums, and the ids
    assert memory.activations_bytes == 4 * (64 * 32 + 64 * 16 + 64 * 16 + 64 * 10) + kept_by_loss
    assert memory.peak_live_bytes == 4 * (64 * 16 + 64 * 16 + 64 * 10 + 1)


def test_what_an_operation_keeps_beside_its_inputs_is_kept_for_the_backward_pass() -> None:
    from tinytorch.core.attention import attention
    from tinytorch.core.tensor import apply

    q, k, v = (Tensor(np.ones((2, 4, 16, 8), np.float32), requires_grad=True) for _ in range(3))
    with watched() as measured:
        apply(attention, q, k, v, keep={})
    shares = 4 * 2 * 4 * 16 * 16 + 4 * 2 * 4 * 16
    assert tensors(measured).activations_bytes == shares, "q, k and v are leaves: they live anyway"


def test_a_mask_that_is_a_plain_array_is_kept_for_the_backward_pass() -> None:
    from tinytorch.core.layers import Dropout

    x = Tensor(np.ones((100, 10)), requires_grad=True)
    with watched() as measured:
        Dropout(0.5)(x)
    assert tensors(measured).activations_bytes == 4 * 1000


def test_the_name_of_an_operation_is_not_kept_once_a_call() -> None:
    x = batch(1)
    with watched() as measured:
        x + 1
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(1000):
            x + 1  # the name of NumPy's add is a new string each time
        grown = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
    assert measured.ops[0].calls == 1001
    assert grown < 20_000


class Loss(Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.sum()


def test_a_module_without_parameters_that_is_made_anew_for_each_call_is_one_layer() -> None:
    model = Linear(5, 7)
    with watched() as measured:
        for _ in range(3):
            Loss()(model(batch(3, 5)))
    assert [(each.path, each.calls) for each in measured.layers] == [("Linear", 3), ("Loss", 3)]
    assert placed(measured)["Loss", "reduce_sum", "forward"] == 3


def test_modules_that_live_at_once_are_several_layers_and_so_are_those_with_parameters() -> None:
    first, second = Loss(), Loss()
    with watched() as measured:
        first(batch(3))
        second(batch(3))
        Linear(5, 7)(batch(3, 5))
        Linear(5, 7)(batch(3, 5))
    assert [(each.path, each.calls) for each in measured.layers] == [
        ("Loss", 1),
        ("Loss (2)", 1),
        ("Linear", 1),
        ("Linear (2)", 1),
    ]


def test_operations_of_more_layers_than_are_listed_are_added_up() -> None:
    model = Sequential(*(Linear(4, 4) for _ in range(40)))
    with watched() as measured:
        model(batch(2, 4))
    assert report.MOST_OPS < len(measured.ops) <= report.MOST_OPS + 2
    for name, flops in (("matmul", 2 * 2 * 4 * 4), ("add", 2 * 4)):
        same = [op for op in measured.ops if op.name == name]
        assert (sum(op.calls for op in same), sum(op.flops or 0 for op in same)) == (40, 40 * flops)
    assert report.OTHER_LAYERS in {op.layer for op in measured.ops}


def test_a_model_with_more_layers_than_are_listed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MOST_LAYERS", 3)
    model, x = Sequential(Linear(4, 4), Linear(4, 4)), batch(2, 4)
    for calls, said in ((lambda: model(x), False), (lambda: train(model, x), True)):
        recorder = Recorder()
        recorder.start()
        recorder.begin()
        calls()
        recorder.end(done=True)
        recorder.stop()
        assert len(recorder.measurement.layers) == 3
        notes = [note for note in recorder.measurement.notes if note.startswith("More layers were called than are")]
        assert bool(notes) == said


def test_a_model_that_cannot_say_what_it_holds_is_measured_without_that() -> None:
    class Broken(Linear):
        def members(self) -> Iterator[tuple[str, Any]]:
            raise NotImplementedError("solve me first")

    with watched() as measured:
        Broken(5, 7)(batch(3, 5))
    assert [(each.path, each.calls, each.parameters) for each in measured.layers] == [("Broken", 1, 0)]
