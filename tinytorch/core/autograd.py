# Generated from modules/05_autograd/autograd_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""Automatic differentiation: a gradient rule for each operation, and the walk that applies them."""

import math
import threading
import time
from collections.abc import Callable
from contextlib import ContextDecorator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from tinytorch.core import tensor as ops
from tinytorch.core.activations import gate, gelu, in_blocks, relu, sigmoid, softmax, tanh
from tinytorch.core.layers import linear
from tinytorch.core.losses import binary_cross_entropy, cross_entropy, log_softmax, squared_error
from tinytorch.core.tensor import Array, Event, Shape, Tensor, apply, get_observer, normalize_axis, set_grad_enabled

Gradient = Array | Callable[[], Array] | None
Rule = Callable[..., tuple[Gradient, ...]]
RULES: dict[Callable[..., Any], Rule] = {}

def gradient(op: Callable[..., Any]) -> Callable[[Rule], Rule]:
    """Decorator: the rule of ``op``, a function (g, y, *inputs, **params) of arrays. A second one for the same ``op`` replaces it.

    It returns one gradient for each input: an array that broadcasts like the input did, a function that makes one (called only
    if it is needed), or None where there is none. It must change neither g nor y nor the inputs.
    """
    def register(rule: Rule) -> Rule:
        RULES[op] = rule
        return rule
    return register


def unbroadcast(g: Array, shape: Shape) -> Array:
    """``g`` summed to ``shape``, which broadcasts to that of ``g``: (2, 3) to (3,) over the first axis, to (2, 1) over the last.

    Raises ValueError, with both shapes, if ``shape`` does not broadcast to that of ``g``.
    """
    if g.shape == shape:
        return g
    added = g.ndim - len(shape)
    if added < 0 or any(size not in (1, of_g) for size, of_g in zip(shape, g.shape[added:], strict=True)):
        raise ValueError(f"A gradient of shape {g.shape} does not fit an input of shape {shape}.")
    stretched = [added + i for i, size in enumerate(shape) if size == 1]
    return g.sum(axis=(*range(added), *stretched)).reshape(shape)


gradient(ops.add)(lambda g, y, a, b: (g, g))
gradient(ops.subtract)(lambda g, y, a, b: (g, lambda: -g))
gradient(ops.negate)(lambda g, y, x: (-g,))
gradient(ops.exp)(lambda g, y, x: (g * y,))
gradient(ops.log)(lambda g, y, x: (g / x,))
gradient(ops.sqrt)(lambda g, y, x: (g / (2 * y),))
gradient(ops.absolute)(lambda g, y, x: (g * np.sign(x),))
gradient(ops.reshape)(lambda g, y, x, shape: (g.reshape(x.shape),))
gradient(ops.transpose)(lambda g, y, x, d0=None, d1=None: (ops.transpose(g, d0, d1),))
gradient(ops.select)(lambda g, y, condition, a, b: (None, lambda: np.where(condition, g, 0), lambda: np.where(condition, 0, g)))


@gradient(ops.multiply)
def d_multiply(g: Array, y: Array, a: Array, b: Array) -> tuple[Gradient, ...]:
    """y = a * b: g * b, g * a."""
    return lambda: g * b, lambda: g * a
@gradient(ops.divide)
def d_divide(g: Array, y: Array, a: Array, b: Array) -> tuple[Gradient, ...]:
    """y = a / b: g / b, -g * y / b."""
    return lambda: g / b, lambda: -g * y / b
@gradient(ops.power)
def d_power(g: Array, y: Array, a: Array, b: Array) -> tuple[Gradient, ...]:
    """y = a^b: g * b * a^(b - 1), which is 0 where b is 0; and g * y * log(a), which is 0 where a is 0 and b is not negative."""
    return lambda: g * b * a ** (b - 1 * (b != 0)), lambda: g * y * np.log(np.where((a == 0) & (b >= 0), 1, a))


@gradient(relu)
def d_relu(g: Array, y: Array, x: Array) -> tuple[Gradient, ...]:
    """y = max(x, 0): g where x > 0, else 0."""
    return (g * (x > 0),)
@gradient(sigmoid)
def d_sigmoid(g: Array, y: Array, x: Array) -> tuple[Gradient, ...]:
    """y = 1 / (1 + exp(-x)): g * y * (1 - y)."""
    return (g * y * (1 - y),)
@gradient(tanh)
def d_tanh(g: Array, y: Array, x: Array) -> tuple[Gradient, ...]:
    """y = tanh(x): g * (1 - y^2)."""
    return (g * (1 - y * y),)


