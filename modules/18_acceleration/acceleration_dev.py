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
# # Module 18: Acceleration
# **You build** the same two operations several times, faster each time: a matrix product by rows, by one call of BLAS, and by tiles that fit into a cache (`vectorized_matmul`,
# `tiled_matmul`); GELU in one pass (`fused_gelu`); and the copy that brings an array into the order in which it is read.
#
# **You measure** where each version stands on the roofline of your machine before and after the change (`%%measure`), how much memory it needs, how its time grows
# (`%%complexity`), and how many cores it keeps busy.
#
# **Prerequisites:** 14 Profiling, and with it Tensor, Activations and Autograd. **Unlocks:** models that do the same arithmetic in less time.
# %% [markdown]
# ## Part 1: Foundations
# An operation that does F flops and moves Q bytes between processor and memory has the **arithmetic intensity** $I = F / Q$, in flops per byte. A machine that does at most P flops
# and moves at most W bytes in a second needs at least the longer of two times for it, and so does at most $R(I)$ flops per second:
# $$T_{least} = \max(F / P, \; Q / W) \qquad\qquad R(I) = \min(P, \; W \cdot I)$$
# That is the roofline of module 14. Below the *ridge*, $I < P / W$, memory is the limit, and above it arithmetic. An operation that takes far longer than both limits allow is
# slowed down by something else, mostly by Python: each call of a NumPy function costs about a microsecond before it does anything (you will measure it).
#
# | the operation is limited by | what helps | what does not |
# |---|---|---|
# | calls (overhead) | fewer calls with more work in each: vectorization | a faster memory |
# | memory | fewer bytes: tiles, fusion, reading in order | more cores for the arithmetic |
# | arithmetic | a better library, more cores, fewer flops | fewer bytes |
#
# The bytes that the formula counts are the least: each array once. How many really move depends on the order of the work. Let a product (M, K) @ (K, N) of s-byte numbers work on
# square tiles of t rows and columns, and keep nothing but the current tiles. Then each element of the left matrix is fetched once for each column of tiles of the result, and each
# element of the right matrix once for each row of tiles:
# $$Q(t) = s \, \big( M K \lceil N / t \rceil + K N \lceil M / t \rceil + M N \big)$$
# With t = 1, the triple loop, that are about 2MNK numbers. With tiles as large as the matrices it is the least.
# %%
#| default_exp perf.acceleration
#| export
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
# %% nbgrader={"grade": false, "grade_id": "18-helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
import tracemalloc
from functools import partial

from tinytorch.core.layers import Module
from tinytorch.perf.profiling import time_calls

rng = np.random.default_rng(18)
def tried(function, *args, **params):  # its result; what it raises instead is a failed test
    try:
        return function(*args, **params)
    except (ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError) as error:
        raise AssertionError(f"{getattr(function, '__name__', function)} raised {error!r}") from error
def same(got, expected, what, exact=1e-5):  # fails unless both have the same shape and nearly the same values
    assert got is not None, f"{what}: nothing was returned; is there a `return`?"
    got, expected = np.asarray(got), np.asarray(expected)
    assert got.shape == expected.shape, f"{what}: expected shape {expected.shape}, got {got.shape}"
    assert np.allclose(got, expected, rtol=exact, atol=exact), f"{what}: expected\n{expected}\ngot\n{got}"
def refuses(words, function, *args):  # fails unless the function raises ValueError with all words in its message
    try:
        got = function(*args)
    except Exception as error:
        right = isinstance(error, ValueError) and all(word in str(error) for word in words)
        assert right, f"{function.__name__} should raise ValueError with {words} in its message, but raised {error!r}"
    else:
        raise AssertionError(f"{function.__name__} should raise ValueError, but returned {got}")
def peak_of(function, *args, **params):  # bytes of the highest memory that it needs beyond what is there
    tracemalloc.start()
    tried(function, *args, **params)
    highest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return highest
class Seen(np.ndarray):
    """An array that notes the shapes of its parts that are read, and the shapes that NumPy functions get: ``Seen.parts`` and ``Seen.calls``."""
    parts, calls = [], []
    def __getitem__(self, key):
        part = super().__getitem__(key)
        Seen.parts.append(np.shape(part))
        return part
    def __array_ufunc__(self, ufunc, method, *inputs, **params):
        Seen.calls.append((ufunc.__name__, [np.shape(x) for x in inputs]))
        return getattr(ufunc, method)(*(x.view(np.ndarray) if isinstance(x, Seen) else x for x in inputs), **params)
def seen(*arrays):  # the arrays as Seen, and the notes begun anew
    Seen.parts.clear(), Seen.calls.clear()
    return [array.view(Seen) for array in arrays]
