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
# # Module 12: Attention
# **You build** attention three times: by loops over queries and keys, composed of tensor operations, and as one fused operation with
# its own gradient rule. From it, attention with several heads that can go on where an earlier call ended.
#
# **You measure** how time and memory grow with the length T of the sequence (`%%complexity`), what each form keeps for the way back
# (`%%measure`), what loops cost (`%%measure --time`), and what heads change.
#
# **Prerequisites:** 02 Activations, 03 Layers, 05 Autograd. **Unlocks:** 13 Transformers.
# %% [markdown]
# ## Part 1: Foundations
# A row of numbers for each position of a sequence; each position may need something from any other. So each asks with a **query** q, each
# answers to a **key** k, and gives a **value** v. Of T queries, S keys and S values, of widths D, D and E (Vaswani and others, 2017):
# $$\mathrm{score}_{ts} = \frac{q_t \cdot k_s}{\sqrt{D}} \qquad w_{t} = \mathrm{softmax}(\mathrm{score}_{t}) \qquad \mathrm{out}_t = \sum_s w_{ts}\, v_s$$
# The sum of D products of independent numbers of variance 1 has variance D; the root takes that out, and softmax stays away from 0 and 1.
#
# | | flops | numbers held |
# |---|---|---|
# | scores | 2 TSD + TS | TS |
# | softmax | 5 TS | |
# | values | 2 TSE | TE |
#
# In a sequence that looks at itself S = T: twice the length is four times the work, and four times the scores. With H heads there are H times as
# many scores, each of a width D / H: the products cost the same.
# %%
#| default_exp core.attention
#| export
"""Attention: what each query takes from the values of the keys it fits, and attention with several heads."""

import math
from typing import Any, TypeAlias

import numpy as np

from tinytorch.core.activations import Softmax
from tinytorch.core.autograd import Gradient, gradient
from tinytorch.core.layers import Linear, Module
from tinytorch.core.tensor import Array, Shape, Tensor, apply, broadcast_shape, cat, where

Past: TypeAlias = tuple[Tensor, Tensor] | tuple[()]
# %% nbgrader={"grade": false, "grade_id": "12-helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
from tinytorch.core.autograd import RULES, backward, no_grad, unbroadcast
from tinytorch.core.tensor import set_observer

rng = np.random.default_rng(12)

def normal(*shape, dtype=np.float64): return rng.standard_normal(shape).astype(dtype)

def tensors(*arrays):
    """Float64 tensors that require gradients."""
    return [Tensor(a, requires_grad=True, dtype=np.float64) for a in arrays]

def called(function, *args, **params):
    """The result of ``function``; what it raises instead, overflow too, is a failed test."""
    try:
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            got = function(*args, **params)
    except (ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError) as error:
        raise AssertionError(f"{function!r} raised {error!r}") from error
    assert got is not None, f"{function!r} returned nothing; does it end with `return`?"
    return got

def same(got, expected, what):
    """Fail unless ``got`` has the shape of ``expected`` and nearly its values."""
    got, expected = np.asarray(got), np.asarray(expected)
    assert got.shape == expected.shape, f"{what}: expected shape {expected.shape}, got {got.shape}"
    assert np.allclose(got, expected, rtol=1e-4, atol=1e-6), f"{what}: expected\n{expected}\ngot\n{got}"

def slopes(function, arrays, i, g, step=1e-6):
    """The gradient of sum(g * function(*arrays)) with respect to ``arrays[i]`` by finite differences."""
    def total(place, change):
        moved = [np.array(a) for a in arrays]
        moved[i][place] += change
        return np.sum(g * function(*moved))
    shape = np.shape(arrays[i])
    return np.reshape([(total(p, step) - total(p, -step)) / (2 * step) for p in np.ndindex(shape)], shape)

def check_rule(g, arrays, mask):
    """Fail unless the rule of ``attention`` gives what finite differences find, with and without ``keep``, and changes nothing."""
    keep = {}
    y = attention(*arrays, mask, keep)
    before = [a.copy() for a in (g, y, *arrays, *keep.values())]
    for kept in (None, {}, keep):
        found = called(RULES[attention], g, y, *arrays, mask=mask, keep=kept)
        for i, name in enumerate("qkv"):
            dx = called(unbroadcast, called(found[i]) if callable(found[i]) else found[i], arrays[i].shape)
            same(dx, slopes(lambda *a: attention(*a, mask), arrays, i, g), f"gradient of {name}")
    assert all(np.array_equal(a, b) for a, b in zip(before, (g, y, *arrays, *keep.values()), strict=True)), "the rule changed an array"