@gradient(ops.matmul)
def d_matmul(g: Array, y: Array, a: Array, b: Array) -> tuple[Gradient, ...]:
    """y = a @ b: g @ b^T, a^T @ g; a vector is a row on the left and a column on the right."""
    vector = b.ndim == 1
    if vector:
        b, g = b[:, None], np.expand_dims(g, -1)
    if a.ndim == 1:
        a, g = a[None, :], np.expand_dims(g, -2)
    def db() -> Array:
        if b.ndim > 2:
            return np.swapaxes(a, -1, -2) @ g
        rows = math.prod(a.shape[:-1])  # one product over the rows of all matrices
        grad = a.reshape(rows, a.shape[-1]).T @ g.reshape(rows, g.shape[-1])
        return grad[..., 0] if vector else grad
    return lambda: g @ np.swapaxes(b, -1, -2), db
@gradient(linear)
def d_linear(g: Array, y: Array, x: Array, weight: Array, bias: Array | None = None) -> tuple[Gradient, ...]:
    """y = x @ weight + bias: g @ weight^T, x^T @ g over all rows, g summed over all rows. As many gradients as inputs."""
    rows = math.prod(x.shape[:-1])
    flat = g.reshape(rows, g.shape[-1])
    d = (lambda: (flat @ weight.T).reshape(x.shape), lambda: x.reshape(rows, x.shape[-1]).T @ flat)
    return d if bias is None else (*d, lambda: flat.sum(axis=0))


def keep_axes(g: Array, x: Array, axis: ops.Axis, keepdims: bool) -> Array:
    """``g`` with the axes of ``x`` that a reduction over ``axis`` removed, as axes of size 1."""
    return g if keepdims else np.expand_dims(g, normalize_axis(axis, x.ndim))
@gradient(ops.reduce_sum)
def d_sum(g: Array, y: Array, x: Array, axis: ops.Axis = None, keepdims: bool = False) -> tuple[Gradient, ...]:
    """y = sum(x): g for each element of x."""
    return (np.broadcast_to(keep_axes(g, x, axis, keepdims), x.shape),)


