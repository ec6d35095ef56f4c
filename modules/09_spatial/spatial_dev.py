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
# # Module 09: Convolution
# **You build** convolution three times (seven loops, columns and a matrix product, columns block by block), its gradients, max pooling with its gradient, and
# batch normalization. Given classes gather them: `Conv2d`, `MaxPool2d`, `AvgPool2d`, `BatchNorm2d`, `Flatten`.
#
# **You measure** what loops cost beside a matrix product, what columns take in memory and what blocks save (`%%measure`), how the cost grows with the image
# (`%%complexity`), and how many parameters sharing a filter saves.
#
# **Prerequisites:** 03 Layers, 05 Autograd. **Unlocks:** 14 Profiling, and convolutional networks for images.
# %% [markdown]
# ## Part 1: Foundations
# A batch of images has shape (B, C, H, W). A filter is a small (C, kh, kw) array of weights; at each place of the image it gives one number, the sum of the
# products with what lies under it. O filters give O images:
# $$y_{b,o,i,j} = \beta_o + \sum_{c,u,v} w_{o,c,u,v} \; x_{b,\,c,\,i s_h + u,\,j s_w + v} \qquad H' = \lfloor (H + 2p - k) / s \rfloor + 1$$
# with stride s and p zeros added on each side.
#
# | | count |
# |---|---|
# | flops | $2 \cdot B \cdot O \cdot H' \cdot W' \cdot C \cdot k_h \cdot k_w$ |
# | parameters | $O \cdot (C \cdot k_h \cdot k_w + 1)$, whatever the size of the image |
# | numbers read and written at least | $B C H W + O C k_h k_w + B O H' W'$ |
#
# Each number of the input is used up to $O \cdot k_h \cdot k_w$ times: there is much to gain by keeping it close to the processor.
# %%
#| default_exp core.spatial
#| export
"""Convolution, pooling and batch normalization of images (B, C, H, W), with their gradient rules."""

import math
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from tinytorch.core.autograd import Gradient, gradient
from tinytorch.core.layers import Module, Parameter, scaled_uniform
from tinytorch.core.tensor import Array, Shape, Tensor, apply

Pair = tuple[int, int]  # height and width
BLOCK = 2**16  # numbers in the columns of a block of images: 256 KiB of float32, which fit into the second cache of most cores
def pair(size: int | Pair, name: str, least: int = 1) -> Pair:
    """``size`` for height and width: ``pair(3, "stride")`` is (3, 3). ValueError unless both are whole numbers from ``least`` on."""
    both = tuple(size) if isinstance(size, (tuple, list)) else (size, size)
    if len(both) != 2 or not all(isinstance(one, (int, np.integer)) and one >= least for one in both):
        raise ValueError(f"{name} must be one or two whole numbers from {least} on, got {size!r}.")
    return both
def output_size(size: Shape, kernel: Pair, stride: Pair, padding: Pair = (0, 0)) -> Pair:
    """Height and width of the output for images of height and width ``size``. ValueError if the kernel is larger than they are."""
    height, width = (n + 2 * p - k for n, k, p in zip(size, kernel, padding, strict=True))
    if height < 0 or width < 0:
        raise ValueError(f"A kernel of {kernel} does not fit into images of {tuple(size)} with padding {padding}.")
    return height // stride[0] + 1, width // stride[1] + 1
def padded(x: Array, padding: Pair, value: float = 0) -> Array:
    """Images with ``padding`` rows and columns of ``value`` on each side, a copy. ValueError unless ``x`` is (B, C, H, W)."""
    if x.ndim != 4:
        raise ValueError(f"Images have the shape (B, C, H, W), got {x.shape}.")
    out = np.full((*x.shape[:2], x.shape[2] + 2 * padding[0], x.shape[3] + 2 * padding[1]), value, x.dtype)
    cropped(out, padding)[...] = x
    return out
def cropped(x: Array, padding: Pair) -> Array:
    """Images without the rows and columns that ``padded`` added, a view."""
    return x[:, :, padding[0] : x.shape[2] - padding[0], padding[1] : x.shape[3] - padding[1]]
# %% nbgrader={"grade": false, "grade_id": "09-helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(9)
def tried(function, *args, **params):
    """The result of ``function``; what it raises instead is a failed test."""
    try: return function(*args, **params)
    except (ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError) as error:
        raise AssertionError(f"{getattr(function, '__name__', function)} raised {error!r}") from error
def same(got, expected, what, exact=1e-5):
    """Fail unless ``got`` and ``expected`` have the same shape and nearly the same values."""
    got, expected = tried(np.asarray, got), np.asarray(expected)
    assert got.shape == expected.shape, f"{what}: expected shape {expected.shape}, got {got.shape}"
    assert np.allclose(got, expected, rtol=exact, atol=exact), f"{what}: expected\n{expected}\ngot\n{got}"
def slopes(function, array, g, *args, step=1e-5):
    """The gradient of sum(g * function(*args)) with respect to ``array``, which the function uses, by finite differences."""
    found = np.zeros_like(array)
    for place in np.ndindex(array.shape):
        value, ends = array[place], []
        for array[place] in (value + step, value - step):
            ends.append((g * function(*args)).sum())
        array[place], found[place] = value, (ends[0] - ends[1]) / (2 * step)
    return found