# %% [markdown]
# ### 1.1 A place on the roofline
# First the judge of everything that follows. From flops, bytes and seconds of an operation, and from the two limits of the machine, comes its place: the intensity; the flops per
# second that are attainable there (`roof` of module 14); the *share*, which is the least time divided by the time that it took; and what bounds it. A share of 1 is on the roof.
# %% nbgrader={"grade": false, "grade_id": "18-place", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
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
    # TODO: the four parts of a Place.
    # APPROACH: 1. the intensity, with care for 0 bytes. 2. the longer of the two times that the machine needs at least, divided by seconds. 3. the bound. 4. roof.
    # HINTS: the ridge is where both times are equal, so the bound follows from comparing them. roof(intensity, peak, bandwidth).
    ### BEGIN SOLUTION
    intensity = flops / moved_bytes if moved_bytes else math.inf
    compute, memory = flops / peak, moved_bytes / bandwidth
    share = max(compute, memory) / seconds
    bound = "overhead" if share < FAR_BELOW else "compute" if compute >= memory else "memory"
    return Place(intensity, bound, roof(intensity, peak, bandwidth), share)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "18-place-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_place():
    def stands(given, *expected):
        got = tried(place, *given, 100, 50)
        assert got is not None and got[1] == expected[1] and np.allclose([got[0], *got[2:]], [expected[0], *expected[2:]]), \
            f"{given} (flops, bytes, seconds) on a machine of 100 flops/s and 50 bytes/s: expected {expected}, got {got}"
    stands((300, 100, 4), 3, "compute", 100, 0.75), stands((100, 200, 5), 0.5, "memory", 25, 0.8), stands((100, 200, 100), 0.5, "overhead", 25, 0.04)
    ### BEGIN HIDDEN TESTS
    stands((200, 100, 2), 2, "compute", 100, 1), stands((0, 600, 24), 0, "memory", 0, 0.5), stands((50, 0, 1), math.inf, "compute", 100, 0.5)
    stands((100, 100, 20), 1, "memory", 50, 0.1), stands((1000, 10, 400), 100, "overhead", 100, 0.025), stands((100, 300, 2), 1 / 3, "memory", 50 / 3, 3)
    ### END HIDDEN TESTS
test_place()
# %% [markdown]
# Given: the two operations, the shape of a product (every kernel checks it first), $Q(t)$ of Part 1, and the coefficients of GELU; the two limits of this machine, measured as in
# module 14; and the naive kernels, which you will replace one by one. `Race` holds several kernels of one operation as layers, so that `%%measure` lists each of them in a line of
# its own. `report` prints where your function places them.
# %%
#| export
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
# %%
square, long, room = rng.standard_normal((768, 768), dtype=np.float32), np.ones(2**23, np.float32), np.zeros(2**23, np.float32)
peak = 2 * 768**3 / min(time_calls(lambda: square @ square, 1, 9).times)
bandwidth = 2 * long.nbytes / min(time_calls(lambda: np.copyto(room, long), 1, 9).times)
print(f"{peak:.2g} flops/s, {bandwidth:.2g} bytes/s, the ridge at {peak / bandwidth:.1f} flops per byte")
class Lane(Module):
    def __init__(self, op, **params): self.op, self.params = op, params
    def forward(self, *inputs): return apply(self.op, *inputs, **self.params)
class Race(Module):
    def __init__(self, op, **kernels):
        vars(self).update({name: Lane(op, kernel=kernel) for name, kernel in kernels.items()})
    def forward(self, name, *inputs): return getattr(self, name)(*inputs)
def report(*measured):
    for op in [op for one in measured if one for op in one.ops]:  # a script measures nothing
        where = place(op.flops, op.moved_bytes, op.wall_s, peak, bandwidth)
        print(f"{op.layer:<10} {op.wall_s * 1e3:>9.2f} ms, {where.intensity:.1f} flops per byte, {op.flops / op.wall_s:.2g} of {where.attainable:.2g} flops/s: {where.bound}")
def by_loops(a, b):  # (M, K) @ (K, N), one product of two numbers at a time
    c = np.zeros(product_shape(a.shape, b.shape), np.result_type(a, b))
    for i, j, k in np.ndindex(*c.shape, a.shape[1]):
        c[i, j] += a[i, k] * b[k, j]
    return c
def composed(x, approximate="none"):  # GELU, one array for each step
    first, *rest = GELU_TERMS[approximate]
    square = x * x
    p = first * square + rest[0]
    for term in rest[1:]:
        p = p * square + term
    return x * (0.5 + 0.5 * np.tanh(x * p))
