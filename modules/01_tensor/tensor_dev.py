# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Module 01: Tensor
# **You build** the operations of a tensor library, one small function on NumPy arrays at a time; a given class gathers them into
# `Tensor`. Every later module runs on the file that this lesson exports.
#
# **You measure** which operations copy memory and which only describe the same bytes anew (`%%measure`, peak memory); what the
# order of memory accesses costs at equal arithmetic (`%%measure --time`); how the cost of a matrix product grows (`%%complexity`).
#
# **Prerequisites:** Python functions, NumPy indexing. **Unlocks:** 02 Activations, 03 Layers, 05 Autograd, 08 DataLoader.

# %% [markdown]
# ## Part 1: Foundations
# A tensor is a block of bytes and a description of it: `dtype` (the bytes of one element and their meaning), `shape`, and
# `strides`, for each axis the bytes from one element to the next along it: $\text{address}(i, j) = \text{start} + i\,s_0 + j\,s_1$.
# Two tensors may describe the *same* bytes with other shapes or strides: a **view**, which moves nothing. The rest is traffic:
#
# | operation, float32 | flops | bytes moved | flops per byte |
# |---|---|---|---|
# | add, n elements | n | 12n (read two, write one) | 1/12 for every n |
# | (M, K) @ (K, N) | 2MNK | at least 4(MK + KN + MN) | n/6 for M = N = K = n |
# | reshape, transpose | 0 | 0 | |
#
# A processor computes more numbers than memory delivers: `add` waits for memory, a large product need not. You will check this.
# %%
#| default_exp core.tensor
#| export
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

# %% nbgrader={"grade": false, "grade_id": "01-helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(1)

def gives(expected, function, *args, **params):
    """Call ``function``, fail unless shape and values of its result are as expected, and return the result."""
    call = f"{function.__name__}{tuple('array' + str(a.shape) if isinstance(a, np.ndarray) else a for a in args)}"
    try:
        got = function(*args, **params)
    except (ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError) as error:
        raise AssertionError(f"{call} raised {error!r}") from error
    assert got is not None, f"{call} returned nothing; does it end with `return`?"
    assert np.shape(got) == np.shape(expected), f"{call}: expected shape {np.shape(expected)}, got {np.shape(got)}"
    assert np.allclose(got, expected, rtol=1e-5, atol=1e-6), f"{call}: expected\n{expected}\ngot\n{got}"
    return got

def refuses(error, words, function, *args, **params):
    """Fail unless ``function`` refuses its arguments: it must raise ``error``, with all ``words`` in the message."""
    try:
        function(*args, **params)
    except Exception as caught:
        assert isinstance(caught, error), f"{function.__name__}{args} should raise {error.__name__}, but raised {caught!r}"
        assert all(word in str(caught) for word in words), f"{function.__name__}: the message should name {words}: {caught}"
    else:
        raise AssertionError(f"{function.__name__}{args} should raise {error.__name__}, but returned")

# %% [markdown]
# ### 1.1 What comes in: the dtype rule
# NumPy makes float64 of every Python float. Half the bytes do for our work: floats become float32 unless asked otherwise. Integers
# stay: float32 has 24 binary digits, an id of 16,777,217 = 2^24 + 1 would come back as 16,777,216. What fits is shared, not copied.
# %% nbgrader={"grade": false, "grade_id": "01-as-array", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def as_array(data: ArrayLike, dtype: DTypeLike | None = None) -> Array:
    """``data`` as an ndarray of numbers, sharing memory if ``data`` is an array of the right dtype.

    Without ``dtype``, floats become float32; integers and booleans keep theirs. ValueError for rows of unequal length, TypeError
    for anything but numbers. ``as_array([1, 2.5])`` is ``array([1. , 2.5], dtype=float32)``.
    """
    # TODO: make an ndarray of data, choose its dtype, refuse what is not a number.
    # APPROACH: 1. np.asarray; it raises ValueError for ragged rows: raise your own, with NumPy's reason in it. 2. the target is dtype
    # if given, else float32 for floats (dtype.kind "f"), else the array's own. 3. refuse kinds outside of NUMERIC. 4. convert.
    # HINTS: astype(target, copy=False) copies only where the dtype changes.
    ### BEGIN SOLUTION
    try:
        array = np.asarray(data)
    except ValueError as error:
        raise ValueError(f"A tensor needs rows of equal length: {error}") from None
    target = np.dtype(dtype) if dtype is not None else FLOAT32 if array.dtype.kind == "f" else array.dtype
    if array.dtype.kind not in NUMERIC or target.kind not in NUMERIC:
        raise TypeError(f"A tensor holds numbers, got {array.dtype} to store as {target}.")
    return array.astype(target, copy=False)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "01-as-array-test", "locked": true, "points": 9, "schema_version": 3, "solution": false, "task": false}