images, weights = rng.standard_normal((32, 16, 34, 34), dtype=np.float32), rng.standard_normal((16, 16, 3, 3), dtype=np.float32)
small, n = rng.standard_normal((2, 16, 12, 12), dtype=np.float32), 16
CASES = [((2, 3, 6, 7), (4, 3, 3, 2), (1, 1)), ((1, 2, 7, 8), (3, 2, 2, 4), (2, 3)), ((5, 1, 5, 4), (1, 1, 1, 3), (1, 2))]
# %% [markdown]
# ### 1.1 Seven loops
# The formula as it stands: for each image, filter, row and column of the output, and for each channel, row and column of the filter.
# %% nbgrader={"grade": false, "grade_id": "09-loops", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv2d_by_loops(x, weight, stride=(1, 1)):
    """Images (B, C, H, W) and filters (O, C, kh, kw) to (B, O, H', W'), one product at a time; no padding, no bias."""
    y = np.zeros((len(x), len(weight), *output_size(x.shape[2:], weight.shape[2:], stride)), x.dtype)
    # TODO: fill y.
    # APPROACH: 1. four loops over the elements of y: b, o, i, j. 2. inside, three over the weights of a filter: c, u, v. 3. add each product.
    # HINTS: np.ndindex(y.shape) and np.ndindex(weight.shape[1:]) are four and three loops in a line each.
    ### BEGIN SOLUTION
    for b, o, i, j in np.ndindex(y.shape):
        for c, u, v in np.ndindex(weight.shape[1:]):
            y[b, o, i, j] += weight[o, c, u, v] * x[b, c, i * stride[0] + u, j * stride[1] + v]
    return y
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "09-loops-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_loops():
    x, edge = np.array([[[[1.0, 2, 4], [0, 3, 9]]]]), np.array([[[[-1.0, 1]]]])
    same(tried(conv2d_by_loops, x, edge), [[[[1, 2], [3, 6]]]], "the filter [-1, 1] gives each number less its left neighbour")
    ### BEGIN HIDDEN TESTS
    for shape, filters, stride in CASES:
        x, w = rng.standard_normal(shape), rng.standard_normal(filters)
        under = np.lib.stride_tricks.sliding_window_view(x, filters[2:], axis=(2, 3))[:, :, :: stride[0], :: stride[1]]
        same(tried(conv2d_by_loops, x, w, stride), np.einsum("bcijuv,ocuv->boij", under, w), f"filters {filters}, stride {stride}")
    ### END HIDDEN TESTS
test_loops()
# %% [markdown]
# ### 1.2 The same formula, the other way round
# Take the loops over u and v outside: what the weight (u, v) is multiplied with, over all places at once, is the image itself, moved by (u, v) and thinned out by the
# stride: a slice, a view. Pooling will use the same views.
# %% nbgrader={"grade": false, "grade_id": "09-windows", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def windows(x: Array, kernel: Pair, stride: Pair) -> list[Array]:
    """For each of the kh * kw elements of a kernel, row by row, what lies under it: views (..., H', W') of ``x`` (..., H, W)."""
    # TODO: a list of slices of x.
    # APPROACH: 1. H' and W' by output_size. 2. for each u, v: start there, go in steps of the stride, take H' rows and W' columns.
    # HINTS: x[..., u::s, v::t] starts at (u, v); cutting to H' and W' afterwards is easier than to compute where to stop.
    ### BEGIN SOLUTION
    height, width = output_size(x.shape[-2:], kernel, stride)
    return [x[..., u :: stride[0], v :: stride[1]][..., :height, :width] for u in range(kernel[0]) for v in range(kernel[1])]
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "09-windows-test", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
def test_windows():
    x = np.arange(12.0).reshape(3, 4)
    found = tried(windows, x, (2, 2), (1, 2))
    same(found, [[[0, 2], [4, 6]], [[1, 3], [5, 7]], [[4, 6], [8, 10]], [[5, 7], [9, 11]]], "kernel (2, 2), stride (1, 2)")
    assert all(np.shares_memory(view, x) for view in found), "slices, not copies"
    ### BEGIN HIDDEN TESTS
    for shape, filters, stride in CASES:
        x = rng.standard_normal(shape)
        under = np.lib.stride_tricks.sliding_window_view(x, filters[2:], axis=(2, 3))[:, :, :: stride[0], :: stride[1]]
        same(tried(windows, x, filters[2:], stride), [under[..., u, v] for u, v in np.ndindex(filters[2:])], f"kernel {filters[2:]}, stride {stride}")
    ### END HIDDEN TESTS
