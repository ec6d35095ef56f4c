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
# # Module 05: Autograd
# **You build** the gradient rule of every operation so far, and the walk that applies them backwards through a computation: `backward`.
#
# **You measure** what backward costs beside forward (`%%measure --time`), what a recorded computation keeps in memory (`%%measure`), and
# how the walk grows with the number of operations (`%%complexity`).
#
# **Prerequisites:** 01 Tensor, 02 Activations, 03 Layers, 04 Losses. **Unlocks:** 06 Optimizers, 09 Convolutions, 11 Embeddings.

# %% [markdown]
# ## Part 1: Foundations
# A loss L is computed from parameters by a chain of operations. Its **gradient** with respect to a tensor x, $\partial L / \partial x$, has the shape of
# x and says for each element how much L changes when that element grows a little. For one operation $y = f(x)$ the chain rule gives the
# gradient of its input from that of its output g: for each element of x, the sum over all elements of y of $g \cdot \partial y / \partial x$.
#
# `apply` remembers for each result its operation, inputs and params, if an input has `requires_grad`. These records are the **computational graph**.
# Going through it from the loss backwards, each operation turns g into the gradients of its inputs. All it takes is one rule for each operation:
#
# | operation | rules, for the gradient g of its result y | flops |
# |---|---|---|
# | $y = a b$ (elements) | $g\,b$, $g\,a$ | 2 per element |
# | $y = A B$, (M, K) by (K, N) | $g B^T$, $A^T g$ | 2 * 2MKN, forward is 2MKN |
#
# By this table, backward through matrix products costs twice the flops of forward, and it needs A and B again: they must be kept.
# %%
#| default_exp core.autograd
#| export
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
# %% nbgrader={"grade": false, "grade_id": "05-helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(5)
def slopes(function, arrays, i, g, step=1e-6):
    """The gradient of sum(g * function(*arrays)) with respect to ``arrays[i]`` by finite differences, element by element."""
    def total(place, change):
        moved = [np.array(a) for a in arrays]
        moved[i][place] += change
        return np.sum(g * function(*moved))
    shape = np.shape(arrays[i])
    return np.reshape([(total(p, step) - total(p, -step)) / (2 * step) for p in np.ndindex(shape)], shape)
def check_rule(op, *arrays, only=None, **params):
    """Fail unless the rule of ``op`` gives the gradients that finite differences find, for random g, and changes nothing."""
    assert op in RULES, f"there is no rule for {op.__name__} yet"
    y = np.asarray(op(*arrays, **params))
    g = rng.standard_normal(y.shape)
    before = [np.array(a) for a in (g, y, *arrays)]
    for i in range(len(arrays)) if only is None else only:
        dx = tried(unbroadcast, given(op, i, g, y, *arrays, **params), np.shape(arrays[i]))
        expected = slopes(lambda *a: op(*a, **params), arrays, i, g)
        assert np.allclose(dx, expected, rtol=1e-4, atol=1e-6), f"{op.__name__}, input {i}: expected\n{expected}\ngot\n{dx}"
    assert all(np.array_equal(a, b) for a, b in zip(before, (g, y, *arrays), strict=True)), f"{op.__name__}: the rule changed an array"
def given(op, i, g, y, *arrays, **params):
    """The gradient that the rule of ``op`` gives for input ``i``, as an array."""
    got = tried(RULES[op], g, y, *arrays, **params)
    assert isinstance(got, tuple) and len(got) == len(arrays), f"{op.__name__}: one gradient for each of {len(arrays)} inputs, got {got}"
    dx = tried(got[i]) if callable(got[i]) else got[i]
    assert dx is not None, f"{op.__name__}: no gradient for input {i}"
    return np.asarray(dx)
def tried(function, *args, **params):
    """The result of ``function``; what it raises instead is a failed test."""
    try:
        return function(*args, **params)
    except (ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError) as error:
        raise AssertionError(f"{getattr(function, '__name__', 'it')} raised {error!r}") from error
def refuses(error, words, function, *args):
    """Fail unless ``function`` refuses its arguments: it must raise ``error``, with all ``words`` in the message."""
    try:
        function(*args)
    except Exception as caught:
        assert isinstance(caught, error) and all(word in str(caught) for word in words), f"expected {error.__name__} with {words}: {caught!r}"
    else:
        raise AssertionError(f"{function.__name__} should raise {error.__name__}, but returned")