def gelus(name, x): return Race(gelu, composed=composed, fused=in_one_pass)(name, x)
def row_sums(rows): return [row.sum() for row in rows]
x = rng.standard_normal((2048, 2048), dtype=np.float32)
A, B = rng.standard_normal((2, 64, 64), dtype=np.float32)
left, right = rng.standard_normal((2, 512, 512), dtype=np.float32)
n, products, passes, orders, before, after, cores = 16, *[None] * 6
# %% [markdown]
# ### 1.2 Rows at once
# `by_loops` is the triple loop of module 01: a few Python instructions for each product of two numbers. **Vectorization** hands more work to each call. The product can be written
# with whole rows: row i of the result is the sum of all rows of `b`, each times one number of row i of `a`: $c_i = \sum_k a_{ik} \, b_k$.
# %% nbgrader={"grade": false, "grade_id": "18-rows", "locked": false, "schema_version": 3, "solution": true, "task": false}
def by_rows(a, b):
    """(M, K) @ (K, N) -> (M, N), a row of ``b`` at a time; the dtype is np.result_type of both, as in by_loops."""
    # TODO: the product, with two loops and no matrix product of NumPy's.
    # APPROACH: 1. zeros, as in by_loops. 2. for all i and k, add a[i, k] times row k of b to row i of the result.
    # HINTS: b[k] is row k; a number times a row is a row.
    ### BEGIN SOLUTION
    c = np.zeros(product_shape(a.shape, b.shape), np.result_type(a, b))
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            c[i] += a[i, k] * b[k]
    return c
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "18-rows-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_by_rows():
    a, b = np.array([[1.0, -2, 3], [4, 5, 6]]), np.array([[1.0, -1, 2, 0], [0.5, 2, 0, 1], [3, 0, 1, 1]])
    same(tried(by_rows, a, b), [[9, -5, 5, 1], [24.5, 6, 14, 11]], "(2, 3) by (3, 4)")
    tried(by_rows, a, *seen(b))
    assert Seen.calls == [("multiply", [(), (4,)])] * 6, f"expected one product of a number and a row for each of the 6 numbers of a, got {Seen.calls}"
    ### BEGIN HIDDEN TESTS
    c, d = rng.standard_normal((5, 2)).astype(np.float32), rng.standard_normal((2, 3)).astype(np.float32)
    same(tried(by_rows, c, d), by_loops(c, d), "(5, 2) by (2, 3)")
    for one, other in [(c, d), (c, d.astype(np.float64)), (c.astype(np.float64), d), (c.astype(np.int8), d.astype(np.int16))]:
        assert by_rows(one, other).dtype == (one @ other).dtype, f"{one.dtype} by {other.dtype}: got {by_rows(one, other).dtype}"
    refuses(["(5, 2)", "(3, 2)"], by_rows, c, d.T)
    ### END HIDDEN TESTS
test_by_rows()
# %% [markdown]
# ### 1.3 One call
# `a @ b` hands all of the work to BLAS, which uses vector instructions and tiles. One case remains: for a stack `a` and a single matrix `b`, as in a linear layer that gets a batch
# of sequences, NumPy makes one call for each matrix of the stack. If these have few rows, calls and the reading of `b` cost more than the arithmetic. As one tall matrix, all rows
# need one call.
# %% nbgrader={"grade": false, "grade_id": "18-blas", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def by_blas(a: Array, b: Array) -> Array:
    """The matrix product (..., M, K) @ (..., K, N) -> (..., M, N) by one ``@``, a stack times a single matrix as one product of all rows. ValueError as ``product_shape``."""
    # TODO: check the shapes, then multiply; two-dimensional b: all rows of a as one matrix.
    # APPROACH: 1. product_shape. 2. if b has more than two axes: a @ b. 3. else reshape a to (all rows, K), multiply, and give the result its shape.
    # HINTS: math.prod(a.shape[:-1]) is the number of rows; -1 in its place would fail for empty arrays.
    ### BEGIN SOLUTION
    shape = product_shape(a.shape, b.shape)
    if b.ndim > 2:
        return a @ b
    rows = a.reshape(math.prod(a.shape[:-1]), a.shape[-1])
    return (rows @ b).reshape(shape)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "18-blas-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