test_windows()
# %% [markdown]
# ### 1.3 Columns and one product
# Written under each other, these views make a matrix for each image: C * kh * kw rows, and a column for each place. The filters, one a row, times this matrix
# is the convolution. The literature calls it im2col (Chellapilla and others, 2006).
# %% nbgrader={"grade": false, "grade_id": "09-columns", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv2d_by_columns(x, weight, stride=(1, 1)):
    """Images (B, C, H, W) and filters (O, C, kh, kw) to (B, O, H', W'), by one matrix product an image; no padding, no bias."""
    # TODO: the columns, the product, the shape.
    # APPROACH: 1. stack the windows behind the channels. 2. join C with kh * kw, and H' with W'. 3. multiply from the left with the filters as rows. 4. reshape.
    # HINTS: np.stack(list, axis=2) gives (B, C, kh * kw, H', W'); weight.reshape(O, -1) has the weights in the order of these rows.
    ### BEGIN SOLUTION
    stacked = np.stack(windows(x, weight.shape[2:], stride), axis=2)
    columns = stacked.reshape(len(x), weight[0].size, -1)
    return (weight.reshape(len(weight), -1) @ columns).reshape(len(x), len(weight), *stacked.shape[3:])
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "09-columns-test", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
def test_columns():
    x, edge = np.array([[[[1.0, 2, 4], [0, 3, 9]]]]), np.array([[[[-1.0, 1]]], [[[2.0, 0]]]])
    same(tried(conv2d_by_columns, x, edge), [[[[1, 2], [3, 6]], [[2, 4], [0, 6]]]], "two filters")
    ### BEGIN HIDDEN TESTS
    for shape, filters, stride in CASES:
        x, w = rng.standard_normal(shape), rng.standard_normal(filters)
        same(tried(conv2d_by_columns, x, w, stride), conv2d_by_loops(x, w, stride), f"filters {filters}, stride {stride}")
    ### END HIDDEN TESTS
