"""How many floating-point operations an operation of tinytorch takes: one formula for each name.

Formulas count the textbook's arithmetic from shapes, not what an implementation does: an addition, multiplication,
comparison or elementary function (exp, log, sqrt, tanh) of one element is 1. docs/observer.md has the conventions.
An operation that is not here has no formula: its flops are unknown (None), never 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

Shape = tuple[int, ...]
Params = Mapping[str, Any]
Forward = Callable[[Sequence[Shape], Shape, Params], int]
Backward = Callable[[Sequence[Shape], Shape, Sequence[bool], Params], int]

MOVES = (
    "reshape", "permute", "transpose", "index", "concatenate", "select", "embedding", "split_heads", "merge_heads",
)  # fmt: skip
"""They only move numbers."""
PER_OUTPUT_ELEMENT = {
    **dict.fromkeys(("add", "subtract", "multiply", "divide", "power", "maximum", "minimum"), 1),
    **dict.fromkeys(("negative", "negate", "absolute", "exp", "log", "sqrt", "tanh"), 1),
    **dict.fromkeys(("less", "less_equal", "greater", "greater_equal", "equal", "not_equal"), 1),
    "relu": 1,  # max(x, 0)
    "dropout": 1,  # x * mask, whose elements are 0 or 1 / (1 - p)
    "sigmoid": 4,  # 1 / (1 + exp(-x))
    "softmax": 5,  # max, x - max, exp, sum, divide
    "log_softmax": 5,  # max, x - max, exp, sum, minus log of the sum
}
PER_INPUT_ELEMENT = {
    "reduce_sum": 1,
    "reduce_max": 1,
    "reduce_mean": 1,
    "reduce_var": 4,  # mean, x - mean, square, sum
    "squared_error": 3,  # y - t, square, mean
    "cross_entropy": 4,  # max, x - max, exp, sum; the rest is one number a row
    "binary_cross_entropy": 9,  # -t * log(p) - (1 - t) * log(1 - p), mean
}
BACKWARD_PER_OUTPUT_ELEMENT = {
    **dict.fromkeys(("reshape", "permute", "transpose", "concatenate", "select", "reduce_sum"), 0),
    **dict.fromkeys(("split_heads", "merge_heads"), 0),
    **dict.fromkeys(("negative", "negate", "exp", "log", "relu", "dropout", "reduce_mean"), 1),
    **dict.fromkeys(("index", "embedding", "max_pool2d"), 1),  # the gradients of equal places are added up
    **dict.fromkeys(("absolute", "sqrt"), 2),  # g * sign(x), g / (2 * y)
    "sigmoid": 3,  # g * y * (1 - y)
    "tanh": 3,  # g * (1 - y * y)
    "softmax": 4,  # y * (g - sum(g * y))
    "log_softmax": 4,  # g - exp(y) * sum(g)
}
BACKWARD_PER_INPUT_ELEMENT = {
    "reduce_max": 2,  # x == max, times the share of g
    "reduce_var": 3,  # x - mean (n + n), times 2 * g / (n - ddof)
    "squared_error": 2,  # (y - t) * (2 * g / n)
    "cross_entropy": 6,  # (softmax(x) - 1 at the target) * (g / rows)
    "binary_cross_entropy": 5,  # (p - t) / (p * (1 - p)) * (g / n)
}
BACKWARD_PER_NEEDED_INPUT = {
    "add": (0, 0),
    "subtract": (0, 1),  # g, -g
    "multiply": (1, 1),  # g * b, g * a
    "divide": (1, 3),  # g / b, -g * y / b
    "power": (3, 3),  # g * b * a ** (b - 1), g * y * log(a)
}
"""Elementwise, two inputs: flops per output element for the gradient of each, without summing up what was broadcast."""
DECIDING_PARAM = {
    "max_pool2d": "kernel_size",
    "avg_pool2d": "kernel_size",
    "batch_norm": "training",
    "gelu": "approximate",
}
"""The one parameter beside the shapes that a formula reads."""


def forward_flops(op: str, shapes: Sequence[Shape], output: Shape, params: Params) -> int | None:
    """Flops of one call; None if there is no formula for ``op``, or if the shapes are not those of such an operation.

    ``shapes`` are those of the inputs, ``()`` for a number.
    """
    formula = FORWARD.get(op)
    return None if formula is None else _applied(formula, shapes, output, params)


def backward_flops(
    op: str, shapes: Sequence[Shape], output: Shape, needed: Sequence[bool], params: Params
) -> int | None:
    """Flops of the gradient rule of one call; ``shapes`` and ``output`` are those of the forward call.

    ``needed`` says for each input whether it requires a gradient: what a rule computes beyond that is not counted.
    """
    formula = BACKWARD.get(op)
    return None if formula is None else _applied(formula, shapes, output, needed, params)


def _applied(formula: Callable[..., int], *arguments: Any) -> int | None:
    try:
        return formula(*arguments)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return None  # a student's operation of the same name that takes something else


def _nothing(shapes: Sequence[Shape], output: Shape, params: Params) -> int:
    return 0


def _per_output(count: int) -> Forward:
    return lambda shapes, output, params: count * prod(output)


def _per_input(count: int) -> Forward:
    return lambda shapes, output, params: count * prod(shapes[0])


def _matmul(shapes: Sequence[Shape], output: Shape, params: Params) -> int:
    """(..., M, K) @ (..., K, N): 2 K for each element of the product."""
    return 2 * prod(output) * shapes[0][-1]


def _linear(shapes: Sequence[Shape], output: Shape, params: Params) -> int:
    """x (..., I), w (I, O), b (O) if there is one: 2 I for each output, 1 more for the bias."""
    return prod(output) * (2 * shapes[0][-1] + _has_bias(shapes))


def _conv2d(shapes: Sequence[Shape], output: Shape, params: Params) -> int:
    """x (B, C, H, W), w (O, C / groups, kh, kw), b (O) if there is one: one product and sum per weight of a filter."""
    return prod(output) * (2 * prod(_four(shapes[1])[1:]) + _has_bias(shapes))


def _pool2d(shapes: Sequence[Shape], output: Shape, params: Params) -> int:
    """Each output takes in the kernel's elements once; the division of a mean replaces the sum that one needs less."""
    return prod(output) * _kernel(params)


