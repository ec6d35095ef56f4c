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
# # Module 15: Quantization
# **You build** a way to store numbers in one byte instead of four, matrix products of such numbers that are exact to the last digit, a layer that computes with
# them, and the tool that puts this layer in the place of every `Linear` of a trained model.
#
# **You measure** the bytes that a model keeps and the time of its products (`%%measure`), what a product costs for few and for many rows (`%%complexity`), and how
# many pictures the smaller model still reads correctly.
#
# **Prerequisites:** 07 Training, and with it Tensor, Layers and Autograd. **Unlocks:** a trained model in a quarter of its memory.
# %% [markdown]
# ## Part 1: Foundations
# A float32 number takes 4 bytes, an int8 number takes 1 and is one of the 256 integers from -128 to 127. To store numbers x in int8, lay an even grid over their range. A
# number becomes the index of its nearest grid point. With the distance s between two points, the **scale**, and the index z that stands for 0, the **zero point**:
# $$q = \mathrm{clip}\big(\mathrm{round}(x / s) + z,\; -128,\; 127\big) \qquad\qquad x \approx s \, (q - z)$$
# The scale follows from the range of the numbers: $s = (high - low) / 255$. A product of two quantized matrices with K numbers in each sum then is
# $$\sum_k s_a (a_k - z_a) \; s_b (b_k - z_b) = s_a s_b \Big( \sum_k a_k b_k - z_a \sum_k b_k - z_b \sum_k a_k + K z_a z_b \Big)$$
# where everything inside the large parentheses is an integer. A layer with weights (K, N), applied to B rows:
#
# | | float32 | int8, a scale and a zero point for each column |
# |---|---|---|
# | bytes kept | $4 K N + 4 N$ | $K N + 16 N$ |
# | multiply-adds | $B K N$ | $B K N$, and about $B K + B N$ for the zero points |
# | largest error of a stored number | | half a step, $s / 2$ |
#
# The 16 bytes for each column are its scale, its zero point, its sum and its bias. So the memory is a quarter, up to a small rest. Whether int8 is also
# faster depends on the processor's instructions and on the library that uses them. You will measure what NumPy does.
# %%
#| default_exp perf.quantization
#| export
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
# %% [markdown]
# Before anything is quantized, there has to be something worth it. This cell trains a small network on handwritten digits with what module 07 made. It also
# holds helpers for the tests, and the numbers that will be measured.
# %% nbgrader={"grade": false, "grade_id": "15-helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
from copy import deepcopy

from tinytorch.core.activations import ReLU
from tinytorch.core.layers import manual_seed
from tinytorch.core.optimizers import Adam
from tinytorch.core.training import CosineSchedule, CrossEntropyLoss, Trainer
from tinytorch.data import digits

rng = np.random.default_rng(15)

def tried(function, *args, **params):
    """The result of ``function``; what it raises instead is a failed test."""
    try:
        return function(*args, **params)
    except (ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError) as error:
        raise AssertionError(f"{getattr(function, '__name__', function)} raised {error!r}") from error
def same(got, expected, what, error=0.0):
    """Fail unless ``got`` has the shape of ``expected`` and its values, up to ``error``."""
    got, expected = np.asarray(got), np.asarray(expected)
    assert got.shape == expected.shape, f"{what}: expected shape {expected.shape}, got {got.shape}"
    assert np.abs(got.astype(np.float64) - expected).max(initial=0) <= error, f"{what}: expected, up to {error},\n{expected}\ngot\n{got}"
def refuses(error, word, function, *args):
    """Fail unless ``function`` refuses its arguments: it must raise ``error``, with ``word`` in the message."""
    try:
        got = function(*args)
    except Exception as caught:
        got = caught
    assert isinstance(got, error) and word in str(got), f"expected {error.__name__} with '{word}' in its message, got {got!r}"
x_train, y_train, x_test, y_test = digits(mixed=True)
pictures, labels, unseen = Tensor(x_train.reshape(-1, 64) / 16), Tensor(y_train), Tensor(x_test.reshape(-1, 64) / 16)
manual_seed(15)
network = Sequential(Linear(64, 64), ReLU(), Linear(64, 10))
trainer = Trainer(network, Adam(network.parameters()), CrossEntropyLoss(), CosineSchedule(0.01, 0.0005, 15))
for _ in range(15):
    trainer.train_epoch([(pictures[chosen], labels[chosen]) for chosen in np.array_split(rng.permutation(len(pictures)), 45)])
