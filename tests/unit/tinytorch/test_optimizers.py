"""Optimizers step by step against PyTorch's, what they keep, and what they refuse."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tinytorch as tiny
from tinytorch import SGD, Adam, AdamW, Tensor
from tinytorch.core.tensor import Event, set_observer

rng = np.random.default_rng(16)
SETTINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "SGD": ("SGD", {"lr": 0.05}),
    "SGD, penalty": ("SGD", {"lr": 0.05, "weight_decay": 0.1}),
    "momentum": ("SGD", {"lr": 0.05, "momentum": 0.9}),
    "momentum, penalty": ("SGD", {"lr": 0.05, "momentum": 0.5, "weight_decay": 0.1}),
    "Adam": ("Adam", {"lr": 0.05}),
    "Adam, defaults": ("Adam", {}),
    "Adam, penalty": ("Adam", {"lr": 0.05, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.1}),
    "AdamW": ("AdamW", {"lr": 0.05}),
    "AdamW, all": ("AdamW", {"lr": 0.05, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.3}),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", SETTINGS)
def test_twenty_steps_are_those_of_pytorch(torch: ModuleType, name: str, dtype: str) -> None:
    kind, settings = SETTINGS[name]
    # 40,000 numbers need several blocks; the last one is shorter. One parameter has no gradient in some steps.
    starts = [rng.standard_normal(shape).astype(dtype) for shape in [(3, 4), (200, 200), ()]]
    ours = [Tensor(start.copy(), dtype=dtype, requires_grad=True) for start in starts]
    theirs = [torch.from_numpy(start.copy()).requires_grad_() for start in starts]
    mine, other = getattr(tiny, kind)(ours, **settings), getattr(torch.optim, kind)(theirs, **settings)
    for step in range(20):
        mine.zero_grad()
        other.zero_grad()
        for i, start in enumerate(starts):
            if i == 0 and step % 3 == 1:
                continue
            g = rng.standard_normal(start.shape).astype(dtype)
            ours[i].grad, theirs[i].grad = g.reshape(start.shape), torch.from_numpy(np.array(g))
        mine.step()
        other.step()
        for a, b in zip(ours, theirs, strict=True):
            tolerance = {"rtol": 1e-4, "atol": 1e-5} if dtype == "float32" else {"rtol": 1e-9, "atol": 1e-11}
            np.testing.assert_allclose(a.data, b.detach().numpy(), err_msg=f"step {step}", **tolerance)


@pytest.mark.parametrize("make", [lambda p: SGD(p, 0.1, 0.9), lambda p: Adam(p, 0.1), lambda p: AdamW(p, 0.1)])
def test_a_step_changes_the_arrays_in_place_and_leaves_the_gradient(make: Callable[..., Any]) -> None:
    w = Tensor([[1.0, 2.0]], requires_grad=True)
    array, g = w.data, np.array([[3.0, -4.0]], np.float32)
    w.grad = g
    make([w]).step()
    assert w.data is array
    assert g.tolist() == [[3, -4]]
    assert array.tolist() != [[1, 2]]


def test_a_transposed_parameter_is_changed_too() -> None:
    w = Tensor(np.arange(6, dtype=np.float32).reshape(2, 3).T, requires_grad=True)
    w.grad = np.ones((3, 2), np.float32)
    Adam([w], 1.0).step()
    np.testing.assert_allclose(w.data, np.arange(6).reshape(2, 3).T - 1, atol=1e-5)


@pytest.mark.parametrize("kind", ["SGD", "Adam", "AdamW"])
def test_a_parameter_that_got_a_transposed_array_later_is_changed_too(torch: ModuleType, kind: str) -> None:
    start, g = rng.standard_normal((2, 4, 3)).astype(np.float32)
    ours, theirs = Tensor(np.zeros((3, 4)), requires_grad=True), torch.from_numpy(start.T.copy()).requires_grad_()
    mine, other = getattr(tiny, kind)([ours], lr=0.1), getattr(torch.optim, kind)([theirs], lr=0.1)
    ours.data = start.T
    for _ in range(3):
        ours.grad, theirs.grad = g.T.copy(), torch.from_numpy(g.T.copy())
        mine.step()
        other.step()
    np.testing.assert_allclose(ours.data, theirs.detach().numpy(), rtol=1e-5, atol=1e-6)


def test_an_observer_is_told_of_a_step() -> None:
    w = Tensor([1.0], requires_grad=True)
    optimizer = SGD([w], 0.1)
    events: list[Event] = []
    before = set_observer(events.append)
    try:
        optimizer.step()
    finally:
        set_observer(before)
    (event,) = events
    assert (event.op, event.phase, event.output) == ("SGD", "step", None)
    assert event.params == {"optimizer": optimizer}
    assert event.inputs == (w,)


def test_refusals() -> None:
    w = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(ValueError, match="got 0 and"):
        SGD([], 0.1)
    with pytest.raises(ValueError, match="-1"):
        Adam([w], -1)
    with pytest.raises(TypeError, match="requires_grad=True"):
        AdamW([Tensor([1.0])])
    w.grad = np.ones(2, np.float32)
    optimizer = Adam([w])
    optimizer.step()
    saved = optimizer.state_dict()
    for params in ([w, Tensor([1.0], requires_grad=True)], [Tensor([[1.0]], requires_grad=True)]):
        with pytest.raises(ValueError, match="does not fit"):
            Adam(params).load_state_dict(saved)
