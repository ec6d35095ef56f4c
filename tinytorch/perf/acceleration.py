# Generated from modules/18_acceleration/acceleration_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""Faster forms of two operations: matrix products by BLAS and by tiles, GELU in one pass; and where an operation stands on the roofline.

An operation (``matmul``, ``gelu``) says what is computed, its ``kernel`` says how. Profilers and gradient rules know the operation, whichever kernel runs.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tinytorch.core import activations
from tinytorch.core.autograd import d_gelu, d_matmul, gradient
from tinytorch.core.tensor import FLOAT32, Array, Operand, Shape, Tensor, apply, broadcast_shape
from tinytorch.perf.profiling import roof

FAR_BELOW = 0.1  # of the roof: then neither arithmetic nor memory explains the time
BLOCK = 2**14  # numbers in a block: 64 KiB of float32, so that three blocks fit into the second cache of most cores


class Place(NamedTuple):
    """Where an operation stands: flops per byte; "memory", "compute" or "overhead"; flops per second at most; least time by time taken."""
    intensity: float
    bound: str
    attainable: float
    share: float
def place(flops: float, moved_bytes: float, seconds: float, peak: float, bandwidth: float) -> Place:
    """The place of an operation on the roofline of a machine that does ``peak`` flops and moves ``bandwidth`` bytes per second at most.

    An operation that moves nothing has the intensity ``math.inf``. The bound is "overhead" where the share is less than ``FAR_BELOW``; else "compute"
    from the ridge on, and "memory" below. ``place(200, 100, 2, 100, 50)`` is ``Place(2.0, "compute", 100, 1.0)``.
    """
    intensity = flops / moved_bytes if moved_bytes else math.inf
    compute, memory = flops / peak, moved_bytes / bandwidth
    share = max(compute, memory) / seconds
    bound = "overhead" if share < FAR_BELOW else "compute" if compute >= memory else "memory"
    return Place(intensity, bound, roof(intensity, peak, bandwidth), share)


def matmul(a: Array, b: Array, kernel: Callable[..., Array], **options: Any) -> Array:
    """The matrix product of ``a`` and ``b`` as ``kernel`` computes it: ``apply(matmul, a, b, kernel=by_blas)``."""
    return kernel(a, b, **options)
def gelu(x: Array, kernel: Callable[..., Array], approximate: str = "none") -> Array:
    """GELU of ``x`` as ``kernel`` computes it."""
    with np.errstate(over="ignore"):  # where a power of x overflows, tanh is 1 or -1 all the same
        return kernel(x, approximate)
def product_shape(left: Shape, right: Shape) -> Shape:
    """(..., M, N), the shape of (..., M, K) @ (..., K, N); stacks broadcast. ValueError, naming both, if they do not fit or have fewer than two axes."""
    if len(left) < 2 or len(right) < 2:
        raise ValueError(f"A product needs matrices or stacks of them, got the shapes {left} and {right}: reshape a vector to a row or a column.")
    if left[-1] != right[-2]:
        raise ValueError(f"Cannot multiply {left} by {right}: the inner sizes {left[-1]} and {right[-2]} differ.")
    try:
        return (*broadcast_shape(left[:-2], right[:-2]), left[-2], right[-1])
    except ValueError as error:
        raise ValueError(f"Cannot multiply {left} by {right}: {error}") from None
def starts(size: int, tile_size: int) -> range:
    """Where tiles begin along an axis: ``starts(7, 3)`` gives 0, 3 and 6. ValueError for a tile size below 1."""
    if tile_size < 1:
        raise ValueError(f"A tile has at least 1 row and column, got tile_size={tile_size}.")
    return range(0, size, tile_size)
def tile_traffic(m: int, k: int, n: int, tile_size: int, itemsize: int = 4) -> int:
    """Q(t) in bytes: what (m, k) @ (k, n) moves by square tiles if only the current tiles are kept. ``tile_traffic(4, 4, 4, 2)`` is 320."""
    return itemsize * (m * k * len(starts(n, tile_size)) + k * n * len(starts(m, tile_size)) + m * n)
SLOPE = math.sqrt(2 / math.pi)
GELU_TERMS = {  # coefficients of p, those of module 02, the highest power first: fitted to the normal distribution, and the short form of the paper
    "none": (1.81392516e-09, -1.33783102e-07, 3.97406912e-06, -5.52733736e-05, -3.3026753e-05, 0.0363341492, 0.797884268),
    "tanh": (0.044715 * SLOPE, SLOPE)}