def by_heads(layer, x, mask):
    """What ``layer`` should give, from its weights: sequence by sequence and head by head."""
    def linear(rows, part): return rows @ part.weight.data + part.bias.data
    width, out = layer.embed_dim // layer.num_heads, np.empty_like(x)
    for b, rows in enumerate(x):
        for h in range(layer.num_heads):
            at = slice(h * width, (h + 1) * width)
            of_head = mask if np.ndim(mask) < 3 else mask[b] if np.ndim(mask) == 3 else mask[b, h]
            parts = (linear(rows, part)[:, at] for part in (layer.q_proj, layer.k_proj, layer.v_proj))
            out[b, :, at] = attention_by_loops(*parts, of_head)
    return linear(out, layer.out_proj)

def refuses(words, function, *args, **params):
    """Fail unless ``function`` raises ValueError with all ``words`` in the message."""
    try:
        function(*args, **params)
    except Exception as caught:
        assert isinstance(caught, ValueError) and all(w in str(caught) for w in words), f"expected ValueError with {words}: {caught!r}"
    else:
        raise AssertionError(f"{function.__name__} should raise ValueError, but returned")
# %% [markdown]
# ### 1.1 By loops
# For each query: the exponential of each score, the values in those shares, divided by the sum of the exponentials. A **mask** says which keys a
# query may look at (1) and which it may not (0): such a key takes no part at all. A query that may look at nothing gets zeros.
# %% nbgrader={"grade": false, "grade_id": "12-by-loops", "locked": false, "schema_version": 3, "solution": true, "task": false}
def attention_by_loops(q, k, v, mask=None):
    """Attention of q (T, D), k (S, D), v (S, E), mask (T, S) or None: (T, E), query by query and key by key.

    For scores below 700: the exponential of larger ones is no float.
    """
    # TODO: the three formulas of Part 1, with numbers.
    # APPROACH: 1. zeros (T, E) in the dtype of q. 2. for each query: for each key that it may look at, share = exp(score); add share times the
    # value to the query's row, and share to its total. 3. divide the row by its total, if that is not 0.
    # HINTS: q[t] @ k[s] is one number; math.exp takes one; D is q.shape[1].
    ### BEGIN SOLUTION
    out = np.zeros((len(q), v.shape[1]), q.dtype)
    for t in range(len(q)):
        total = 0.0
        for s in range(len(k)):
            if mask is None or mask[t, s]:
                share = math.exp(q[t] @ k[s] / math.sqrt(q.shape[1]))
                out[t] += share * v[s]
                total += share
        if total:
            out[t] /= total
    return out
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "12-by-loops-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_by_loops():
    q, k = np.array([[2.0, 0, 0, 0], [0, 0, 0, 0]]), np.array([[math.log(3), 1, 0, 0], [0, 0, 1, 0]])
    v = np.array([[4.0, 0, 8], [0, 4, 0]])
    same(called(attention_by_loops, q, k, v), [[3, 1, 6], [2, 2, 4]], "scores log(3) and 0, shares 3/4 and 1/4")
    same(called(attention_by_loops, q, k, v, np.array([[0, 1], [0, 0]])), [[0, 4, 0], [0, 0, 0]], "with a mask")
    ### BEGIN HIDDEN TESTS
    q, k, v = normal(4, 9), normal(5, 9), normal(5, 2)
    looks = rng.random((4, 5)) < 0.6
    for mask in (None, looks, looks.astype(np.float32)):
        shares = np.exp(np.einsum("td,sd->ts", q, k) / 3) * (1 if mask is None else mask)
        shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1e-300)
        same(called(attention_by_loops, q, k, v, mask), np.einsum("ts,se->te", shares, v), "out")
    assert attention_by_loops(q.astype(np.float32), k, v).dtype == np.float32, "the dtype of q"
    ### END HIDDEN TESTS
test_by_loops()
# %% [markdown]
# ### 1.2 Composed of operations
# All scores are one matrix product, and so are all sums of values. How does a mask get in? A large number added to all scores, to be taken off the
# allowed ones, drowns them: float32 has seven digits. The same number added only where a key is forbidden leaves the others alone:
# %%
few = np.array([0.3, 1.7, 0.9], np.float32)
drowned = few + np.float32(1e9) - np.float32(1e9) * np.array([1, 1, 0], np.float32)
print("drowned:", drowned, "  replaced:", np.where([True, True, False], few, -np.inf))
# %% [markdown]
# So *replace* what is forbidden. Given: a mask of any dtype as booleans, and the check of the shapes.
# %%
#| export
def may_look(mask: Any, scores: Shape) -> Array:
    """``mask`` (tensor, array or list; what is not 0 may be looked at) as booleans. ValueError unless it broadcasts to ``scores``."""
    allowed = np.asarray(mask, bool)
    if broadcast_shape(allowed.shape, scores) != scores:
        raise ValueError(f"A mask of shape {allowed.shape} does not fit scores of shape {scores}: it must broadcast to them.")
    return allowed