def test_by_blas():
    a, b = rng.standard_normal((4, 3)), rng.standard_normal((3, 5))
    same(tried(by_blas, a, b), by_loops(a, b), "(4, 3) by (3, 5)")
    many = rng.standard_normal((2, 6, 4, 3))
    same(tried(by_blas, many, b), [[by_loops(matrix, b) for matrix in row] for row in many], "(2, 6, 4, 3) by (3, 5)")
    tried(by_blas, *seen(many), b)
    assert Seen.calls == [("matmul", [(48, 3), (3, 5)])], f"expected one product of all 48 rows, got {Seen.calls}"
    refuses(["(4, 3)", "(4, 5)"], by_blas, a, np.ones((4, 5)))
    ### BEGIN HIDDEN TESTS
    other = rng.standard_normal((6, 3, 5))
    for left in (a, many, many[:, :1]):
        same(tried(by_blas, left, other), np.einsum("...ik,...kj->...ij", left, other), f"{left.shape} by (6, 3, 5)")
    same(tried(by_blas, many.transpose(1, 0, 2, 3), b), np.einsum("xyik,kj->yxij", many, b), "a stack in another order")
    assert tried(by_blas, np.zeros((2, 4, 0)), np.zeros((0, 3))).tolist() == np.zeros((2, 4, 3)).tolist(), "sums of nothing are 0"
    wide = rng.standard_normal((4, 300, 3), dtype=np.float32)
    assert peak_of(by_blas, wide, wide[0].T) < 1.5 * 4 * 4 * 300 * 300, "no other array as large as the result"
    for one, other in [(many, np.ones((5, 3, 5))), (np.ones(3), b), (a, b[:, 0]), (many, np.ones((2, 5, 5, 5))), (np.ones((3, 2, 2)), np.ones((2, 2, 2)))]:
        refuses([str(one.shape), str(other.shape)], by_blas, one, other)
    ### END HIDDEN TESTS
test_by_blas()
# %% [markdown]
# **Predict, then run:** how many times faster is each step, from loops to rows and from rows to BLAS? Which are bound by overhead? And what do 64 matrices of one row each cost as
# a `stack` (64 calls) and as one `tall` matrix? The result of `%%measure` lists each kernel as a layer, but its roofline adds up what has the same name; `report` places each
# kernel by your function.
# %%
# %%measure -o products
race = Race(matmul, loops=by_loops, rows=by_rows, blas=by_blas, stack=np.matmul, tall=by_blas)
raced = [race(name, A, B) for name in ("loops", "rows", "blas")] + [race(name, A[:, None], B) for name in ("stack", "tall")]
# %%
report(products)
# %% [markdown]
# Flops, bytes, intensity and the attainable rate of all five are the same: only the kernel has changed. The times are those of a traced run, and tracing slows down the kernels
# with many calls most; 2.1 measures `by_rows` without it.
# ### 1.4 Tiles
# Three tiles, one of each matrix, are in use at a time. If they fit into a cache, each number that was fetched is used as often as a tile is wide before it is fetched again. The
# loops go from tile to tile as those of `by_loops` go from number to number; what happens between three tiles is a small matrix product.
# %% nbgrader={"grade": false, "grade_id": "18-tiles", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def by_tiles(a: Array, b: Array, tile_size: int = 64) -> Array:
    """(..., M, K) @ (..., K, N) -> (..., M, N), ``tile_size`` rows and columns at a time, of all matrices of a stack together; values and dtype as ``a @ b``.
    ValueError as ``product_shape`` and ``starts``."""
    # TODO: fill the result tile by tile.
    # APPROACH: 1. zeros of the right shape and dtype. 2. for each start of rows i, of columns j and of inner numbers k (`starts` gives them):
    # add the product of the tile (i, k) of a and the tile (k, j) of b to the tile (i, j) of the result.
    # HINTS: a[..., i : i + t, k : k + t] is a tile in all matrices of a stack; at the border it is smaller by itself.
    ### BEGIN SOLUTION
    c = np.zeros(product_shape(a.shape, b.shape), np.result_type(a, b))
    t = tile_size
    for i in starts(a.shape[-2], t):
        for j in starts(b.shape[-1], t):
            for k in starts(a.shape[-1], t):
                c[..., i : i + t, j : j + t] += a[..., i : i + t, k : k + t] @ b[..., k : k + t, j : j + t]
    return c
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "18-tiles-test", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
def test_by_tiles():
    a, b = rng.standard_normal((6, 4)), rng.standard_normal((4, 8))
    same(tried(by_tiles, a, b, 2), by_loops(a, b), "(6, 4) by (4, 8), tiles of 2")
    same(tried(by_tiles, a, b, 3), by_loops(a, b), "tiles of 3: sizes that are no multiple of it")
    tried(by_tiles, *seen(a, b), 2)
    tiles = [shapes for name, shapes in Seen.calls if name == "matmul"]
    assert tiles == [[(2, 2), (2, 2)]] * 24, f"expected 3 * 4 * 2 products of tiles (2, 2), got {len(tiles)}: {tiles}"
    refuses(["0"], by_tiles, a, b, 0), refuses(["(6, 4)", "(8, 4)"], by_tiles, a, b.T)
    ### BEGIN HIDDEN TESTS
    tried(by_tiles, *seen(rng.standard_normal((7, 5)), rng.standard_normal((5, 8))), 3)
    moved = sum(math.prod(shape) for name, shapes in Seen.calls if name == "matmul" for shape in shapes) + 7 * 8
    assert 8 * moved == tile_traffic(7, 5, 8, 3, 8), f"the tiles that were multiplied hold {8 * moved} bytes"
    for left, right in [((7, 5), (5, 3)), ((2, 6, 5, 4), (4, 7)), ((3, 4), (5, 4, 6)), ((5, 1, 3, 4), (2, 4, 5)), ((3, 0), (0, 2))]:
        c, d = rng.standard_normal(left), rng.standard_normal(right)
        for size in (1, 2, 4, 64, 1000):
            same(tried(by_tiles, c, d, size), c @ d, f"{left} by {right}, tiles of {size}")
    tried(by_tiles, *seen(rng.standard_normal((65, 3)), rng.standard_normal((3, 2))))
    assert len(Seen.calls) == 2, "65 rows are 64 and 1 unless said otherwise"
    for one, other in [(np.float32, np.float32), (np.float32, np.float64), (np.float64, np.float32), (np.int8, np.int32), (np.float16, np.int8)]:
        assert by_tiles(a.astype(one), b.astype(other), 3).dtype == np.result_type(one, other), f"{one.__name__} by {other.__name__}"
    ### END HIDDEN TESTS