# %% [markdown]
# ### 1.1 Broadcasting backwards
# Where broadcasting repeated an input, every copy contributes to the result: the gradient of the input is the **sum** over its copies. The walk will
# apply `unbroadcast` to what every rule gives, so that no rule has to know whether its inputs were repeated.
# %% nbgrader={"grade": false, "grade_id": "05-unbroadcast", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def unbroadcast(g: Array, shape: Shape) -> Array:
    """``g`` summed to ``shape``, which broadcasts to that of ``g``: (2, 3) to (3,) over the first axis, to (2, 1) over the last.

    Raises ValueError, with both shapes, if ``shape`` does not broadcast to that of ``g``.
    """
    # TODO: sum over the axes that broadcasting added, and over those that it stretched.
    # APPROACH: 1. If the shapes are equal, return g itself. 2. Broadcasting added axes in front: as many as g has more than shape. Of the others,
    # each has the same size in shape and in g, or is 1 in shape; raise ValueError if not. 3. Sum over both kinds of axes, then reshape to shape.
    # HINTS: g.sum(axis=(0, 2)) sums over several axes. Axis i of shape is axis added + i of g.
    ### BEGIN SOLUTION
    if g.shape == shape:
        return g
    added = g.ndim - len(shape)
    if added < 0 or any(size not in (1, of_g) for size, of_g in zip(shape, g.shape[added:], strict=True)):
        raise ValueError(f"A gradient of shape {g.shape} does not fit an input of shape {shape}.")
    stretched = [added + i for i, size in enumerate(shape) if size == 1]
    return g.sum(axis=(*range(added), *stretched)).reshape(shape)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "05-unbroadcast-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_unbroadcast():
    g = np.arange(6.0).reshape(2, 3)
    for shape, expected in [((3,), [3, 5, 7]), ((2, 1), [[3], [12]]), ((), 15), ((1, 3), [[3, 5, 7]]), ((2, 3), g)]:
        got = tried(unbroadcast, g, shape)
        assert np.shape(got) == shape and np.array_equal(got, expected), f"to {shape}: expected {expected}, got {got}"
    ### BEGIN HIDDEN TESTS
    h = rng.standard_normal((4, 2, 3, 5))
    for shape in [(2, 1, 5), (4, 1, 3, 1), (1, 1, 1, 1), (5,), (3, 1), (4, 2, 3, 5)]:
        keep = [4 - len(shape) + i for i, size in enumerate(shape) if size != 1]
        assert np.allclose(tried(unbroadcast, h, shape), np.einsum(h, [0, 1, 2, 3], keep).reshape(shape)), f"to {shape}"
    assert unbroadcast(g, (2, 3)) is g, "nothing to sum, nothing to copy"
    for shape in [(2,), (4, 3), (1, 2, 3), (3, 3)]:
        refuses(ValueError, ["(2, 3)", str(shape)], unbroadcast, g, shape)
    ### END HIDDEN TESTS
test_unbroadcast()
# %% [markdown]
# ### 1.2 Rules of arithmetic
# A rule is a function of arrays. It gets g, the gradient of the result; y, the result; then the inputs of the operation, and its params by name. It
# returns a tuple: one gradient for each input. Instead of a gradient it may return a function that computes it, as `lambda: -g` below: the walk calls
# that only if the input requires a gradient. Given are the rules of one line. Those of exp and sqrt use y, which saves evaluating them again.
# %%
#| export
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
# %% nbgrader={"grade": false, "grade_id": "05-arithmetic", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
@gradient(ops.multiply)
def d_multiply(g: Array, y: Array, a: Array, b: Array) -> tuple[Gradient, ...]:
    """y = a * b: g * b, g * a."""
    # TODO: write these three rules. Each docstring has the formulas of both gradients.
    # APPROACH: return a function for each gradient. In d_power, keep the exponent at 0 where b is 0, and keep log(a) away from a = 0.
    # HINTS: b - 1 * (b != 0) is b - 1, and 0 where b is 0, for numbers and arrays. np.where(bad, 1, a) has a 1 where a is bad, and log(1) is 0.
    ### BEGIN SOLUTION
    return lambda: g * b, lambda: g * a
    ### END SOLUTION
@gradient(ops.divide)
def d_divide(g: Array, y: Array, a: Array, b: Array) -> tuple[Gradient, ...]:
    """y = a / b: g / b, -g * y / b."""
    ### BEGIN SOLUTION
    return lambda: g / b, lambda: -g * y / b
    ### END SOLUTION
@gradient(ops.power)
def d_power(g: Array, y: Array, a: Array, b: Array) -> tuple[Gradient, ...]:
    """y = a^b: g * b * a^(b - 1), which is 0 where b is 0; and g * y * log(a), which is 0 where a is 0 and b is not negative."""
    ### BEGIN SOLUTION
    return lambda: g * b * a ** (b - 1 * (b != 0)), lambda: g * y * np.log(np.where((a == 0) & (b >= 0), 1, a))
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "05-arithmetic-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_arithmetic():
    a, b = rng.uniform(0.5, 2, (3, 4)), rng.uniform(0.5, 2, (3, 4))
    for op in (ops.multiply, ops.divide, ops.power):
        check_rule(op, a, b)
    ### BEGIN HIDDEN TESTS
    for op in (ops.multiply, ops.divide, ops.power):
        check_rule(op, a, b[0]), check_rule(op, a[:, :1], b), check_rule(op, a, -b)
    check_rule(ops.multiply, -a, b), check_rule(ops.divide, -a, b)
    check_rule(ops.power, np.array([0.0, -2, 3]), 2, only=[0])
    assert given(ops.power, 0, np.ones(2), np.ones(2), np.full(2, 3.0), np.array([True, False])).tolist() == [1, 0], "True counts as 1"
    with np.errstate(all="raise"):
        zero = given(ops.power, 0, np.ones(2), np.ones(2), np.array([0.0, 3]), 0)
        assert zero.tolist() == [0, 0], f"x^0 is constant, at 0 too; got {zero}"
        zero = given(ops.power, 1, np.ones(2), np.array([0.0, 1]), np.zeros(2), np.array([2.0, 0]))
        assert zero.tolist() == [0, 0], f"0^2 and 0^0 have the gradient 0 for their exponents, got {zero}"
    with np.errstate(divide="ignore"):
        assert given(ops.power, 1, np.ones(1), np.full(1, np.inf), np.zeros(1), -np.ones(1))[0] == -np.inf, "0^-1 grows without limit"
    ### END HIDDEN TESTS