def expect_fitting(q: Shape, k: Shape, v: Shape) -> None:
    """ValueError unless the shapes are (..., T, D), (..., S, D) and (..., S, E)."""
    if min(len(q), len(k), len(v)) < 2 or q[-1] != k[-1] or k[-2] != v[-2]:
        raise ValueError(f"Attention takes queries (..., T, D), keys (..., S, D) and values (..., S, E), got {q}, {k} and {v}.")

def scale_of(q: Shape) -> float:
    """1 / sqrt(D): times the queries, which are fewer numbers than the scores."""
    return 1 / math.sqrt(max(q[-1], 1))
# %% [markdown]
# Softmax of a row in which everything is forbidden would be 0 / 0 with $-\infty$. With the lowest float it is even; then set every forbidden weight to 0,
# and the row gets zeros: no nan, and no gradient.
# %% nbgrader={"grade": false, "grade_id": "12-composed", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def scaled_dot_product_attention(Q: Tensor, K: Tensor, V: Tensor, mask: Any = None) -> tuple[Tensor, Tensor]:
    """``softmax(Q K^T / sqrt(D)) V`` and its weights: Q (..., T, D), K (..., S, D), V (..., S, E) to (..., T, E) and (..., T, S).

    ``mask`` broadcasts to (..., T, S); 1 or True: look. A query that may look at nothing gets zeros. Gradients flow through both results.
    ValueError, with the shapes, for what does not fit.
    """
    # TODO: the three formulas on tensors, and the mask.
    # APPROACH: 1. expect_fitting. 2. scores, of the scaled queries. 3. with a mask: scores are the lowest float where it forbids.
    # 4. Softmax. 5. with a mask: weights are 0 where it forbids. 6. the values in these shares, and the weights.
    # HINTS: K.transpose() swaps the last two axes; where(allowed, scores, lowest) with allowed from may_look; np.finfo(dtype).min is the lowest float.
    ### BEGIN SOLUTION
    expect_fitting(Q.shape, K.shape, V.shape)
    scores = (Q * scale_of(Q.shape)) @ K.transpose()
    if mask is None:
        weights = Softmax()(scores)
    else:
        allowed = may_look(mask, scores.shape)
        weights = where(allowed, Softmax()(where(allowed, scores, np.finfo(scores.dtype).min)), 0.0)
    return weights @ V, weights
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "12-composed-test", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
def test_composed():
    q, k, v = normal(4, 6), normal(5, 6), normal(5, 3)
    looks = rng.random((4, 5)) < 0.5
    looks[2] = False
    for mask in (None, looks):
        out, weights = called(scaled_dot_product_attention, *tensors(q, k, v), mask)
        same(out, attention_by_loops(q, k, v, mask), "out")
        same(weights @ Tensor(v, dtype=np.float64), out.data, "the weights, times the values")
    same(weights.data.sum(axis=1), looks.any(axis=1), "weights add up to 1; all 0 where nothing may be looked at:")
    ### BEGIN HIDDEN TESTS
    q, k, v, g = normal(2, 3, 4), normal(2, 5, 4), normal(2, 5, 3), normal(2, 3, 5)
    mask = np.array([[1, 0, 2, 1, 1], [0, 0, 0, 0, 0], [0.5, 1, 0, 0, 0]])
    for form in (mask, mask.astype(np.float32), mask != 0, (mask != 0).tolist(), Tensor(mask)):
        Q, K, V = tensors(q, k, v)
        out, weights = called(scaled_dot_product_attention, Q, K, V, form)
        same(out, [attention_by_loops(*one, mask) for one in zip(q, k, v, strict=True)], "a stack")
    backward((weights * g).sum())
    for i, x in enumerate((Q, K)):
        same(x.grad, slopes(lambda *a: scaled_dot_product_attention(*tensors(*a), mask)[1].data, [q, k, v], i, g), "gradient through the weights")
    large = called(scaled_dot_product_attention, *tensors(1e4 * q, 1e4 * k, v), mask)[0]
    assert np.isfinite(large.data).all(), "large scores must not overflow"
    single = [Tensor(a, dtype=np.float32) for a in (q, k, v)]
    assert scaled_dot_product_attention(*single, mask)[0].dtype == np.float32, "float32 stays"
    refuses(["(2, 3, 4)", "(2, 5, 3)"], scaled_dot_product_attention, *tensors(q, v, v))
    refuses(["(3,)"], scaled_dot_product_attention, *tensors(q, k, v), np.ones(3))
    ### END HIDDEN TESTS