test_by_tiles()
# %% [markdown]
# The table below is the formula of Part 1 for the product of `left` and `right`. **Predict** first: by which factor do tiles of 64 cut the traffic of the triple loop, and from
# which size on does the intensity lie above the ridge of your machine? **Then predict** the times: which of the three tile sizes is slowest, and can any of them beat the single
# call? The work inside a tile is BLAS here too.
# %%
for size in (1, 8, 64, 512):
    print(f"tiles of {size:>3}: {tile_traffic(512, 512, 512, size) / 2**20:>7.1f} MiB, {2 * 512**3 / tile_traffic(512, 512, 512, size):>6.2f} flops per byte")
# %%
# %%measure -o passes
race = Race(matmul, tiles_16=partial(by_tiles, tile_size=16), tiles_64=by_tiles, tiles_256=partial(by_tiles, tile_size=256), blas=by_blas)
tiled = [race(name, left, right) for name in ("tiles_16", "tiles_64", "tiles_256", "blas")]
# %%
report(passes)
# %% [markdown]
# Small tiles make many calls: they move few bytes and may be bound by overhead all the same. Inside of each call BLAS tiles by itself, for each level of cache and for the
# registers, so your tiles around it have little left to save. Where no library does it for you, tiles pay directly, as the next section shows.
# ### 1.5 Reading in order
# Memory delivers whole cache lines, 64 bytes on most processors (source: Intel's manuals). Who walks a matrix across its rows uses one number of each line and has to come back for
# the others. So code that reads an array more than once should have it **contiguous**, with its last axis dense. But the copy that puts a transposed array in order has the problem
# itself: source or target is walked across. In square tiles, all lines of a tile, on both sides, stay in the cache until they are used up.
# %% nbgrader={"grade": false, "grade_id": "18-contiguous", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def contiguous(x: Array, tile_size: int = 64) -> Array:
    """``x`` with its elements in memory in the order of its axes, the last one dense: ``x`` itself if it is so already, else a copy, made in square tiles
    over the last two axes; with fewer than two axes at once. ValueError as ``starts``."""
    # TODO: x itself, or its copy.
    # APPROACH: 1. x.flags.c_contiguous says whether it is in order. 2. a new array of the same shape and dtype. 3. copy it tile by tile, as in by_tiles.
    # HINTS: np.empty_like would keep the order of x; np.empty takes shape and dtype and makes the dense order. new[..., i : i + t, j : j + t] = ...
    ### BEGIN SOLUTION
    if x.flags.c_contiguous:
        return x
    if x.ndim < 2:
        return x.copy()
    new, t = np.empty(x.shape, x.dtype), tile_size
    for i in starts(x.shape[-2], t):
        for j in starts(x.shape[-1], t):
            new[..., i : i + t, j : j + t] = x[..., i : i + t, j : j + t]
    return new
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "18-contiguous-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
def test_contiguous():
    rows = np.arange(35.0, dtype=np.float32).reshape(5, 7)
    assert tried(contiguous, rows) is rows, "what is in order needs no copy"
    got = tried(contiguous, rows.T, 3)
    same(got, rows.T, "the transposed array")
    assert got.strides == (20, 4) and got.dtype == np.float32, f"expected strides (20, 4) and float32, got {got.strides} and {got.dtype}"
    tried(contiguous, *seen(rows.T), 3)
    assert sorted(Seen.parts) == sorted([(3, 3), (3, 2)] * 2 + [(1, 3), (1, 2)]), f"(7, 5) has six tiles of at most (3, 3), read once each; got {Seen.parts}"
    ### BEGIN HIDDEN TESTS
    block = rng.standard_normal((3, 70, 4, 130))
    for view in (block.transpose(2, 0, 3, 1), block[:, ::3, :, 5:90], block[..., ::-1], block[0, :, 0, 0], block.transpose(3, 2, 1, 0)[:, :1], rows[:2, 1:2]):
        for copy in (tried(contiguous, view), tried(contiguous, view, 9)):
            same(copy, view, f"{view.shape} with strides {view.strides}")
            assert copy.flags.c_contiguous and not np.shares_memory(copy, view), "a copy in order"
    tried(contiguous, *seen(rng.standard_normal((65, 2)).T))
    assert sorted(Seen.parts) == [(2, 1), (2, 64)], f"tiles of 64 unless said otherwise, got {Seen.parts}"
    refuses(["-1"], contiguous, rows.T, -1)
    ### END HIDDEN TESTS