print(f"float32: {trainer.evaluate([(unseen, Tensor(y_test))])[1]:.1%} of {len(y_test)} unseen pictures are right")
rows8, weights8 = rng.integers(-128, 128, (64, 784), dtype=np.int8), rng.integers(-128, 128, (784, 256), dtype=np.int8)
rows32, weights32 = rows8.astype(np.float32), weights8.astype(np.float32)
one, many, rows = Tensor(rng.standard_normal((1, 1024))), Tensor(rng.standard_normal((512, 1024))), 16
# %% [markdown]
# ### 1.1 Scale and zero point
# The grid has to contain 0 exactly. Zeros are everywhere: ReLU makes them, and padding is made of them; a small error in each of them would add up. So the range is first
# widened to reach 0. This matters most for numbers like 5, 6, 7, which are all on one side of 0. Without the widening, the index of 0 would be far below
# -128, and clipping it into int8 would move all three numbers to the same wrong value.
# %% nbgrader={"grade": false, "grade_id": "15-scale", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def int8_scale(low: Any, high: Any) -> tuple[Array, Array]:
    """Scale (float64) and zero point (int32) of an int8 grid over the range from ``low`` to ``high``, widened to contain 0.
    Ranges may be numbers or arrays of one shape, which both results then have. A range that is only 0 gets the scale 1. ValueError unless
    ``low`` <= ``high`` and both are finite. ``int8_scale(-1, 4.1)`` is 0.02 and -78: -1 becomes -128, 0 becomes -78, 4.1 becomes 127.
    """
    low, high = np.asarray(low, np.float64), np.asarray(high, np.float64)
    # TODO: the scale and the zero point.
    # APPROACH: 1. refuse. 2. widen: low to at most 0, high to at least 0. 3. divide the width into 255 steps; a step of 0 becomes 1. 4. low stands at -128, and 0 is -low / scale steps on.
    # HINTS: np.isfinite, np.minimum, np.maximum, np.where. high / 255 - low / 255 cannot overflow. np.rint(...).astype(np.int32).
    ### BEGIN SOLUTION
    if not (np.isfinite([low, high]).all() and (low <= high).all()):
        raise ValueError(f"An int8 grid needs a finite range with low <= high, got {low} to {high}.")
    low, high = np.minimum(low, 0), np.maximum(high, 0)
    scale = high / 255 - low / 255
    scale = np.where(scale > 0, scale, 1.0)
    return scale, np.rint(LOWEST - low / scale).astype(np.int32)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "15-scale-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_int8_scale():
    for low, high, scale, zero_point in [(-1, 4.1, 0.02, -78), (0, 255, 1, -128), (5, 7, 7 / 255, -128), (-7, -5, 7 / 255, 127), (0, 0, 1, -128)]:
        same(tried(int8_scale, low, high)[0], scale, f"the scale of {low} to {high}", 1e-12)
        same(tried(int8_scale, low, high)[1], zero_point, f"the zero point of {low} to {high}")
    refuses(ValueError, "nan", int8_scale, np.nan, 1)
    ### BEGIN HIDDEN TESTS
    scale, zero_point = tried(int8_scale, [[-2.0, 0.0, 3.0]], [[-1.0, 0.0, 8.0]])
    same(scale, [[2 / 255, 1, 8 / 255]], "the scales of three ranges", 1e-12), same(zero_point, [[127, -128, -128]], "their zero points")
    assert scale.dtype == np.float64 and zero_point.dtype == np.int32
    same(tried(int8_scale, [-0.4, -0.6], [254.6, 254.4])[1], [-128, -127], "0.4 steps are rounded to none, 0.6 to one")
    with np.errstate(all="raise"):
        assert np.isfinite(tried(int8_scale, -1.5e308, 1.5e308)[0]), "a range wider than the largest float64"
    for low, high in [(1, np.nan), (-np.inf, 1), (0, np.inf), (2, 1), (-1, -2), ([0, 2], [1, 1])]:
        refuses(ValueError, "finite", int8_scale, low, high)
    ### END HIDDEN TESTS
test_int8_scale()
# %% [markdown]
# ### 1.2 Numbers back from the grid
# The way back is exact arithmetic; the information is lost on the way there. One trap: the difference of two int8 numbers needs up to 9 bits.
# %% nbgrader={"grade": false, "grade_id": "15-dequantize", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def dequantize_int8(q: "Tensor | Array", scale: Any, zero_point: Any) -> Tensor:
    """``scale * (q - zero_point)`` as a float32 tensor: ``dequantize_int8(Tensor(np.int8([-128, 127])), 0.02, -78)`` holds -1 and 4.1.
    ``scale`` and ``zero_point`` are numbers, or arrays that broadcast to ``q``.
    """
    # TODO: the formula, in integers that are wide enough.
    # APPROACH: 1. make int32 of q. 2. subtract, multiply. 3. make a Tensor.
    # HINTS: np.asarray(q, np.int32) takes tensors and arrays. Tensor(...) turns float64 into float32.
    ### BEGIN SOLUTION
    return Tensor((np.asarray(q, np.int32) - zero_point) * scale)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "15-dequantize-test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