def by_blas(a: Array, b: Array) -> Array:
    """The matrix product (..., M, K) @ (..., K, N) -> (..., M, N) by one ``@``, a stack times a single matrix as one product of all rows. ValueError as ``product_shape``."""
    shape = product_shape(a.shape, b.shape)
    if b.ndim > 2:
        return a @ b
    rows = a.reshape(math.prod(a.shape[:-1]), a.shape[-1])
    return (rows @ b).reshape(shape)


def by_tiles(a: Array, b: Array, tile_size: int = 64) -> Array:
    """(..., M, K) @ (..., K, N) -> (..., M, N), ``tile_size`` rows and columns at a time, of all matrices of a stack together; values and dtype as ``a @ b``.
    ValueError as ``product_shape`` and ``starts``."""
    c = np.zeros(product_shape(a.shape, b.shape), np.result_type(a, b))
    t = tile_size
    for i in starts(a.shape[-2], t):
        for j in starts(b.shape[-1], t):
            for k in starts(a.shape[-1], t):
                c[..., i : i + t, j : j + t] += a[..., i : i + t, k : k + t] @ b[..., k : k + t, j : j + t]
    return c


def contiguous(x: Array, tile_size: int = 64) -> Array:
    """``x`` with its elements in memory in the order of its axes, the last one dense: ``x`` itself if it is so already, else a copy, made in square tiles
    over the last two axes; with fewer than two axes at once. ValueError as ``starts``."""
    if x.flags.c_contiguous:
        return x
    if x.ndim < 2:
        return x.copy()
    new, t = np.empty(x.shape, x.dtype), tile_size
    for i in starts(x.shape[-2], t):
        for j in starts(x.shape[-1], t):
            new[..., i : i + t, j : j + t] = x[..., i : i + t, j : j + t]
    return new


def in_one_pass(x: Array, approximate: str = "none", size: int = BLOCK) -> Array:
    """GELU of each element of a floating array, in its dtype, ``size`` elements at a time: it holds the result and ``size`` elements more.
    ``approximate`` chooses the polynomial: "none" or "tanh". ValueError for another word, or a size below 1."""
    if approximate not in GELU_TERMS:
        raise ValueError(f'approximate is {approximate!r}; it must be "none" or "tanh".')
    first, *rest = GELU_TERMS[approximate]
    result = np.empty(x.shape, x.dtype)
    flat, target = contiguous(x).reshape(-1), result.reshape(-1)
    squares = np.empty_like(flat[:size])
    for start in starts(x.size, size):
        block, y = flat[start : start + size], target[start : start + size]
        square = squares[: block.size]
        np.multiply(block, block, out=square)
        np.multiply(square, first, out=y)
        y += rest[0]
        for term in rest[1:]:
            y *= square
            y += term
        y *= block
        np.tanh(y, out=y)
        y += 1
        y *= 0.5
        y *= block
    return result


gradient(matmul)(lambda g, y, a, b, kernel, **options: d_matmul(g, y, a, b))
gradient(gelu)(lambda g, y, x, kernel, approximate="none": d_gelu(g, y, x, approximate))
def vectorized_matmul(a: Operand, b: Operand) -> Tensor:
    """``a @ b``, (..., M, K) by (..., K, N), by BLAS; ValueError as ``product_shape``. ``vectorized_matmul(Tensor([[1, 2]]), Tensor([[3], [4]]))`` holds 11."""
    return apply(matmul, a, b, kernel=by_blas)
def tiled_matmul(a: Operand, b: Operand, tile_size: int = 64) -> Tensor:
    """``a @ b`` by square tiles, with the values and errors of ``vectorized_matmul``; ValueError for a tile size below 1 too."""
    return apply(matmul, a, b, kernel=by_tiles, tile_size=tile_size)
def fused_gelu(x: Tensor, approximate: str = "none") -> Tensor:
    """``GELU(approximate)(x)`` in one pass, the same values; integers become float32. ValueError unless ``approximate`` is "none" or "tanh".
    float64 with "none" keeps the exact function of module 02."""
    x = x if x.dtype.kind == "f" else Tensor(x, dtype=FLOAT32)
    exact = x.dtype == np.float64 and approximate == "none"  # the polynomial is fitted to the digits of float32
    return apply(gelu, x, kernel=activations.gelu if exact else in_one_pass, approximate=approximate)