test_contiguous()
# %% [markdown]
# `row_sums` reads its argument row by row. **Predict, then run:** how do the times of the two orders compare? What does your copy take beside the copy that NumPy makes without
# tiles? After how many passes has it paid for itself?
# %%
# %%measure -o orders
in_order = row_sums(x)
across = row_sums(x.T)
copied = contiguous(x.T)
copied_in_order = row_sums(copied)
without_tiles = x.T.copy()
# %%
for part in orders.statements if orders else ():
    flops, moved = (x.size, x.nbytes) if "sums" in part.source else (0, 2 * x.nbytes)
    print(f"{part.source:<36} {part.wall_s * 1e3:>7.2f} ms, {place(flops, moved, part.wall_s, peak, bandwidth).share:.2f} of the bytes per second of memory")
# %% [markdown]
# Rows of a power of two bytes are the worst case for walking across: their elements compete for a few places of the cache. See what is left for `x[:2000, :2000].copy()`.
# ### 1.6 One pass
# GELU is a chain of elementwise steps: with the polynomial p of module 02, $x \, (1 + \tanh(x \, p(x^2))) / 2$. `composed` writes one NumPy expression a step, and each step reads
# and writes an array as large as `x`. **Fusion** takes a block of the input through the whole chain while it is in a cache. It needs the result, and one small array for the
# squares of a block. All else happens in place, in the block of the result.
# %% nbgrader={"grade": false, "grade_id": "18-fused", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def in_one_pass(x: Array, approximate: str = "none", size: int = BLOCK) -> Array:
    """GELU of each element of a floating array, in its dtype, ``size`` elements at a time: it holds the result and ``size`` elements more.
    ``approximate`` chooses the polynomial: "none" or "tanh". ValueError for another word, or a size below 1."""
    if approximate not in GELU_TERMS:
        raise ValueError(f'approximate is {approximate!r}; it must be "none" or "tanh".')
    first, *rest = GELU_TERMS[approximate]
    result = np.empty(x.shape, x.dtype)
    flat, target = contiguous(x).reshape(-1), result.reshape(-1)
    squares = np.empty_like(flat[:size])
    # TODO: for each block, compute GELU of flat in target; target is a view, so result is filled.
    # APPROACH: 1. the block of flat, y = that of target, and as many of squares. 2. squares = block * block. 3. y = first * squares + rest[0]; for each further term:
    # y = y * squares + term. 4. multiply y by the block, take tanh, add 1, halve, and multiply by the block.
    # HINTS: `y *= square` works in place, `y = y * square` makes an array. np.multiply(a, b, out=c) and np.tanh(c, out=c) write into c. The last block may be shorter.
    ### BEGIN SOLUTION
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
    ### END SOLUTION
    return result