def test_dequantize_int8():
    q, x = np.array([-128, -78, 127], np.int8), tried(dequantize_int8, Tensor(np.int8([-128, -78, 127])), 0.02, -78)
    assert isinstance(x, Tensor) and x.dtype == np.float32, f"expected a float32 tensor, got {x!r}"
    same(x, [-1, 0, 4.1], "scale 0.02, zero point -78", 1e-6)
    ### BEGIN HIDDEN TESTS
    same(tried(dequantize_int8, q, 0.5, 127), [-127.5, -102.5, 0], "an array; differences beyond int8")
    same(tried(dequantize_int8, q[:2, None], np.array([[2.0, 3.0]]), np.array([[-128, 22]])), [[0, -450], [100, -300]], "a scale for each column")
    ### END HIDDEN TESTS
test_dequantize_int8()
# %% [markdown]
# ### 1.3 Numbers onto the grid
# A number is divided by the scale, rounded and moved by the zero point. What lies outside of the range has to *saturate* at the nearest end: without the clipping, a conversion to
# int8 would wrap around and turn large numbers into negative ones.
#
# One grid for a whole matrix is as coarse as its largest number demands. If one column of weights is much larger than the others, these share a few grid points. Therefore
# `axis` names an axis whose indices each get a range of their own: `axis=1` is a grid for each column.
# %% nbgrader={"grade": false, "grade_id": "15-quantize", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def quantize_int8(t: Any, axis: Axis = None, limits: Any = None) -> tuple[Tensor, Any, Any]:
    """``t`` as ``(q, scale, zero_point)``: an int8 tensor of the same shape, a float and an int, so that ``t`` is nearly ``scale * (q - zero_point)``.
    With ``axis``, each index of that axis has its own: arrays with 1 in place of the other axes. For weights (in, out) and ``axis=1`` they are (1, out).
    The range is that of ``t``, widened to contain 0, and the round trip is off by at most half a step. ``limits``, a pair (low, high), gives another range, at whose
    ends the rest saturates. ValueError for nan or infinity.
    """
    x = np.asarray(t)
    if not np.isfinite(x).all():
        raise ValueError("Only finite numbers can be quantized, got nan or infinity.")
    # TODO: q, scale and zero point.
    # APPROACH: 1. limits, or smallest and largest over all axes but axis. 2. int8_scale. 3. divide, round, move, clip, convert. 4. without axis, return a plain float and int.
    # HINTS: normalize_axis(axis, x.ndim) is a tuple; x.min(axis=others, keepdims=..., initial=0) works for an empty x too. np.rint(...), and .clip(LOWEST, HIGHEST) of an array.
    ### BEGIN SOLUTION
    if limits is None:
        others = None if axis is None else tuple(k for k in range(x.ndim) if k not in normalize_axis(axis, x.ndim))
        limits = [end(axis=others, keepdims=axis is not None, initial=0) for end in (x.min, x.max)]
    scale, zero_point = int8_scale(*limits)
    q = Tensor((np.rint(x / scale) + zero_point).clip(LOWEST, HIGHEST).astype(np.int8))
    return (q, float(scale), int(zero_point)) if axis is None else (q, scale, zero_point)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "15-quantize-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
def test_quantize_int8():
    q, scale, zero_point = tried(quantize_int8, np.array([-1, 0, 0.5, 4.1, 0.029, 0.031]))
    same(q, [-128, -78, -53, 127, -77, -76], "scale 0.02, zero point -78")
    assert q.dtype == np.int8 and type(scale) is float and type(zero_point) is int, f"int8, float and int, got {q.dtype}, {scale!r} and {zero_point!r}"
    for values in ([5.0, 6.0, 7.0], [-3.0, -2.5], [0.0, 0.0], [5.0, 5.0], [1e-3, -1e3]):
        step = (max(*values, 0) - min(*values, 0)) / 255
        same(tried(dequantize_int8, *tried(quantize_int8, Tensor(values))), values, f"{values}, there and back, within half a step", step * 0.501)
    refuses(ValueError, "nan", quantize_int8, Tensor([1.0, np.nan]))
    ### BEGIN HIDDEN TESTS
    w = rng.standard_normal((5, 3, 4)) * [[[1], [100], [0]]] + [[[0], [0], [-2]]]
    q, scale, zero_point = tried(quantize_int8, w, axis=1)
    assert scale.shape == zero_point.shape == (1, 3, 1)
    for k in range(3):
        whole = tried(quantize_int8, w[:, k])
        same(scale[0, k, 0], whole[1], f"the scale of index {k}", 1e-12), same(q.data[:, k], whole[0], f"index {k}")
        same(tried(dequantize_int8, *whole), w[:, k], "within half a step", whole[1] * 0.501)
    same(tried(quantize_int8, w, axis=-2)[1], scale, "axes count from the end too"), same(tried(quantize_int8, [5, 6, 7])[0], [54, 91, 127], "a list")
    same(tried(quantize_int8, np.array([900.0, -9, 2]), limits=(-4, 251))[0], [127, -128, -122], "what lies outside of the range saturates")
    same(tried(quantize_int8, np.array([7e-45, 1.4e-45], np.float32))[0], [127, -77], "the smallest float32")
    assert tried(quantize_int8, np.zeros((0, 3)))[1:] == (1, -128), "no numbers"
    refuses(ValueError, "inf", quantize_int8, np.array([1, np.inf])), refuses(ValueError, "2", quantize_int8, np.ones((2, 2)), 2)
    ### END HIDDEN TESTS