test_arithmetic()
# %% [markdown]
# ### 1.3 Rules of activations
# The derivatives of sigmoid and tanh need only their results y. ReLU passes g on where x is positive, and stops it elsewhere.
# %% nbgrader={"grade": false, "grade_id": "05-elementwise", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
@gradient(relu)
def d_relu(g: Array, y: Array, x: Array) -> tuple[Gradient, ...]:
    """y = max(x, 0): g where x > 0, else 0."""
    # TODO: write these three rules.
    # APPROACH: each is g times a derivative, as its docstring says. A rule of one input returns a tuple of one: `return (...,)`.
    # HINTS: x > 0 counts as 1 or 0 in a product.
    ### BEGIN SOLUTION
    return (g * (x > 0),)
    ### END SOLUTION
@gradient(sigmoid)
def d_sigmoid(g: Array, y: Array, x: Array) -> tuple[Gradient, ...]:
    """y = 1 / (1 + exp(-x)): g * y * (1 - y)."""
    ### BEGIN SOLUTION
    return (g * y * (1 - y),)
    ### END SOLUTION
@gradient(tanh)
def d_tanh(g: Array, y: Array, x: Array) -> tuple[Gradient, ...]:
    """y = tanh(x): g * (1 - y^2)."""
    ### BEGIN SOLUTION
    return (g * (1 - y * y),)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "05-elementwise-test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
def test_elementwise():
    x = np.array([[-1.5, 0.25, 2], [0.5, -0.75, 1]])
    for op in (relu, sigmoid, tanh):
        check_rule(op, x)
    ### BEGIN HIDDEN TESTS
    assert given(relu, 0, np.ones(1), np.zeros(1), np.zeros(1)).tolist() == [0], "relu at 0"
    for op in (relu, sigmoid, tanh):
        check_rule(op, 3 * rng.standard_normal((2, 3, 2)))
    ### END HIDDEN TESTS
test_elementwise()
# %% [markdown]
# ### 1.4 Rules of matrix products
# $dA = g B^T$ and $dB = A^T g$, also for stacks of matrices. A vector lacks an axis: give it one of size 1, apply the formula for matrices, and take
# that axis out of its gradient. Return functions: each gradient costs a whole product, and often only one of them is needed.
# %% nbgrader={"grade": false, "grade_id": "05-matmul", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
@gradient(ops.matmul)
def d_matmul(g: Array, y: Array, a: Array, b: Array) -> tuple[Gradient, ...]:
    """y = a @ b: g @ b^T, a^T @ g; a vector is a row on the left and a column on the right."""
    # TODO: this rule, for matrices, stacks and vectors on either side; then d_linear, whose x has any number of axes before the last.
    # APPROACH: 1. A vector a becomes a row (1, K), and g gets an axis before its last. A vector b becomes a column (K, 1), and g gets one at its end.
    # 2. One function for each gradient. 3. The gradient of a vector b loses its last axis. For a vector a, the walk sums the extra axes away.
    # HINTS: np.expand_dims(g, -2); np.swapaxes(b, -1, -2) transposes each matrix. A matrix b that meets a stack a gets the sum over the stack:
    # reshape a to (rows, K) and g to (rows, N), where rows counts the rows of all matrices, and one product gives it. d_linear does the same.
    ### BEGIN SOLUTION
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
    ### END SOLUTION