@gradient(ops.reduce_mean)
def d_mean(g: Array, y: Array, x: Array, axis: ops.Axis = None, keepdims: bool = False) -> tuple[Gradient, ...]:
    """y = mean(x) over n elements: g / n for each."""
    return (np.broadcast_to(keep_axes(g / (x.size // max(y.size, 1)), x, axis, keepdims), x.shape),)
@gradient(ops.reduce_max)
def d_max(g: Array, y: Array, x: Array, axis: ops.Axis = None, keepdims: bool = False) -> tuple[Gradient, ...]:
    """y = max(x): g for the largest element, in equal shares where several are largest."""
    largest = x == keep_axes(y, x, axis, keepdims)
    return (keep_axes(g, x, axis, keepdims) * largest / largest.sum(axis=axis, keepdims=True, dtype=x.dtype),)
@gradient(ops.reduce_var)
def d_var(g: Array, y: Array, x: Array, axis: ops.Axis = None, keepdims: bool = False, ddof: int = 1) -> tuple[Gradient, ...]:
    """y = sum((x - mean)^2) / (n - ddof): g * 2 (x - mean) / (n - ddof), which is nan where y is."""
    distance = x - ops.reduce_mean(x, axis, keepdims=True)
    return (2 * keep_axes(g, x, axis, keepdims) * distance / max(x.size // max(y.size, 1) - ddof, 0),)


@gradient(ops.permute)
def d_permute(g: Array, y: Array, x: Array, order: Shape) -> tuple[Gradient, ...]:
    """y = x with its axes in ``order``: g with its axes put back."""
    return (g.transpose(np.argsort(normalize_axis(order, x.ndim))),)
@gradient(ops.index)
def d_index(g: Array, y: Array, x: Array, key: Any) -> tuple[Gradient, ...]:
    """y = x[key]: zeros, and g added at key, as often as key names a place."""
    dx = np.zeros(x.shape, g.dtype)
    np.add.at(dx, key, g)
    return (dx,)


@gradient(softmax)
def d_softmax(g: Array, y: Array, x: Array, dim: int = -1) -> tuple[Gradient, ...]:
    """y = softmax(x) along dim: y * (g - sum(g * y))."""
    return (y * (g - (g * y).sum(axis=dim, keepdims=True)),)
@gradient(cross_entropy)
def d_cross_entropy(g: Array, y: Array, scores: Array, ids: Array, keep: dict[str, Array] | None = None) -> tuple[Gradient, ...]:
    """y = mean(-log(softmax(scores)[row, ids[row]])): g * (softmax(scores) - 1 at the ids) / rows; None for the ids.

    ``keep`` may hold the exponentials and their sums from forward: they are used up.
    """
    share = g / max(len(ids), 1)
    slope = keep["exponentials"] if keep else softmax(scores, 1)
    slope *= share / keep["sums"][:, None] if keep else share
    slope[np.arange(len(ids)), ids] -= share
    return slope, None


gradient(log_softmax)(lambda g, y, x, dim=-1: (g - np.exp(y) * g.sum(axis=dim, keepdims=True),))
@gradient(squared_error)
def d_squared_error(g: Array, y: Array, outputs: Array, targets: Array) -> tuple[Gradient, ...]:
    """y = mean((outputs - targets)^2): g * 2 (outputs - targets) / n, and its negative."""
    slope = g * 2 / max(np.size(outputs), 1) * (outputs - targets)
    return slope, lambda: -slope
@gradient(gelu)
def d_gelu(g: Array, y: Array, x: Array, approximate: str = "none", keep: dict[str, Array] | None = None) -> tuple[Gradient, ...]:
    """y = x * gate(x): g * (gate + x * gate'), in blocks. ``keep`` may hold the gate from forward."""
    with np.errstate(over="ignore", invalid="ignore"):  # x^2 beyond the largest float
        share = keep["gate"] if keep else in_blocks(gate, x, approximate=approximate)
        return (in_blocks(_gelu_by_tanh if approximate == "tanh" else _gelu_exactly, g, x, share),)
def _gelu_exactly(g: Array, x: Array, share: Array) -> Array:
    """gate' = exp(-x^2 / 2) / sqrt(2 pi)."""
    slope = x * x
    slope *= -0.5  # in place: new arrays would cost as much as the arithmetic
    np.exp(slope, out=slope)
    slope *= math.sqrt(0.5 / math.pi)
    slope *= x
    slope += share
    return slope * g
def _gelu_by_tanh(g: Array, x: Array, share: Array) -> Array:
    """gate = (1 + tanh(u)) / 2, u = c (x + 0.044715 x^3): gate' = 2 gate (1 - gate) * u'."""
    c, slope = math.sqrt(2 / math.pi), x * x
    slope *= 6 * 0.044715 * c
    slope += 2 * c
    slope *= share * (1 - share)  # before x: where x is huge, slope is 0 by now
    slope *= x
    slope += share
    return slope * g
@gradient(binary_cross_entropy)
def d_binary_cross_entropy(g: Array, y: Array, p: Array, t: Array) -> tuple[Gradient, ...]:
    """y = mean(-t log p - (1 - t) log(1 - p)): g * (p - t) / (p (1 - p)) / n, with p (1 - p) not below 1e-12 (as PyTorch)."""
    scale = g / max(np.size(p), 1)
    return scale * (p - t) / np.maximum(p * (1 - p), 1e-12), lambda: scale * (np.log1p(-p) - np.log(p))
@gradient(ops.concatenate)
def d_concatenate(g: Array, y: Array, *arrays: Array, dim: int = 0) -> tuple[Gradient, ...]:
    """y = the arrays one after the other along dim: the parts of g."""
    return tuple(np.split(g, np.cumsum([array.shape[dim] for array in arrays])[:-1], axis=dim))
def freed(*_: Any) -> None:
    """Stands where the operation of a tensor was, once ``backward`` has been there."""
    raise RuntimeError("backward() went through this computation before and gave its memory back: compute the loss again.")


def count_uses(root: Tensor) -> dict[int, int]:
    """How often each tensor that requires gradients is an input in the computation of ``root``, by ``id``; ``root`` itself 0 times.

    Raises RuntimeError if a part of the computation was given back by an earlier ``backward``.
    """
    uses, waiting = {id(root): 0}, [root]
    while waiting:
        tensor = waiting.pop()
        if tensor.op is freed:
            freed()
        for x in tensor.inputs:
            if isinstance(x, Tensor) and x.requires_grad:
                key = id(x)
                if key in uses:
                    uses[key] += 1
                else:
                    uses[key] = 1
                    waiting.append(x)
    return uses


def add_gradient(sums: dict[int, tuple[Array, bool]], key: int, new: Array, own: bool) -> None:
    """Add ``new`` to the sum at ``key``: (array, whether it belongs to the walk). ``own`` says so of ``new``.

    The sum is changed in place only if it is the walk's own; ``new`` may become it.
    """
    if key not in sums:
        sums[key] = (new, own)
        return
    total, ours = sums[key]
    if ours:
        total += new
    else:
        sums[key] = (np.asarray(total + new), True)


def run(tensor: Tensor, g: Array) -> list[tuple[Tensor, Array, bool]]:
    """Run the operation that made ``tensor`` backwards: (input, its gradient, whether that array is new) for each that requires one.

    The tensor then lets go of its inputs. An observer is told.
    """
    op, inputs, params, y = tensor.op, tensor.inputs, tensor.params, tensor.data
    rule = RULES.get(op)  # type: ignore[arg-type]
    if rule is None:
        raise RuntimeError(f"{_name(op)} has no gradient rule: write one and register it with @gradient({_name(op)}).")
    tensor.op, tensor.inputs, tensor.params = freed, (), {}
    observer = get_observer()
    started = 0.0 if observer is None else time.perf_counter()
    arrays: list[Any] = []  # plain statements here: on few elements, each costs as much as the arithmetic
    for x in inputs:
        arrays.append(x.data if isinstance(x, Tensor) else x)
    slopes, found = rule(g, y, *arrays, **params), []
    if len(slopes) != len(inputs):
        raise RuntimeError(f"The rule of {_name(op)} gave {len(slopes)} gradients for {len(inputs)} inputs: one for each, or None.")
    for x, dx in zip(inputs, slopes):  # noqa: B905, strict=True takes as long as the rest of this line
        if isinstance(x, Tensor) and x.requires_grad:
            grad = dx() if callable(dx) else dx
            if type(grad) is not np.ndarray or grad.shape != x.data.shape or grad.dtype is not x.data.dtype:
                grad = fitted(grad, x, op)
            new = grad is not g and grad is not y and grad.base is None
            for array in arrays:
                if array is grad:
                    new = False
            found.append((x, grad, new))
            arrays.append(grad)
    if observer is not None:
        observer(Event(_name(op), params, (g, *inputs), tensor, "backward", time.perf_counter() - started))
    return found
def fitted(dx: Any, x: Tensor, op: Any) -> Array:
    """What a rule of ``op`` gave, in the shape and dtype of ``x``."""
    if dx is None:
        raise RuntimeError(f"{_name(op)} has no gradient for one of its inputs, of shape {x.shape}: use detach() there.")
    grad = np.asarray(dx)
    if grad.shape != x.data.shape:
        grad = np.asarray(unbroadcast(grad, x.shape))
    return grad if grad.dtype == x.data.dtype else grad.astype(x.dtype)
def _name(op: Any) -> str: return str(op.__name__)
def first_gradient(root: Tensor, g: ArrayLike | Tensor | None) -> tuple[Array, bool]:
    """The gradient that the walk begins with, ``g`` or 1, and whether it is the walk's own."""
    if not root.requires_grad:
        raise RuntimeError("backward() needs a tensor computed from one with requires_grad=True: here is nothing to differentiate.")
    if g is None and root.size != 1:
        raise RuntimeError(f"backward() without a gradient needs one number, got shape {root.shape}: take the sum, or pass g.")
    start = np.asarray(np.ones(root.shape) if g is None else g.data if isinstance(g, Tensor) else g, dtype=root.dtype)
    if start.shape != root.shape:
        raise ValueError(f"The gradient passed to backward() has shape {start.shape}, the tensor {root.shape}.")
    return start, g is None
def keep_gradient(tensor: Tensor, total: Array, own: bool) -> None:
    """Add ``total`` to the ``grad`` of a tensor that no operation made; one that is not the walk's own is copied."""
    tensor.grad = np.asarray(tensor.grad + total) if tensor.grad is not None else total if own else total.copy()


def backward(root: Tensor, g: ArrayLike | Tensor | None = None) -> None:
    """Add the gradient of ``root`` with respect to each tensor that it was computed from, and that requires one, to its ``grad``.

    ``g`` is the gradient of ``root`` itself, of its shape; without it ``root`` must be one number, and g is 1. The computation is given
    back on the way. RuntimeError if there is nothing to differentiate, or no more; ValueError for a g of another shape.
    """
    sums = {id(root): first_gradient(root, g)}
    uses, ready = count_uses(root), [root]
    while ready:
        tensor = ready.pop()
        total, own = sums.pop(id(tensor))
        if tensor.op is None:
            keep_gradient(tensor, total, own)
            continue
        for x, dx, new in run(tensor, total):
            key = id(x)
            add_gradient(sums, key, dx, new)
            uses[key] -= 1
            if uses[key] == 0:
                ready.append(x)


class no_grad(threading.local, ContextDecorator):  # one that decorates a function may be used by several threads at once
    """``with no_grad():`` or ``@no_grad()``: inside, in this thread, operations are not remembered."""
    def __enter__(self) -> None: self._before = [*getattr(self, "_before", []), set_grad_enabled(False)]
    def __exit__(self, *_: object) -> None: set_grad_enabled(self._before.pop())
def enable_autograd(quiet: bool = False) -> None:
    """Does nothing: gradients need no switch here. Kept for course material that calls it."""