test_quantize_int8()
# %% [markdown]
# **Predict, then run.** In `uneven`, one column of 32 is 50 times wider than the others (`uneven_by`). By which factor does a grid for each column lower the error of the *others*?
# %%
uneven, uneven_by = rng.standard_normal((64, 32)), 50
uneven[:, 7] *= uneven_by
for name, axis in [("one grid", None), ("a grid for each column", 1)]:
    off = np.abs(dequantize_int8(*quantize_int8(uneven, axis=axis)).data - uneven)
    print(f"{name}: mean error of the other columns {np.delete(off, 7, axis=1).mean():.4f}")
# %% [markdown]
# An error is a share of the step, and with one grid the step is that of the widest column.
#
# ### 1.4 Integer products
# Sums of int8 products need more than 8 bits: each product has up to 15, and K of them add $\log_2 K$. So numbers are int8 in memory, and sums int32. `integer_matmul` says this
# in NumPy. But NumPy hands only float products to a BLAS library, tuned by experts for each processor; for integers it falls back on three plain loops.
#
# Floats can do exact integer arithmetic, too: float32 represents every integer up to $2^{24}$. A product of two int8 numbers is at most $2^{14}$, therefore sums of up to 1024 of
# them, `EXACT`, have no rounding at all, in whatever order they are added. Longer sums are cut into parts, and the parts are added in int32.
# %%
def integer_matmul(a, b):
    """The product of int8 matrices (B, K) and (K, N), multiplied and added in int32."""
    return a.astype(np.int32) @ b.astype(np.int32)
# %% nbgrader={"grade": false, "grade_id": "15-matmul", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def int8_matmul(a: Array, b: Array) -> Array:
    """The exact product of int8 matrices (B, K) and (K, N) in int32: (B, N). By float32 products of at most ``EXACT`` numbers a sum.
    TypeError for other dtypes, for which it would not be exact.
    """
    if a.dtype != np.int8 or b.dtype != np.int8:
        raise TypeError(f"int8_matmul takes int8 matrices, got {a.dtype} and {b.dtype}.")
    # TODO: the product, EXACT columns of a and rows of b at a time.
    # APPROACH: 1. zeros in int32. 2. for each part of the axis K: convert both parts to float32, multiply, convert to int32, add.
    # HINTS: range(0, len(b), EXACT) are the beginnings; a slice may reach beyond the end.
    ### BEGIN SOLUTION
    total = np.zeros((len(a), b.shape[1]), np.int32)
    for start in range(0, len(b), EXACT):
        part = slice(start, start + EXACT)
        total += (a[:, part].astype(FLOAT32) @ b[part].astype(FLOAT32)).astype(np.int32)
    return total
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "15-matmul-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_int8_matmul():
    y = tried(int8_matmul, np.array([[1, -2, 3], [127, 127, -128]], np.int8), np.array([[4, 1], [5, 0], [6, -128]], np.int8))
    same(y, [[12, -383], [375, 16511]], "by hand")
    assert y.dtype == np.int32, f"the sums are int32, got {y.dtype}"
    ### BEGIN HIDDEN TESTS
    for k in (1, 1023, 1024, 1025, 2 * 1024 + 7):
        a, b = np.full((3, k), 127, np.int8), np.full((k, 2), -127, np.int8)
        a[1], b[:, 1] = rng.integers(-128, 128, k), rng.integers(-128, 128, k)
        same(tried(int8_matmul, a, b), a.astype(np.int64) @ b.astype(np.int64), f"{k} products of odd numbers in each sum")
    refuses(TypeError, "int32", int8_matmul, a.astype(np.int32), b), refuses(TypeError, "uint8", int8_matmul, a, b.astype(np.uint8))
    ### END HIDDEN TESTS
