# Generated from modules/01_tensor/tensor_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""The tensor: operations on NumPy arrays, and the class ``Tensor`` that gathers them.

An operation is a function on ndarrays (``matmul``, ``reduce_sum``). ``Tensor`` methods call it through ``apply``, the one place that every
computation passes.
"""

import importlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Array = NDArray[Any]
Shape = tuple[int, ...]
Axis = int | Sequence[int] | None
Number = bool | int | float | np.number[Any] | np.bool

FLOAT32 = np.dtype(np.float32)
NUMERIC = "biuf"  # dtype.kind of booleans, integers (signed, unsigned) and floats


def as_array(data: ArrayLike, dtype: DTypeLike | None = None) -> Array:
    """``data`` as an ndarray of numbers. Memory is shared with ``data`` if that is an array of the right dtype.

    Without ``dtype``, floats become float32; integers and booleans keep their dtype. Raises ValueError for rows of unequal length,
    TypeError for anything but numbers. ``as_array([1, 2.5])`` is ``array([1., 2.5], dtype=float32)``.
    """
    try:
        array = np.asarray(data)
    except ValueError as error:
        raise ValueError(f"A tensor needs rows of equal length: {error}") from None
    target = np.dtype(dtype) if dtype is not None else FLOAT32 if array.dtype.kind == "f" else array.dtype
    if array.dtype.kind not in NUMERIC or target.kind not in NUMERIC:
        raise TypeError(f"A tensor holds numbers, got {array.dtype} to store as {target}.")
    return array.astype(target, copy=False)


def result_dtype(computed: np.dtype[Any], operands: Sequence[np.dtype[Any]]) -> np.dtype[Any]:
    """The dtype for a result that NumPy ``computed``, given the dtypes of the tensors among the ``operands``.

    Integer and boolean results stay. A floating result takes the widest floating dtype of the operands, float32 if none is floating:
    ``result_dtype(float64, [int64, float32])`` is float32.
    """
    floats = [dtype for dtype in operands if dtype.kind == "f"]
    if computed.kind != "f":
        return computed
    return np.result_type(*floats) if floats else FLOAT32


def reshape(x: Array, shape: Shape) -> Array:
    """``x`` with another shape and the same elements in the same order; a view if ``x`` is contiguous.

    One size may be -1 and is found from the others. Raises ValueError, with both shapes, if the numbers of elements differ:
    ``reshape(np.zeros((2, 6)), (3, -1))`` has shape (3, 4).
    """
    known = math.prod(size for size in shape if size != -1)
    missing = x.size // known if known else 0
    sizes = tuple(missing if size == -1 else size for size in shape)
    if math.prod(sizes) != x.size or shape.count(-1) > 1:
        raise ValueError(f"Cannot reshape {x.shape} ({x.size} elements) into {shape}: the numbers of elements must agree.")
    return x.reshape(sizes)


def normalize_axis(axis: Axis, ndim: int) -> Shape:
    """The axes that ``axis`` means, each in 0 .. ndim - 1; None means all. ValueError for one that is not there or is named twice."""
    axes = tuple(range(ndim)) if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
    for one in axes:
        if not -ndim <= one < ndim:
            raise ValueError(f"Axis {one} is out of range: {ndim} dimensions have the axes {-ndim} to {ndim - 1}.")
    positive = tuple(one % ndim for one in axes)
    if len(set(positive)) != len(positive):
        raise ValueError(f"Each axis may be named once, got {axes} for {ndim} dimensions.")
    return positive


def permute(x: Array, order: Shape) -> Array:
    """``x`` with its axes in another order, a view: ``permute(np.zeros((2, 3, 4)), (2, 0, 1))`` has shape (4, 2, 3)."""
    axes = normalize_axis(order, x.ndim)
    if len(axes) != x.ndim:
        raise ValueError(f"permute needs all {x.ndim} axes of shape {x.shape}, got {order}.")
    return x.transpose(axes)


def index(x: Array, key: Any) -> Array:
    """``x[key]``: a view for integers and slices, a copy for arrays of indices or booleans."""
    return x[key]


def transpose(x: Array, d0: int | None = None, d1: int | None = None) -> Array:
    """``x`` with axes ``d0`` and ``d1`` swapped, a view; without them the last two, so that a stack of matrices is transposed.

    Fewer than two dimensions and no axes: ``x`` as it is. ValueError for one axis alone or one out of range.
    ``transpose(np.zeros((2, 3, 4)))`` has shape (2, 4, 3).
    """
    if d0 is None and d1 is None:
        if x.ndim < 2:
            return x
        d0, d1 = -2, -1
    if d0 is None or d1 is None:
        raise ValueError(f"transpose needs two axes or none, got {d0} and {d1}.")
    (first,), (second,) = normalize_axis(d0, x.ndim), normalize_axis(d1, x.ndim)
    order = list(range(x.ndim))
    order[first], order[second] = second, first
    return permute(x, tuple(order))


def broadcast_shape(a: Shape, b: Shape) -> Shape:
    """The shape that an elementwise operation on shapes ``a`` and ``b`` has: (3, 1) and (4,) make (3, 4).

    Raises ValueError, naming both shapes and the sizes that clash.
    """
    shape = []
    for m, n in zip_longest(reversed(a), reversed(b), fillvalue=1):
        if m != n and m != 1 and n != 1:
            raise ValueError(f"Shapes {a} and {b} do not broadcast: sizes {m} and {n} must be equal or one of them 1.")
        shape.append(n if m == 1 else m)
    return tuple(reversed(shape))


def elementwise(function: Callable[..., Any], a: Array | Number, b: Array | Number) -> Array:
    """``function(a, b)`` over the broadcast shape of ``a`` and ``b``, which are arrays or numbers.

    Raises ValueError, naming both shapes, if they do not broadcast; other errors of ``function`` stay as they are.
    """
    try:
        return function(a, b)
    except ValueError:
        broadcast_shape(np.shape(a), np.shape(b))
        raise


def add(a: Array | Number, b: Array | Number) -> Array:
    """a + b."""
    return elementwise(np.add, a, b)


def subtract(a: Array | Number, b: Array | Number) -> Array:
    """a - b."""
    return elementwise(np.subtract, a, b)


def multiply(a: Array | Number, b: Array | Number) -> Array:
    """a * b."""
    return elementwise(np.multiply, a, b)


def divide(a: Array | Number, b: Array | Number) -> Array:
    """a / b; division by zero gives inf or nan and NumPy's RuntimeWarning."""
    return elementwise(np.true_divide, a, b)


