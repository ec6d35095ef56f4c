"""The walk: each node once, however deep; nothing kept, nothing shared; and what it refuses."""

import gc
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tinytorch import GELU, Linear, ReLU, Sequential, Tensor, clip_grad_norm, no_grad
from tinytorch.core import autograd
from tinytorch.core.activations import gelu
from tinytorch.core.autograd import backward
from tinytorch.core.tensor import Event, apply, multiply, set_observer


@pytest.fixture
def x() -> Tensor:
    return Tensor([1.0, -2.0, 3.0], requires_grad=True)


@pytest.fixture
def restored() -> Iterator[None]:
    before = dict(autograd.RULES)
    yield
    autograd.RULES.clear()
    autograd.RULES.update(before)


def grad(x: Tensor) -> Any:
    assert x.grad is not None
    return x.grad


@pytest.mark.usefixtures("restored")
def test_a_diamond_of_many_paths_visits_each_node_once(x: Tensor) -> None:
    rule, calls = autograd.RULES[multiply], []

    def counted(g: Any, y: Any, *inputs: Any) -> Any:
        calls.append(1)
        return rule(g, y, *inputs)

    autograd.gradient(multiply)(counted)
    y = x
    for _ in range(60):
        y = y * 0.5 + y * 0.5  # 2^60 paths
    y.sum().backward()
    assert len(calls) == 120
    np.testing.assert_allclose(grad(x), np.ones(3), rtol=1e-5)


def test_a_chain_of_100_000_operations(x: Tensor) -> None:
    y = x
    for _ in range(100_000):
        y = y + 1.0
    y.sum().backward()
    assert grad(x).tolist() == [1, 1, 1]


def test_a_deep_graph_that_is_never_walked_can_be_dropped(x: Tensor) -> None:
    y = x
    for _ in range(100_000):
        y = y + 1.0
    del y
    gc.collect()


def test_intermediates_keep_no_gradient_and_let_go_of_the_graph(x: Tensor) -> None:
    hidden = x * 2.0
    loss = (hidden * hidden).sum()
    loss.backward()
    assert hidden.grad is None
    assert loss.grad is None
    assert hidden.inputs == loss.inputs == ()
    np.testing.assert_allclose(grad(x), 8 * x.data)


def test_many_steps_leave_nothing_behind() -> None:
    model = Sequential(Linear(20, 30), ReLU(), Linear(30, 1))
    data = Tensor(np.ones((50, 20)))

    def step() -> None:
        for parameter in model.parameters():
            parameter.grad = None
        model(data).mean().backward()

    def alive() -> int:
        return sum(isinstance(thing, Tensor) for thing in gc.get_objects())

    step()
    gc.collect()
    before = alive()
    gc.disable()  # reference counts alone must do
    try:
        for _ in range(50):
            step()
        assert alive() == before
        assert gc.collect() == 0  # no cycles
    finally:
        gc.enable()


def test_gradients_share_no_memory_with_anything(x: Tensor) -> None:
    other = Tensor([5.0, 6.0, 7.0], requires_grad=True)
    g = np.array([1, 10, 100], np.float32)
    (x + other).reshape(3).backward(g)
    arrays = [grad(x), grad(other), g, x.data, other.data]
    assert [(i, j) for i in range(5) for j in range(i) if np.shares_memory(arrays[i], arrays[j])] == []
    assert g.tolist() == grad(x).tolist() == [1, 10, 100]


def test_gradients_of_several_calls_add_up_and_do_not_touch_what_was_taken_before(x: Tensor) -> None:
    (x * x).sum().backward()
    first = grad(x)
    kept = first.copy()
    (3.0 * x).sum().backward()
    np.testing.assert_allclose(grad(x), 2 * x.data + 3)
    np.testing.assert_array_equal(first, kept)


@pytest.mark.parametrize("shape", [(), (1,), (2, 3)])
def test_a_tensor_used_many_times_gets_all_of_its_gradients(shape: tuple[int, ...]) -> None:
    x = Tensor(np.full(shape, 2.0), requires_grad=True)
    y = (x + 1.0) + (x + 2.0) + (x - 3.0) + x.reshape(*shape) + (x + 4.0)  # of arrays without axes NumPy makes numbers
    backward(y, np.ones(shape))
    np.testing.assert_array_equal(grad(x), np.full(shape, 5))


def test_the_gradient_of_a_number_stays_an_array_that_can_be_clipped() -> None:
    x = Tensor(2.0, requires_grad=True)
    for _ in range(3):
        (3.0 * x).backward()
    assert isinstance(x.grad, np.ndarray)
    assert clip_grad_norm([x], 1.0) == 9
    assert grad(x) == pytest.approx(1)