test_int8_matmul()
# %% [markdown]
# **Predict, then run:** put the three statements in order of their time. All do the same multiply-adds, and the first one reads four times as many bytes as the others.
# %%
# %%measure --time -o products
by_floats = rows32 @ weights32
by_integers = integer_matmul(rows8, weights8)
by_parts = int8_matmul(rows8, weights8)
# %% [markdown]
# Fewer bytes did not help: the time goes to arithmetic, and NumPy's integer loops lack the blocks for caches and registers. The last statement uses BLAS and pays
# for conversions in addition, so at best it comes close to the first. Its gain is elsewhere: the integers are exact, and they are stored in a quarter of the memory.
#
# ### 1.5 The zero points
# The stored numbers a and b stand for $a - z_a$ and $b - z_b$. To subtract first would need 9 bits and a second matrix. The formula of Part 1 corrects the
# product of what is stored instead. The sums of the columns of b do not change from call to call: they come as an argument.
# %% nbgrader={"grade": false, "grade_id": "15-shifted", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def shifted_matmul(a: Array, a_zero: Any, b: Array, b_zero: Any, b_sums: Array) -> Array:
    """``(a - a_zero) @ (b - b_zero)``, exactly, in int32: int8 matrices (B, K) and (K, N) to (B, N).
    ``a_zero`` is a number, ``b_zero`` a number or (N,), ``b_sums`` (N,) the int32 sums of the columns of ``b``. ValueError for K > ``LONGEST``.
    """
    if len(b) > LONGEST:
        raise ValueError(f"int32 holds sums of at most {LONGEST} products, got {len(b)}.")
    # TODO: the product of what is stored, and the three terms that correct it.
    # APPROACH: 1. int8_matmul. 2. subtract a_zero times b_sums. 3. add (K * a_zero - the sum of each row of a) times b_zero.
    # HINTS: a.sum(axis=1, dtype=np.int32, keepdims=True); without the dtype it is int64. Add to the product in place.
    ### BEGIN SOLUTION
    y = int8_matmul(a, b)
    y -= a_zero * b_sums
    y += (len(b) * a_zero - a.sum(axis=1, dtype=np.int32, keepdims=True)) * b_zero
    return y
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "15-shifted-test", "locked": true, "points": 11, "schema_version": 3, "solution": false, "task": false}
def test_shifted_matmul():
    a, b = np.array([[1, -2, 3], [127, 127, -128]], np.int8), np.array([[4, 1], [5, 0], [6, -128]], np.int8)
    for a_zero, b_zero in [(0, 0), (5, 0), (0, -3), (5, -3)]:
        y = tried(shifted_matmul, a, a_zero, b, b_zero, b.sum(axis=0, dtype=np.int32))
        same(y, (a.astype(int) - a_zero) @ (b.astype(int) - b_zero), f"zero points {a_zero} and {b_zero}")
    assert y.dtype == np.int32, f"the sums are int32, got {y.dtype}"
    ### BEGIN HIDDEN TESTS
    for size, k, n in [(4, 7, 3), (1, 2000, 5), (0, 3, 2)]:
        a, b = rng.integers(-128, 128, (size, k), dtype=np.int8), rng.integers(-128, 128, (k, n), dtype=np.int8)
        b_zero = rng.integers(-128, 128, n, dtype=np.int32)
        exact = (a.astype(int) + 101) @ (b.astype(int) - b_zero)
        same(tried(shifted_matmul, a, -101, b, b_zero, b.sum(axis=0, dtype=np.int32)), exact, "a zero point for each column")
    a, b = np.full((1, LONGEST), -128, np.int8), np.full((LONGEST + 1, 1), 127, np.int8)
    same(tried(shifted_matmul, a, 127, b[1:], -128, b[1:].sum(axis=0, dtype=np.int32)), [[-(255**2) * LONGEST]], "the largest sum that int32 holds")
    refuses(ValueError, str(LONGEST), shifted_matmul, b.T, 0, b, 0, np.zeros(1, np.int32))
    ### END HIDDEN TESTS
test_shifted_matmul()
# %% [markdown]
# ### 1.6 A layer
# The layer keeps its weights in int8, with a grid for each column. Its input arrives as float32 and is quantized on each call. The range for that either comes from
# the input itself, or was observed before and is fixed. Sums become numbers by the product of both scales, and the bias is added in float32.
# %% nbgrader={"grade": false, "grade_id": "15-linear", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def quantized_linear(x: Array, weight: Array, scale: Array, zero_point: Array, sums: Array, bias: Array | None = None, input_range: Any = None) -> Array:
    """``x @ w + bias`` in integers, for w = scale * (weight - zero_point): x (..., in) to (..., out), in float32.
    ``weight`` is int8 (in, out); ``scale``, ``zero_point`` and ``sums`` (those of the columns of ``weight``) belong to its columns. ``input_range`` is
    the pair (low, high) of what ``x`` may hold, and saturates the rest; without it the range of ``x``. ValueError, with both shapes, for another last axis.
    """
    if x.shape[-1:] != weight.shape[:1]:
        raise ValueError(f"A linear layer with weights {weight.shape} takes (..., {weight.shape[0]}), got {x.shape}.")
    rows = x.reshape(math.prod(x.shape[:-1]), x.shape[-1])
    # TODO: y, the result for the rows.
    # APPROACH: 1. quantize the rows, with the given limits if there are any. 2. shifted_matmul. 3. times both scales. 4. add the bias, if there is one.
    # HINTS: quantize_int8 returns a tensor, q.data is its array. Convert the integers and the scales to FLOAT32 before multiplying: int32 times float32 is float64.
    ### BEGIN SOLUTION
    q, step, zero = quantize_int8(rows, limits=input_range)
    totals = shifted_matmul(q.data, zero, weight, zero_point, sums)
    y = totals.astype(FLOAT32) * (step * scale).astype(FLOAT32)
    if bias is not None:
        y += bias
    ### END SOLUTION
    return y.reshape(*x.shape[:-1], weight.shape[1])