# %% nbgrader={"grade": true, "grade_id": "18-fused-test", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false}
def test_in_one_pass():
    y = np.array([[-3, -0.5, 0], [1, 2, 7]])
    by_definition = [[v * math.erfc(-v / math.sqrt(2)) / 2 for v in row] for row in y.tolist()]  # v times the share of a normal distribution below v
    same(tried(in_one_pass, y), by_definition, "GELU")
    same(tried(in_one_pass, y, size=4), by_definition, "GELU in blocks of 4 and 2")
    same(tried(in_one_pass, y, "tanh"), [[v * (1 + math.tanh(math.sqrt(2 / math.pi) * (v + 0.044715 * v**3))) / 2 for v in row] for row in y.tolist()], "by tanh")
    refuses(["erf"], in_one_pass, y, "erf")
    ### BEGIN HIDDEN TESTS
    for word, few in [(word, few) for word in ("none", "tanh") for few in (1, 7, 30, 31, 1000)]:
        z = (3 * rng.standard_normal((5, 6))).astype(np.float32)
        before = z.copy()
        got = tried(in_one_pass, z, word, size=few)
        same(got, composed(before, word), f"{word}, blocks of {few}")
        assert got.dtype == np.float32 and np.array_equal(z, before), "the dtype of x, and x itself as it was"
    same(tried(in_one_pass, y.T), np.transpose(by_definition), "a transposed array")
    same(tried(in_one_pass, np.zeros((0, 3))), np.zeros((0, 3)), "no elements"), same(tried(in_one_pass, np.array(1.0)), 0.841345, "one number")
    wide = rng.standard_normal((1000, 512), dtype=np.float32)
    most = peak_of(in_one_pass, wide, size=1000)
    assert wide.nbytes + 4000 <= most < wide.nbytes + 3 * 4000, f"expected the result and one block, {wide.nbytes + 4000} bytes, the peak is {most}"
    ### END HIDDEN TESTS
test_in_one_pass()
# %% [markdown]
# The formula counts the bytes of input and output for both. **Predict, then run:** the peaks of the two statements, in arrays as large as `x`, 16 MiB (`x.nbytes`), and their
# shares of the roof. Does the faster one move nearer to its roof, or has the roof moved?
# %%
# %%measure --repeat 3 -o before
in_steps = gelus("composed", x)
# %%
# %%measure --repeat 3 -o after
fused = gelus("fused", x)
# %%
report(before, after)
# %% [markdown]
# The roof is the same for both: flops and bytes of the formula do not depend on the kernel. The fused form saves the traffic of the intermediate arrays, which it does not count.
# Even so it may be called bound by "overhead": neither limit explains its time, because 5 flops for an element stand for dozens of instructions of the polynomial and a `tanh`.
# ### 1.7 On tensors
# Given: the three functions of the library. Each kernel goes through `apply` under the name of its operation, so profilers know its flops, and the gradient rules of module 05
# hold, because they depend on what is computed and not on how.
# %%
#| export
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
# %% [markdown]
# ## Part 2: Systems analysis
# ### 2.1 What grows
# `by_rows` does $2 n^3$ flops in $n^2$ calls of NumPy, `by_loops` needs $n^3$ rounds of Python. **Predict** the exponent of `by_rows`: 2, 3, or between? Then run.
# %%
# %%complexity n=16..256 -o growth
few, more = np.ones((n, n), np.float32), np.ones((n, n), np.float32)
# measure:
by_rows(few, more)
# %% [markdown]
# An exponent below 3 says that calls, not flops, take most of the time: of $\alpha n^2 + \beta n^3$ the first term is the larger one for small n. The work of a call must outgrow
# the call before flops count.
# ### 2.2 Cores
# BLAS shares a large product among threads, one for each core unless told otherwise (variables such as OPENBLAS_NUM_THREADS, which the library reads when it is loaded). NumPy's
# elementwise functions use one. The processor time of all threads, divided by the time that passed, is the number of cores that were busy on average: `cores.statements[0].cpu_s /
# cores.statements[0].wall_s`, and the column CPU of the result. **Predict** it for both statements; then run.
# %%
# %%measure --time -o cores
product = vectorized_matmul(x, x)
smooth = fused_gelu(x)
# %% [markdown]
# Threads that wait for each other may spin, which counts as busy: cores in use are an upper bound of what they gained. An operation bound by memory gains less than one bound by
# arithmetic, because cores share the memory; and if other programs run, a thread without a core makes the others wait.
# %% [markdown]
# ## Part 3: Production context
# - BLAS libraries (OpenBLAS, oneMKL, Accelerate) tile for each level of cache and copy tiles into a contiguous order first (Goto and van de Geijn, *Anatomy of High-Performance Matrix Multiplication*, 2008).
# - `torch.compile` and XLA fuse chains of elementwise operations into one kernel. PyTorch's `torch.nn.functional.gelu` is a fused kernel by itself.
# - On a GPU the tiles are kept in shared memory, and the calls are kernel launches: CUDA graphs replay many of them at once, which is vectorization of calls.
# - `torch.set_num_threads` sets the threads of operations, `Tensor.contiguous()` is your `contiguous`.
# %% [markdown]
# ## Integration test
# A small network that uses all three on tensors, forward and backward, beside the operators of the library.
# %% nbgrader={"grade": true, "grade_id": "18-integration-test", "locked": true, "points": 9, "schema_version": 3, "solution": false, "task": false}
def test_acceleration():
    def both(word):
        values = np.random.default_rng(3).standard_normal((3, 70, 5)), np.random.default_rng(4).standard_normal((5, 66)), np.random.default_rng(5).standard_normal((66, 2))
        results = []
        for first, second, bend in [(Tensor.matmul, Tensor.matmul, activations.GELU(word)), (vectorized_matmul, tiled_matmul, partial(fused_gelu, approximate=word))]:
            data, w, v = (Tensor(value, requires_grad=True) for value in values)
            y = second(bend(first(data, w)), v)
            (y * y).sum().backward()
            results.append([y.data, data.grad, w.grad, v.grad])
        return zip(*results, strict=True)
    for expected, got in both("none"):
        same(got, expected, "values and gradients of the network", 1e-4)
        assert got.dtype == np.float32, f"float32 stays, got {got.dtype}"
    refuses(["(2, 3)", "(2, 3)"], vectorized_matmul, Tensor(np.ones((2, 3))), Tensor(np.ones((2, 3))))
    ### BEGIN HIDDEN TESTS
    for expected, got in both("tanh"):
        same(got, expected, "values and gradients, GELU by tanh", 1e-4)
    for dtype, word in [(np.float32, "none"), (np.float64, "none"), (np.float64, "tanh")]:
        z = Tensor(4 * rng.standard_normal((7, 9)), dtype=dtype)
        same(fused_gelu(z, word), activations.GELU(word)(z), f"GELU of {z.dtype}", 1e-7)
    whole = Tensor([[2, -1], [0, 3]])
    assert fused_gelu(whole).dtype == np.float32 and tiled_matmul(whole, whole, 1).dtype == np.int64, "integers become float32 for GELU only"
    same(tiled_matmul(whole, whole, 1), [[4, -5], [0, 9]], "integers")
    ### END HIDDEN TESTS
