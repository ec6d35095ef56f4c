# Generated from modules/15_quantization/quantization_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""Quantization: numbers in int8 with a scale and a zero point, exact integer products, and linear layers that compute with them."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tinytorch.core.autograd import no_grad
from tinytorch.core.layers import Linear, Module, Sequential, named_state
from tinytorch.core.tensor import FLOAT32, Array, Axis, Tensor, apply, normalize_axis

LOWEST, HIGHEST = -128, 127  # what int8 holds
EXACT = 2**24 // 2**14  # so many products of two int8 numbers add up to a sum that float32 holds exactly
LONGEST = (2**31 - 1) // 255**2  # so many products of two differences of int8 numbers add up to a sum that int32 holds


def int8_scale(low: Any, high: Any) -> tuple[Array, Array]:
    """Scale (float64) and zero point (int32) of an int8 grid over the range from ``low`` to ``high``, widened to contain 0.
    Ranges may be numbers or arrays of one shape, which both results then have. A range that is only 0 gets the scale 1. ValueError unless
    ``low`` <= ``high`` and both are finite. ``int8_scale(-1, 4.1)`` is 0.02 and -78: -1 becomes -128, 0 becomes -78, 4.1 becomes 127.
    """
    low, high = np.asarray(low, np.float64), np.asarray(high, np.float64)
    if not (np.isfinite([low, high]).all() and (low <= high).all()):
        raise ValueError(f"An int8 grid needs a finite range with low <= high, got {low} to {high}.")
    low, high = np.minimum(low, 0), np.maximum(high, 0)
    scale = high / 255 - low / 255
    scale = np.where(scale > 0, scale, 1.0)
    return scale, np.rint(LOWEST - low / scale).astype(np.int32)


def dequantize_int8(q: "Tensor | Array", scale: Any, zero_point: Any) -> Tensor:
    """``scale * (q - zero_point)`` as a float32 tensor: ``dequantize_int8(Tensor(np.int8([-128, 127])), 0.02, -78)`` holds -1 and 4.1.
    ``scale`` and ``zero_point`` are numbers, or arrays that broadcast to ``q``.
    """
    return Tensor((np.asarray(q, np.int32) - zero_point) * scale)


def quantize_int8(t: Any, axis: Axis = None, limits: Any = None) -> tuple[Tensor, Any, Any]:
    """``t`` as ``(q, scale, zero_point)``: an int8 tensor of the same shape, a float and an int, so that ``t`` is nearly ``scale * (q - zero_point)``.
    With ``axis``, each index of that axis has its own: arrays with 1 in place of the other axes. For weights (in, out) and ``axis=1`` they are (1, out).
    The range is that of ``t``, widened to contain 0, and the round trip is off by at most half a step. ``limits``, a pair (low, high), gives another range, at whose
    ends the rest saturates. ValueError for nan or infinity.
    """
    x = np.asarray(t)
    if not np.isfinite(x).all():
        raise ValueError("Only finite numbers can be quantized, got nan or infinity.")
    if limits is None:
        others = None if axis is None else tuple(k for k in range(x.ndim) if k not in normalize_axis(axis, x.ndim))
        limits = [end(axis=others, keepdims=axis is not None, initial=0) for end in (x.min, x.max)]
    scale, zero_point = int8_scale(*limits)
    q = Tensor((np.rint(x / scale) + zero_point).clip(LOWEST, HIGHEST).astype(np.int8))
    return (q, float(scale), int(zero_point)) if axis is None else (q, scale, zero_point)


def int8_matmul(a: Array, b: Array) -> Array:
    """The exact product of int8 matrices (B, K) and (K, N) in int32: (B, N). By float32 products of at most ``EXACT`` numbers a sum.
    TypeError for other dtypes, for which it would not be exact.
    """
    if a.dtype != np.int8 or b.dtype != np.int8:
        raise TypeError(f"int8_matmul takes int8 matrices, got {a.dtype} and {b.dtype}.")
    total = np.zeros((len(a), b.shape[1]), np.int32)
    for start in range(0, len(b), EXACT):
        part = slice(start, start + EXACT)
        total += (a[:, part].astype(FLOAT32) @ b[part].astype(FLOAT32)).astype(np.int32)
    return total