# %% nbgrader={"grade": true, "grade_id": "15-linear-test", "locked": true, "points": 9, "schema_version": 3, "solution": false, "task": false}
def test_quantized_linear():
    weight, scale, zero_point = np.array([[2, -3], [-5, 4], [0, 1]], np.int8), np.array([[0.5, 0.25]]), np.array([[1, -2]], np.int32)
    layer, w = (weight, scale, zero_point, weight.sum(axis=0, dtype=np.int32)), (weight - zero_point) * scale
    x, bias = np.array([[0, 255, 7], [30, 1, 0]], np.float32), np.array([10, -20], np.float32)
    y = tried(quantized_linear, x, *layer, bias)
    same(y, x @ w + bias, "inputs that stand on the grid lose nothing", 1e-4)
    assert y.dtype == np.float32, f"expected float32, got {y.dtype}"
    ### BEGIN HIDDEN TESTS
    same(tried(quantized_linear, x, *layer, bias, (0, 510)), np.rint(x / 2) * 2 @ w + bias, "steps of 2 in a given range", 1e-4)
    same(tried(quantized_linear, x, *layer, None, (-155, 100)), np.minimum(x, 100) @ w, "beyond it, inputs saturate", 1e-4)
    cube = rng.standard_normal((2, 4, 3)).astype(np.float32)
    same(tried(quantized_linear, cube, *layer, bias), cube @ w + bias, "half a step for each weight", np.ptp(cube) / 510 * np.abs(w).sum(axis=0).max())
    assert tried(quantized_linear, cube[:, :0], *layer).shape == (2, 0, 2)
    refuses(ValueError, "(3, 2) takes (..., 3), got (2, 4)", quantized_linear, np.ones((2, 4)), *layer)
    refuses(ValueError, "nan", quantized_linear, x * np.nan, *layer, None, (0, 1))
    ### END HIDDEN TESTS
test_quantized_linear()
# %% [markdown]
# The class around it is given. Its arrays are part of `state_dict`, so it can be saved and restored like any other layer. It has no parameters, because it is not
# trained: a rounded number does not move by small steps.
# %%
#| export
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
# %% [markdown]
# ### 1.7 Replace layers
# A model holds its layers as attributes, or in lists that are attributes. Nothing has to be patched: put another module into the attribute, and the model calls
# that one from now on. A layer that stands in two places is one layer, and its replacement must be one too.
# %% nbgrader={"grade": false, "grade_id": "15-replace", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def replace_layers(model: Module, kind: type[Module], make: Callable[[Any], Module], made: dict[Module, Module] | None = None) -> None:
    """Put ``make(layer)`` in the place of each layer of ``kind`` anywhere inside ``model``, called once for a layer that stands in several places.
    Looks into attributes that are modules and into lists and tuples of them; not into what is replaced. ``made`` holds the replacements so far.
    """
    made = {} if made is None else made
    # TODO: walk through the model, replace.
    # APPROACH: 1. a function that takes a child and returns what shall stand there: made[child] if it is of the kind (made now, if it is not there yet), else the
    # child, into which you look first if it is a module. 2. put its result into each attribute, or into a new list or tuple for each element.
    # HINTS: vars(model).items() and setattr(model, name, value); type(value)([...]) makes a list of a list and a tuple of a tuple. Pass made on.
    ### BEGIN SOLUTION
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
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "15-replace-test", "locked": true, "points": 9, "schema_version": 3, "solution": false, "task": false}
class Tree(Module):
    """A model with layers in all kinds of places, one of them in three."""
    def __init__(self):
        self.first, self.inner = Linear(4, 4), Sequential(Linear(4, 4), ReLU(), Sequential(Linear(4, 3)))
        self.blocks, self.pair, self.sizes = [Linear(4, 4), self.first], (ReLU(), self.first), [4, 3]
    def forward(self, x):
        return self.inner(self.pair[1](self.pair[0](self.blocks[1](self.blocks[0](self.first(x))))))