def test_as_array():
    for data, dtype in [([1, 2.5], "float32"), ([True, False], "bool"), (np.arange(3, dtype=np.int16), "int16")]:
        assert gives(data, as_array, data).dtype == dtype, f"as_array({data}) should be {dtype}, got {as_array(data).dtype}"
    assert as_array([16_777_217])[0] == 16_777_217, "integers must not pass through float32"
    floats = np.array([1.0, 2.0], dtype=np.float32)
    assert np.shares_memory(gives([1, 2], as_array, floats), floats), "an array that is float32 already needs no copy"
    refuses(ValueError, ["length", "inhomogeneous"], as_array, [[1, 2], [3]])
    refuses(TypeError, ["U1"], as_array, ["1", "2"])
    ### BEGIN HIDDEN TESTS
    doubles = np.array([[1.5, 0.1, 3.0]])
    assert gives(doubles, as_array, doubles).dtype == as_array(np.float16(1.5)).dtype == as_array([]).dtype == np.float32
    assert np.shares_memory(gives(doubles, as_array, doubles, np.float64), doubles) and as_array([0.1], np.float64)[0] == 0.1
    assert gives([True, False], as_array, [2, 0], bool).dtype == bool and gives([1, -1], as_array, [1.7, -1.7], int).dtype == int
    for data, dtype in [("5", np.float32), (None, None), ([1.5], str), ([1 + 2j], None), ([1.0], complex)]:
        refuses(TypeError, [], as_array, data, dtype)
    ### END HIDDEN TESTS
test_as_array()

# %% [markdown]
# ### 1.2 Strides
# A new array is *contiguous*: its last axis is dense, and each axis to the left steps over everything to its right.
# %% nbgrader={"grade": false, "grade_id": "01-contiguous-strides", "locked": false, "schema_version": 3, "solution": true, "task": false}
def contiguous_strides(shape, itemsize):
    """The strides, in bytes, of a new array: ``contiguous_strides((2, 3), 4)`` is ``(12, 4)``."""
    # TODO: the step in bytes along each axis.
    # APPROACH: go from the last axis to the first: 1. note the step, at first itemsize. 2. multiply it by the size of the axis.
    # HINTS: the steps come out in reverse order.
    ### BEGIN SOLUTION
    strides = []
    for size in reversed(shape):
        strides.append(itemsize)
        itemsize *= size
    return tuple(reversed(strides))
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "01-contiguous-strides-test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
def test_contiguous_strides():
    gives((12, 4), contiguous_strides, (2, 3), 4)  # one row further: 3 elements of 4 bytes
    ### BEGIN HIDDEN TESTS
    for shape, dtype in [((5,), np.int16), ((4, 3, 2), np.float64), ((2, 1, 7, 3), np.float32), ((), np.int8)]:
        gives(np.empty(shape, dtype).strides, contiguous_strides, shape, np.dtype(dtype).itemsize)
    ### END HIDDEN TESTS
test_contiguous_strides()

# %% [markdown]
# ### 1.3 Reshape
# The same bytes with another shape: nothing moves while the number of elements stays. One size may be -1: the others tell it.