test_columns()
# %% [markdown]
# **Predict, then run:** both forms do the same flops on the same small images. How many times faster is the second one?
# %%
# %%measure --time -o forms
by_loops = conv2d_by_loops(small, weights)
by_columns = conv2d_by_columns(small, weights)
# %% [markdown]
# ### 1.4 Block by block
# The columns of a whole batch fit into no cache. `Columns` (given) holds those of a block, as many images as a cache takes and at least one, in memory that every block uses
# again. With stride 1 an output row is as wide as the padded image, not W': a window then lies in one piece, one long copy instead of one a row. The window (0, 1) of 2 x 2:
# ```
# a b c d | e f g h | i j k l   to   b c d e | f g h i   e and i lie beyond the end of their row: what becomes of them is not part of the view `outputs`
# ```
# %%
#| export
class Columns:
    """The columns of one of ``blocks``, slices of the images ``x``, as ``matrix`` (C * kh * kw, places), and its output as ``rows`` (O, places).

    The images are in ``inner`` (images, C, H, W), the output in ``outputs`` (images, O, H', W'): views. Other blocks use the same memory.
    """
    def __init__(self, x: Array, weight: Array, stride: Pair, padding: Pair) -> None:
        if x.ndim != 4 or weight.ndim != 4 or x.shape[1] != weight.shape[1]:
            raise ValueError(f"A convolution takes images (B, C, H, W) and filters (O, C, kh, kw) with the same C, got {x.shape} and {weight.shape}.")
        channels, kh, kw = weight.shape[1:]
        height, width = output_size(x.shape[2:], (kh, kw), stride, padding)
        self.dtype, self.shape = np.result_type(x, weight), (len(x), len(weight), height, width)
        below, right = x.shape[2] + 2 * padding[0], x.shape[3] + 2 * padding[1]
        pitch = right if stride == (1, 1) else width  # how far it is from one output row to the next
        images = max(1, min(len(x), BLOCK // (channels * kh * kw * height * pitch)))
        self.blocks = [slice(start, min(start + images, len(x))) for start in range(0, len(x), images)]
        self.padded = np.zeros((channels, images, below + 1, right), self.dtype)  # one row to spare: the last window reaches beyond
        self.inner = cropped(self.padded[:, :, :-1], padding).swapaxes(0, 1)
        self.columns = np.empty((channels, kh * kw, images, height, pitch), self.dtype)
        self.matrix = self.columns.reshape(channels * kh * kw, images * height * pitch)
        self.rows = np.zeros((len(weight), images * height * pitch), self.dtype)
        self.outputs = self.rows.reshape(len(weight), images, height, pitch)[..., :width].swapaxes(0, 1)
        views = windows(self.padded[:, :, :-1], (kh, kw), stride)
        self.windows = [as_strided(view, (*view.shape[:-1], pitch), view.strides) for view in views]
    def fill(self, block: Array) -> None:
        """Make ``matrix`` the columns of the images of a block."""
        self.inner[: len(block)] = block
        for k, window in enumerate(self.windows):
            self.columns[:, k] = window
    def fill_rows(self, block: Array) -> None:
        """Make ``rows`` the outputs of a block (their gradients, say), with zeros where there are none."""
        self.outputs[: len(block)] = block
        self.outputs[len(block) :] = 0
# %% nbgrader={"grade": false, "grade_id": "09-conv2d", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def conv2d(x: Array, weight: Array, bias: Array | None = None, stride: Pair = (1, 1), padding: Pair = (0, 0)) -> Array:
    """Convolution of images (B, C, H, W) with filters (O, C, kh, kw), plus ``bias`` (O,): (B, O, H', W'). ValueError if they do not fit."""
    # TODO: for each block, multiply its columns with the filters.
    # APPROACH: 1. Columns, and an empty result, with its shape and dtype. 2. for each slice of columns.blocks: fill; the product into columns.rows;
    # the bias in place; columns.outputs into the result: the last block may have fewer images.
    # HINTS: weight.reshape(O, -1) are the filters as rows; np.matmul(a, b, out=c) writes into c; bias[:, None] is a column.
    ### BEGIN SOLUTION
    columns = Columns(x, weight, stride, padding)
    y = np.empty(columns.shape, columns.dtype)
    for block in columns.blocks:
        columns.fill(x[block])
        np.matmul(weight.reshape(len(weight), -1), columns.matrix, out=columns.rows)
        if bias is not None:
            columns.rows += bias[:, None]
        y[block] = columns.outputs[: len(y[block])]
    return y
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "09-conv2d-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def in_blocks(function, *args):
    """What ``function`` gives with blocks of one image, of some, and of all."""
    usual, found = BLOCK, []
    for size in (1, 40, usual):
        globals()["BLOCK"] = size
        found.append(tried(function, *args))
    return found
def test_conv2d():
    for shape, filters, stride in CASES:
        x, w, bias = rng.standard_normal(shape), rng.standard_normal(filters), rng.standard_normal(filters[0])
        for padding in ((0, 0), (2, 1)):
            expected = conv2d_by_loops(padded(x, padding), w, stride) + bias[:, None, None]
            for got in in_blocks(conv2d, x, w, bias, stride, padding):
                same(got, expected, f"images {shape}, filters {filters}, stride {stride}, padding {padding}")
    ### BEGIN HIDDEN TESTS
        same(tried(conv2d, x, w, None, stride), conv2d_by_loops(x, w, stride), "without bias")
        assert tried(conv2d, np.float32(x), np.float32(w)).dtype == np.float32, "float32 stays float32"
    same(tried(conv2d, x[:0], w), np.zeros((0, 1, 5, 2)), "no images")
    ### END HIDDEN TESTS
test_conv2d()
# %% [markdown]
# ### 1.5 Gradients
# In each block y = W · columns, so the gradient of W is g · columns^T, summed over blocks. The columns are made again: kept until backward, they would be k * k times the images.
# %% nbgrader={"grade": false, "grade_id": "09-weight-gradient", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def weight_gradient(g: Array, x: Array, weight: Array, stride: Pair, padding: Pair) -> Array:
    """The gradient of the filters, (O, C, kh, kw), for a gradient ``g`` (B, O, H', W') of the output."""
    # TODO: add up columns @ g^T over the blocks.
    # APPROACH: 1. Columns, zeros (C * kh * kw, O). 2. for each block: fill; fill_rows; add the product. 3. transpose, and the shape of the filters.
    # HINTS: columns.fill_rows(g of the block) makes columns.rows g as a matrix (O, places).
    ### BEGIN SOLUTION
    columns = Columns(x, weight, stride, padding)
    total = np.zeros((len(columns.matrix), len(weight)), columns.dtype)
    for block in columns.blocks:
        columns.fill(x[block])
        columns.fill_rows(g[block])
        total += columns.matrix @ columns.rows.T
    return total.T.reshape(weight.shape)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "09-weight-gradient-test", "locked": true, "points": 9, "schema_version": 3, "solution": false, "task": false}
def check_gradient(function, of):
    """Compare ``function(g, x, w, stride, padding)`` with finite differences of conv2d; ``of`` is 0 for x, 1 for w."""
    for shape, filters, stride in CASES:
        for padding in ((0, 0), (1, 2)):
            arrays = x, w = rng.standard_normal(shape), rng.standard_normal(filters)
            g = rng.standard_normal(conv2d(x, w, None, stride, padding).shape)
            before, expected = (g.copy(), x.copy(), w.copy()), slopes(conv2d, arrays[of], g, x, w, None, stride, padding)
            for got in in_blocks(function, g, x, w, stride, padding):
                same(got, expected, f"images {shape}, filters {filters}, stride {stride}, padding {padding}")
            assert all(map(np.allclose, (g, x, w), before)), "g, x and the filters must not change"
def test_weight_gradient():
    check_gradient(weight_gradient, 1)
    ### BEGIN HIDDEN TESTS
    x, w, g = (np.ones(shape, np.float32) for shape in ((0, 2, 3, 3), (4, 2, 2, 2), (0, 4, 2, 2)))
    same(got := tried(weight_gradient, g, x, w, (1, 1), (0, 0)), np.zeros(w.shape), "no images")
    assert got.dtype == np.float32, "float32 stays float32"
    ### END HIDDEN TESTS
test_weight_gradient()
# %% [markdown]
# The gradient of the columns is W^T · g, and that of a number of the image the sum over all columns it stood in: what came out of a window goes back into it.
# %% nbgrader={"grade": false, "grade_id": "09-input-gradient", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def input_gradient(g: Array, x: Array, weight: Array, stride: Pair, padding: Pair) -> Array:
    """The gradient of the images, (B, C, H, W), for a gradient ``g`` (B, O, H', W') of the output."""
    # TODO: the gradient of the columns, added up where they came from.
    # APPROACH: 1. Columns, an empty result like x. 2. for each block: fill_rows; W^T @ rows into columns.matrix; zeros into columns.padded; to each of
    # columns.windows add columns.columns[:, k]. 3. columns.inner now is the gradient of the block; the last one may have fewer images.
    # HINTS: np.matmul(a, b, out=c); columns.columns is the matrix with its rows as (C, kh * kw).
    ### BEGIN SOLUTION
    columns = Columns(x, weight, stride, padding)
    dx = np.empty(x.shape, columns.dtype)
    for block in columns.blocks:
        columns.fill_rows(g[block])
        np.matmul(weight.reshape(len(weight), -1).T, columns.rows, out=columns.matrix)
        columns.padded[...] = 0
        for k, window in enumerate(columns.windows):
            window += columns.columns[:, k]
        dx[block] = columns.inner[: len(dx[block])]
    return dx
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "09-input-gradient-test", "locked": true, "points": 9, "schema_version": 3, "solution": false, "task": false}
def test_input_gradient():
    check_gradient(input_gradient, 0)
    ### BEGIN HIDDEN TESTS
    g, w = np.ones((2, 1, 2, 2), np.float32), np.ones((1, 1, 2, 2), np.float32)
    got = tried(input_gradient, g, np.zeros((2, 1, 3, 3), np.float32), w, (1, 1), (0, 0))
    same(got, [[[[1, 2, 1], [2, 4, 2], [1, 2, 1]]]] * 2, "how many windows each number is in")
    assert got.dtype == np.float32, "float32 stays float32"
    ### END HIDDEN TESTS