def test_replace_layers():
    tree, asked = Tree(), []
    first = tree.first
    tried(replace_layers, tree, Linear, lambda layer: asked.append(layer) or Sequential(layer))
    assert len(asked) == 4 and first in asked, f"the tree has four different layers, make was called for {asked}"
    assert isinstance(tree.first, Sequential) and tree.first[0] is first, f"make(layer) should stand in the place of the layer, there is {tree.first}"
    assert isinstance(tree.inner[0], Sequential) and isinstance(tree.inner[2][0], Sequential), f"layers inside of other modules too, got {tree.inner}"
    ### BEGIN HIDDEN TESTS
    assert isinstance(tree.blocks, list) and isinstance(tree.blocks[0], Sequential) and isinstance(tree.pair, tuple)
    assert tree.blocks[1] is tree.pair[1] is tree.first and tree.sizes == [4, 3] and isinstance(tree.pair[0], ReLU), "one layer, one replacement"
    other = Sequential(Sequential(first))
    tried(replace_layers, other, Linear, lambda layer: asked.append(layer) or layer)
    assert len(asked) == 5 and other[0][0] is first, "another call starts anew"
    ### END HIDDEN TESTS
test_replace_layers()
# %% [markdown]
# ### 1.8 Calibration
# A range that is fixed has to be known before, so the model computes some typical samples while somebody watches. `Quantizer` is given. `observe` puts a `Watched` in the place of each
# `Linear`, which passes its input on and remembers the smallest and the largest number that came by, runs the samples, and puts everything back, whatever happens. `quantize`
# makes all new layers before it replaces the first one: if one of them cannot be made, the model stays as it was. `model_bytes` counts each array of a model once.
# %%
#| export
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
# %% [markdown]
# ## Part 2: Systems analysis
# ### 2.1 A layer: memory and time
# **Predict** by the table of Part 1 how many bytes each of the first two statements keeps; then which layer has the higher peak, and which is faster, for 1 row and for 512.
# %%
# %%measure --repeat 3 -o layers
wide = Linear(1024, 1024)
narrow = QuantizedLinear(wide)
one32 = wide(one)
one8 = narrow(one)
many32 = wide(many)
many8 = narrow(many)
# %% [markdown]
# What is kept is what the table says. But the int8 layer makes float32 numbers of its weights on each call, and for that moment needs as much as before. A model of many layers still
# gains, since only one of them works at a time. For one row, this conversion is most of the work; for many rows, it is spread over all of them.
#
# ### 2.2 Rows
# **Predict** the exponents in time and memory over the number of rows, for few and for many of them; then run and look for the bend.
# %%
# %%complexity rows=1..2048 -o growth
left = rng.integers(-128, 128, (rows, 784), dtype=np.int8)
# measure:
int8_matmul(left, weights8)
# %% [markdown]
# ### 2.3 Accuracy
# The network that was trained at the beginning, quantized in three ways: with ranges of each call, with ranges observed on 100 pictures, and with ranges
# observed on pictures that are much too dark. **Predict** the accuracy of each.
# %%
variants = {"float32": network, "int8, ranges of each call": quantize_model(deepcopy(network)), "int8, observed": quantize_model(deepcopy(network), [pictures[:100]]),
            "int8, observed on dark pictures": quantize_model(deepcopy(network), [pictures[:100] / 10])}
scores = {name: variant(unseen).data for name, variant in variants.items()}
accuracy = {name: np.mean(score.argmax(axis=1) == y_test) for name, score in scores.items()}
for name, variant in variants.items():
    off = np.abs(scores[name] - scores["float32"]).max()
    print(f"{name:31} {accuracy[name]:.1%} right, {model_bytes(variant):6,} bytes, scores up to {off:.2f} off")