test_composed()
# %% [markdown]
# ### 1.3 In place
# Composed, every step makes an array of all scores, and the way back needs most of them. One array is enough: it holds the scores, then the differences
# from the largest of each row, then their exponentials. A forbidden score becomes $-\infty$ by *adding* $-\infty$; the largest is never below the lowest
# float, so a forbidden row is $e^{-\infty} = 0$ throughout.
# %% nbgrader={"grade": false, "grade_id": "12-exponentials", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def exponentials(scores: Array, mask: Any = None) -> Array:
    """In place: ``scores`` (..., T, S) become exp(score - largest of the row), 0 where ``mask`` forbids. Returns the sums (..., T, 1).

    A sum is 1 where everything is forbidden, so that it divides. ValueError if the mask does not fit.
    """
    # TODO: four steps in place; then the sums.
    # APPROACH: 1. with a mask: add an array that is 0 where may_look allows and -inf elsewhere. 2. subtract the largest of each row. 3. exp.
    # 4. the sums: the largest adds 1 to each, so none is below 1 but those of nothing; np.maximum mends these.
    # HINTS: np.exp(x, out=x); scores.max(..., initial=lowest) is at least the lowest float; np.float32(0) beside -np.inf makes a float32 array;
    # np.einsum("...s->...", x)[..., None] sums short rows faster than x.sum(axis=-1, keepdims=True).
    ### BEGIN SOLUTION
    if mask is not None:
        scores += np.where(may_look(mask, scores.shape), np.float32(0), -np.inf)
    scores -= scores.max(axis=-1, keepdims=True, initial=np.finfo(scores.dtype).min)
    np.exp(scores, out=scores)
    return np.maximum(np.einsum("...s->...", scores)[..., None], 1)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "12-exponentials-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_exponentials():
    scores = np.log([[1.0, 4, 2], [8, 2, 1]])
    same(called(exponentials, scores), [[1.75], [1.375]], "sums of 1/4, 1, 1/2 and of 1, 1/4, 1/8")
    same(scores, [[0.25, 1, 0.5], [1, 0.25, 0.125]], "the scores, changed in place,")
    scores = np.log([[1.0, 4, 2], [8, 2, 1]])
    same(called(exponentials, scores, np.array([[1, 0, 1], [0, 0, 0]])), [[1.5], [1]], "sums with a mask")
    same(scores, [[0.5, 0, 1], [0, 0, 0]], "masked scores")
    ### BEGIN HIDDEN TESTS
    for dtype in (np.float32, np.float64):
        x = (1e4 * normal(2, 3, 5)).astype(dtype)
        y, mask = x.copy(), rng.random((3, 5)) < 0.7
        sums = called(exponentials, y, mask)
        shares = np.where(mask, x, -np.inf)
        shares = np.exp(shares - shares.max(axis=-1, keepdims=True))
        same(y, shares, "large scores"), same(sums, shares.sum(axis=-1, keepdims=True), "their sums")
        assert sums.dtype == dtype, f"{dtype.__name__} stays, got {sums.dtype}"
    assert called(exponentials, np.empty((2, 0))).tolist() == [[1], [1]], "no keys, nothing to sum"
    refuses(["(4,)", "(2, 3)"], exponentials, np.zeros((2, 3)), np.ones(4))
    refuses(["(5, 2, 3)", "(2, 3)"], exponentials, np.zeros((2, 3)), np.ones((5, 2, 3)))
    ### END HIDDEN TESTS
test_exponentials()
# %% [markdown]
# ### 1.4 The fused operation
# Divide by the sums last: the result has fewer numbers than the scores. What the way back needs is the exponentials and their sums: `keep` takes them.
# %% nbgrader={"grade": false, "grade_id": "12-attention", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def attention(q: Array, k: Array, v: Array, mask: Any = None, keep: dict[str, Array] | None = None) -> Array:
    """``softmax(q k^T / sqrt(D)) v``: q (..., T, D), k (..., S, D), v (..., S, E) to (..., T, E), with one array (..., T, S) in between.

    ``mask`` broadcasts to (..., T, S); 1 or True: look. A query that may look at nothing gets zeros. ``keep``, a dict, receives the exponentials
    and their sums for the gradient rule. ValueError, with the shapes, for what does not fit.
    """
    # TODO: the scores, their exponentials, the values in these shares.
    # APPROACH: 1. expect_fitting. 2. scores of the scaled queries. 3. exponentials, in place. 4. into keep, unless it is None. 5. values, divided.
    # HINTS: np.swapaxes(k, -1, -2) transposes; keep["exponentials"] and keep["sums"]; out /= sums needs no new array.
    ### BEGIN SOLUTION
    expect_fitting(q.shape, k.shape, v.shape)
    scores = (q * scale_of(q.shape)) @ np.swapaxes(k, -1, -2)
    sums = exponentials(scores, mask)
    if keep is not None:
        keep["exponentials"], keep["sums"] = scores, sums
    out = scores @ v
    out /= sums
    return out
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "12-attention-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_attention():
    q, k, v = normal(4, 6), normal(5, 6), normal(5, 3)
    looks = rng.random((4, 5)) < 0.5
    looks[1] = False
    for mask in (None, looks):
        same(called(attention, q, k, v, mask), attention_by_loops(q, k, v, mask), "out")
    ### BEGIN HIDDEN TESTS
    q, k, v, keep = normal(2, 3, 4, 6), normal(2, 3, 5, 6), normal(2, 3, 5, 2), {}
    before = q.copy(), k.copy(), v.copy()
    mask = np.tril(np.ones((4, 5)))
    out, weights = scaled_dot_product_attention(*tensors(q, k, v), mask)
    same(called(attention, q, k, v, mask, keep), out.data, "a stack")
    same(keep["exponentials"] / keep["sums"], weights.data, "what is kept")
    assert all(np.array_equal(a, b) for a, b in zip(before, (q, k, v), strict=True)), "the inputs are unchanged"
    assert attention(*(a.astype(np.float32) for a in (q, k, v)), mask).dtype == np.float32, "float32 stays"
    for wrong in [(q, v, v), (q, k, v[..., :4, :]), (q[0, 0, 0], k, v)]:
        refuses([str(a.shape) for a in wrong], attention, *wrong)
    ### END HIDDEN TESTS
