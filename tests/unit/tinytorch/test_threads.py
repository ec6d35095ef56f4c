"""Several threads at once: each decides alone whether operations are remembered, and what one keeps reaches no other."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from tinytorch import GELU, DataLoader, MultiHeadAttention, Tensor, TensorDataset, no_grad


def test_no_grad_in_one_thread_leaves_the_others_alone() -> None:
    x, entered, leave = Tensor([1.0], requires_grad=True), threading.Event(), threading.Event()

    def without() -> bool:
        with no_grad():
            entered.set()
            assert leave.wait(10)
            return (x * 2).requires_grad

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(without)
        assert entered.wait(10)
        here = (x * 2).requires_grad
        leave.set()
        assert (here, other.result()) == (True, False)


def test_gradients_are_on_again_in_whatever_order_threads_leave() -> None:
    x, one = Tensor([1.0], requires_grad=True), no_grad()
    entered, leave = [threading.Event() for _ in range(2)], [threading.Event() for _ in range(2)]

    def without(number: int) -> bool:
        with one:
            entered[number].set()
            assert leave[number].wait(10)
        return (x * 2).requires_grad

    with ThreadPoolExecutor(2) as pool:
        both = []
        for number in range(2):
            both.append(pool.submit(without, number))
            assert entered[number].wait(10)
        for number in range(2):  # who came first leaves first
            leave[number].set()
            assert both[number].result()
    assert (x * 2).requires_grad


def test_a_loader_that_prepares_without_gradients_does_not_switch_off_those_of_the_training() -> None:
    x, inside, go_on = Tensor([1.0], requires_grad=True), threading.Event(), threading.Event()

    def transform(rows: np.ndarray) -> np.ndarray:
        with no_grad():
            inside.set()
            assert go_on.wait(10)
            return rows

    data = TensorDataset(np.zeros((2, 1), np.float32), np.zeros(2, int))
    batches = iter(DataLoader(data, batch_size=1, prefetch=1, transform=transform))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(next, batches)
        assert inside.wait(10)
        remembered = (x * 2).requires_grad
        go_on.set()
        first.result()
    assert remembered
    assert len(list(batches)) == 1


def interrupted(kind: type, other: Tensor) -> type:
    """``kind``, whose ``kept`` calls the layer once more as soon as it is set: what a thread does at the worst moment."""

    def set_kept(self: Any, kept: Any) -> None:
        vars(self)["kept"] = kept
        if kept is not None and not vars(self).get("nested"):
            vars(self)["nested"] = True
            vars(self)["nested"] = self(other)

    return type("Interrupted", (kind,), {"kept": property(lambda self: vars(self)["kept"], set_kept)})


@pytest.mark.parametrize("kind", [GELU, MultiHeadAttention])
def test_a_layer_in_use_twice_keeps_the_two_apart(kind: type) -> None:
    rng = np.random.default_rng(0)
    x, other = (Tensor(rng.standard_normal((3, 4)), requires_grad=True) for _ in range(2))
    layer = kind() if kind is GELU else kind(4, 2)
    (layer(other) * 2.0).sum().backward()
    assert other.grad is not None
    expected, other.grad = other.grad, None
    layer.__class__ = interrupted(kind, other)
    layer(x)
    (vars(layer)["nested"] * 2.0).sum().backward()
    np.testing.assert_allclose(other.grad, expected, rtol=1e-6)
