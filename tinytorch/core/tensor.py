# Generated from modules/01_tensor/tensor_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""The tensor: operations on NumPy arrays, and the class ``Tensor`` that gathers them.

An operation is a function on ndarrays (``matmul``, ``reduce_sum``). Tensors call all of them through ``apply``.
"""

import importlib
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Array = NDArray[Any]
Shape = tuple[int, ...]
Axis = int | tuple[int, ...] | None
Operand: TypeAlias = "Tensor | Array | float | np.number[Any] | np.bool"

FLOAT32 = np.dtype(np.float32)
NUMERIC = "biuf"  # dtype.kind of booleans, integers (signed or not) and floats
OPERANDS = (int, float, np.integer, np.floating, np.bool, np.ndarray)  # what may stand beside a tensor


def as_array(data: ArrayLike, dtype: DTypeLike | None = None) -> Array:
    """``data`` as an ndarray of numbers, sharing memory if ``data`` is an array of the right dtype.

    Without ``dtype``, floats become float32; integers and booleans keep theirs. ValueError for rows of unequal length, TypeError
    for anything but numbers. ``as_array([1, 2.5])`` is ``array([1. , 2.5], dtype=float32)``.
    """
    try:
        array = np.asarray(data)
    except ValueError as error:
        raise ValueError(f"A tensor needs rows of equal length: {error}") from None
    target = np.dtype(dtype) if dtype is not None else FLOAT32 if array.dtype.kind == "f" else array.dtype
    if array.dtype.kind not in NUMERIC or target.kind not in NUMERIC:
        raise TypeError(f"A tensor holds numbers, got {array.dtype} to store as {target}.")
    return array.astype(target, copy=False)


def reshape(x: Array, shape: Shape) -> Array:
    """``x`` with another shape, its elements in the same order; a view if ``x`` is contiguous. One size may be -1.

    Raises ValueError, with both shapes, if the numbers of elements differ. ``reshape(np.zeros((2, 6)), (3, -1))`` has shape (3, 4).
    """
    known = math.prod(size for size in shape if size != -1)
    missing = x.size // known if known else -1
    sizes = tuple(missing if size == -1 else size for size in shape)
    if math.prod(sizes) != x.size or min(sizes, default=0) < 0 or shape.count(-1) > 1:
        raise ValueError(f"Cannot reshape {x.shape} ({x.size} elements) into {shape}: the numbers of elements must agree.")
    return x.reshape(sizes)


def normalize_axis(axis: Axis, ndim: int) -> Shape:
    """The axes meant by ``axis`` as numbers from 0; None means all. ValueError for one that is not there."""
    axes = tuple(range(ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    most = max(ndim, 1)  # a number without axes takes 0 and -1 too, and both mean none (as in NumPy and PyTorch)
    for one in axes:
        if not -most <= one < most:
            raise ValueError(f"Axis {one} is out of range: {ndim} dimensions have the axes {-most} to {most - 1}.")
    return tuple(one % ndim for one in axes) if ndim else ()

def permute(x: Array, order: Shape) -> Array:
    """``x`` with its axes in another order, a view: ``permute(np.zeros((2, 3, 4)), (2, 0, 1))`` has shape (4, 2, 3)."""
    if len(order) != x.ndim:
        raise ValueError(f"permute needs all {x.ndim} axes of shape {x.shape}, got {order}.")
    return x.transpose(normalize_axis(order, x.ndim))

def index(x: Array, key: Any) -> Array:
    """``x[key]``: a view for integers and slices, a copy for arrays of indices or booleans."""
    return x[key]


def transpose(x: Array, d0: int | None = None, d1: int | None = None) -> Array:
    """``x`` with axes ``d0`` and ``d1`` swapped, a view; without them the last two: (2, 3, 4) becomes (2, 4, 3).

    With fewer than two dimensions and no axes, ``x`` as it is. ValueError for one axis alone, or one that is not there.
    """
    if d0 is None and d1 is None:
        if x.ndim < 2:
            return x
        d0, d1 = -2, -1
    if d0 is None or d1 is None:
        raise ValueError(f"transpose needs two axes or none, got {d0} and {d1}.")
    d0, d1 = normalize_axis(d0, x.ndim) + normalize_axis(d1, x.ndim)
    order = list(range(x.ndim))
    order[d0], order[d1] = d1, d0
    return permute(x, tuple(order))


def broadcast_shape(a: Shape, b: Shape) -> Shape:
    """The shape of an elementwise operation on the shapes ``a`` and ``b``: (3, 1) and (4,) make (3, 4).

    Raises ValueError, naming both shapes and the sizes that clash.
    """
    shape = []
    for m, n in zip_longest(reversed(a), reversed(b), fillvalue=1):
        if m != n and m != 1 and n != 1:
            raise ValueError(f"Shapes {a} and {b} do not broadcast: sizes {m} and {n} must be equal, or one of them 1.")
        shape.append(n if m == 1 else m)
    return tuple(reversed(shape))


add, subtract, multiply, divide = np.add, np.subtract, np.multiply, np.true_divide
negate, absolute, exp, log, sqrt = np.negative, np.absolute, np.exp, np.log, np.sqrt

def power(a: Array, b: Array) -> Array:
    """``a ** b``; the operator knows short ways for small whole exponents that np.power does not."""
    return a**b

def concatenate(*arrays: Array, dim: int = 0) -> Array:
    """The arrays one after the other along ``dim``, a copy: (2, 3) and (2, 5) with ``dim=1`` make (2, 8)."""
    return np.concatenate(arrays, axis=dim)

def select(condition: Array, a: Array, b: Array) -> Array:
    """The elements of ``a`` where ``condition`` is true, of ``b`` elsewhere. TypeError if ``condition`` is not boolean."""
    if np.asarray(condition).dtype != bool:
        raise TypeError(f"where needs a boolean condition, got {np.asarray(condition).dtype}.")
    return np.where(condition, a, b)


def matmul(a: Array, b: Array) -> Array:
    """The matrix product (..., M, K) @ (..., K, N) -> (..., M, N), 2MNK flops each; (K,) is a row left, a column right.

    ValueError, naming both shapes, if inner sizes differ, the stacks do not broadcast, or an operand is a number.
    """
    left, right = np.shape(a), np.shape(b)
    if not left or not right:
        raise ValueError(f"matmul needs vectors or matrices, got shapes {left} and {right}; use * to scale by a number.")
    if left[-1] != right[-2:][0]:
        raise ValueError(f"matmul cannot multiply {left} by {right}: the inner sizes {left[-1]} and {right[-2:][0]} differ.")
    broadcast_shape(left[:-2], right[:-2])
    return a @ b


def reduce_sum(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """The sum over ``axis`` (one, several, or None for all); booleans and integers of any width are summed as int64."""
    return x.sum(axis=axis, keepdims=keepdims, dtype=np.int64 if x.dtype.kind in "bu" else None)

def reduce_max(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """The largest value over ``axis``; ValueError if there is none to take."""
    return x.max(axis=axis, keepdims=keepdims)

def reduce_mean(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """The mean over ``axis``: (2, 3) becomes (2,) with ``axis=1``, and (2, 1) with ``keepdims`` too."""
    count = math.prod(x.shape[one] for one in normalize_axis(axis, x.ndim))
    return reduce_sum(x, axis, keepdims) / count


def reduce_var(x: Array, axis: Axis = None, keepdims: bool = False, ddof: int = 1) -> Array:
    """The variance over ``axis``: squared distances from the mean, summed and divided by their number less ``ddof``.

    ``ddof=1`` is unbiased, ``ddof=0`` the mean of the squares. Of ``ddof`` elements or fewer the divisor is 0, the result nan or inf.
    """
    count = math.prod(x.shape[one] for one in normalize_axis(axis, x.ndim))
    distance = x - reduce_mean(x, axis, keepdims=True)
    return reduce_sum(distance * distance, axis, keepdims) / max(count - ddof, 0)


class Event(NamedTuple):
    """What an observer is told about one operation; ``phase`` is "forward" here, ``seconds`` is wall time."""
    op: str
    params: dict[str, Any]
    inputs: tuple[Any, ...]
    output: "Tensor"
    phase: str
    seconds: float

Observer: TypeAlias = Callable[[Event], object]
_observer: Observer | None = None
class _Grad(threading.local): enabled = True  # each thread has its own
_grad = _Grad()
def set_observer(observer: Observer | None) -> Observer | None:
    """Call ``observer`` with an Event after each operation, or nobody (None). Returns the one that was set before."""
    global _observer
    previous, _observer = _observer, observer
    return previous

def get_observer() -> Observer | None:
    """The observer that is set, or None: whoever else has something to tell asks for it."""
    return _observer

def set_grad_enabled(enabled: bool) -> bool:
    """Whether ``apply`` remembers operations on tensors that require gradients, in this thread. Returns what was set before."""
    previous, _grad.enabled = _grad.enabled, enabled
    return previous

def apply(op: Callable[..., Any], *inputs: Any, **params: Any) -> "Tensor":
    """``op`` on the arrays of ``inputs`` (tensors, numbers, ndarrays), as a tensor. TypeError for any other input."""
    arrays: list[Any] = []  # plain statements here: on few elements, each costs as much as the arithmetic
    needs_grad = False
    for x in inputs:
        if isinstance(x, Tensor):
            arrays.append(x.data)
            if x.requires_grad:
                needs_grad = _grad.enabled
        elif isinstance(x, OPERANDS):
            arrays.append(x)
        else:
            raise TypeError(f"{op.__name__} takes tensors, numbers and NumPy arrays, got {type(x).__name__}.")
    observer = _observer
    started = 0.0 if observer is None else time.perf_counter()
    try:
        result = op(*arrays, **params)
    except ValueError:
        if isinstance(op, np.ufunc) and op.nin == 2:
            broadcast_shape(np.shape(arrays[0]), np.shape(arrays[1]))  # names both shapes if these are the reason
        raise
    if type(result) is not np.ndarray or result.dtype is not FLOAT32:
        result = _keep_precision(np.asarray(result), inputs)
        needs_grad = needs_grad and result.dtype.kind == "f"
    out: Tensor = object.__new__(Tensor)
    out.data, out.grad, out.requires_grad = result, None, needs_grad
    out.op, out.inputs, out.params = (op, inputs, params) if needs_grad else (None, (), {})
    if observer is not None:
        observer(Event(op.__name__, params, inputs, out, "forward", time.perf_counter() - started))
    return out

def _keep_precision(result: Array, inputs: tuple[Any, ...]) -> Array:
    """A floating result in the widest floating dtype of the tensors among ``inputs``, else float32 (NumPy takes float64)."""
    if result.dtype.kind != "f":
        return as_array(result, result.dtype)
    floats = [x.dtype for x in inputs if isinstance(x, Tensor) and x.dtype.kind == "f"]
    return result.astype(np.result_type(*floats) if floats else FLOAT32, copy=False)


class Tensor:
    """An n-dimensional array of numbers: ``Tensor([[1, 2.5], [3, 4]])``.

    ``data`` is its ndarray, shared with what came in if that is an array of the right dtype: floats become float32 unless ``dtype``
    says otherwise, integers and booleans stay. Each method applies the operation of its name: see there for shapes and errors.
    Operators take tensors, numbers and ndarrays on either side; the latter two do not change the precision. Views share memory.
    """

    __slots__ = ("data", "grad", "inputs", "op", "params", "requires_grad")
    __array_ufunc__ = None  # so that ndarray + Tensor is a Tensor
    __hash__ = object.__hash__  # == compares elements; a tensor is a key by identity

    def __init__(self, data: "ArrayLike | Tensor", requires_grad: bool = False, dtype: DTypeLike | None = None) -> None:
        """TypeError if ``data`` are not numbers, or integers and ``requires_grad``; ValueError for rows of unequal length."""
        if isinstance(data, Tensor):
            data, dtype = data.data, data.dtype if dtype is None else dtype
        self.data: Array = as_array(data, dtype)
        if requires_grad and self.data.dtype.kind != "f":
            raise TypeError(f"Only floating tensors can require gradients, got {self.data.dtype}: pass dtype=np.float32.")
        self.requires_grad = requires_grad
        self.grad: Array | None = None
        self.op: Callable[..., Any] | None = None
        self.inputs: tuple[Any, ...] = ()
        self.params: dict[str, Any] = {}

    @property
    def shape(self) -> Shape: return self.data.shape
    @property
    def size(self) -> int: return self.data.size
    @property
    def ndim(self) -> int: return self.data.ndim
    @property
    def dtype(self) -> np.dtype[Any]: return self.data.dtype
    @property
    def T(self) -> "Tensor": return apply(permute, self, order=tuple(reversed(range(self.ndim))))
    def __add__(self, other: Operand) -> "Tensor": return apply(add, self, other)
    def __radd__(self, other: Operand) -> "Tensor": return apply(add, other, self)
    def __sub__(self, other: Operand) -> "Tensor": return apply(subtract, self, other)
    def __rsub__(self, other: Operand) -> "Tensor": return apply(subtract, other, self)
    def __mul__(self, other: Operand) -> "Tensor": return apply(multiply, self, other)
    def __rmul__(self, other: Operand) -> "Tensor": return apply(multiply, other, self)
    def __truediv__(self, other: Operand) -> "Tensor": return apply(divide, self, other)
    def __rtruediv__(self, other: Operand) -> "Tensor": return apply(divide, other, self)
    def __pow__(self, other: Operand) -> "Tensor": return apply(power, self, other)
    def __rpow__(self, other: Operand) -> "Tensor": return apply(power, other, self)
    def __matmul__(self, other: Operand) -> "Tensor": return apply(matmul, self, other)
    def __rmatmul__(self, other: Operand) -> "Tensor": return apply(matmul, other, self)
    def __neg__(self) -> "Tensor": return apply(negate, self)
    def __abs__(self) -> "Tensor": return apply(absolute, self)
    def __lt__(self, other: Any) -> "Tensor": return apply(np.less, self, other)
    def __le__(self, other: Any) -> "Tensor": return apply(np.less_equal, self, other)
    def __gt__(self, other: Any) -> "Tensor": return apply(np.greater, self, other)
    def __ge__(self, other: Any) -> "Tensor": return apply(np.greater_equal, self, other)
    def __eq__(self, other: object) -> "Tensor":  # type: ignore[override]
        return apply(np.equal, self, other) if isinstance(other, (Tensor, *OPERANDS)) else NotImplemented
    def __ne__(self, other: object) -> "Tensor":  # type: ignore[override]
        return apply(np.not_equal, self, other) if isinstance(other, (Tensor, *OPERANDS)) else NotImplemented
    def exp(self) -> "Tensor": return apply(exp, _floating(self))
    def log(self) -> "Tensor": return apply(log, _floating(self))
    def sqrt(self) -> "Tensor": return apply(sqrt, _floating(self))
    def abs(self) -> "Tensor": return apply(absolute, self)
    def matmul(self, other: Operand) -> "Tensor": return apply(matmul, self, other)
    def permute(self, *order: int) -> "Tensor": return apply(permute, self, order=_sizes(order))
    def reshape(self, *shape: int) -> "Tensor": return apply(reshape, self, shape=_sizes(shape))
    def transpose(self, d0: int | None = None, d1: int | None = None) -> "Tensor":
        return apply(transpose, self, d0=d0, d1=d1)
    def sum(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        return apply(reduce_sum, self, axis=axis, keepdims=keepdims)
    def mean(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        return apply(reduce_mean, self, axis=axis, keepdims=keepdims)
    def max(self, axis: Axis = None, keepdims: bool = False) -> "Tensor":
        return apply(reduce_max, self, axis=axis, keepdims=keepdims)
    def var(self, axis: Axis = None, keepdims: bool = False, ddof: int = 1) -> "Tensor":
        return apply(reduce_var, self, axis=axis, keepdims=keepdims, ddof=ddof)
    def __getitem__(self, key: Any) -> "Tensor":
        parts = tuple(k.data if isinstance(k, Tensor) else k for k in (key if isinstance(key, tuple) else (key,)))
        return apply(index, self, key=parts if isinstance(key, tuple) else parts[0])
    def __len__(self) -> int: return len(self.data)
    def __iter__(self) -> "Iterator[Tensor]": return (self[i] for i in range(len(self)))
    def __bool__(self) -> bool: return bool(self.item())
    def __float__(self) -> float: return float(self.item())
    def __index__(self) -> int: return self.data.__index__()
    def __int__(self) -> int: return int(self.item())
    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        return np.array(self.data, dtype, copy=copy)
    def numpy(self) -> Array: return self.data
    def item(self) -> Any: return self.data.item()
    def detach(self) -> "Tensor": return Tensor(self)

    def backward(self, g: "ArrayLike | Tensor | None" = None) -> None:
        """Fill ``grad`` of the tensors that this one was computed from (module 05)."""
        try:
            engine = importlib.import_module("tinytorch.core.autograd")
        except ModuleNotFoundError as error:
            if error.name not in ("tinytorch", "tinytorch.core", "tinytorch.core.autograd"):
                raise
            raise RuntimeError("backward() is not there yet: gradients come in module 05.") from error
        engine.backward(self, g)

    def __repr__(self) -> str:
        values = np.array2string(self.data, precision=4, threshold=20, edgeitems=3, separator=", ", prefix="Tensor(")
        return f"Tensor({values}, shape={self.shape}, dtype={self.dtype}{', requires_grad=True' if self.requires_grad else ''})"

def _floating(x: Tensor) -> Tensor:
    """``x``, as float32 if it holds integers: of small ones, NumPy would compute exp, log and sqrt in float16."""
    return x if x.dtype.kind == "f" else Tensor(x, dtype=FLOAT32)

def _sizes(given: tuple[Any, ...]) -> Shape:
    """``reshape(2, 3)`` and ``reshape((2, 3))`` mean the same."""
    return tuple(given[0]) if len(given) == 1 and isinstance(given[0], Sequence) else given

def cat(tensors: "Sequence[Tensor]", dim: int = 0) -> Tensor:
    """The tensors one after the other along ``dim``. Raises ValueError if there are none or another axis differs."""
    return apply(concatenate, *tensors, dim=dim)

def stack(tensors: "Sequence[Tensor]", dim: int = 0) -> Tensor:
    """The tensors, all of one shape, along a new axis ``dim``: three of shape (2,) make (3, 2), and (2, 3) with ``dim=1``."""
    (axis,) = normalize_axis(dim, 1 + max((t.ndim for t in tensors), default=0))
    return cat([t.reshape(*t.shape[:axis], 1, *t.shape[axis:]) for t in tensors], axis)

def where(condition: Operand, a: Operand, b: Operand) -> Tensor:
    """The elements of ``a`` where ``condition`` is true, of ``b`` elsewhere; the three broadcast."""
    return apply(select, condition, a, b)
