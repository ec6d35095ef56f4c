# Generated from modules/02_activations/activations_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""Activations: functions of arrays that no input overflows, and classes that apply them to tensors."""

import math
from typing import Any

import numpy as np

from tinytorch.core.tensor import FLOAT32, Array, Tensor, apply


def relu(x: Array) -> Array:
    """``max(x, 0)`` for each element, in the dtype of ``x``: ``relu(np.array([-2.0, 3.0]))`` is ``array([0., 3.])``."""
    return np.maximum(x, 0)


def sigmoid(x: Array) -> Array:
    """``1 / (1 + exp(-x))`` for each element, without overflow: 0.5 at 0, and 3.7e-44 still at -100."""
    e = np.exp(-np.abs(x))
    return np.maximum(e, x >= 0) / (1 + e)


tanh = np.tanh

_TAIL = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
_complement = np.frompyfunc(math.erfc, 1, 1)

def normal_cdf(x: Array) -> Array:
    """The standard normal distribution function of each element, within 1e-6 in float32, to the last digits in float64.

    Abramowitz and Stegun, *Handbook of Mathematical Functions* (1964), 7.1.26; float64 goes through ``math.erfc``, slowly.
    """
    if x.dtype == np.float64:
        return np.asarray(0.5 * _complement(-math.sqrt(0.5) * x), np.float64)
    distance = np.abs(x).reshape(-1)
    distance *= math.sqrt(0.5)
    t = 0.3275911 * distance
    t += 1
    np.divide(1, t, out=t)
    tail = _TAIL[0] * t
    for coefficient in _TAIL[1:]:
        tail += coefficient
        tail *= t
    np.multiply(distance, distance, out=distance)
    np.negative(distance, out=distance)
    tail *= np.exp(distance, out=distance)
    tail *= 0.5
    np.subtract((x > 0).reshape(-1), tail, out=tail)  # 1 - tail right of 0, -tail left of it
    return np.abs(tail, out=tail).reshape(x.shape)


def gelu(x: Array, approximate: str = "none") -> Array:
    """``x * normal_cdf(x)`` for each element, or with ``approximate="tanh"`` the formula by tanh. ValueError for another word."""
    if approximate == "none":
        return x * normal_cdf(x)
    if approximate == "tanh":
        y = tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x))
        y += 1
        y *= x
        y *= 0.5
        return y
    raise ValueError(f'approximate is {approximate!r}; it must be "none" or "tanh".')


def softmax(x: Array, dim: int = -1) -> Array:
    """Shares along ``dim``: ``exp(x) / exp(x).sum(dim)``, of the same shape as ``x``, without overflow. -inf gets no share."""
    shares = np.exp(x - x.max(axis=dim, keepdims=True, initial=-np.inf))
    shares /= shares.sum(axis=dim, keepdims=True)
    return shares


class Activation:
    """A function on tensors that keeps their shape. It has nothing to adjust: ``parameters()`` is empty."""

    def __call__(self, x: Tensor, *args: Any, **params: Any) -> Tensor:
        """``forward`` of ``x``. TypeError if ``x`` is no tensor."""
        if not isinstance(x, Tensor):
            raise TypeError(f"{self} takes a Tensor, got {type(x).__name__}: wrap it in Tensor(...).")
        return self.forward(x, *args, **params)

    def forward(self, x: Tensor) -> Tensor:
        """What the activation does; a subclass says it."""
        raise NotImplementedError(f"{type(self).__name__} needs a method forward(x).")

    def parameters(self) -> list[Tensor]: return []
    def __repr__(self) -> str: return f"{type(self).__name__}()"

def _floating(x: Tensor) -> Tensor: return x if x.dtype.kind == "f" else Tensor(x, dtype=FLOAT32)

class ReLU(Activation):
    """``max(x, 0)``; integers stay integers."""

    def forward(self, x: Tensor) -> Tensor: return apply(relu, x)

class Sigmoid(Activation):
    """``1 / (1 + exp(-x))``, between 0 and 1."""

    def forward(self, x: Tensor) -> Tensor: return apply(sigmoid, _floating(x))

class Tanh(Activation):
    """``tanh(x)``, between -1 and 1."""

    def forward(self, x: Tensor) -> Tensor: return apply(tanh, _floating(x))

class GELU(Activation):
    """``x`` times the share of a normal distribution below it; ``approximate="tanh"`` takes the cheaper formula."""

    def __init__(self, approximate: str = "none") -> None:
        self.approximate = approximate

    def forward(self, x: Tensor) -> Tensor: return apply(gelu, _floating(x), approximate=self.approximate)

class Softmax(Activation):
    """Shares along an axis: ``Softmax()(x, dim=-1)``."""

    def forward(self, x: Tensor, dim: int = -1) -> Tensor: return apply(softmax, _floating(x), dim=dim)
