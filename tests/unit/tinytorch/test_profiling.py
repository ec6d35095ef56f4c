"""The profiler: its figures beside those of %%measure and of PyTorch, and what it leaves as it was."""

import math
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tinytorch as tiny
import tinytorch_lab
from tinytorch import Tensor
from tinytorch.core.layers import Module
from tinytorch.core.tensor import Event, apply, get_observer, set_observer
from tinytorch.perf.profiling import (
    FLOPS,
    Latency,
    Profiler,
    Recorder,
    amdahl,
    flops_of,
    layers_of,
    quick_profile,
    roof,
    time_calls,
    watching,
)
from tinytorch_lab.profiler.ops.flops import FORWARD, forward_flops

rng = np.random.default_rng(14)
NOT_IN_THE_LIBRARY = {"negate", "maximum", "minimum", "dropout", "scaled_dot_product_attention"}


def floats(*shape: int) -> Tensor:
    return Tensor(rng.standard_normal(shape))


def cnn() -> tiny.Sequential:
    return tiny.Sequential(
        tiny.Conv2d(2, 4, 3, padding=1),
        tiny.BatchNorm2d(4),
        tiny.ReLU(),
        tiny.MaxPool2d(2),
        tiny.Conv2d(4, 3, (1, 3), stride=2, bias=False),
        tiny.GELU("tanh"),
        tiny.AvgPool2d(2, 1),
        tiny.Flatten(),
        tiny.Dropout(0.5),
        tiny.Linear(6, 5),
        tiny.Softmax(),
    )


def gpt() -> tiny.GPT:
    return tiny.GPT(11, 8, num_layers=1, num_heads=2, max_seq_len=6)


def ids(*shape: int) -> Tensor:
    return Tensor(rng.integers(0, 11, shape))


MODELS: dict[str, tuple[Callable[[], Any], Callable[[], Tensor]]] = {
    "cnn": (cnn, lambda: floats(3, 2, 10, 10)),
    "gpt": (gpt, lambda: ids(2, 5)),
    "mlp": (lambda: tiny.Sequential(tiny.Linear(7, 3), tiny.Tanh(), tiny.Linear(3, 2)), lambda: floats(4, 7)),
    "activation": (tiny.Sigmoid, lambda: floats(4, 7)),
}

SHAPES: dict[str, tuple[list[tuple[int, ...]], tuple[int, ...], dict[str, Any]]] = {
    "matmul": ([(2, 3, 4), (4, 5)], (2, 3, 5), {}),
    "linear": ([(2, 3, 4), (4, 5), (5,)], (2, 3, 5), {}),
    "conv2d": ([(2, 3, 8, 8), (4, 3, 3, 2), (4,)], (2, 4, 6, 7), {}),
    "attention": ([(2, 3, 4, 6), (2, 3, 5, 6), (2, 3, 5, 7)], (2, 3, 4, 7), {}),
    "max_pool2d": ([(2, 3, 8, 8)], (2, 3, 4, 2), {"kernel_size": (2, 4)}),
    "avg_pool2d": ([(2, 3, 8, 8)], (2, 3, 4, 2), {"kernel_size": (2, 4)}),
    "layer_norm": ([(2, 3, 8), (8,), (8,)], (2, 3, 8), {}),
    "batch_norm": ([(2, 3, 8, 8), (3,), (3,)], (2, 3, 8, 8), {"training": True}),
    "gelu": ([(3, 4)], (3, 4), {"approximate": "none"}),
    "cross_entropy": ([(3, 4), (3,)], (), {}),
    "embedding": ([(9, 4), (2, 3)], (2, 3, 4), {}),
}


@pytest.mark.parametrize("op", sorted(FORWARD.keys() - NOT_IN_THE_LIBRARY))
def test_formulas_are_those_of_measure(op: str) -> None:
    shapes, output, params = SHAPES.get(
        op, ([(3, 4)], () if op.startswith(("reduce", "squared", "binary")) else (3, 4), {})
    )
    expected = forward_flops(op, shapes, output, params)
    assert expected is not None
    assert flops_of(op, shapes, output, params) == expected