@gradient(linear)
def d_linear(g: Array, y: Array, x: Array, weight: Array, bias: Array | None = None) -> tuple[Gradient, ...]:
    """y = x @ weight + bias: g @ weight^T, x^T @ g over all rows, g summed over all rows. As many gradients as inputs."""
    ### BEGIN SOLUTION
    rows = math.prod(x.shape[:-1])
    flat = g.reshape(rows, g.shape[-1])
    d = (lambda: (flat @ weight.T).reshape(x.shape), lambda: x.reshape(rows, x.shape[-1]).T @ flat)
    return d if bias is None else (*d, lambda: flat.sum(axis=0))
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "05-matmul-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_matmul_rules():
    a, b, w, bias = (rng.standard_normal(shape) for shape in [(4, 3), (3, 5), (3, 2), (2,)])
    check_rule(ops.matmul, a, b), check_rule(ops.matmul, a[0], b), check_rule(ops.matmul, a, b[:, 0])
    check_rule(linear, a, w, bias), check_rule(linear, a, w)
    ### BEGIN HIDDEN TESTS
    stack = rng.standard_normal((2, 4, 3))
    for left, right in [(a[0], b[:, 0]), (stack, b), (stack, b[:, 0]), (a[0], stack.transpose(0, 2, 1)), (a, stack.transpose(0, 2, 1)),
                        (stack[:, None], rng.standard_normal((5, 3, 2)))]:
        check_rule(ops.matmul, left, right)
    check_rule(linear, rng.standard_normal((2, 3, 3)), w, bias)
    check_rule(linear, a[0], w, bias)
    ### END HIDDEN TESTS
test_matmul_rules()
# %% [markdown]
# ### 1.5 Rules of reductions
# A sum passes g on to each of its elements. Mean, maximum and variance weigh it. First `keep_axes` (given) puts back the axes that the reduction
# removed, with size 1: then g broadcasts against x.
# %%
#| export
def keep_axes(g: Array, x: Array, axis: ops.Axis, keepdims: bool) -> Array:
    """``g`` with the axes of ``x`` that a reduction over ``axis`` removed, as axes of size 1."""
    return g if keepdims else np.expand_dims(g, normalize_axis(axis, x.ndim))
@gradient(ops.reduce_sum)
def d_sum(g: Array, y: Array, x: Array, axis: ops.Axis = None, keepdims: bool = False) -> tuple[Gradient, ...]:
    """y = sum(x): g for each element of x."""
    return (np.broadcast_to(keep_axes(g, x, axis, keepdims), x.shape),)