test_acceleration()
# %%
if __name__ == "__main__":
    test_place(), test_by_rows(), test_by_blas(), test_by_tiles(), test_contiguous(), test_in_one_pass(), test_acceleration()
    print("All tests of module 18 pass.")
# %% [markdown] nbgrader={"grade": true, "grade_id": "18-question-steps", "locked": false, "points": 6, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** From `products` and `growth`: the flops per second of loops, rows and BLAS, and what each is bound by. From your times, what does one round of Python in `by_loops` cost,
# and one call in `by_rows`? Estimate the n from which on rows are no longer bound by calls.
# ### BEGIN SOLUTION
# Rates: flops divided by the times; loops and rows are far below the roof, bound by overhead. A round is the time of the loops divided by the number of rounds, 64 cubed; a call
# the time of rows divided by 64 squared. A call on n numbers costs the overhead and n times the cost of a number: take both from the smallest and the largest size of growth, their
# quotient is that n. Rubric: 2 points rates and bounds, 2 both costs from the reader's times, 2 the estimate.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "18-question-tiles", "locked": false, "points": 6, "schema_version": 3, "solution": true, "task": false}
# **2.** From the table of 1.4 and `passes`: by which factor do tiles of 64 cut the traffic of the triple loop, and why is the measured order of the tile sizes another one than
# that of the traffic? In `orders` tiles did help: what is different there?
# ### BEGIN SOLUTION
# 61 times (`tile_traffic(512, 512, 512, 1) / tile_traffic(512, 512, 512, 64)`). The times follow the number of calls, and inside of each call BLAS tiles once more: traffic is no
# longer the limit. The copy has no library that tiles for it, and nothing but traffic to do, so whole lines that are used while they are in the cache show at once. Rubric: 2
# points the factor, 2 calls and BLAS, 2 the copy.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "18-question-fusion", "locked": false, "points": 6, "schema_version": 3, "solution": true, "task": false}
# **3.** From `before` and `after`: both peaks and what they consist of; both shares of the roof. From `cores`: which of the two operations would gain from more cores, and what
# would a GELU on all cores have to respect?
# ### BEGIN SOLUTION
# composed holds at least three arrays as large as x at its peak (the squares, p, and what a step makes anew), fused the result and a block of 64 KiB (`4 * BLOCK`). The fused form
# has the larger share. The product uses several cores already if the machine has them; GELU uses one and could give a block to each core until their common memory is the limit:
# its share says how far that is. Rubric: 2 points peaks, 2 shares, 2 cores with the limit by memory.
# ### END SOLUTION
# %% [markdown]
# ## Summary
# You placed every version on the roofline before and after a change. Fewer calls brought the product nearer to its roof; tiles cut traffic by formula, and in the copy by
# measurement; one pass removed the arrays in between; and you saw how many cores were busy. Module 19 asks when such a difference between two times can be trusted.