@pytest.mark.parametrize(("op", "params"), [("gelu", {"approximate": "tanh"}), ("batch_norm", {"training": False})])
def test_a_parameter_may_change_the_formula(op: str, params: dict[str, Any]) -> None:
    shapes, output, _ = SHAPES[op]
    assert flops_of(op, shapes, output, params) == forward_flops(op, shapes, output, params)
    assert flops_of(op, shapes, output, params) != flops_of(op, *SHAPES[op])


def by_op(calls: list[Any]) -> dict[tuple[Any, ...], list[Any]]:
    found: dict[tuple[Any, ...], list[Any]] = {}
    for call in calls:
        found.setdefault((call.layer, call.op, call.phase), []).append(call)
    return found


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_figures_are_those_of_measure(name: str, backward: bool) -> None:
    build, make = MODELS[name]
    model, x = build(), make()
    if backward and name == "activation":
        x = Tensor(x, requires_grad=True)
    with tinytorch_lab.measure() as m:
        recorder = Profiler().record(model, x, backward)
    ours = by_op(recorder.calls)
    if name == "activation":  # to %%measure it is no layer
        ours = {(None, op, phase): calls for (_, op, phase), calls in ours.items()}
    assert {(op.layer, op.name, op.phase) for op in m.ops} == ours.keys()
    for op in m.ops:
        same = ours[op.layer, op.name, op.phase]
        assert (op.calls, op.wall_s) == (len(same), pytest.approx(sum(call.seconds for call in same)))
        if op.phase == "forward":
            assert (op.flops, op.moved_bytes) == (sum(c.flops for c in same), sum(c.moved_bytes for c in same))
    assert m.tensors is not None
    assert m.tensors.peak_live_bytes == recorder.live.peak
    assert (m.tensors.activations_bytes or 0) == sum(recorder.kept.values())
    theirs = {(row.path, row.phase): row for row in m.layers}
    for layer in layers_of(recorder):
        if name != "activation":
            row = theirs[layer.path, layer.phase]
            assert (row.type, row.calls, row.parameters) == (layer.type, layer.calls, layer.parameters)
            assert row.wall_s == pytest.approx(layer.seconds)
            if layer.phase == "forward":
                assert (row.flops, row.moved_bytes) == (layer.flops, layer.moved_bytes)


@pytest.mark.parametrize("name", ["cnn", "gpt", "mlp"])
def test_memory_is_what_measure_finds(name: str) -> None:
    build, make = MODELS[name]
    model, x = build(), make()
    found = Profiler().measure_memory(model, x.shape)
    with tinytorch_lab.measure() as kept:
        output = model(x)
    with tinytorch_lab.measure() as used, tiny.no_grad():
        model(x)
    output.sum().backward()
    assert kept.tensors is not None
    assert used.tensors is not None
    assert found["activations"] == kept.tensors.activations_bytes
    assert found["peak"] == used.tensors.peak_live_bytes
    assert found["parameters"] == kept.tensors.parameters_bytes
    assert found["gradients"] == sum(p.grad.nbytes for p in model.parameters() if p.grad is not None)