def _gelu(shapes: Sequence[Shape], output: Shape, params: Params) -> int:
    """0.5 * x * (1 + erf(x / sqrt(2))), or 0.5 * x * (1 + tanh(c * (x + 0.044715 * x * x * x)))."""
    return prod(output) * (9 if params.get("approximate") == "tanh" else 5)


def _layer_norm(shapes: Sequence[Shape], output: Shape, params: Params) -> int:
    """mean, x - mean, square, sum, divide; times gamma and plus beta where they are inputs."""
    return prod(output) * (5 + min(len(shapes) - 1, 2))


def _batch_norm(shapes: Sequence[Shape], output: Shape, params: Params) -> int:
    """As layer_norm with gamma and beta; without training the mean and variance are known: (x - mean) / std * gamma + beta."""
    return prod(output) * (4 if params.get("training") is False else 7)


def _attention(shapes: Sequence[Shape], output: Shape, params: Params) -> int:
    """Q (..., T, D), K (..., S, D), V (..., S, E): both products, the scale and the softmax of (..., T, S)."""
    scores, width = _scores(shapes)
    return scores * (2 * width + 1 + 5)


def _has_bias(shapes: Sequence[Shape]) -> int:
    return int(len(shapes) > 2)


def _four(shape: Shape) -> Shape:
    if len(shape) != 4:
        raise ValueError(f"conv2d needs four dimensions, got {shape}.")
    return shape


def _kernel(params: Params) -> int:
    size = params["kernel_size"]
    return int(size) ** 2 if isinstance(size, int) else prod(size)


def _scores(shapes: Sequence[Shape]) -> tuple[int, int]:
    """The number of scores, (..., T, S), and D + E, what each of them costs in the two products."""
    queries, keys, values = shapes[:3]
    return prod(queries[:-1]) * keys[-2], queries[-1] + values[-1]