test_attention()
# %% [markdown]
# ### 1.5 Its gradient rule
# With weights w = e / sums and g the gradient of out: $dv = w^T g$, $dw = g\,v^T$, and through softmax $d\mathrm{score} = w\,(dw - \sum_s w\,dw)$. That sum
# over keys is $\sum_s w_{ts}\,(g_t \cdot v_s) = g_t \cdot \mathrm{out}_t$: a product of two rows of width E, not of all scores (Dao and others, 2022).
# And e stands beside g everywhere if g is divided by the sums first: no array of weights is needed.
# %% nbgrader={"grade": false, "grade_id": "12-rule", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
@gradient(attention)
def d_attention(g: Array, y: Array, q: Array, k: Array, v: Array, mask: Any = None, keep: dict[str, Array] | None = None) -> tuple[Gradient, ...]:
    """With e the exponentials and h their share of g (g / sums): d = e * (h v^T - sum(h * y)); d k / sqrt(D), d^T q / sqrt(D), e^T h.

    ``keep`` is what forward kept; without it the exponentials are computed again.
    """
    # TODO: the formulas above.
    # APPROACH: 1. e and sums from keep; if it is empty or None, as in attention. 2. h. 3. d, in place. 4. three gradients, as functions.
    # HINTS: np.einsum("...e,...e->...", h, y)[..., None] is the sum of h * y over the last axis; multiply d @ k by scale_of(q.shape), not d: it is smaller.
    ### BEGIN SOLUTION
    if keep:
        e, sums = keep["exponentials"], keep["sums"]
    else:
        e = (q * scale_of(q.shape)) @ np.swapaxes(k, -1, -2)
        sums = exponentials(e, mask)
    h = g / sums
    d = h @ np.swapaxes(v, -1, -2)
    d -= np.einsum("...e,...e->...", h, y)[..., None]
    d *= e
    scale = scale_of(q.shape)
    return lambda: d @ k * scale, lambda: np.swapaxes(d, -1, -2) @ (q * scale), lambda: np.swapaxes(e, -1, -2) @ h
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "12-rule-test", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
def test_rule():
    q, k, v, g = normal(3, 4), normal(5, 4), normal(5, 2), normal(3, 2)
    mask = np.array([[1, 1, 0, 1, 0], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1]])
    check_rule(g, [q, k, v], None), check_rule(g, [q, k, v], mask)
    ### BEGIN HIDDEN TESTS
    check_rule(normal(2, 2, 3, 5), [normal(2, 2, 3, 4), normal(2, 2, 6, 4), normal(2, 2, 6, 5)], rng.random((2, 1, 3, 6)) < 0.7)
    check_rule(normal(2, 3, 2), [normal(2, 3, 4), normal(5, 4), normal(1, 5, 2)], mask)
    kept, shares = {"exponentials": np.tile([1.0, 3, 0, 0, 4], (3, 1)), "sums": np.full((3, 1), 8.0)}, np.array([1, 3, 0, 0, 4]) / 8
    same(called(RULES[attention](g, normal(3, 2), q, k, v, None, kept)[2]), np.outer(shares, g.sum(axis=0)), "the gradient of v from what was kept")
    ### END HIDDEN TESTS
test_rule()
# %% [markdown]
# **Predict, then run.** All three give the same. How many times slower are the loops? And in 16 MiB (`4 * 4 * 1024**2`) for the scores of four
# heads: what do both forms *keep* for the way back?
# %%
few_q, few_k, few_v = (normal(128, 32, dtype=np.float32) for _ in range(3))
Q, K, V = (Tensor(normal(4, 1024, 32), requires_grad=True) for _ in range(3))
T = 64
# %%
# %%measure --time -o forms
by_loops = attention_by_loops(few_q, few_k, few_v)
at_once = attention(few_q, few_k, few_v)
# %%
# %%measure -o kept
composed, weights = scaled_dot_product_attention(Q, K, V)
fused = apply(attention, Q, K, V, keep={})
with no_grad():
    unkept = apply(attention, Q, K, V)
