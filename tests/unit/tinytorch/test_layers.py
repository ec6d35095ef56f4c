"""Layers: values as PyTorch's, what a model holds, and the event of each call."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tinytorch import Dropout, Linear, Module, Parameter, ReLU, Sequential, Tensor, manual_seed
from tinytorch.core.tensor import Event, set_observer

rng = np.random.default_rng(13)
FLOATS = rng.standard_normal((2, 3, 4)).astype(np.float32)
INPUTS: dict[str, Any] = {
    "matrix": FLOATS[0],
    "vector": FLOATS[0, 0],
    "stack": FLOATS,
    "size 1": FLOATS[:1, :1],
    "empty": FLOATS[:, :0],
    "non-contiguous": rng.standard_normal((4, 3, 2)).astype(np.float32).transpose(2, 1, 0),
    "negative stride": FLOATS[:, ::-1, ::-1],
}


@pytest.fixture
def events() -> Iterator[list[Event]]:
    seen: list[Event] = []
    before = set_observer(seen.append)
    yield seen
    set_observer(before)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("name", INPUTS)
def test_linear_is_that_of_pytorch(torch: ModuleType, name: str, bias: bool) -> None:
    ours, theirs = Linear(4, 5, bias=bias), torch.nn.Linear(4, 5, bias=bias)
    with torch.no_grad():
        theirs.weight.copy_(torch.from_numpy(ours.weight.data.T))
        if ours.bias is not None:
            theirs.bias.copy_(torch.from_numpy(ours.bias.data))
        expected = theirs(torch.from_numpy(INPUTS[name].copy())).numpy()
    got = ours(Tensor(INPUTS[name]))
    assert got.dtype == expected.dtype
    np.testing.assert_allclose(got.data, expected, rtol=1e-5, atol=1e-6)


def test_starting_values_spread_as_pytorchs(torch: ModuleType) -> None:
    manual_seed(3)
    ours, theirs = Linear(64, 500), torch.nn.Linear(64, 500)
    for mine, other in ((ours.weight.data, theirs.weight), (ours.bias.data, theirs.bias)):  # type: ignore[union-attr]
        assert mine.std() == pytest.approx(float(other.detach().std()), rel=0.1)
        assert np.abs(mine).max() <= 1 / 8


def test_a_state_goes_round_bit_for_bit_and_is_a_copy() -> None:
    model = Sequential(Linear(4, 5), ReLU(), Sequential(Linear(5, 2)))
    state = model.state_dict()
    assert list(state) == ["0.weight", "0.bias", "2.0.weight", "2.0.bias"]
    other = Sequential(Linear(4, 5), ReLU(), Sequential(Linear(5, 2)))
    other.load_state_dict(state)
    x = Tensor(FLOATS)
    assert np.array_equal(model(x).data, other(x).data)
    state["0.weight"][:] = 0
    assert model[0].weight.data.any()  # type: ignore[union-attr]


def test_a_shared_parameter_counts_once_and_a_replaced_layer_is_found() -> None:
    model = Sequential(Linear(3, 3), Linear(3, 3))
    model[1].weight = model[0].weight  # type: ignore[union-attr]
    assert [name for name, _ in model.named_parameters()] == ["0.weight", "0.bias", "1.bias"]
    model.layers[1] = Linear(3, 7, bias=False)
    assert sum(parameter.size for parameter in model.parameters()) == 3 * 3 + 3 + 3 * 7


def test_a_sequence_takes_a_list_and_gives_parts_of_itself() -> None:
    layers = [Linear(3, 4), ReLU(), Linear(4, 2)]
    for model in (Sequential(layers), Sequential(tuple(layers)), Sequential(*layers)):
        assert [model[i] for i in range(len(model))] == layers == list(model)
        assert isinstance(part := model[:2], Sequential)
        assert [*part] == layers[:2]
        assert model[-1] is layers[2]
    assert Sequential(layers[0])[0] is layers[0]
    assert Sequential()(x := Tensor(FLOATS)) is x


def test_train_and_eval_reach_every_module_and_dropout_obeys_the_call_first() -> None:
    dropout = Dropout(1.0)
    model = Sequential(Sequential(dropout))
    assert model.eval() is model
    assert not dropout.training
    x = Tensor(FLOATS)
    assert model(x) is x
    assert not dropout(x, training=True).data.any()
    assert not model.train()(x).data.any()


def test_an_observer_is_told_of_inner_calls_first_and_of_operations_before_them(events: list[Event]) -> None:
    model = Sequential(Linear(4, 2), ReLU())
    out = model(Tensor(FLOATS))
    assert [event.op for event in events] == ["linear", "Linear", "relu", "Sequential"]
    inner, outer = events[1], events[3]
    assert inner.params["module"] is model[0]
    assert outer.params["module"] is model
    assert outer.params["started"] <= inner.params["started"]
    assert outer.output is out
    assert outer.seconds >= inner.seconds >= events[0].seconds > 0


def test_a_call_that_raises_is_no_event(events: list[Event]) -> None:
    with pytest.raises(ValueError, match=r"weights \(3, 2\) takes \(..., 3\), got \(2, 3, 4\)"):
        Linear(3, 2)(Tensor(FLOATS))
    assert events == []


def test_a_module_without_forward_says_so() -> None:
    class Half(Module):
        def __init__(self) -> None:
            self.weight = Parameter([1.0])

    with pytest.raises(NotImplementedError, match="Half needs a method forward"):
        Half()(Tensor([1.0]))