def test_products_are_counted_as_pytorch_counts_them(torch: ModuleType) -> None:
    from torch.utils.flop_counter import FlopCounterMode

    theirs = torch.nn.Sequential(
        torch.nn.Conv2d(2, 4, (3, 2), stride=2, bias=False), torch.nn.Flatten(), torch.nn.Linear(64, 5, bias=False)
    )
    ours = tiny.Sequential(
        tiny.Conv2d(2, 4, (3, 2), stride=2, bias=False), tiny.Flatten(), tiny.Linear(64, 5, bias=False)
    )
    with FlopCounterMode(display=False) as counter:
        theirs(torch.ones(6, 2, 9, 9))
    assert Profiler().count_flops(ours, (6, 2, 9, 9)) == counter.get_total_flops()
    with FlopCounterMode(display=False) as counter:
        theirs(torch.ones(6, 2, 9, 9)).sum().backward()
    profile = Profiler().profile_backward_pass(ours, floats(6, 2, 9, 9), warmup=0, iterations=1)
    sums = sum(call.flops for call in profile["calls"] if call.op == "reduce_sum")
    assert profile["flops"] - sums == counter.get_total_flops()


def test_parameters_count_once() -> None:
    shared = tiny.Linear(3, 3)
    model = tiny.Sequential(shared, tiny.ReLU(), shared)
    profiler = Profiler()
    assert profiler.count_parameters(model) == 12
    assert profiler.measure_memory(model, (2, 3))["parameters"] == 48
    layers = layers_of(profiler.record(model, floats(2, 3)))
    assert [(layer.path, layer.calls, layer.flops) for layer in layers] == [("Sequential", 1, 90), ("0", 2, 84)]
    assert profiler.count_parameters(tiny.ReLU()) == 0


class Borrowing(Module):
    """Calls a module that is not a part of it."""

    def __init__(self) -> None:
        self.own = tiny.Linear(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        return tiny.Sequential(tiny.Linear(2, 4))(self.own(x))


def test_what_a_foreign_module_does_belongs_to_the_one_around_it() -> None:
    recorder = Profiler().record(Borrowing(), floats(5, 3))
    assert [(call.layer, call.op) for call in recorder.calls] == [("own", "linear"), ("Borrowing", "linear")]


def ticking() -> Iterator[float]:
    """A clock with a second call ten times as slow as the others."""
    now = 0.0
    for cost in (1, 10, 1, 1, 1):
        yield now
        now += cost
        yield now


def test_latency_is_a_number_with_its_spread() -> None:
    latency = Profiler(ticking().__next__).measure_latency(cnn(), floats(1, 2, 10, 10), warmup=3, iterations=5)
    assert latency.times == [1, 10, 1, 1, 1]
    assert (latency, latency.low, latency.high) == (1, 1, 1)
    assert latency * 2 + 0.5 == 2.5
    assert str(latency) == f"{latency}" == "1000.000 ms (1000.000 to 1000.000)"
    assert Latency([1, 2, 4, 8]) == 3


@pytest.mark.parametrize("numbers", [(-1, 1), (0, 0)])
def test_wrong_numbers_of_calls_are_refused(numbers: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=f"{numbers[0]} and {numbers[1]}"):
        time_calls(list, *numbers)


def unheard(x: Any) -> Any:
    return x + 1


class Unheard(Module):
    def forward(self, x: Tensor) -> Tensor:
        return apply(unheard, tiny.ReLU()(x))


def test_an_operation_without_a_formula_is_unknown_until_it_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="unheard"):
        Profiler().count_flops(Unheard(), (2, 3))
    assert Profiler().profile_layer(Unheard(), (2, 3))["flops"] is None
    monkeypatch.setitem(FLOPS, "unheard", lambda shapes, output, params: 10 * math.prod(output))
    assert Profiler().count_flops(Unheard(), (2, 3)) == 66


def test_a_model_is_left_as_it_was() -> None:
    model = cnn()
    for parameter in model.parameters():
        parameter.grad = np.ones(parameter.shape, np.float32)
    before, gradients = model.state_dict(), [p.grad for p in model.parameters()]
    profiler, x = Profiler(), floats(3, 2, 10, 10)
    profiler.profile_forward_pass(model, x, 1, 2)
    profiler.profile_backward_pass(model, x, lambda y: (y * y).mean(), 1, 2)
    profiler.measure_memory(model, x.shape)
    after = model.state_dict()
    assert all(np.array_equal(before[path], after[path]) for path in before)
    assert all(p.grad is grad for p, grad in zip(model.parameters(), gradients, strict=True))
    assert model.training