@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_gelu_of_huge_numbers_warns_of_nothing(approximate: str) -> None:
    x = Tensor([-3e38, -1e30, -1e18, -200, 0, 200, 1e18], requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        GELU(approximate)(x).sum().backward()
    np.testing.assert_allclose(grad(x)[2:], [0, 0, 0.5, 1, 1], atol=1e-30)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_gelu_gives_the_same_with_the_gate_that_was_kept_and_without(approximate: str, dtype: str) -> None:
    values = np.linspace(-6, 6, 70_001).astype(dtype)  # more than one block
    kept, made_again = (Tensor(values, requires_grad=True) for _ in range(2))
    layer = GELU(approximate)
    y = layer(kept)
    again = apply(gelu, made_again, approximate=approximate)
    np.testing.assert_array_equal(y.data, again.data)
    assert layer.kept is not None
    gate = layer.kept["gate"].copy()
    y.backward(np.ones_like(values)), again.backward(np.ones_like(values))
    np.testing.assert_array_equal(grad(kept), grad(made_again))
    np.testing.assert_array_equal(layer.kept["gate"], gate)
    layer(Tensor(values))
    assert layer.kept is None


def test_gelu_of_a_number_is_an_array_without_axes() -> None:
    x = Tensor(2.0, requires_grad=True)
    y = GELU()(x)
    y.backward()
    assert (y.shape, grad(x).shape) == ((), ())
    assert (y.item(), grad(x).item()) == pytest.approx((1.9544997, 1.0852318))


@pytest.mark.usefixtures("restored")
def test_a_rule_that_returns_one_array_for_two_inputs_is_safe(x: Tensor) -> None:
    def same(g: Any, y: Any, a: Any, b: Any) -> Any:
        both = 2 * g
        return both, both

    autograd.gradient(multiply)(same)
    other = Tensor([1.0, 1.0, 1.0], requires_grad=True)
    ((x * other) + x).sum().backward()
    assert grad(x).tolist() == [3, 3, 3]
    assert grad(other).tolist() == [2, 2, 2]


def test_gradients_have_the_dtype_of_their_tensor(x: Tensor) -> None:
    doubles = Tensor([1.0, 2.0, 3.0], dtype=np.float64, requires_grad=True)
    (x * doubles).sum().backward()
    assert grad(x).dtype == np.float32
    assert grad(doubles).dtype == np.float64


def test_no_grad_nests_decorates_and_ends_with_an_exception(x: Tensor) -> None:
    @no_grad()
    def plain() -> Tensor:
        return x * 2.0

    with no_grad():
        with no_grad():
            pass
        assert not (x * 2.0).requires_grad
    assert not plain().requires_grad
    with pytest.raises(KeyError), no_grad():
        raise KeyError
    assert (x * 2.0).requires_grad


def test_detach_cuts_and_shares_the_data(x: Tensor) -> None:
    (x * x.detach()).sum().backward()
    np.testing.assert_allclose(grad(x), x.data)
    assert np.shares_memory(x.detach().data, x.data)


def test_an_operation_without_a_rule_is_named(x: Tensor) -> None:
    def cube(a: Any) -> Any:
        return a**3

    with pytest.raises(RuntimeError, match=r"cube has no gradient rule.*@gradient\(cube\)"):
        apply(cube, x).sum().backward()


def test_the_ways_to_ask_for_nothing(x: Tensor) -> None:
    with pytest.raises(RuntimeError, match="nothing to differentiate"):
        Tensor([1.0]).backward()
    with pytest.raises(RuntimeError, match=r"shape \(3,\): take the sum"):
        (x * 2.0).backward()
    with pytest.raises(ValueError, match=r"has shape \(2,\), the tensor \(3,\)"):
        (x * 2.0).backward([1.0, 2.0])
    loss = (x * 2.0).sum()
    loss.backward()
    with pytest.raises(RuntimeError, match="compute the loss again"):
        loss.backward()


def test_an_observer_is_told_of_each_rule_with_the_tensor_of_the_forward_event(x: Tensor) -> None:
    events: list[Event] = []
    before = set_observer(events.append)
    try:
        (x * 2.0).sum().backward()
    finally:
        set_observer(before)
    assert [(event.op, event.phase) for event in events] == [
        ("multiply", "forward"),
        ("reduce_sum", "forward"),
        ("reduce_sum", "backward"),
        ("multiply", "backward"),
    ]
    forward, backward = events[0], events[3]
    assert backward.output is forward.output
    assert backward.inputs[0].shape == (3,)
    assert backward.inputs[1:] == forward.inputs
    assert backward.seconds > 0