def shifted_matmul(a: Array, a_zero: Any, b: Array, b_zero: Any, b_sums: Array) -> Array:
    """``(a - a_zero) @ (b - b_zero)``, exactly, in int32: int8 matrices (B, K) and (K, N) to (B, N).
    ``a_zero`` is a number, ``b_zero`` a number or (N,), ``b_sums`` (N,) the int32 sums of the columns of ``b``. ValueError for K > ``LONGEST``.
    """
    if len(b) > LONGEST:
        raise ValueError(f"int32 holds sums of at most {LONGEST} products, got {len(b)}.")
    y = int8_matmul(a, b)
    y -= a_zero * b_sums
    y += (len(b) * a_zero - a.sum(axis=1, dtype=np.int32, keepdims=True)) * b_zero
    return y


def quantized_linear(x: Array, weight: Array, scale: Array, zero_point: Array, sums: Array, bias: Array | None = None, input_range: Any = None) -> Array:
    """``x @ w + bias`` in integers, for w = scale * (weight - zero_point): x (..., in) to (..., out), in float32.
    ``weight`` is int8 (in, out); ``scale``, ``zero_point`` and ``sums`` (those of the columns of ``weight``) belong to its columns. ``input_range`` is
    the pair (low, high) of what ``x`` may hold, and saturates the rest; without it the range of ``x``. ValueError, with both shapes, for another last axis.
    """
    if x.shape[-1:] != weight.shape[:1]:
        raise ValueError(f"A linear layer with weights {weight.shape} takes (..., {weight.shape[0]}), got {x.shape}.")
    rows = x.reshape(math.prod(x.shape[:-1]), x.shape[-1])
    q, step, zero = quantize_int8(rows, limits=input_range)
    totals = shifted_matmul(q.data, zero, weight, zero_point, sums)
    y = totals.astype(FLOAT32) * (step * scale).astype(FLOAT32)
    if bias is not None:
        y += bias
    return y.reshape(*x.shape[:-1], weight.shape[1])


class QuantizedLinear(Module):
    """What ``linear`` computes, with int8 weights: ``QuantizedLinear(Linear(784, 10))`` keeps a copy and needs ``linear`` no longer.
    ``input_range``, (low, high), is the range of its inputs; beyond it they saturate. Without it, each call takes the range of what it gets. ValueError for
    weights or a range that are not finite. For use, not for training: it has no gradient rule.
    """
    def __init__(self, linear: Linear, input_range: Any = None) -> None:
        q, scale, self.zero_point = quantize_int8(linear.weight, axis=1)
        self.weight, self.scale, self.sums = q.data, scale.astype(FLOAT32), q.data.sum(axis=0, dtype=np.int32)
        self.in_features, self.out_features = q.shape
        self.bias = None if linear.bias is None else linear.bias.data.copy()
        self.input_range = None if input_range is None else np.array(input_range, FLOAT32)
        if self.input_range is not None:
            int8_scale(*self.input_range)  # refuses what is no range
    def forward(self, x: Tensor) -> Tensor:
        """(..., in_features) to (..., out_features)."""
        return apply(quantized_linear, x, self.weight, scale=self.scale, zero_point=self.zero_point, sums=self.sums, bias=self.bias, input_range=self.input_range)
    def __repr__(self) -> str:
        ends = "of each call" if self.input_range is None else "{:.4g} to {:.4g}".format(*self.input_range)
        return f"QuantizedLinear({self.in_features}, {self.out_features}{', bias=False' if self.bias is None else ''}, inputs {ends})"


