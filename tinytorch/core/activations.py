# Generated from modules/02_activations/activations_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""Activations: functions of arrays that no input overflows, and classes that apply them to tensors."""

import math
from collections.abc import Callable
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

_TERMS = (1.81392516e-09, -1.33783102e-07, 3.97406912e-06, -5.52733736e-05, -3.3026753e-05, 0.0363341492, 0.797884268)
_complement = np.frompyfunc(math.erfc, 1, 1)

def normal_cdf(x: Array) -> Array:
    """The standard normal distribution function of each element, within 1e-6 in float32, to the last digits in float64.

    ``(1 + tanh(x * p(x^2))) / 2``, the polynomial p fitted up to 5.6; float64 goes through ``math.erfc``, slowly.
    """
    if x.dtype == np.float64:
        return np.asarray(0.5 * _complement(-math.sqrt(0.5) * x), np.float64)
    square = x * x
    y = _TERMS[0] * square
    for term in _TERMS[1:-1]:
        y += term
        y *= square
    y += _TERMS[-1]
    y *= x
    share = tanh(y)
    share += 1
    share *= 0.5
    return share


def gate(x: Array, approximate: str = "none") -> Array:
    """The factor of GELU, from 0 to 1: ``normal_cdf(x)``, or with ``approximate="tanh"`` the paper's. ValueError for another word."""
    if approximate == "none":
        return normal_cdf(x)
    if approximate == "tanh":
        c = math.sqrt(2 / math.pi)
        y = x * x
        y *= 0.044715 * c
        y += c
        y *= x
        share = tanh(y)
        share += 1
        share *= 0.5
        return share
    raise ValueError(f'approximate is {approximate!r}; it must be "none" or "tanh".')


def in_blocks(function: Callable[..., Array], *arrays: Array, size: int = 65_536, out: Array | None = None, **params: Any) -> Array:
    """``function(*arrays, **params)``, elementwise on arrays of one shape, ``size`` elements at a time; in the dtype of the first.

    The result is ``out`` (contiguous, of that shape), or without one a new array.
    """
    result = np.empty(arrays[0].shape, arrays[0].dtype) if out is None else out
    target, *flat = (array.reshape(-1) for array in (result, *arrays))
    for start in range(0, result.size, size):
        target[start : start + size] = function(*(part[start : start + size] for part in flat), **params)
    return result


def gelu(x: Array, approximate: str = "none", keep: dict[str, Array] | None = None) -> Array:
    """``x * gate(x, approximate)`` for each element, the gate in blocks. ValueError if ``approximate`` is not "none" or "tanh".

    A dict as ``keep`` gets the "gate", for who needs it later.
    """
    with np.errstate(over="ignore"):  # where a power of x overflows, tanh is 1 or -1 all the same
        if keep is None:
            share = in_blocks(gate, x, approximate=approximate)
            return np.multiply(x, share, out=share)
        both = np.empty((2, *x.shape), x.dtype)  # the system gives one large piece of memory faster than two
        keep["gate"] = in_blocks(gate, x, approximate=approximate, out=both[0, ...])
        return np.multiply(x, keep["gate"], out=both[1, ...])


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
        self.kept: dict[str, Array] | None = None

    def forward(self, x: Tensor) -> Tensor:
        kept = self.kept = {} if x.requires_grad else None  # held until the next call: memory that goes back to the system is slow to get again
        return apply(gelu, _floating(x), approximate=self.approximate, keep=kept)

    def __getstate__(self) -> dict[str, Any]: return {**vars(self), "kept": None}  # copies and files need none of it

class Softmax(Activation):
    """Shares along an axis: ``Softmax()(x, dim=-1)``."""

    def forward(self, x: Tensor, dim: int = -1) -> Tensor: return apply(softmax, _floating(x), dim=dim)