test_input_gradient()
# %% [markdown]
# ### 1.6 Pooling
# The largest number of each window, by kh * kw comparisons of whole views. Padding must never win: it is minus infinity.
# %% nbgrader={"grade": false, "grade_id": "09-max-pool", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def max_pool2d(x: Array, kernel_size: Pair, stride: Pair, padding: Pair = (0, 0)) -> Array:
    """The largest number of each window: (B, C, H, W) to (B, C, H', W'). Padding counts as minus infinity (or the lowest integer)."""
    # TODO: the maximum over the windows, element by element.
    # APPROACH: 1. pad with the lowest value there is. 2. start with a copy of the first window. 3. take in the others, in place.
    # HINTS: np.maximum takes out=; np.iinfo(dtype).min is the lowest integer; x.dtype.kind is "f" for floats.
    ### BEGIN SOLUTION
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    first, *others = windows(padded(x, padding, lowest), kernel_size, stride)
    y = first.copy()
    for window in others:
        np.maximum(y, window, out=y)
    return y
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "09-max-pool-test", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
POOLS = [((2, 3), (2, 3), (1, 1)), ((3, 2), (2, 1), (1, 0)), ((2, 2), (1, 3), (0, 1))]
def test_max_pool():
    x = np.array([[[[1.0, -2, 3], [-4, -5, -6], [-7, -8, -9]]]])
    same(tried(max_pool2d, x, (2, 1), (1, 1)), [[[[1, -2, 3], [-4, -5, -6]]]], "windows of two rows")
    same(tried(max_pool2d, x, (2, 2), (2, 2), (1, 1)), [[[[1, 3], [-4, -5]]]], "padding must not win against negative numbers")
    ### BEGIN HIDDEN TESTS
    x = rng.standard_normal((2, 3, 7, 8)) - 4
    for kernel, stride, padding in POOLS:
        under = np.lib.stride_tricks.sliding_window_view(padded(x, padding, -1e9), kernel, axis=(2, 3))[:, :, :: stride[0], :: stride[1]]
        before = x.copy()
        same(tried(max_pool2d, x, kernel, stride, padding), under.max(axis=(-1, -2)), f"kernel {kernel}, stride {stride}, padding {padding}")
        assert np.array_equal(x, before), "the images must not change"
    whole = tried(max_pool2d, np.int8([[[[-5, -7]]]]), (1, 2), (1, 2), (0, 1))
    assert whole.tolist() == [[[[-5, -7]]]] and whole.dtype == np.int8, f"integers stay what they are, got {whole!r}"
    ### END HIDDEN TESTS