FORWARD: dict[str, Forward] = {
    **dict.fromkeys(MOVES, _nothing),
    **{name: _per_output(count) for name, count in PER_OUTPUT_ELEMENT.items()},
    **{name: _per_input(count) for name, count in PER_INPUT_ELEMENT.items()},
    "matmul": _matmul,
    "linear": _linear,
    "conv2d": _conv2d,
    "gelu": _gelu,
    "max_pool2d": _pool2d,
    "avg_pool2d": _pool2d,
    "layer_norm": _layer_norm,
    "batch_norm": _batch_norm,
    "attention": _attention,
    "scaled_dot_product_attention": _attention,
}


def _same_for_all(formula: Forward) -> Backward:
    return lambda shapes, output, needed, params: formula(shapes, output, params)


def _per_needed(counts: tuple[int, int]) -> Backward:
    def formula(shapes: Sequence[Shape], output: Shape, needed: Sequence[bool], params: Params) -> int:
        """A gradient that is larger than its input, which was broadcast, is summed up."""
        total = 0
        for count, shape, wanted in zip(counts, shapes, needed, strict=True):
            total += wanted * prod(output) * (count + (prod(shape) < prod(output)))
        return total

    return formula


def _matmul_backward(shapes: Sequence[Shape], output: Shape, needed: Sequence[bool], params: Params) -> int:
    """g @ b.T and a.T @ g: each as large as the forward product; stacks that were broadcast are summed up."""
    total = 0
    for shape, wanted in zip(shapes, needed, strict=True):
        stacked = prod(output[:-2]) if len(shapes[0]) > 1 and len(shapes[1]) > 1 else 1
        copies = stacked // (prod(shape[:-2]) or 1)
        total += wanted * (_matmul(shapes, output, params) + (stacked * prod(shape[-2:]) if copies > 1 else 0))
    return total


def _linear_backward(shapes: Sequence[Shape], output: Shape, needed: Sequence[bool], params: Params) -> int:
    """g @ w.T, x.T @ g, and the sum of g over the rows for the bias."""
    return prod(output) * (2 * shapes[0][-1] * sum(needed[:2]) + sum(needed[2:3]))


def _conv2d_backward(shapes: Sequence[Shape], output: Shape, needed: Sequence[bool], params: Params) -> int:
    """As linear: the gradients of input and weights take the forward's products each."""
    return prod(output) * (2 * prod(_four(shapes[1])[1:]) * sum(needed[:2]) + sum(needed[2:3]))


def _avg_pool2d_backward(shapes: Sequence[Shape], output: Shape, needed: Sequence[bool], params: Params) -> int:
    """g / size, added to each element of the kernel."""
    return prod(output) * (1 + _kernel(params))


def _gelu_backward(shapes: Sequence[Shape], output: Shape, needed: Sequence[bool], params: Params) -> int:
    """g * (P + x * p) with the normal distribution P (4) and its density p (4); or with the derivative of the tanh formula."""
    return prod(output) * (18 if params.get("approximate") == "tanh" else 4 + 4 + 3)


def _norm_backward(shapes: Sequence[Shape], output: Shape, needed: Sequence[bool], params: Params) -> int:
    """(h - mean(h) - n * mean(h * n)) / std with h = g * gamma and the normalised n; sums of g * n and of g."""
    return prod(output) * (8 * needed[0] + 2 * sum(needed[1:2]) + sum(needed[2:3]))


def _attention_backward(shapes: Sequence[Shape], output: Shape, needed: Sequence[bool], params: Params) -> int:
    """Four products, twice the forward's, then softmax's rule and the scale; the weights were kept."""
    scores, width = _scores(shapes)
    return scores * (4 * width + 4 + 1)


BACKWARD: dict[str, Backward] = {
    **{name: _same_for_all(_per_output(count)) for name, count in BACKWARD_PER_OUTPUT_ELEMENT.items()},
    **{name: _same_for_all(_per_input(count)) for name, count in BACKWARD_PER_INPUT_ELEMENT.items()},
    **{name: _per_needed(counts) for name, counts in BACKWARD_PER_NEEDED_INPUT.items()},
    "matmul": _matmul_backward,
    "linear": _linear_backward,
    "conv2d": _conv2d_backward,
    "gelu": _gelu_backward,
    "avg_pool2d": _avg_pool2d_backward,
    "layer_norm": _norm_backward,
    "batch_norm": _norm_backward,
    "attention": _attention_backward,
    "scaled_dot_product_attention": _attention_backward,
}