# %% [markdown]
# ### 1.6 Heads
# One set of weights per query can say one thing. H heads look H times, each at D / H of the columns: the last axis becomes (H, D / H), and H moves before T.
# %% nbgrader={"grade": false, "grade_id": "12-split", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def split_heads(x: Array, num_heads: int) -> Array:
    """(..., T, D) to (..., num_heads, T, D / num_heads): head h has the columns from h D / num_heads on. A view of ``x`` if it is contiguous."""
    # TODO: split the last axis, and move the heads before T.
    # APPROACH: 1. reshape to (..., T, num_heads, D / num_heads). 2. swap the two axes.
    # HINTS: (*x.shape[:-1], a, b) is a shape; x.swapaxes(-3, -2).
    ### BEGIN SOLUTION
    return x.reshape(*x.shape[:-1], num_heads, x.shape[-1] // num_heads).swapaxes(-3, -2)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "12-split-test", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
def test_split_heads():
    x = np.arange(12.0).reshape(2, 6)
    same(called(split_heads, x, 3), [[[0, 1], [6, 7]], [[2, 3], [8, 9]], [[4, 5], [10, 11]]], "two rows of six columns, three heads")
    ### BEGIN HIDDEN TESTS
    x = normal(2, 3, 5, 8)
    for heads in (1, 2, 4, 8):
        same(called(split_heads, x, heads), np.stack(np.split(x, heads, axis=-1), axis=-3), f"{heads} heads")
    assert np.shares_memory(x, split_heads(x, 2)), "a view, no copy: nothing moves but the axes"
    ### END HIDDEN TESTS
test_split_heads()
# %% [markdown]
# Given: the way back. What moves elements has a gradient that moves back, so each of the two is the other's rule.
# %%
#| export
def merge_heads(x: Array) -> Array:
    """(..., H, T, E) to (..., T, H E): the heads side by side again, the inverse of ``split_heads``."""
    rows = x.swapaxes(-3, -2)
    return rows.reshape(*rows.shape[:-2], rows.shape[-2] * rows.shape[-1])

gradient(split_heads)(lambda g, y, x, num_heads: (merge_heads(g),))
gradient(merge_heads)(lambda g, y, x: (split_heads(g, x.shape[-3]),))
# %% [markdown]
# ### 1.7 Attention with several heads
# Four linear layers: what a row asks, answers to, and gives, and what becomes of the heads' results. `past` has the keys and values of rows that
# came before: then only the new rows are computed, and they see both.
# %% nbgrader={"grade": false, "grade_id": "12-heads", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
class MultiHeadAttention(Module):
    """Attention of a sequence to itself, with ``num_heads`` heads: ``MultiHeadAttention(64, 4)``. ValueError unless they divide ``embed_dim``."""

    def __init__(self, embed_dim: int, num_heads: int) -> None:
        if num_heads < 1 or embed_dim < 1 or embed_dim % num_heads:
            raise ValueError(f"The width must be a multiple of the number of heads, got {embed_dim} and {num_heads}.")
        self.embed_dim, self.num_heads = embed_dim, num_heads
        self.q_proj, self.k_proj = Linear(embed_dim, embed_dim), Linear(embed_dim, embed_dim)
        self.v_proj, self.out_proj = Linear(embed_dim, embed_dim), Linear(embed_dim, embed_dim)
        self.kept: dict[str, Array] | None = None  # what the last call keeps for the way back

    def __getstate__(self) -> dict[str, Any]: return {**vars(self), "kept": None}  # copies and files need none of it
    def forward(self, x: Tensor, mask: Any = None, past: Past | None = None) -> Any:
        """(..., T, embed_dim) to the same shape. ``mask``: (T, S), (..., T, S) for each sequence, or (..., heads, T, S); 1 or True: look.

        With ``past``, () or the (keys, values) of P earlier rows, each (..., heads, P, embed_dim / heads): returns the pair of
        the result and the keys and values of all S = P + T rows, earlier ones first.
        """
        # TODO: project, split, join with the past, attend, put the heads side by side again, project.
        # APPROACH: 1. three projections, split_heads of each. 2. with a past: cat keys and values along the rows. 3. a mask with as many axes as x lacks that
        # of heads. 4. apply(attention, ..., mask=mask, keep=...), a new dict that is self.kept too if q requires gradients, else None. 5. merge_heads, out_proj.
        # HINTS: apply(split_heads, x, num_heads=2); cat([old, new], dim=-2); np.expand_dims(mask, -3); `if past:` is false for None and for (); with None, the result alone.
        ### BEGIN SOLUTION
        q, k, v = (apply(split_heads, project(x), num_heads=self.num_heads) for project in (self.q_proj, self.k_proj, self.v_proj))
        if past:
            k, v = cat([past[0], k], dim=-2), cat([past[1], v], dim=-2)
        if np.ndim(mask) == x.ndim:
            mask = np.expand_dims(mask, -3)
        kept = self.kept = {} if q.requires_grad else None  # held until the next call, as in GELU
        out = self.out_proj(apply(merge_heads, apply(attention, q, k, v, mask=mask, keep=kept)))
        return out if past is None else (out, (k, v))
        ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "12-heads-test", "locked": true, "points": 11, "schema_version": 3, "solution": false, "task": false}