test_max_pool()
# %% [markdown]
# ### 1.7 Batch normalization
# What a layer gets changes with every step of those before it. So each channel is brought to mean 0 and variance 1, over batch and places, then to a scale and a shift that are
# learned: $\hat x = (x - \mu) / \sqrt{\sigma^2 + \epsilon}$ and $y = \gamma \hat x + \beta$ (Ioffe and Szegedy, 2015). While training, mean and variance are the batch's, the variance divided
# by n. In use an image must not depend on its neighbours in a batch: running ones serve, which followed the batches', the variance divided by n - 1, as an estimate of all data.
# %% nbgrader={"grade": false, "grade_id": "09-batch-norm", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def per_channel(values: Array) -> Array: return values[:, None, None]
def batch_norm(x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, training: bool, keep: dict[str, Array],
               momentum: float = 0.1, eps: float = 1e-5) -> Array:
    """``(x - mean) / sqrt(var + eps) * gamma + beta`` of each channel of x (B, C, H, W); the other arrays are (C,).

    In training, mean and variance are the batch's, and the running ones move towards them (the variance unbiased) by ``momentum``, in place; else
    they are the running ones. ``keep`` gets "mean" and "scale", 1 / sqrt(var + eps). ValueError unless a channel has two values to train with.
    """
    if training and x.size < 2 * x.shape[1]:
        raise ValueError(f"Batch normalization needs more than one value a channel to train, got {x.shape}.")
    # TODO: mean and variance; the running ones; keep; the formula.
    # APPROACH: 1. training: mean and (biased) variance over the axes 0, 2, 3; running += momentum * (new - running), with var * n / (n - 1) for the
    # variance, n values a channel. 2. else the running ones. 3. keep both. 4. the formula, with per_channel.
    # HINTS: keep["mean"] must not be running_mean itself, which changes later.
    ### BEGIN SOLUTION
    if training:
        n = x.size // x.shape[1]
        mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
        running_mean += momentum * (mean - running_mean)
        running_var += momentum * (var * (n / (n - 1)) - running_var)
    else:
        mean, var = running_mean.copy(), running_var
    keep["mean"], keep["scale"] = mean, 1 / np.sqrt(var + eps)
    y = x - per_channel(mean)
    y *= per_channel(keep["scale"] * gamma)
    y += per_channel(beta)
    return y
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "09-batch-norm-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_batch_norm():
    x = rng.standard_normal((3, 2, 5, 4)) * per_channel(np.array([2.0, 0.5])) + per_channel(np.array([-3.0, 1]))
    gamma, beta, mean, var = np.array([[1.5, -2], [0.3, 4], [0.5, -1], [2, 3]])
    y = tried(batch_norm, x, gamma, beta, mean, var, True, {}, eps=0)
    same(y.mean(axis=(0, 2, 3)), beta, "training: the mean of each channel is beta")
    same(y.std(axis=(0, 2, 3)), abs(gamma), "training: the spread of each channel is gamma's")
    same(mean, 0.9 * np.array([0.5, -1]) + 0.1 * x.mean(axis=(0, 2, 3)), "running mean")
    same(var, 0.9 * np.array([2, 3]) + 0.1 * x.var(axis=(0, 2, 3), ddof=1), "running variance, unbiased")
    ### BEGIN HIDDEN TESTS
    before, keep = (x.copy(), mean.copy(), var.copy()), {}
    y = tried(batch_norm, x, gamma, beta, mean, var, False, keep, eps=0.1)
    same(y, (x - per_channel(mean)) / per_channel(np.sqrt(var + 0.1)) * per_channel(gamma) + per_channel(beta), "used: by the running statistics")
    assert all(map(np.array_equal, (x, mean, var), before)) and not np.shares_memory(keep["mean"], mean), "used, nothing changes; keep a copy"
    y, spread = tried(batch_norm, x, gamma, beta, mean, var, True, keep, momentum=0.5, eps=2), np.sqrt(x.var(axis=(0, 2, 3)) + 2)
    same(y, (x - per_channel(x.mean(axis=(0, 2, 3)))) / per_channel(spread) * per_channel(gamma) + per_channel(beta), "eps 2")
    same(mean, (before[1] + x.mean(axis=(0, 2, 3))) / 2, "momentum 0.5"), same([keep["mean"], keep["scale"]], [x.mean(axis=(0, 2, 3)), 1 / spread], "keep")
    assert tried(batch_norm, np.float32(x), *np.float32([gamma, beta]), mean, var, True, keep).dtype == np.float32
    ### END HIDDEN TESTS
test_batch_norm()
# %% [markdown]
# ### 1.8 The other rules
# Given, with average pooling. In max pooling the gradient of a window goes to the first of its largest numbers, as in PyTorch (after a
# ReLU, ties are common: zeros); an average spreads it evenly. Mean and variance depend on every number of a channel, so with n of them and $G = \gamma / \sqrt{\sigma^2 + \epsilon}$
# $$\partial\gamma = \sum g \hat x \qquad \partial\beta = \sum g \qquad \partial x = G \left(g - \tfrac1n \partial\beta - \tfrac1n \hat x \, \partial\gamma\right)$$
# while training; when the model is used they are constants, and $\partial x = G g$.
# %%
#| export
@gradient(conv2d)
def d_conv2d(g: Array, y: Array, x: Array, weight: Array, bias: Array | None = None, stride: Pair = (1, 1), padding: Pair = (0, 0)) -> tuple[Gradient, ...]:
    """y = conv2d(x): the gradients of images and filters, and g summed over all places for the bias. As many as inputs."""
    d = (lambda: input_gradient(g, x, weight, stride, padding), lambda: weight_gradient(g, x, weight, stride, padding))
    return d if bias is None else (*d, lambda: g.sum(axis=(0, 2, 3)))
@gradient(batch_norm)
def d_batch_norm(g: Array, y: Array, x: Array, gamma: Array, beta: Array, training: bool, keep: dict[str, Array], **_: Any) -> tuple[Gradient, ...]:
    """y = normalised x * gamma + beta: for x (see the lesson), gamma and beta; ``keep`` has mean and scale of the forward call."""
    normal = (x - per_channel(keep["mean"])) * per_channel(keep["scale"])
    d_gamma, d_beta = (g * normal).sum(axis=(0, 2, 3)), g.sum(axis=(0, 2, 3))
    if training:
        count = x.size // x.shape[1]
        g = g - per_channel(d_beta / count) - normal * per_channel(d_gamma / count)
    return lambda: g * per_channel(gamma * keep["scale"]), d_gamma, d_beta
@gradient(max_pool2d)
def d_max_pool2d(g: Array, y: Array, x: Array, kernel_size: Pair, stride: Pair, padding: Pair = (0, 0)) -> tuple[Gradient, ...]:
    """y = max of each window: g to the first number of the window that equals y; padding with nan equals nothing."""
    source = padded(x, padding, np.nan)
    dx, free = np.zeros_like(source), np.ones(y.shape, bool)
    for window, into in zip(windows(source, kernel_size, stride), windows(dx, kernel_size, stride), strict=True):
        found = (window == y) & free
        into += g * found
        free ^= found
    return (cropped(dx, padding),)