# %% nbgrader={"grade": false, "grade_id": "01-reshape", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def reshape(x: Array, shape: Shape) -> Array:
    """``x`` with another shape, its elements in the same order; a view if ``x`` is contiguous. One size may be -1.

    Raises ValueError, with both shapes, if the numbers of elements differ. ``reshape(np.zeros((2, 6)), (3, -1))`` has shape (3, 4).
    """
    # TODO: find the size that a -1 stands for, refuse what does not fit, reshape.
    # APPROACH: 1. x.size divided by the product of the other sizes. 2. compare the numbers of elements. 3. return x.reshape(...).
    # HINTS: math.prod multiplies sizes; without the -1 they may give 0.
    ### BEGIN SOLUTION
    known = math.prod(size for size in shape if size != -1)
    missing = x.size // known if known else -1
    sizes = tuple(missing if size == -1 else size for size in shape)
    if math.prod(sizes) != x.size or min(sizes, default=0) < 0 or shape.count(-1) > 1:
        raise ValueError(f"Cannot reshape {x.shape} ({x.size} elements) into {shape}: the numbers of elements must agree.")
    return x.reshape(sizes)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "01-reshape-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_reshape():
    x = np.arange(12.0).reshape(2, 6)
    gives([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]], reshape, x, (4, 3))
    gives([[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], reshape, x, (3, -1))
    assert np.shares_memory(reshape(x, (12,)), x), "reshape of a contiguous array must be a view, not a copy"
    refuses(ValueError, ["(2, 6)", "(5, 2)"], reshape, x, (5, 2))
    ### BEGIN HIDDEN TESTS
    for old, new in [((2, 6), (2, -1, 3)), ((1,), ()), ((0, 3), (3, 0)), ((6, 2), (-1,)), ((0, 3), (-1, 2))]:
        gives(np.arange(math.prod(old)).reshape(new), reshape, np.arange(math.prod(old)).reshape(old), new)
    for wrong, shape in [(x, (-1, 5)), (x, (13,)), (x, (3, -1, -1)), (x, (24, -1)), (x, (0, -1)), (x, (-2, -6)), (x, (-2, 6)),
                         (np.ones(1), (-1, -1)), (np.zeros((0, 3)), (0, -1)), (np.ones(16), (-2, -2))]:
        refuses(ValueError, [str(wrong.shape), str(shape)], reshape, wrong, shape)
    ### END HIDDEN TESTS
test_reshape()

# %% [markdown]
# ### 1.4 Transpose
# To swap two axes is to swap two strides: `(12, 4)` becomes `(4, 12)`. Given first: naming axes, any order of axes, indexing.
# %%
#| export
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

# %% nbgrader={"grade": false, "grade_id": "01-transpose", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def transpose(x: Array, d0: int | None = None, d1: int | None = None) -> Array:
    """``x`` with axes ``d0`` and ``d1`` swapped, a view; without them the last two: (2, 3, 4) becomes (2, 4, 3).

    With fewer than two dimensions and no axes, ``x`` as it is. ValueError for one axis alone, or one that is not there.
    """
    # TODO: swap two axes without moving an element.
    # APPROACH: 1. settle the two axes; refuse one alone. 2. swap them in the list of all axes. 3. permute.
    # HINTS: normalize_axis(d0, x.ndim) is a tuple of one axis, or refuses; list(range(x.ndim)) are all axes in order.
    ### BEGIN SOLUTION
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
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "01-transpose-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_transpose():
    x = np.arange(24.0).reshape(2, 3, 4)
    gives([[0, 4, 8], [1, 5, 9], [2, 6, 10], [3, 7, 11]], transpose, x[0])
    gives([x[0].T, x[1].T], transpose, x)  # without axes the last two are swapped
    assert np.shares_memory(transpose(x), x), "transpose must be a view, not a copy"
    refuses(ValueError, ["None"], transpose, x, 0)
    ### BEGIN HIDDEN TESTS
    for d0, d1 in [(0, 2), (0, 1), (1, 0), (-1, 0), (-3, 1), (2, 2)]:
        gives(np.swapaxes(x, d0, d1), transpose, x, d0, d1)
    for few in (np.array([1.0, 2.0]), np.array(5.0)):
        assert np.shares_memory(gives(few, transpose, few), few), f"{few} stays as it is"
    for axes, word in [((None, 0), "None"), ((0, 3), "3"), ((-4, 0), "-4")]:
        refuses(ValueError, [word], transpose, x, *axes)
    ### END HIDDEN TESTS
test_transpose()

# %% [markdown]
# **Predict, then run.** `x` takes 16 MiB (`x.nbytes`). Which of the four statements need memory, and how much? Write down four
# numbers, then read the peak of each statement and `views.net_bytes`: how many of the four results keep memory of their own?
# %%
x = rng.standard_normal((2048, 2048), dtype=np.float32)
A, B = x[:96, :96].copy(), x[96:192, :96].copy()
n = 32
# %%
# %%measure -o views
flat = reshape(x, (-1,))
turned = transpose(x)
block = index(x, (slice(0, 1024), slice(0, 1024)))
turned_flat = reshape(turned, (-1,))

# %% [markdown]
# No stride leads through `turned` in reading order, so the last reshape had to copy: swapping axes is free until somebody needs
# the bytes in order.
# ### 1.5 Broadcasting
# Shapes are compared from the last axis on: sizes must be equal, or one of them 1 (a missing axis counts as 1). An axis of size 1
# is then used again and again.

# %% nbgrader={"grade": false, "grade_id": "01-broadcast-shape", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def broadcast_shape(a: Shape, b: Shape) -> Shape:
    """The shape of an elementwise operation on the shapes ``a`` and ``b``: (3, 1) and (4,) make (3, 4).

    Raises ValueError, naming both shapes and the sizes that clash.
    """
    # TODO: the size of each axis of the result, or a refusal.
    # APPROACH: walk both shapes from the right: 1. refuse two sizes that differ if neither is 1. 2. keep the one that is not 1.
    # HINTS: zip_longest(reversed(a), reversed(b), fillvalue=1) gives the pairs of sizes.
    ### BEGIN SOLUTION
    shape = []
    for m, n in zip_longest(reversed(a), reversed(b), fillvalue=1):
        if m != n and m != 1 and n != 1:
            raise ValueError(f"Shapes {a} and {b} do not broadcast: sizes {m} and {n} must be equal, or one of them 1.")
        shape.append(n if m == 1 else m)
    return tuple(reversed(shape))
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "01-broadcast-shape-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_broadcast_shape():
    for a, b, expected in [((2, 3), (2, 3), (2, 3)), ((3, 1), (4,), (3, 4)), ((), (5, 2), (5, 2)), ((5, 2), (1,), (5, 2))]:
        gives(expected, broadcast_shape, a, b)
    refuses(ValueError, ["(2, 3)", "(4,)"], broadcast_shape, (2, 3), (4,))
    ### BEGIN HIDDEN TESTS
    for a, b in [((0, 3), (1, 3)), ((1,), (0,)), ((8, 1, 6, 1), (7, 1, 5)), ((), ()), ((1, 1), (1,))]:
        gives(np.broadcast_shapes(a, b), broadcast_shape, a, b)
    for a, b in [((2, 3), (3, 2)), ((0,), (2,)), ((2,), (0,)), ((4, 3), (4,)), ((5, 2, 3), (4, 1, 3))]:
        refuses(ValueError, [str(a), str(b)], broadcast_shape, a, b)
    ### END HIDDEN TESTS
test_broadcast_shape()

# %% [markdown]
# How can a row of 4 elements be a (3, 4) matrix without three copies? By a **stride of 0**: one row further is zero bytes further.

# %% nbgrader={"grade": false, "grade_id": "01-expand", "locked": false, "schema_version": 3, "solution": true, "task": false}
def expand(x, shape):
    """``x`` as a read-only view of a larger ``shape``, with stride 0 where it repeats. ValueError, with both shapes, if not."""
    # TODO: a view of x that repeats by strides of 0.
    # APPROACH: 1. x fits if broadcast_shape(x.shape, shape) is shape. 2. own axes: stride 0 where the size is 1. 3. new axes: 0.
    # HINTS: np.lib.stride_tricks.as_strided(x, shape, strides, writeable=False)
    ### BEGIN SOLUTION
    if broadcast_shape(x.shape, shape) != shape:
        raise ValueError(f"Shape {x.shape} does not expand to {shape}.")
    own = [0 if x.shape[i] == 1 else x.strides[i] for i in range(x.ndim)]
    return np.lib.stride_tricks.as_strided(x, shape, [0] * (len(shape) - x.ndim) + own, writeable=False)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "01-expand-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_expand():
    row = np.array([1.0, 2.0, 3.0, 4.0], dtype=np.float32)
    rows = gives([[1, 2, 3, 4]] * 3, expand, row, (3, 4))
    assert rows.strides == (0, 4) and np.shares_memory(rows, row), f"expected a view with strides (0, 4), got {rows.strides}"
    gives([[1, 1], [2, 2], [3, 3], [4, 4]], expand, row.reshape(4, 1), (4, 2))
    ### BEGIN HIDDEN TESTS
    assert not rows.flags.writeable, "writing to one element would change several"
    x = np.arange(6.0).reshape(2, 1, 3)[:, :, ::-1]
    for shape in [(2, 1, 3), (2, 5, 3), (4, 2, 2, 3), (7, 2, 1, 3)]:
        assert gives(np.broadcast_to(x, shape), expand, x, shape).strides == np.broadcast_to(x, shape).strides, f"{shape}"
    for shape in [(4, 1, 1), (2, 5, 4), (1, 1, 3), (3,)]:
        refuses(ValueError, [str(x.shape), str(shape)], expand, x, shape)
    ### END HIDDEN TESTS
test_expand()

# %% [markdown]
# NumPy's elementwise functions do the same in their loops, so they are our arithmetic as they are. Three more are given.
# %%
#| export
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

# %% [markdown]
# ### 1.6 Matrix product: first by the definition
# $c_{ij} = \sum_k a_{ik} b_{kj}$: three loops, 2MNK floating-point operations in the innermost.

# %% nbgrader={"grade": false, "grade_id": "01-matmul-loops", "locked": false, "schema_version": 3, "solution": true, "task": false}
def matmul_loops(a, b):
    """The product of the matrices ``a`` (M, K) and ``b`` (K, N): (M, N), in the dtype of ``a``, by three loops."""
    # TODO: the formula above, element by element.
    # APPROACH: 1. c = zeros of shape (M, N) in the dtype of a. 2. for all i, j, k add a[i, k] * b[k, j] to c[i, j].
    # HINTS: a.shape is (M, K), b.shape is (K, N).
    ### BEGIN SOLUTION
    c = np.zeros((a.shape[0], b.shape[1]), dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "01-matmul-loops-test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
def test_matmul_loops():
    a, b = np.array([[1.0, 2, 3], [4, 5, 6]]), np.array([[1.0, -1, 2, 0], [0.5, 2, 0, 1], [3, 0, 1, 1]])
    gives([[11, 3, 5, 5], [24.5, 6, 14, 11]], matmul_loops, a, b)
    ### BEGIN HIDDEN TESTS
    gives(np.einsum("ki,jk->ij", b, a), matmul_loops, b.T, a.T)
    assert matmul_loops(a.astype(np.float32), b).dtype == np.float32, "the dtype of a"
    ### END HIDDEN TESTS
test_matmul_loops()

# %% [markdown]
# ### 1.7 Matrix product: the real one
# `a @ b` hands the arrays to a BLAS library: the same 2MNK operations, in blocks that stay in the cache, with vector instructions.
# Ours is the contract. As in PyTorch, one-dimensional operands are vectors, and axes before the last two are a stack of matrices.

# %% nbgrader={"grade": false, "grade_id": "01-matmul", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def matmul(a: Array, b: Array) -> Array:
    """The matrix product (..., M, K) @ (..., K, N) -> (..., M, N), 2MNK flops each; (K,) is a row left, a column right.

    ValueError, naming both shapes, if inner sizes differ, the stacks do not broadcast, or an operand is a number.
    """
    # TODO: refuse what does not fit, then a @ b.
    # APPROACH: 1. refuse numbers. 2. compare the inner sizes: the last of a; of b the last but one, or the only one.
    # 3. the stacks must broadcast.
    # HINTS: np.shape of a number is (); the stack is shape[:-2], and broadcast_shape refuses.
    ### BEGIN SOLUTION
    left, right = np.shape(a), np.shape(b)
    if not left or not right:
        raise ValueError(f"matmul needs vectors or matrices, got shapes {left} and {right}; use * to scale by a number.")
    if left[-1] != right[-2:][0]:
        raise ValueError(f"matmul cannot multiply {left} by {right}: the inner sizes {left[-1]} and {right[-2:][0]} differ.")
    broadcast_shape(left[:-2], right[:-2])
    return a @ b
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "01-matmul-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_matmul():
    a, b = rng.standard_normal((4, 3)), rng.standard_normal((3, 5))
    gives(matmul_loops(a, b), matmul, a, b)
    gives((a[0][:, None] * b).sum(axis=0), matmul, a[0], b)
    gives((a * b[:, 0]).sum(axis=1), matmul, a, b[:, 0])
    refuses(ValueError, ["(4, 3)", "(4, 5)"], matmul, a, np.zeros((4, 5)))
    refuses(ValueError, ["(2,)", "(5,)"], matmul, np.ones((2, 4, 3)), np.ones((5, 3, 6)))
    ### BEGIN HIDDEN TESTS
    gives(sum(a[1, k] * b[k, 1] for k in range(3)), matmul, a[1], b[:, 1])
    stack, other = rng.standard_normal((2, 1, 4, 3)), rng.standard_normal((6, 3, 5))
    gives(np.einsum("xyik,zkj->xzij", stack, other), matmul, stack, other)
    gives(np.einsum("ik,zkj->zij", a, other), matmul, a, other)
    for left, right in [((4, 3), (4,)), ((3,), (4, 3)), ((3,), (2,)), ((2, 4, 3), (4, 3)), ((2, 3), ()), ((), (3,))]:
        refuses(ValueError, [str(left), str(right)], matmul, np.ones(left), np.ones(right))
    ### END HIDDEN TESTS
test_matmul()

# %% [markdown]
# **Predict, then run.** The last two statements do 1.8 million flops (`2 * 96**3`), the first 1,200 times as many (`(1024 /
# 96)**3`). Which is slowest?
# %%
# %%measure --time -o step
large = matmul(x[:1024, :1024], x[:1024, :1024])
by_blas = matmul(A, B)
by_loops = matmul_loops(A, B)

# %% [markdown]
# ### 1.8 Reductions
# A reduction removes axes, or keeps them with size 1, so that its result broadcasts against its source. Three are given.
# %%
#| export
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

# %% [markdown]
# Variance $\frac{1}{n - \mathrm{ddof}} \sum (x_i - \bar x)^2$; PyTorch's default is `ddof=1` (*unbiased*), NumPy's 0. One pass
# would do for $\overline{x^2} - \bar x^2$, but in float32 it loses its digits when the mean is large against the spread: take two.

# %% nbgrader={"grade": false, "grade_id": "01-var", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def reduce_var(x: Array, axis: Axis = None, keepdims: bool = False, ddof: int = 1) -> Array:
    """The variance over ``axis``: squared distances from the mean, summed and divided by their number less ``ddof``.

    ``ddof=1`` is unbiased, ``ddof=0`` the mean of the squares. Of ``ddof`` elements or fewer the divisor is 0, the result nan or inf.
    """
    # TODO: two passes: the mean, then the squared distances from it.
    # APPROACH: 1. the number of elements in each sum. 2. subtract the mean. 3. square, sum, divide by that number less ddof, or by 0.
    # HINTS: normalize_axis gives the axes to count over; a mean with keepdims=True broadcasts; max(n, 0) is never negative.
    ### BEGIN SOLUTION
    count = math.prod(x.shape[one] for one in normalize_axis(axis, x.ndim))
    distance = x - reduce_mean(x, axis, keepdims=True)
    return reduce_sum(distance * distance, axis, keepdims) / max(count - ddof, 0)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "01-var-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_reduce_var():
    x = np.array([[1.0, 2.0, 6.0], [-3.0, 0.0, 0.0]])
    gives([7, 3], reduce_var, x, 1)  # 14 / 2 and 6 / 2
    gives([14 / 3, 2], reduce_var, x, 1, ddof=0)
    gives([[8, 2, 18]], reduce_var, x, 0, keepdims=True)
    ### BEGIN HIDDEN TESTS
    y = rng.standard_normal((2, 3, 4)).astype(np.float32)
    for axis in (None, -1, (0, 2)):
        assert gives(np.var(y, axis=axis, ddof=1, keepdims=True), reduce_var, y, axis, True).dtype == np.float32
    far = np.array([4096.1, 4097.3, 4098.7], dtype=np.float32)
    gives(np.var(far.astype(np.float64), ddof=1), reduce_var, far)
    assert np.array_equal(far, np.float32([4096.1, 4097.3, 4098.7])), "the input is unchanged"
    with np.errstate(divide="ignore", invalid="ignore"):
        assert np.isnan(reduce_var(y[:1], 0)).all() and np.isinf(reduce_var(y, 0, ddof=3)).all(), "of too few elements: nan or inf"
    ### END HIDDEN TESTS
test_reduce_var()

# %% [markdown]
# ### 1.9 `apply` and `Tensor`
# The rest is given: read it. Each method calls `apply` with an operation. `apply` takes the arrays out of the tensors, computes,
# keeps their precision, and wraps the result. An observer, if set, is told about each operation; unset, it costs a test for None.
# `requires_grad`, `grad`, `backward` and what `apply` remembers for them are places kept for module 05, unused until then.
# %%
#| export
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
# %%
#| export
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

# %% [markdown]
# ## Part 2: Systems analysis
# ### 2.1 Temporaries
# **Predict, then run:** the peak of each statement. How many arrays as large as `x`, 16 MiB (`x.nbytes`), does your variance hold
# at its peak?
# %%
# %%measure -o temporaries
rows = expand(x[0], x.shape)
total = add(x, rows)
spread = reduce_var(x)

# %% [markdown]
# ### 2.2 The order of access
# Memory comes in cache lines, 64 bytes on most processors (source: Intel's manuals), 16 float32 at a time. Both statements add up
# `x`, along its rows and along those of its transpose. **Predict, then run:** how many times slower is the second? And in bytes/s?
# %%
# %%measure --time -o traversal
along_rows = [reduce_sum(row) for row in x]
along_columns = [reduce_sum(row) for row in transpose(x)]

# %% [markdown]
# ### 2.3 Growth
# By 2MNK, which factor does doubling n put on the time of your loops, and which on the memory? **Predict** both exponents of n.
# %%
# %%complexity n=8..128 -o growth
square = rng.standard_normal((n, n), dtype=np.float32)
# measure:
product = matmul_loops(square, square)

# %% [markdown]
# Compare `growth.time.exponent`, `growth.time.interval` and `growth.memory.exponent` with it. What else costs where n is small?
# %% [markdown]
# ## Part 3: Production context
# - A PyTorch tensor is what you built: a storage, sizes, strides and an offset. *Tensor Views* in its documentation lists the
#   operations that return views; `view` refuses where `reshape` would copy, and `contiguous()` is the copy by name.
# - Its dispatcher is our `apply`: every call passes it, and it picks the device's kernel (E. Yang, *PyTorch internals*, 2019).
# - Matrix products go to vendor libraries (oneMKL, cuBLAS); `torch.compile` fuses elementwise chains to save temporaries.
# %% [markdown]
# ## Integration test
# Columns brought to mean 0 and variance 1, a matrix product, and every form of operand, all through `Tensor`.

# %% nbgrader={"grade": true, "grade_id": "01-integration-test", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
def test_tensor():
    data, w = rng.standard_normal((6, 3)) * 4 + 2, rng.standard_normal((3, 2))
    x, whole = Tensor(data), Tensor([[1, -2, 4]])
    scaled = (x - x.mean(axis=0)) / (x.var(axis=0) + 1e-5).sqrt()
    expected = (data - data.mean(axis=0)) / np.sqrt(data.var(axis=0, ddof=1) + 1e-5)
    gives(expected @ w, (scaled @ w).numpy)
    assert scaled.dtype == np.float32 and isinstance(w.T @ x.T, Tensor), "float32 stays; ndarray @ Tensor is a Tensor"
    refuses(ValueError, ["(6, 3)", "(2,)"], apply, add, x, Tensor([1, 2]))
    ### BEGIN HIDDEN TESTS
    for got, expected, dtype in [
        (1 - 2.5 * x, 1 - 2.5 * data, "float32"), (data - x, 0 * data, "float32"), (whole + 1, [[2, -1, 5]], "int64"),
        (8 / whole, [[8, -4, 2]], "float32"), (whole * 2.5, [[2.5, -5, 10]], "float32"), (whole > 1, [[0, 0, 1]], "bool"),
        (2 ** whole.abs(), [[2, 4, 16]], "int64"), (x * Tensor(data, dtype=np.float64), data**2, "float64"),
        (whole.transpose().reshape(-1), [1, -2, 4], "int64"), (x.permute(1, 0).sum(axis=0), data.sum(axis=1), "float32"),
        (cat([x, x[:2]])[[6, 7]], data[:2], "float32"), (stack([x, -x], dim=1)[:, 1], -data, "float32"),
        (x[x > 2], data[data > 2], "float32"), (where(x > 2, x, 0.0), np.where(data > 2, data, 0), "float32"),
    ]:
        gives(expected, got.numpy)
        assert got.dtype == dtype, f"{got} should be {dtype}"
    ### END HIDDEN TESTS
test_tensor()
# %%
if __name__ == "__main__":
    test_as_array(), test_contiguous_strides(), test_reshape(), test_transpose(), test_broadcast_shape(), test_expand()
    test_matmul_loops(), test_matmul(), test_reduce_var(), test_tensor()
    print("All tests of module 01 pass:", Tensor([[1, 2.5], [3, 4]]))

# %% [markdown] nbgrader={"grade": true, "grade_id": "01-question-views", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** Which results of `views` had memory of their own, and why? In 2.2 the transpose was free and the sums over it were slow:
# by your two times, after how many passes would a copy of the transpose have paid for itself?
#
# ### BEGIN SOLUTION
# Only `turned_flat`, 16 MiB (`x.nbytes`): no stride describes column order as one axis. It costs about a slow pass; each later one
# saves slow - fast: it pays after one or two. Rubric: 2 points the result and its bytes, 3 the strides, 3 the break-even.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": true, "grade_id": "01-question-temporaries", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **2.** Give the peaks of the three statements of `temporaries` and the arrays alive at each. Name a change to `reduce_var` that
# lowers its peak without the one-pass formula, and the new peak.
#
# ### BEGIN SOLUTION
# expand: about 0 (stride 0). add: 16 MiB (`temporaries.statements[1].peak_bytes`), the result (no copy of the row). Variance: 32
# MiB (`temporaries.statements[2].peak_bytes`), the distances and their squares; squaring in place (`distance *= distance`) needs
# one array, 16 MiB (`x.nbytes`), blocks of rows less. Rubric: 3 points figures, 2 arrays, 3 the change.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": true, "grade_id": "01-question-growth", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **3.** From `step`, `growth` and `traversal`: the flops per second of loops and of BLAS, the exponent with its interval, the time
# of each for n = 4096. By bytes per second and n/6 flops per byte, from which n on is the product limited by arithmetic? And `add`?
#
# ### BEGIN SOLUTION
# Rates: flops / time, for BLAS from `large`. The exponent is near 3, so the loops take time(96) * (4096 / 96)^3, hours; BLAS 64
# times as long as for `large` (`(4096 / 1024)**3`). The limit is n = 6 * (flops/s) / (bytes/s); add, at 1/12 flop per byte, waits
# for memory at every size. Rubric: 2 points the rates, 3 the extrapolation by n^3, 3 both verdicts from the reader's own rates.
# ### END SOLUTION

# %% [markdown]
# ## Summary
# You built dtype rules, views, broadcasting, matrix products and variance, and measured: views moved no bytes until order was
# needed; the same sums took longer across cache lines than along them; the variance held temporaries as large as its input; the
# time of three loops grows with n^3, and so does that of BLAS, at another rate. Module 02 puts functions on `Tensor`.