def replace_layers(model: Module, kind: type[Module], make: Callable[[Any], Module], made: dict[Module, Module] | None = None) -> None:
    """Put ``make(layer)`` in the place of each layer of ``kind`` anywhere inside ``model``, called once for a layer that stands in several places.
    Looks into attributes that are modules and into lists and tuples of them; not into what is replaced. ``made`` holds the replacements so far.
    """
    made = {} if made is None else made
    def replaced(child: Any) -> Any:
        if isinstance(child, kind):
            if child not in made:
                made[child] = make(child)
            return made[child]
        if isinstance(child, Module):
            replace_layers(child, kind, make, made)
        return child
    for name, value in vars(model).items():
        several = isinstance(value, (list, tuple))
        setattr(model, name, type(value)([replaced(one) for one in value]) if several else replaced(value))


class Watched(Module):
    """Gives what ``layer`` gives, and keeps the range of the inputs of all ``calls``: ``low`` <= 0 <= ``high``, or nan."""
    def __init__(self, layer: Module) -> None:
        self.layer, self.low, self.high, self.calls = layer, 0.0, 0.0, 0
    def forward(self, x: Tensor) -> Tensor:
        """``layer(x)``."""
        self.low, self.high = float(x.data.min(initial=self.low)), float(x.data.max(initial=self.high))  # min() of Python would drop a nan
        self.calls += 1
        return self.layer(x)
class Quantizer:
    """Quantizes models in two steps: ``Quantizer().observe(model, batches).quantize(model)``. ``ranges`` holds what each ``Linear`` has seen."""
    def __init__(self) -> None:
        self.ranges: dict[Module, tuple[float, float]] = {}
    def observe(self, model: Module, batches: Iterable[Any]) -> "Quantizer":
        """Run the model on ``batches``, inputs or pairs of inputs and targets, and remember the range of what each ``Linear`` gets. ValueError for no batch."""
        given = [batches] if isinstance(batches, Tensor) else list(batches)
        if not given:
            raise ValueError("Calibration needs at least one batch.")
        holder, mode = Sequential(model), model.training
        watched: dict[Module, Any] = {}
        replace_layers(holder, Linear, Watched, watched)
        try:
            with no_grad():
                holder.eval()
                for batch in given:
                    holder(batch[0] if isinstance(batch, (tuple, list)) else batch)
        finally:
            replace_layers(holder, Watched, lambda watch: watch.layer)
            model.train(mode)
        self.ranges.update({layer: (watch.low, watch.high) for layer, watch in watched.items() if watch.calls})
        return self
    def quantize(self, model: Module) -> Module:
        """Replace each ``Linear`` in ``model`` by a ``QuantizedLinear``, in place; one not observed takes the range of each call. Returns the model.
        If the model is a ``Linear`` itself, returns the new layer. ValueError, and nothing replaced, for numbers that are not finite.
        """
        made = {layer: QuantizedLinear(layer, self.ranges.get(layer)) for layer in model.modules() if isinstance(layer, Linear)}
        holder = Sequential(model)
        replace_layers(holder, Linear, made.__getitem__)
        return holder.layers[0]  # type: ignore[return-value]
def quantize_model(model: Module, calib: Iterable[Any] | None = None) -> Module:
    """``Quantizer`` in one step: ``calib`` are batches that show typical inputs. Without them, each layer takes the range of what it gets on each call."""
    return (Quantizer() if calib is None else Quantizer().observe(model, calib)).quantize(model)
def model_bytes(model: Module) -> int:
    """The bytes of all parameters and other arrays of ``model``; one that is used in two places counts once."""
    return sum({id(member): np.asarray(member).nbytes for _, member in named_state(model)}.values())
def compare_model_sizes(original: Module, quantized: Module) -> dict[str, float]:
    """``original_bytes`` and ``quantized_bytes``, the difference (``saved_bytes``) and how many times smaller it is (``compression_ratio``)."""
    before, after = model_bytes(original), model_bytes(quantized)
    return {"original_bytes": before, "quantized_bytes": after, "saved_bytes": before - after, "compression_ratio": before / max(after, 1)}