def avg_pool2d(x: Array, kernel_size: Pair, stride: Pair, padding: Pair = (0, 0)) -> Array:
    """The mean of each window: (B, C, H, W) to (B, C, H', W'). Padding counts as zeros, and in the number of elements."""
    return np.asarray(sum(windows(padded(x, padding), kernel_size, stride), np.float32(0)) / math.prod(kernel_size))  # a float: uint8 holds no sum of pixels
@gradient(avg_pool2d)
def d_avg_pool2d(g: Array, y: Array, x: Array, kernel_size: Pair, stride: Pair, padding: Pair = (0, 0)) -> tuple[Gradient, ...]:
    """y = mean of each window: g / (kh * kw) to each number of the window."""
    dx, share = np.zeros_like(padded(x, padding)), g / math.prod(kernel_size)
    for into in windows(dx, kernel_size, stride):
        into += share
    return (cropped(dx, padding),)
# %% [markdown]
# ### 1.9 Layers
# Given: the classes, with parameters and sizes. The running statistics are arrays of their module, so `state_dict` saves them.
# %%
#| export
class Conv2d(Module):
    """Convolution of images (B, in_channels, H, W) with ``weight`` (out_channels, in_channels, kh, kw): ``Conv2d(3, 16, (3, 5), padding=1)``."""
    def __init__(self, in_channels: int, out_channels: int, kernel_size: int | Pair, stride: int | Pair = 1, padding: int | Pair = 0, bias: bool = True) -> None:
        if in_channels < 1 or out_channels < 1:
            raise ValueError(f"Conv2d needs at least one channel in and out, got {in_channels} and {out_channels}.")
        self.kernel_size, self.stride, self.padding = pair(kernel_size, "kernel_size"), pair(stride, "stride"), pair(padding, "padding", 0)
        fan_in = in_channels * math.prod(self.kernel_size)
        self.weight = Parameter(scaled_uniform((out_channels, in_channels, *self.kernel_size), fan_in))
        self.bias = Parameter(scaled_uniform((out_channels,), fan_in)) if bias else None
    def forward(self, x: Tensor) -> Tensor:
        """To (B, out_channels, H', W'). ValueError for other channels, or images smaller than the kernel."""
        inputs = (x, self.weight) if self.bias is None else (x, self.weight, self.bias)
        return apply(conv2d, *inputs, stride=self.stride, padding=self.padding)
    def __repr__(self) -> str:
        return f"Conv2d({self.weight.shape[1]}, {len(self.weight)}, {self.kernel_size}, stride={self.stride}, padding={self.padding}{', bias=False' * (self.bias is None)})"
class MaxPool2d(Module):
    """The largest number of each window: ``MaxPool2d(2)``; ``stride`` is the kernel's size unless given, ``padding`` at most half of it."""
    op = staticmethod(max_pool2d)
    def __init__(self, kernel_size: int | Pair, stride: int | Pair | None = None, padding: int | Pair = 0) -> None:
        self.kernel_size, self.padding = pair(kernel_size, "kernel_size"), pair(padding, "padding", 0)
        self.stride = self.kernel_size if stride is None else pair(stride, "stride")
        if any(2 * p > k for p, k in zip(self.padding, self.kernel_size, strict=True)):
            raise ValueError(f"padding must be at most half of the kernel {self.kernel_size}, got {self.padding}.")
    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C, H', W')."""
        return apply(self.op, x, kernel_size=self.kernel_size, stride=self.stride, padding=self.padding)
    def __repr__(self) -> str: return f"{type(self).__name__}({self.kernel_size}, stride={self.stride}, padding={self.padding})"
class AvgPool2d(MaxPool2d):
    """The mean of each window, sizes as those of MaxPool2d."""
    op = staticmethod(avg_pool2d)
class BatchNorm2d(Module):
    """Batch normalization of images (B, num_features, H, W): ``gamma``, ``beta``, ``running_mean`` and ``running_var`` are (num_features,)."""
    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = Parameter(np.ones(num_features)), Parameter(np.zeros(num_features))
        self.running_mean, self.running_var = np.zeros(num_features, np.float32), np.ones(num_features, np.float32)
    def forward(self, x: Tensor) -> Tensor:
        """By the batch's statistics while the model trains, else by the running ones. ValueError for other channels."""
        if x.ndim != 4 or x.shape[1:2] != self.gamma.shape:
            raise ValueError(f"BatchNorm2d({self.gamma.size}) takes images (B, {self.gamma.size}, H, W), got {x.shape}.")
        return apply(batch_norm, x, self.gamma, self.beta, running_mean=self.running_mean, running_var=self.running_var,
                     training=self.training, keep={}, momentum=self.momentum, eps=self.eps)
    def __repr__(self) -> str: return f"BatchNorm2d({self.gamma.size}, eps={self.eps}, momentum={self.momentum})"
class Flatten(Module):
    """Each image as one row: (B, C, H, W) to (B, C * H * W)."""
    def forward(self, x: Tensor) -> Tensor: return x.reshape(x.shape[0], math.prod(x.shape[1:]))