# %% [markdown]
# Good ranges cost at most 1 % of the pictures (`accuracy["float32"] - accuracy["int8, observed"]`). Wrong ranges cost more than rounding: whatever lies beyond them saturates.
# The ratio of the sizes is below four, since the columns of this small network are short and each has its 16 bytes.
# %% [markdown]
# ## Part 3: Production context
# - PyTorch has this in `torch.ao.quantization`: observers collect ranges, and `quantize_dynamic` takes those of each call. Its configurations for processors give weights
#   a zero point of 0, so that two of the four sums of Part 1 vanish, and where ranges are observed, a scale for each channel.
# - Integer kernels are faster because a vector register holds four times as many int8 numbers as float32 numbers, and because one instruction multiplies and
#   adds them: `VPDPBUSD` of x86 takes 64 products at once in registers of 512 bits (source: Intel's instruction manual). A product with one row mostly waits for
#   weights, so it gains from a quarter of the bytes even without such instructions, if they are only converted inside of the registers.
# - Jacob and others (2018) describe scale and zero point with int32 sums. Large language models have few input channels that are far larger than the rest:
#   Dettmers and others (*LLM.int8()*, 2022) keep these in 16 bits.
# %% [markdown]
# ## Integration test
# %% nbgrader={"grade": true, "grade_id": "15-integration-test", "locked": true, "points": 9, "schema_version": 3, "solution": false, "task": false}
def test_quantization():
    small = tried(quantize_model, deepcopy(network), [pictures[:100], (pictures[100:200], labels[100:200])])
    assert all(isinstance(small[k], QuantizedLinear) for k in (0, 2)) and small.parameters() == [], f"every Linear should be replaced, got {small}"
    right = np.mean(small(unseen).data.argmax(axis=1) == y_test)
    assert right >= 0.95, f"the quantized network should read at least 95 % of the pictures, it reads {right:.1%}"
    found = compare_model_sizes(network, small)
    assert found["quantized_bytes"] == 64 * 64 + 64 * 10 + 16 * (64 + 10) + 2 * 8, f"by the table of Part 1, and two ranges of 8 bytes, got {found}"
    ### BEGIN HIDDEN TESTS
    seen = np.maximum(network[0](pictures[:200]).data, 0).max()
    same(small[0].input_range, [0, 1], "pixels"), same(small[2].input_range, [0, seen], "what the second layer sees", 1e-5)
    tree, x = Tree(), Tensor(rng.standard_normal((40, 4)))
    exact, linears, quantizer = tree(x).data, [tree.first, tree.inner[0]], Quantizer().observe(tree, x)
    assert [tree.first, tree.inner[0]] == linears and tree.training and tree.first.training, "observing leaves the model as it was"
    assert len(quantizer.ranges) == 4 and quantizer.ranges[tree.first][0] <= x.data.min(), "a layer in three places has one range for all"
    refuses(ValueError, "batch", quantize_model, tree, []), refuses(ValueError, "nan", quantize_model, tree, Tensor(np.full((1, 4), np.nan)))
    assert [tree.first, tree.inner[0]] == linears, "nothing is replaced if not all can be"
    assert quantizer.quantize(tree) is tree and isinstance(tree.first, QuantizedLinear) and tree.first is tree.pair[1] is tree.blocks[1]
    same(tree(x), exact, "a tree of layers", 0.02)
    layer, saved = tried(quantize_model, Linear(4, 3)), QuantizedLinear(Linear(4, 3))
    saved.load_state_dict(layer.state_dict()), same(saved(x), layer(x), "saved and restored")
    ### END HIDDEN TESTS
test_quantization()
# %%
if __name__ == "__main__":
    test_int8_scale(), test_dequantize_int8(), test_quantize_int8(), test_int8_matmul(), test_shifted_matmul()
    test_quantized_linear(), test_replace_layers(), test_quantization()
    print("All tests of module 15 pass:", variants["int8, observed"])
# %% [markdown] nbgrader={"grade": true, "grade_id": "15-question-memory", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** From `layers`: what do the first two statements keep, and how do both numbers follow from the table? Explain the peak of the int8 layer with 1 row. How would you change
# `int8_matmul` so that this peak becomes about a quarter, and what would that cost?
#
# ### BEGIN SOLUTION
# The float32 layer keeps 4,100 KiB (`model_bytes(wide)`), the int8 layer 1,040 KiB (`model_bytes(narrow)`). At its peak, the second one holds a float32
# copy of up to 1024 rows of its weights, here all of them. Parts of 256 rows make it a quarter; each part adds a pass over the (B, N) sums. Rubric: 3 points bytes, 3 the copy, 2 parts.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "15-question-speed", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **2.** From `products`, `layers` and `growth`: give the multiply-adds per second of the three products. From which number of rows on does the conversion of the weights hardly
# matter? A friend reports that int8 made a model twice as fast for single rows on a phone. Why can this be true, although yours became slower?
#
# ### BEGIN SOLUTION
# 64 * 784 * 256 over each time: both products by BLAS are close, the one by integers is far below them. Below the bend of growth, the time is nearly constant, conversion and calls; above it
# grows with the rows. With one row, each weight is used once, so a real kernel waits for memory and reads a quarter of the bytes; ours reads them, writes four times as many and
# reads those. Rubric: 3 points the rates, 2 the bend, 3 the bytes of one row.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "15-question-accuracy", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **3.** From 1.3 and 2.3: what does a grid for each column save, and when would it save nothing? Why did dark samples hurt? With ranges of each call, the result for a picture
# depends on which other pictures are in its batch: explain how, and say when you would prefer fixed ranges nevertheless, at the risk of saturation.
#
# ### BEGIN SOLUTION
# The step of a column follows its own range; with columns of equal range it saves nothing. Dark samples gave a tenth of the range, beyond which pixels saturate. The range of a call is that of
# the whole batch: one bright picture makes the steps of all others coarse. Fixed ranges give the same picture the same result and need no pass for the range, but samples like the later inputs.
# Rubric: 2 points columns, 2 saturation, 2 the batch, 2 the choice.
# ### END SOLUTION
# %% [markdown]
# ## Summary
# You built int8 numbers with a scale and a zero point, exact integer products, a layer, and the calibration of a whole model. You measured that the memory falls to a quarter while the
# digits are still read, that wrong ranges hurt more than rounding, and that int8 is not faster without instructions for it. Next: networks with fewer numbers instead of shorter ones.