def test_heads():
    layer, x = MultiHeadAttention(6, 2), normal(3, 5, 6)
    for mask in (None, np.tril(np.ones((5, 5))), rng.random((3, 5, 5)) < 0.7, rng.random((3, 2, 5, 5)) < 0.7):
        same(called(layer, Tensor(x), mask), by_heads(layer, x, mask), "(3, 5, 6) with two heads")
    ### BEGIN HIDDEN TESTS
    same(called(layer, Tensor(x[0])), by_heads(layer, x, None)[0], "one sequence")
    causal = np.tril(np.ones((5, 5)))
    whole, (keys, values) = called(layer, Tensor(x), causal, ())
    same(whole, by_heads(layer, x, causal), "an empty past"), same(keys, split_heads(layer.k_proj(Tensor(x)).data, 2), "the keys")
    past, rows = (), []
    for t in range(5):
        row, past = called(layer, Tensor(x[:, t : t + 1]), None, past)
        rows.append(row.data)
    same(np.concatenate(rows, axis=1), whole.data, "row by row with the past")
    same(past[0], keys.data, "all keys"), same(past[1], values.data, "all values")
    _, past = layer(Tensor(x[:, :2]), causal[:2, :2], ())
    same(called(layer, Tensor(x[:, 2:]), causal[2:], past)[0], whole.data[:, 2:], "three rows at once after two")
    _, past = called(layer, Tensor(x[0, :2]), causal[:2, :2], ())
    same(called(layer, Tensor(x[0, 2:]), causal[2:], past)[0], whole.data[0, 2:], "one sequence, three rows after two")
    told, before = [], set_observer(lambda event: told.append(event))
    called(layer, Tensor(x)), set_observer(before)
    with no_grad(): assert called(layer, Tensor(x)) is not None and layer.kept is None, "without gradients nothing is kept"
    assert any(event.params.get("keep") for event in told if event.op == "attention"), "attention gets a dict as keep, or backward computes it again"
    for wrong in [(6, 4), (6, 0), (0, 1), (6, -2)]:
        refuses([str(wrong[0]), str(wrong[1])], MultiHeadAttention, *wrong)
    ### END HIDDEN TESTS
test_heads()
# %% [markdown]
# ## Part 2: Systems analysis
# ### 2.1 Growth
# **Predict** the exponents of T in time and in memory for one head of width 32; then run. Where does the fixed cost of the calls end?
# %%
# %%complexity T=64..4096 -o growth --budget 1.5
q, k, v = (normal(T, 32, dtype=np.float32) for _ in range(3))
# measure:
out = attention(q, k, v)
# %% [markdown]
# ### 2.2 The whole layer
# Its four linear layers do 8 T D^2 flops, its products of queries, keys and values 4 T^2 D. **Predict** at which T the second overtakes the first for D = 128, and
# the exponent in the range below it and above it.
# %%
layer = MultiHeadAttention(128, 4)
# %%
# %%complexity T=16..2048 -o whole --budget 1.5
x = Tensor(normal(1, T, 128))
# measure:
with no_grad():
    out = layer(x)