class Broken(Module):
    def forward(self, x: Tensor) -> Tensor:
        raise RuntimeError("it is broken")


def test_the_observer_before_hears_too_and_is_put_back_after_an_error() -> None:
    heard: list[Event] = []
    before = set_observer(heard.append)
    try:
        Profiler().record(tiny.Sequential(tiny.Linear(3, 2)), floats(4, 3))
        assert [event.op for event in heard] == ["linear", "Linear", "Sequential"]
        Profiler().measure_latency(tiny.Linear(3, 2), floats(4, 3), 1, 1)
        assert len(heard) == 3, "latency is that of a model that nobody listens to"
        with pytest.raises(RuntimeError, match="broken"):
            Profiler().record(Broken(), floats(1))
        assert get_observer() is not None
        floats(2).exp()
        assert heard[-1].op == "exp"
    finally:
        set_observer(before)


def test_a_recorder_inside_of_another() -> None:
    inner, outer = tiny.Linear(3, 2), tiny.Sequential(tiny.ReLU())
    one, two = Recorder(inner), Recorder(outer)
    with watching(outer, two):
        with watching(inner, one):
            inner(floats(4, 3))
        outer(floats(4, 3))
    assert [call.op for call in one.calls] == ["linear"]
    assert [(call.op, call.layer) for call in two.calls] == [("linear", None), ("relu", "Sequential")]


def test_a_profile_has_layers_and_prints_them(capsys: pytest.CaptureFixture[str]) -> None:
    profile = quick_profile(gpt(), ids(1, 6))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(profile["layers"]) + 2
    assert profile["layers"][0].path == "GPT"
    assert {"blocks.0.attention.q_proj", "embedding.token_embedding"} <= {layer.path for layer in profile["layers"]}
    assert profile["flops"] == profile["layers"][0].flops == Profiler().count_flops(gpt(), (1, 6))
    assert profile["parameters"] == profile["layers"][0].parameters == sum(p.size for p in gpt().parameters())
    assert profile["layers"][0].seconds >= max(layer.seconds for layer in profile["layers"][1:])


def test_flops_count_the_batch() -> None:
    profiler = Profiler()
    for model, one, eight in [(cnn().eval(), (1, 2, 10, 10), (8, 2, 10, 10)), (gpt(), (1, 6), (8, 6))]:
        assert profiler.count_flops(model, eight) == 8 * profiler.count_flops(model, one)


def test_an_input_may_stand_for_its_shape() -> None:
    table = Tensor(rng.integers(0, 9, (4, 2)))

    class Rows(Module):
        def forward(self, x: Tensor) -> Tensor:
            return table[x]

    assert Profiler().count_flops(Rows(), Tensor(np.array([3, 0]))) == 0
    assert Profiler().measure_memory(Rows(), Tensor(np.array([3, 0])))["peak"] == 32


def test_backward_gives_layers_twice() -> None:
    model = tiny.Sequential(tiny.Linear(3, 4), tiny.ReLU(), tiny.Linear(4, 2))
    profile = Profiler().profile_backward_pass(model, floats(5, 3), warmup=0, iterations=3)
    found = [(layer.path, layer.phase, layer.flops) for layer in profile["layers"]]
    assert found[2:] == [("0", "forward", 140), ("0", "backward", 140), ("2", "forward", 90), ("2", "backward", 180)]
    assert [layer.moved_bytes is None for layer in profile["layers"]] == [False, True] * 3


def test_the_laws() -> None:
    assert [roof(i, 100.0, 20.0) for i in (0, 4, 5, 1000)] == [0, 80, 100, 100]
    assert amdahl(0.75, 3) == 2
    assert amdahl(0.75, math.inf) == 4
    assert amdahl(0, 9) == 1