# %% nbgrader={"grade": false, "grade_id": "05-reductions", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
@gradient(ops.reduce_mean)
def d_mean(g: Array, y: Array, x: Array, axis: ops.Axis = None, keepdims: bool = False) -> tuple[Gradient, ...]:
    """y = mean(x) over n elements: g / n for each."""
    # TODO: write these three rules, for one axis, several, or all.
    # APPROACH: begin with keep_axes(g, ...). 1. Mean: g divided by the number of elements in each mean. 2. Max: g to the elements equal to the maximum,
    # divided by how many they are. 3. Var: 2 (x - mean) / (n - ddof) times g; as in forward, the divisor is never negative.
    # HINTS: np.broadcast_to repeats without copying, as in d_sum. n is x.size // y.size; max(y.size, 1) if x may be empty.
    ### BEGIN SOLUTION
    return (np.broadcast_to(keep_axes(g / (x.size // max(y.size, 1)), x, axis, keepdims), x.shape),)
    ### END SOLUTION
@gradient(ops.reduce_max)
def d_max(g: Array, y: Array, x: Array, axis: ops.Axis = None, keepdims: bool = False) -> tuple[Gradient, ...]:
    """y = max(x): g for the largest element, in equal shares where several are largest."""
    ### BEGIN SOLUTION
    largest = x == keep_axes(y, x, axis, keepdims)
    return (keep_axes(g, x, axis, keepdims) * largest / largest.sum(axis=axis, keepdims=True, dtype=x.dtype),)
    ### END SOLUTION
@gradient(ops.reduce_var)
def d_var(g: Array, y: Array, x: Array, axis: ops.Axis = None, keepdims: bool = False, ddof: int = 1) -> tuple[Gradient, ...]:
    """y = sum((x - mean)^2) / (n - ddof): g * 2 (x - mean) / (n - ddof), which is nan where y is."""
    ### BEGIN SOLUTION
    distance = x - ops.reduce_mean(x, axis, keepdims=True)
    return (2 * keep_axes(g, x, axis, keepdims) * distance / max(x.size // max(y.size, 1) - ddof, 0),)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "05-reductions-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_reductions():
    x = rng.standard_normal((3, 4))
    for op in (ops.reduce_sum, ops.reduce_mean, ops.reduce_max, ops.reduce_var):
        check_rule(op, x), check_rule(op, x, axis=0), check_rule(op, x, axis=1, keepdims=True)
    ### BEGIN HIDDEN TESTS
    x = rng.standard_normal((2, 3, 4))
    for op in (ops.reduce_sum, ops.reduce_mean, ops.reduce_max, ops.reduce_var):
        for axis in (-1, 1, (0, 2), (1,), (2, 0)):
            check_rule(op, x, axis=axis), check_rule(op, x, axis=axis, keepdims=True)
    check_rule(ops.reduce_var, x, axis=1, ddof=0)
    ties = np.array([[3, 1, 3], [5, 5, 5]], dtype=np.float32)
    shares = given(ops.reduce_max, 0, np.ones(2, np.float32), ties.max(axis=1), ties, axis=1)
    assert np.allclose(shares, [[0.5, 0, 0.5], [1 / 3] * 3]) and shares.dtype == np.float32, f"ties share evenly, got {shares}"
    for op in (ops.reduce_mean, ops.reduce_var):
        assert given(op, 0, np.ones(0), np.ones(0), np.ones((0, 3)), axis=1).shape == (0, 3), "nothing has a gradient of nothing"
    with np.errstate(invalid="ignore"):
        assert np.isnan(given(ops.reduce_var, 0, np.ones(3), np.ones(3), np.ones((1, 3)), axis=0, ddof=2)).all(), "of too few: nan"
    ### END HIDDEN TESTS
test_reductions()
# %% [markdown]
# ### 1.6 Rules of moves
# An operation that only moves elements has a gradient that moves them back. Indexing can pick an element several times: then it gets the sum of
# the gradients of all its copies.
# %% nbgrader={"grade": false, "grade_id": "05-moves", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
@gradient(ops.permute)
def d_permute(g: Array, y: Array, x: Array, order: Shape) -> tuple[Gradient, ...]:
    """y = x with its axes in ``order``: g with its axes put back."""
    # TODO: write these two rules.
    # APPROACH: 1. Permute g by the order that undoes `order`. 2. Make zeros of the shape of x, and add g to them at key.
    # HINTS: np.argsort(order) undoes an order of axes from 0; normalize_axis(order, x.ndim) makes it one. np.add.at(zeros, key, g) adds for each time
    # that key names a place; `zeros[key] += g` adds only once.
    ### BEGIN SOLUTION
    return (g.transpose(np.argsort(normalize_axis(order, x.ndim))),)
    ### END SOLUTION
@gradient(ops.index)
def d_index(g: Array, y: Array, x: Array, key: Any) -> tuple[Gradient, ...]:
    """y = x[key]: zeros, and g added at key, as often as key names a place."""
    ### BEGIN SOLUTION
    dx = np.zeros(x.shape, g.dtype)
    np.add.at(dx, key, g)
    return (dx,)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "05-moves-test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
def test_moves():
    x = rng.standard_normal((2, 3, 4))
    check_rule(ops.permute, x, order=(2, 0, 1))
    check_rule(ops.index, x, key=(slice(None), 1))
    check_rule(ops.index, x, key=[1, 0, 1, 1])
    ### BEGIN HIDDEN TESTS
    for order in [(1, 2, 0), (-1, 0, 1), (0, 2, 1)]:
        check_rule(ops.permute, x, order=order)
    for key in [0, (1, slice(None, None, -1), [0, 0, 3]), x > 0, (np.array([[0, 1], [1, 1]]), 2), (Ellipsis, None, 2)]:
        check_rule(ops.index, x, key=key)
    ### END HIDDEN TESTS
test_moves()
# %% [markdown]
# ### 1.7 Rules of softmax and the losses
# Each output of softmax depends on every input of its row, which leads to $y_i (g_i - \sum_j g_j y_j)$. For cross-entropy almost everything cancels: the
# gradient of the scores is their softmax, less 1 at the right class, divided by the number of rows. Given below: the other losses, and GELU.
# %% nbgrader={"grade": false, "grade_id": "05-losses", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
@gradient(softmax)
def d_softmax(g: Array, y: Array, x: Array, dim: int = -1) -> tuple[Gradient, ...]:
    """y = softmax(x) along dim: y * (g - sum(g * y))."""
    # TODO: write these two rules.
    # APPROACH: 1. softmax: sum along dim, and keep that axis. 2. cross_entropy: its result is one number, so g is one. The softmax of the scores is
    # keep["exponentials"] / keep["sums"][:, None] if keep is filled, and softmax(scores, 1) if not.
    # HINTS: with share = g / rows, the gradient is share times the softmax, less share at [np.arange(rows), ids]. There may be no rows. The ids get None.
    ### BEGIN SOLUTION
    return (y * (g - (g * y).sum(axis=dim, keepdims=True)),)
    ### END SOLUTION
@gradient(cross_entropy)
def d_cross_entropy(g: Array, y: Array, scores: Array, ids: Array, keep: dict[str, Array] | None = None) -> tuple[Gradient, ...]:
    """y = mean(-log(softmax(scores)[row, ids[row]])): g * (softmax(scores) - 1 at the ids) / rows; None for the ids.

    ``keep`` may hold the exponentials and their sums from forward: they are used up.
    """
    ### BEGIN SOLUTION
    share = g / max(len(ids), 1)
    slope = keep["exponentials"] if keep else softmax(scores, 1)
    slope *= share / keep["sums"][:, None] if keep else share
    slope[np.arange(len(ids)), ids] -= share
    return slope, None
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "05-losses-test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
def test_losses_rules():
    x = rng.standard_normal((4, 3))
    check_rule(softmax, x), check_rule(softmax, x, dim=0)
    check_rule(cross_entropy, x, np.array([2, 0, 1, 1]), only=[0])
    ### BEGIN HIDDEN TESTS
    check_rule(softmax, rng.standard_normal((2, 3, 4)), dim=1)
    for ids in ([0, 0, 0, 0], [2, 2, 1, 0]):
        check_rule(cross_entropy, 4 * x, np.array(ids), only=[0])
    check_rule(cross_entropy, x[:1], np.array([1]), only=[0])
    assert given(cross_entropy, 0, np.ones(()), np.ones(()), x[:0], np.array([], int)).shape == (0, 3), "no rows"
    ids, share = np.array([2, 0, 1, 1]), np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    kept, none = RULES[cross_entropy](np.array(3.0), np.ones(()), 0 * x, ids, {"exponentials": np.exp(x), "sums": np.exp(x).sum(axis=1)})
    assert np.allclose(kept, 3 * (share - np.eye(3)[ids]) / 4) and none is None, "what was kept is used; ids get no gradient"
    ### END HIDDEN TESTS
test_losses_rules()
# %%
#| export
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
# %% [markdown]
# ### 1.8 The order of the walk
# A tensor that is used twice gets two gradients, which are added. Its rule has to wait until both are there, and then runs **once**. So first count how
# many gradients each tensor will get. A function that calls itself for each input would fail: Python allows some thousand calls inside each other, and
# computations are longer. Keep a list of the tensors that are still to be visited.
# %% nbgrader={"grade": false, "grade_id": "05-count-uses", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def count_uses(root: Tensor) -> dict[int, int]:
    """How often each tensor that requires gradients is an input in the computation of ``root``, by ``id``; ``root`` itself 0 times.

    Raises RuntimeError if a part of the computation was given back by an earlier ``backward``.
    """
    # TODO: visit each tensor once, and count each time that it is an input.
    # APPROACH: 1. uses = {id(root): 0}, waiting = [root]. 2. Take a tensor out of waiting; if its op is `freed`, call freed(), which raises.
    # 3. For each of its inputs that is a Tensor with requires_grad: the first time it gets one use and joins waiting; later it gets one use more.
    # HINTS: x * x uses x twice. Inputs may also be numbers and arrays: isinstance(x, Tensor).
    ### BEGIN SOLUTION
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
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "05-count-uses-test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
def test_count_uses():
    a, b = Tensor([2.0], requires_grad=True), Tensor([3.0], requires_grad=True)
    product = a * b
    total = product + product * a
    uses = tried(count_uses, total)
    assert [uses.get(id(t)) for t in (total, product, a, b)] == [0, 2, 2, 1], f"expected uses 0, 2, 2, 1, got {list(uses.values())}"
    ### BEGIN HIDDEN TESTS
    plain = Tensor([1.0])
    assert tried(count_uses, (a * plain) + 2.0 * a) and id(plain) not in tried(count_uses, a * plain), "only what requires gradients counts"
    assert count_uses(a) == {id(a): 0} and count_uses(a * a)[id(a)] == 2
    chain = a
    for _ in range(20_000):
        chain = chain + 1.0
    assert len(tried(count_uses, chain)) == 20_001, "deeper than Python's limit on calls in calls"
    chain.op = freed
    refuses(RuntimeError, ["again"], count_uses, chain * 2.0)
    ### END HIDDEN TESTS
test_count_uses()
# %% [markdown]
# ### 1.9 Adding up
# Two gradients of one tensor are added. In place is faster and needs no memory, but it may only change an array that nobody else holds: not the g that
# came in, not a view of it, not the data of a parameter. So each sum carries a mark: does its array belong to the walk?
# %% nbgrader={"grade": false, "grade_id": "05-add-gradient", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def add_gradient(sums: dict[int, tuple[Array, bool]], key: int, new: Array, own: bool) -> None:
    """Add ``new`` to the sum at ``key``: (array, whether it belongs to the walk). ``own`` says so of ``new``.

    The sum is changed in place only if it is the walk's own; ``new`` may become it.
    """
    # TODO: keep the first gradient as it is; add a later one, in place where that is allowed.
    # APPROACH: 1. No sum yet: store (new, own). 2. The sum belongs to the walk: add in place. 3. Else store a new array, which belongs to the walk.
    # HINTS: a += b changes the array a; a + b makes a new one. If both have no axes, NumPy makes a + b a number instead, and += would not change
    # what is stored: np.asarray(a + b) is always an array.
    ### BEGIN SOLUTION
    if key not in sums:
        sums[key] = (new, own)
        return
    total, ours = sums[key]
    if ours:
        total += new
    else:
        sums[key] = (np.asarray(total + new), True)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "05-add-gradient-test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
def test_add_gradient():
    sums, foreign, own = {}, np.array([1.0, 2]), np.array([5.0, 5])
    tried(add_gradient, sums, 7, foreign, False)
    assert sums[7][0] is foreign and sums[7][1] is False, "the first one is kept as it came"
    tried(add_gradient, sums, 7, own, True)
    assert sums[7][0].tolist() == [6, 7] and foreign.tolist() == [1, 2], "a foreign array must not change"
    ### BEGIN HIDDEN TESTS
    total = sums[7][0]
    assert sums[7][1] is True and own.tolist() == [5, 5] and total is not own
    add_gradient(sums, 7, foreign, False)
    assert sums[7][0] is total and total.tolist() == [7, 9], "an own sum is changed in place"
    add_gradient(sums, 8, own, True)
    add_gradient(sums, 8, foreign, False)
    assert sums[8][0] is own and own.tolist() == [6, 7] and sums.keys() == {7, 8}
    for _ in range(3):
        add_gradient(sums, 9, np.array(2.0), False)
    assert isinstance(sums[9][0], np.ndarray) and sums[9][0] == 6, f"2 + 2 + 2 of arrays without axes, got {sums[9][0]!r}"
    ### END HIDDEN TESTS
test_add_gradient()
# %% [markdown]
# ### 1.10 Backward
# Given: `run` runs the rule of one operation, and returns what each input gets. Yours: the walk. A tensor is ready when all of its gradients have
# arrived. Then its operation runs backwards and lets go of its inputs: nothing needs them any more. Only tensors that no operation made keep a `grad`.
# %%
#| export
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
# %% nbgrader={"grade": false, "grade_id": "05-backward", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def backward(root: Tensor, g: ArrayLike | Tensor | None = None) -> None:
    """Add the gradient of ``root`` with respect to each tensor that it was computed from, and that requires one, to its ``grad``.

    ``g`` is the gradient of ``root`` itself, of its shape; without it ``root`` must be one number, and g is 1. The computation is given
    back on the way. RuntimeError if there is nothing to differentiate, or no more; ValueError for a g of another shape.
    """
    # TODO: the walk, from root to the tensors that no operation made.
    # APPROACH: 1. sums: what id(root) has is first_gradient(root, g); uses = count_uses(root), ready = [root]. 2. Take a tensor out of ready, and its sum
    # (an array, and whether it is own) out of sums. 3. If its op is None: keep_gradient. 4. Else run(tensor, array) gives (x, dx, new) for each input:
    # add_gradient to the sum of x, and count one use of x less; if none is left, x is ready.
    # HINTS: sums.pop(id(tensor)) returns the sum and forgets it.
    ### BEGIN SOLUTION
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
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "05-backward-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_backward():
    a, b = Tensor([2.0, -1], requires_grad=True), Tensor([[3.0], [4]], requires_grad=True)
    product = a * b
    tried(backward, (product + product * a).sum())  # b a + b a^2: b (1 + 2 a) and a + a^2, summed over what was broadcast
    assert np.allclose(a.grad, [35, -7]) and np.allclose(b.grad, [[6], [6]]), f"expected [35, -7] and 6, got {a.grad}, {b.grad}"
    assert product.grad is None, "only tensors that no operation made keep a gradient"
    tried(backward, a, np.array([1.0, 1]))
    assert np.allclose(a.grad, [36, -6]), "a second gradient is added to the first"
    ### BEGIN HIDDEN TESTS
    x = Tensor(rng.standard_normal(3), requires_grad=True)
    runs, rule, deep = [], RULES[ops.multiply], x
    RULES[ops.multiply] = lambda g, y, *inputs: runs.append(1) or rule(g, y, *inputs)
    for _ in range(12):
        deep = deep * 1.0 + deep * 1.0  # 2^12 paths lead to x
    tried(backward, deep, seed := np.ones(3))
    RULES[ops.multiply] = rule
    assert len(runs) == 24 and np.allclose(x.grad, 4096) and seed.tolist() == [1, 1, 1], f"24 products, {len(runs)} rules ran"
    long = x
    for _ in range(5000):
        long = long + 0.001
    refuses(RuntimeError, ["requires_grad"], backward, Tensor([1.0]))
    refuses(RuntimeError, ["(3,)"], backward, long)
    refuses(RuntimeError, ["again"], backward, deep, seed)
    refuses(ValueError, ["(2,)", "(3,)"], backward, long, np.ones(2))
    x.grad = None
    tried(backward, long, 2 * np.ones(3)), tried(backward, (x * x).sum())
    assert np.allclose(x.grad, 2 + 2 * x.data) and x.grad.dtype == np.float32
    ### END HIDDEN TESTS
test_backward()
# %%
#| export
class no_grad(threading.local, ContextDecorator):  # one that decorates a function may be used by several threads at once
    """``with no_grad():`` or ``@no_grad()``: inside, in this thread, operations are not remembered."""
    def __enter__(self) -> None: self._before = [*getattr(self, "_before", []), set_grad_enabled(False)]
    def __exit__(self, *_: object) -> None: set_grad_enabled(self._before.pop())
def enable_autograd(quiet: bool = False) -> None:
    """Does nothing: gradients need no switch here. Kept for course material that calls it."""
# %% [markdown]
# ## Part 2: Systems analysis
# ### 2.1 What a step costs
# By the table of Part 1, backward does two products for each one of forward, except where nobody needs the gradient of the data. **Predict,
# then run:** the ratio of the two times.
# %%
x, y = Tensor(rng.standard_normal((512, 784))), rng.integers(0, 10, 512)
sizes = [(784, 512), (512, 512), (512, 10)]
weights = [Tensor(rng.standard_normal(size) / math.sqrt(size[0]), requires_grad=True) for size in sizes]
def forward():
    h = x
    for weight in weights[:-1]:
        h = apply(relu, apply(linear, h, weight))
    return apply(cross_entropy, apply(linear, h, weights[-1]), y)
n = 100
# %%
# %%measure --time -o step
loss = forward()
backward(loss)
# %% [markdown]
# ### 2.2 What is kept
# **Predict, then run:** the memory that each statement keeps. A remembered operation holds its inputs; backward needs them, and lets go.
# %%
# %%measure -o kept
with no_grad():
    unremembered = forward()
remembered = forward()
backward(remembered)
# %% [markdown]
# ### 2.3 Growth
# Each operation is visited once. **Predict** the exponents of n, in time and memory, for a chain of n additions.
# %%
# %%complexity n=500..32000 -o growth
chain = Tensor([1.0], requires_grad=True)
for _ in range(n):
    chain = chain + 1.0
# measure:
backward(chain)
# %% [markdown]
# ## Part 3: Production context
# - PyTorch's rules stand in `derivatives.yaml`, one formula for each input, as yours; its engine counts uses and runs what is ready, on several threads.
# - JAX differentiates functions, not recorded calls (`jax.grad`), and can apply the rules to the rules for higher derivatives.
# - *Checkpointing* keeps some activations and computes the others again on the way back (Chen and others, 2016).
# ## Integration test
# %% nbgrader={"grade": true, "grade_id": "05-integration-test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
def test_autograd():
    data, w1, w2, ids = rng.standard_normal((4, 3)), rng.standard_normal((3, 5)), rng.standard_normal((5, 2)), np.array([1, 0, 0, 1])
    def net(a, b):
        return cross_entropy(tanh(data @ a) @ b, ids)
    parameters = [Tensor(w, requires_grad=True, dtype=np.float64) for w in (w1, w2)]
    backward(apply(cross_entropy, apply(tanh, data @ parameters[0]) @ parameters[1], ids))
    for i, parameter in enumerate(parameters):
        assert np.allclose(parameter.grad, slopes(net, [w1, w2], i, 1.0), atol=1e-7), f"the gradient of parameter {i} is off"
    ### BEGIN HIDDEN TESTS
    with no_grad():
        assert not (parameters[0] * 2).requires_grad and not parameters[0].detach().requires_grad
    assert (parameters[0] * 2).requires_grad, "after the block operations are remembered again"
    ### END HIDDEN TESTS
test_autograd()
# %%
if __name__ == "__main__":
    test_unbroadcast(), test_arithmetic(), test_elementwise(), test_matmul_rules(), test_reductions(), test_moves(), test_losses_rules()
    test_count_uses(), test_add_gradient(), test_backward(), test_autograd(), print("All tests of module 05 pass:", len(RULES), "rules")
# %% [markdown] nbgrader={"grade": true, "grade_id": "05-question-step", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** From `step`: the ratio of backward to forward, beside the flops of Part 1 for these three layers. What does the first layer not compute?
#
# ### BEGIN SOLUTION
# Forward 2 B (784 * 512 + 512 * 512 + 512 * 10); backward twice that less the product for the data, 2 B * 784 * 512: about 1.4 times forward. Elementwise
# work comes on top. Rubric: 3 points the measured ratio, 3 the flops, 2 the missing product.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "05-question-kept", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **2.** From `kept`: explain the three figures by arrays. What does the second one become for a batch of 1,024, and what could be given up for time?
#
# ### BEGIN SOLUTION
# Unremembered: one number. Remembered: of each hidden layer the sums and the activations, four arrays of 1 MiB (`4 * 512 * 512`), and the scores.
# backward gives them back and leaves the gradients: as much as the weights. Twice the batch doubles the activations only. Keep fewer, compute again.
# Rubric: 3 points the arrays, 3 the release and the gradients, 2 batch and recomputation.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "05-question-growth", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **3.** From `growth`: the exponent, and the microseconds for one operation. How many numbers must an operation handle before this overhead is
# less than a tenth of its time? What would a walk along all paths do on the test's 2^12?
#
# ### BEGIN SOLUTION
# Exponent 1. Microseconds each: time(n) / n; with about a nanosecond for a number, 10 * overhead in nanoseconds is the size. A walk along paths
# doubles its work with each of the twelve steps. Rubric: 3 points exponent and cost, 3 the size, 2 the paths.
# ### END SOLUTION
# %% [markdown]
# ## Summary
# You built a rule for every operation and the walk that runs each once, and measured: backward costs up to twice forward; what is kept for
# it grows with the batch; a recorded operation costs microseconds. Module 06 uses gradients to change parameters.