# %% [markdown]
# ### 2.3 Heads
# **Predict, then run:** one head of width 256 against eight of 32. What happens to the flops, the time, and the memory that is kept?
# %%
rows = normal(3, 512, 256, dtype=np.float32)
# %%
# %%measure -o heads
one_head = apply(attention, *(split_heads(x, 1) for x in rows), keep=(one := {}))
eight_heads = apply(attention, *(split_heads(x, 8) for x in rows), keep=(eight := {}))
# %% [markdown]
# ## Part 3: Production context
# - PyTorch's `F.scaled_dot_product_attention` returns the result alone and takes True for *look*; `nn.MultiheadAttention` takes True for *do not look*, and nan
#   comes out of a row that may look at nothing. Here 1 or True means look everywhere, and such a row gives zeros, as in PyTorch's function.
# - FlashAttention never holds all scores: it goes through the keys in blocks with a running maximum and sum, and computes the scores again on the way back. The flops
#   stay, memory grows with T (Dao and others, 2022). Your loops did the same, key by key.
# - Keys and values of earlier rows are what serving systems keep for each conversation; vLLM keeps them in pages, as an operating system does (Kwon and others, 2023).
# %% [markdown]
# ## Integration test
# What the layer must do as a whole: no row learns from a later one, every projection matters, and all gradients are right.
# %% nbgrader={"grade": true, "grade_id": "12-integration-test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
def test_multi_head_attention():
    layer, causal = MultiHeadAttention(8, 2), np.tril(np.ones((6, 6)))
    x, g = normal(2, 6, 8), normal(2, 6, 8)
    before = called(layer, Tensor(x), causal).data
    for t in range(6):
        moved = x.copy()
        moved[:, t] += 1
        changed = np.abs(called(layer, Tensor(moved), causal).data - before).max(axis=(0, 2)) > 1e-6
        assert changed.tolist() == [s >= t for s in range(6)], f"a change at {t} must reach {t} and what is later, nothing before: {changed}"
    ### BEGIN HIDDEN TESTS
    for part in (layer.q_proj, layer.k_proj, layer.v_proj, layer.out_proj):
        kept = part.weight.data.copy()
        part.weight.data += normal(8, 8, dtype=np.float32)
        assert np.abs(layer(Tensor(x), causal).data - before).max() > 1e-3, "moving a projection must move the result, with a mask too"
        part.weight.data[...] = kept
    parameters = layer.parameters()
    assert len(parameters) == 8 and sum(p.size for p in parameters) == 4 * (8 * 8 + 8)
    for p in parameters:
        p.data = p.data.astype(np.float64)

    def of_layer(rows, *values):
        for p, value in zip(parameters, values, strict=True):
            p.data = value
        return layer(Tensor(rows, dtype=np.float64), causal).data

    values = [x, *(p.data for p in parameters)]
    data, = tensors(x)
    backward((layer(data, causal) * g).sum())
    for i, found in enumerate([data, *parameters]):
        same(found.grad, slopes(of_layer, values, i, g), f"gradient {i} of the layer")
    ### END HIDDEN TESTS
test_multi_head_attention()
# %%
if __name__ == "__main__":
    test_by_loops(), test_composed(), test_exponentials(), test_attention(), test_rule(), test_split_heads(), test_heads()
    test_multi_head_attention(), print("All tests of module 12 pass:", MultiHeadAttention(64, 4))
# %% [markdown] nbgrader={"grade": true, "grade_id": "12-question-growth", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** From `growth` and `whole`: the exponents of time and memory with their intervals. Why is the layer's exponent lower? Predict time and memory of one head for a
# sequence of 65,536 rows, and say which of both fails first on your machine.
#
# ### BEGIN SOLUTION
# Near 2 in memory and, once calls no longer count, in time. The layer's linear part grows with T and has more flops below T = 2 D = 256; softmax makes time bend earlier. From 4,096 to 65,536 both
# grow 256 times (`(65_536 / 4096)**2`): 16 GiB (`4 * 65_536**2`) for the scores, and the time of 256 calls: memory fails first. Rubric: 3 points exponents, 2 the linear part, 3 the extrapolation.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "12-question-kept", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **2.** From `kept` and `forms`: list the arrays of all scores that each form keeps, with mask and without. The loops hold none: what do they pay? `d_attention` also works without
# `keep`: which flops does that cost, which memory does it save, and when would you choose it?
#
# ### BEGIN SOLUTION
# Composed: the scores and the weights, 16 MiB (`4 * 4 * 1024**2`) each; a mask adds the replaced scores and softmax's result before zeroing. Fused: the exponentials alone. Loops: a Python step for each pair.
# Without keep the scores and exponentials are computed again, 2 TSD + 5 TS more, and nothing of size TS lives from forward to backward: worth it
# when many layers wait for their backward at once. Rubric: 3 points the arrays, 2 loops, 3 recomputation.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "12-question-heads", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **3.** From `heads`: flops, time and kept memory of both. Which of them do heads change, and why? A text is written one row at a time, each row seeing all earlier ones: how
# many scores does the layer compute for row T with `past` and without, and how much memory does `past` take for T rows?
#
# ### BEGIN SOLUTION
# The products stay, softmax and kept memory grow with the heads. With past T scores per head for the new row, without T * T. Past takes
# 2 T D numbers, whatever the heads. Rubric: 4 points heads, 2 the scores, 2 the memory.
# ### END SOLUTION
# %% [markdown]
# ## Summary
# You built attention by loops, composed, and fused with its gradient, and heads with a past, and measured: time and memory grow with the square of the length, the fused form keeps one
# array of scores, and heads multiply that array and not the products. Module 13 builds language models of it.