def power(a: Array | Number, b: Array | Number) -> Array:
    """a ** b. ValueError for integers to a negative integer power."""
    return elementwise(np.power, a, b)


# Operations that need no more than NumPy's own function: each takes and returns an array of the same shape.
negate, exp, log, sqrt, absolute = np.negative, np.exp, np.log, np.sqrt, np.absolute


def matmul(a: Array, b: Array) -> Array:
    """The matrix product: (..., M, K) @ (..., K, N) -> (..., M, N); (K,) stands for a row on the left, for a column on the right.

    2MNK flops for each matrix of the stack. ValueError, naming both shapes, if the inner sizes differ, the stacks do not broadcast, or an operand is a number.
    """
    left, right = np.shape(a), np.shape(b)
    if not left or not right:
        raise ValueError(f"matmul needs vectors or matrices, got shapes {left} and {right}; use * to scale by a number.")
    inner = right[-2:][0]
    if left[-1] != inner:
        raise ValueError(f"matmul cannot multiply {left} by {right}: the inner sizes {left[-1]} and {inner} differ.")
    if len(left) > 2 and len(right) > 2:
        broadcast_shape(left[:-2], right[:-2])
    return a @ b


def reduce_sum(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """The sum over ``axis`` (one, several, or None for all); integers and booleans are summed as int64."""
    return x.sum(axis=normalize_axis(axis, x.ndim), keepdims=keepdims)


def reduce_max(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """The largest value over ``axis``. Raises ValueError if there is none to take."""
    return x.max(axis=normalize_axis(axis, x.ndim), keepdims=keepdims)


def reduce_mean(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """The mean over ``axis``: a (2, 3) array has the shape (2,) after ``axis=1``, and (2, 1) with ``keepdims``."""
    count = math.prod(x.shape[one] for one in normalize_axis(axis, x.ndim))
    return reduce_sum(x, axis, keepdims) / count


def reduce_var(x: Array, axis: Axis = None, keepdims: bool = False, ddof: int = 1) -> Array:
    """The variance over ``axis``: squared distances from the mean, summed and divided by their number less ``ddof``.

    ``ddof=1`` is the unbiased estimate, ``ddof=0`` the mean of the squares. Raises ValueError if there are not more than ``ddof`` elements.
    """
    count = math.prod(x.shape[one] for one in normalize_axis(axis, x.ndim))
    if count <= ddof:
        raise ValueError(f"The variance with ddof={ddof} needs more than {ddof} elements, got {count} of shape {x.shape}.")
    distance = x - reduce_mean(x, axis, keepdims=True)
    return reduce_sum(distance * distance, axis, keepdims) / (count - ddof)


def concatenate(*arrays: Array, dim: int = 0) -> Array:
    """The arrays one after the other along ``dim``: shapes (2, 3) and (2, 5) with ``dim=1`` make (2, 8). One allocation.

    Raises ValueError, naming both shapes, if another axis than ``dim`` differs.
    """
    first = arrays[0].shape
    (axis,) = normalize_axis(dim, len(first))
    for x in arrays:
        if len(x.shape) != len(first) or x.shape[:axis] + x.shape[axis + 1 :] != first[:axis] + first[axis + 1 :]:
            raise ValueError(f"cat along axis {axis} needs shapes that agree elsewhere, got {first} and {x.shape}.")
    ends = np.cumsum([x.shape[axis] for x in arrays])
    out = np.empty((*first[:axis], int(ends[-1]), *first[axis + 1 :]), dtype=np.result_type(*arrays))
    for x, end in zip(arrays, ends, strict=True):
        out[(slice(None),) * axis + (slice(end - x.shape[axis], end),)] = x
    return out


class Event(NamedTuple):
    """What an observer is told about one operation; ``seconds`` is its wall time."""

    op: str
    params: dict[str, Any]
    inputs: tuple[Any, ...]
    output: "Tensor"
    phase: str
    seconds: float


Observer = Callable[[Event], object] | None
_observer: Observer = None
_grad_enabled = True


def set_observer(observer: Observer) -> Observer:
    """Call ``observer`` with an Event after every operation, None for nobody; returns the one that was set before."""
    global _observer
    previous, _observer = _observer, observer
    return previous


def set_grad_enabled(enabled: bool) -> bool:
    """Whether ``apply`` remembers operations on tensors that require gradients; returns what was set before."""
    global _grad_enabled
    previous, _grad_enabled = _grad_enabled, enabled
    return previous


def apply(op: Callable[..., Any], *inputs: Any, **params: Any) -> "Tensor":
    """``op`` on the arrays of ``inputs`` (tensors, numbers, ndarrays), as a tensor. TypeError for any other input."""
    arrays = []
    needs_grad = False
    for x in inputs:
        if isinstance(x, Tensor):
            arrays.append(x.data)
            needs_grad = needs_grad or x.requires_grad
        elif isinstance(x, Number | np.ndarray):
            arrays.append(x)
        else:
            raise TypeError(f"{op.__name__} takes tensors, numbers and NumPy arrays, got {type(x).__name__}.")
    observer = _observer
    started = 0.0 if observer is None else time.perf_counter()
    result = np.asarray(op(*arrays, **params))
    if result.dtype is not FLOAT32:
        dtype = result_dtype(result.dtype, [x.dtype for x in inputs if isinstance(x, Tensor)])
        result = result.astype(dtype, copy=False)
        needs_grad = needs_grad and dtype.kind == "f"
    out = Tensor.__new__(Tensor)
    out.data, out.grad = result, None
    out.requires_grad = needs_grad and _grad_enabled
    out.op, out.inputs, out.params = (op, inputs, params) if out.requires_grad else (None, (), {})
    if observer is not None:
        observer(Event(op.__name__, params, inputs, out, "forward", time.perf_counter() - started))
    return out


class Tensor:
    """An n-dimensional array of numbers: ``Tensor([[1, 2.5], [3, 4]])``. Operations return new tensors; views share memory.

    ``data`` is an ndarray, shared with what was passed in if that is an array of the right dtype. Floats become float32 unless ``dtype`` says
    otherwise; integers and booleans stay. Operators take tensors, numbers and ndarrays on either side; numbers and ndarrays never widen a floating tensor.
    """

    __slots__ = ("data", "grad", "inputs", "op", "params", "requires_grad")
    __array_ufunc__ = None  # so that ndarray + Tensor is a Tensor

    data: Array
    grad: Array | None
    op: Callable[..., Any] | None

    def __init__(self, data: "ArrayLike | Tensor", requires_grad: bool = False, dtype: DTypeLike | None = None) -> None:
        """TypeError if ``data`` are not numbers, or integers that ``requires_grad``; ValueError for rows of unequal length."""
        if isinstance(data, Tensor):
            data, dtype = data.data, dtype or data.dtype
        self.data = as_array(data, dtype)
        if requires_grad and self.data.dtype.kind != "f":
            raise TypeError(f"Only floating tensors can require gradients, got {self.data.dtype}: pass dtype=np.float32.")
        self.requires_grad = requires_grad
        self.grad = None
        self.op, self.inputs, self.params = None, (), {}

    shape = property(lambda self: self.data.shape, doc="The sizes of the axes, a tuple.")
    size = property(lambda self: self.data.size, doc="The number of elements.")
    ndim = property(lambda self: self.data.ndim, doc="The number of axes.")
    dtype = property(lambda self: self.data.dtype, doc="The NumPy dtype of the elements.")
    T = property(lambda self: apply(permute, self, order=tuple(reversed(range(self.ndim)))), doc="All axes reversed, a view.")