# %% [markdown]
# ## Part 2: Systems analysis
# ### 2.1 The memory of columns
# **Predict** the peak of each, from the images (`images.nbytes`), the output, and k = 3; then run.
# %%
# %%measure -o memory
whole = conv2d_by_columns(images, weights)
blocks = conv2d(images, weights)
# %% [markdown]
# ### 2.2 Growth
# **Predict** the exponents in time and memory over the side n of square images; then run.
# %%
# %%complexity n=16..112 -o growth
square = rng.standard_normal((1, 3, n, n), dtype=np.float32)
# measure:
conv2d(square, weights[:, :3])
# %% [markdown]
# ### 2.3 Sharing
# A filter uses the same weights at every place. A dense layer from the same image to the same output has one for each pair of numbers. **Predict** both
# counts by formula for images of 3 x 16 x 16 and 8 filters of 3 x 3; then run.
# %%
from tinytorch.core.layers import Linear, Sequential
conv, dense = Conv2d(3, 8, 3, padding=1), Linear(3 * 16 * 16, 8 * 16 * 16)
by_formula = {"convolution": 8 * (3 * 3 * 3 + 1), "dense": (3 * 16 * 16 + 1) * 8 * 16 * 16}
counted = {name: sum(p.size for p in layer.parameters()) for name, layer in {"convolution": conv, "dense": dense}.items()}
print("by formula", by_formula, "counted", counted)
# %% [markdown]
# ## Part 3: Production context
# - PyTorch calls oneDNN on processors and cuDNN on GPUs: they choose among columns that exist only in the cache, Winograd's products for 3 x 3, and Fourier transforms.
# - They keep channels innermost, in blocks as wide as a vector register; `torch.channels_last` does it for a whole model.
# - For use, batch normalization folds into the filters before it: both are linear, so it costs nothing.
# %% [markdown]
# ## Integration test
# %% nbgrader={"grade": true, "grade_id": "09-integration-test", "locked": true, "points": 9, "schema_version": 3, "solution": false, "task": false}
def test_spatial():
    model = Sequential(Conv2d(2, 3, 3, padding=1, bias=False), BatchNorm2d(3), MaxPool2d(2), Conv2d(3, 2, (1, 2), stride=2), AvgPool2d(2, 1), Flatten(), Linear(2, 4))
    for parameter in model.parameters(): parameter.data = rng.standard_normal(parameter.shape)
    x, g = Tensor(rng.standard_normal((3, 2, 8, 10)), requires_grad=True, dtype=np.float64), rng.standard_normal((3, 4))
    tried(lambda: model(x).backward(g))
    for name, tensor in [("x", x), *model.named_parameters()]:
        same(tensor.grad, slopes(lambda: model(x).data, tensor.data, g), name, 1e-4)
    ### BEGIN HIDDEN TESTS
    image = np.pad(rng.standard_normal((1, 1, 2, 3)), ((0, 0), (0, 0), (2, 5), (2, 4)))
    conv = Conv2d(1, 2, 3)
    moved = conv(Tensor(np.roll(image, (3, 2), axis=(2, 3)))).data
    same(moved[..., 3:, 2:], conv(Tensor(image)).data[..., :-3, :-2], "a moved image gives a moved output")
    saved = model.state_dict()
    assert {"1.running_mean", "1.running_var"} <= saved.keys() and not np.allclose(saved["1.running_mean"], 0)
    used = model.eval()(x).data
    model.train()(Tensor(x.data * 3))
    assert not np.allclose(model.eval()(x).data, used), "training moves the running statistics"
    model.load_state_dict(saved)
    same(model(x).data, used, "restored"), same(model(Tensor(x.data[:1])).data, used[:1], "used, an image does not depend on the others")
    ### END HIDDEN TESTS
test_spatial()
# %%
if __name__ == "__main__":
    test_loops(), test_windows(), test_columns(), test_conv2d(), test_weight_gradient(), test_input_gradient(), test_max_pool(), test_batch_norm(), test_spatial()
    print("All tests of module 09 pass.")
# %% [markdown] nbgrader={"grade": true, "grade_id": "09-question-forms", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** From `forms`: flops per second of both forms by the formula of Part 1. Both do the same arithmetic: where does the difference come from?
# ### BEGIN SOLUTION
# The formula gives 2 * 2 * 16 * 10 * 10 * 144, over each time. A product in the loops is a round through the interpreter with indices into three arrays; the matrix product runs
# compiled, with vector instructions, on numbers that stay in registers and cache. Rubric: 4 points the rates, 4 the reason.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "09-question-memory", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **2.** Explain both peaks of `memory` in units of the images and the output. What changes with k = 5? What would training keep until backward if it kept the columns?
# ### BEGIN SOLUTION
# Whole: the columns, k * k times the output's places for each channel, and the output. Blocks: the output, and the columns of one block, here a single image, whatever the batch. With
# k = 5 each has 25 copies instead of 9, the second still of one image. Kept, the columns of every layer would stay. Rubric: 4 points the peaks, 2 for k = 5, 2 for training.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "09-question-sharing", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **3.** From `growth` and 2.3: how do time, memory and parameters of the convolution grow with the side of the image, and how those of the dense layer? What can the
# dense layer learn that the convolution cannot?
# ### BEGIN SOLUTION
# Convolution: time and output with the square, parameters not at all; dense: parameters and time with the fourth power. The dense layer can treat each place
# differently. Rubric: 4 points the convolution, 2 the dense layer, 2 the places.
# ### END SOLUTION
# %% [markdown]
# ## Summary
# You built convolution in three forms, pooling and batch normalization, with all gradients, and measured: the same flops as loops and as a matrix product, columns that
# take k * k times the image, blocks that do not, and sharing that makes parameters independent of the image. Module 14 measures whole models.
