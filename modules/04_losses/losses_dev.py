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
# # Module 04: Losses
# **You build** the functions that say in one number how wrong a model's output is: mean squared error, cross-entropy on scores,
# binary cross-entropy on probabilities; and `log_softmax`, which keeps the digits that the others need.
#
# **You measure** what a formula in steps costs against one function that does it at once (`%%measure`), how many digits each form keeps
# (live, in the cells), and how cross-entropy grows with batch and classes (`%%complexity`).
#
# **Prerequisites:** 01 Tensor, 02 Activations, 03 Layers. **Unlocks:** 05 Autograd.

# %% [markdown]
# ## Part 1: Foundations
# A loss compares outputs with targets and is 0, or as small as it can be, where they agree.
#
# | loss | outputs | targets | formula, mean over |
# |---|---|---|---|
# | mean squared error | any numbers y | numbers t | $(y - t)^2$, all elements |
# | cross-entropy | scores x of C classes, (B, C) | class ids c, (B,) | $-\log \mathrm{softmax}(x)_c$, the B rows |
# | binary cross-entropy | probabilities p | 0 or 1, or between | $-t \log p - (1 - t) \log(1 - p)$, all elements |
#
# The last two are $-\log$ of the probability that the model gave to what happened (*surprise*, in nats). A model that gives every one of
# C classes the same probability is surprised by $\log C$: a model that learned something must be below. For a batch of B rows of C scores the
# arithmetic is a few operations and one exponential per score; the bytes are 4 B C to read, and 4 B C more for each array in between.

# %%
#| default_exp core.losses
#| export
"""Losses: how wrong an output is, in one number, without overflow and without losing digits."""

from typing import Any

import numpy as np

from tinytorch.core.activations import sigmoid, softmax
from tinytorch.core.layers import Module
from tinytorch.core.tensor import FLOAT32, Array, Tensor, apply

# %% nbgrader={"grade": false, "grade_id": "04-helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(4)

def gives(expected, function, *args, rtol=1e-5, **params):
    """Call ``function`` with overflow as an error; fail unless shape and values are as expected. Returns the result."""
    call = f"{function.__name__}({', '.join('array' + str(np.shape(a)) if np.size(a) > 8 else repr(a) for a in args)})"
    try:
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            got = function(*args, **params)
    except (ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError) as error:
        raise AssertionError(f"{call} raised {error!r}") from error
    assert got is not None, f"{call} returned nothing; does it end with `return`?"
    assert np.shape(got) == np.shape(expected), f"{call}: expected shape {np.shape(expected)}, got {np.shape(got)}"
    assert np.allclose(got, expected, rtol=rtol, atol=1e-7), f"{call}: expected\n{expected}\ngot\n{got}"
    return got

def refuses(error, words, function, *args, **params):
    """Fail unless ``function`` refuses its arguments: it must raise ``error``, with all ``words`` in the message."""
    try:
        function(*args, **params)
    except Exception as caught:
        assert isinstance(caught, error), f"{function.__name__} should raise {error.__name__}, but raised {caught!r}"
        assert all(word in str(caught) for word in words), f"{function.__name__}: the message should name {words}: {caught}"
    else:
        raise AssertionError(f"{function.__name__} should raise {error.__name__}, but returned")

# %% [markdown]
# ### 1.1 Mean squared error
# Differences, squared, averaged. One trap: a target of shape (4,) against outputs of shape (4, 1) broadcasts to 16 differences, and nothing
# complains. So the shapes must be equal.

# %% nbgrader={"grade": false, "grade_id": "04-mse", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def squared_error(y: Array, t: Array) -> Array:
    """The mean of ``(y - t)**2`` over all elements: a number. ValueError, with both shapes, unless they are equal."""
    # TODO: refuse different shapes, then the formula.
    # APPROACH: 1. compare the shapes. 2. the differences. 3. the mean of their squares.
    # HINTS: difference * difference is faster than difference**2.0; np.mean averages all elements.
    ### BEGIN SOLUTION
    if np.shape(y) != np.shape(t):
        raise ValueError(f"Outputs {np.shape(y)} and targets {np.shape(t)} must have the same shape.")
    difference = y - t
    return np.mean(difference * difference)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "04-mse-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_squared_error():
    gives((1 + 4 + 0 + 9) / 4, squared_error, np.array([[1.0, 2], [3, 4]]), np.array([[0.0, 4], [3, 1]]))
    refuses(ValueError, ["(4, 1)", "(4,)"], squared_error, np.zeros((4, 1)), np.zeros(4))
    ### BEGIN HIDDEN TESTS
    y, t = rng.standard_normal((2, 3, 5)).astype(np.float32), rng.standard_normal((2, 3, 5)).astype(np.float32)
    assert gives(sum((a - b) ** 2 for a, b in zip(y.ravel(), t.ravel(), strict=True)) / 30, squared_error, y, t).dtype == np.float32
    gives(0, squared_error, y, y)
    refuses(ValueError, ["(4,)", "(4, 1)"], squared_error, np.zeros(4), np.zeros((4, 1)))
    ### END HIDDEN TESTS
test_squared_error()

# %% [markdown]
# ### 1.2 Logarithm of softmax
# Cross-entropy needs $\log \mathrm{softmax}(x)_c$. Taken literally, the softmax of a poor score becomes 0 in float32, and its logarithm
# is not a number of use:

# %%
poor = np.array([0, 120, 40], dtype=np.float32)
with np.errstate(divide="ignore"):
    print("log of softmax:", np.log(softmax(poor)))

# %% [markdown]
# The quotient becomes a difference before anything is rounded away: $\log \mathrm{softmax}(x)_i = x_i - m - \log \sum_j e^{x_j - m}$
# with $m = \max x$ (*log-sum-exp*). The largest exponent is 0, so the sum is between 1 and C.

# %% nbgrader={"grade": false, "grade_id": "04-log-softmax", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def log_softmax(x: "Tensor | Array", dim: int = -1) -> Any:
    """``log(softmax(x, dim))``, a tensor or array as ``x`` and of its shape, with all digits also where the softmax would be 0."""
    if isinstance(x, Tensor):
        return apply(log_softmax, _floating(x), dim=dim)
    # TODO: shift by the largest, then subtract the logarithm of the sum of exponentials.
    # APPROACH: 1. shifted = x minus its largest along dim (axes kept). 2. subtract log(sum(exp(shifted))) along dim, in place.
    # HINTS: x.max(axis=dim, keepdims=True, initial=-np.inf) takes an empty axis too.
    ### BEGIN SOLUTION
    shifted = x - x.max(axis=dim, keepdims=True, initial=-np.inf)
    shifted -= np.log(np.exp(shifted).sum(axis=dim, keepdims=True))
    return shifted
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "04-log-softmax-test", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
def test_log_softmax():
    x = np.log([[1.0, 2, 5], [6, 1, 1]])
    gives(np.log([[1 / 8, 2 / 8, 5 / 8], [6 / 8, 1 / 8, 1 / 8]]), log_softmax, x)
    gives(np.log([[1 / 7, 2 / 3, 5 / 6], [6 / 7, 1 / 3, 1 / 6]]), log_softmax, x, 0)
    gives([-120, 0, -80], log_softmax, poor)  # the others add nothing to exp(120)
    ### BEGIN HIDDEN TESTS
    y = (rng.standard_normal((2, 3, 4)) * 3).astype(np.float32)
    before = y.copy()
    for dim in (0, 1, 2, -1, -2):
        exact = np.log(np.exp(y.astype(np.float64)) / np.exp(y.astype(np.float64)).sum(dim, keepdims=True))
        assert gives(exact, log_softmax, y, dim).dtype == np.float32, f"float32 stays, dim={dim}"
    gives(log_softmax(y), log_softmax, y + 900, rtol=1e-3)
    assert np.array_equal(y, before), "the input is unchanged"
    with np.errstate(divide="ignore"):
        assert log_softmax(np.empty((2, 0))).shape == (2, 0), "no classes, no logarithms"
    ### END HIDDEN TESTS
test_log_softmax()

# %% [markdown]
# ### 1.3 Cross-entropy: in steps
# Pick from each row the logarithm at the row's class, change the sign, average. First the ids: a class that does not exist must be
# refused; NumPy would take -1 for the last one.

# %% nbgrader={"grade": false, "grade_id": "04-check-ids", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def check_ids(ids: Array, rows: Array) -> None:
    """Refuse class ids that do not fit ``rows``, scores of shape (B, C).

    TypeError unless the ids are integers, ValueError unless there is one for each row, IndexError unless 0 <= id < C.
    """
    # TODO: three refusals, each with the numbers in its message.
    # APPROACH: 1. dtype.kind "i" or "u". 2. ids of shape (B,) for scores of shape (B, C). 3. the smallest and the largest id.
    # HINTS: min and max of no ids fail: ids.size says whether there are any.
    ### BEGIN SOLUTION
    if ids.dtype.kind not in "iu":
        raise TypeError(f"Class ids must be integers, got {ids.dtype}.")
    if rows.ndim != 2 or ids.shape != rows.shape[:1]:
        raise ValueError(f"Cross-entropy takes scores (B, C) and class ids (B,), got {rows.shape} and {ids.shape}.")
    if ids.size and not 0 <= ids.min() <= ids.max() < rows.shape[1]:
        raise IndexError(f"Class ids must be from 0 to {rows.shape[1] - 1}, got {ids.min()} to {ids.max()}.")
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "04-check-ids-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_check_ids():
    rows = np.zeros((3, 4))
    assert check_ids(np.array([0, 3, 1]), rows) is None, "ids from 0 to 3 fit four classes"
    refuses(IndexError, ["4", "0 to 3"], check_ids, np.array([0, 4, 1]), rows)
    refuses(TypeError, ["float64"], check_ids, np.array([0.0, 1, 2]), rows)
    refuses(ValueError, ["(3, 4)", "(2,)"], check_ids, np.array([0, 1]), rows)
    ### BEGIN HIDDEN TESTS
    refuses(IndexError, ["-1"], check_ids, np.array([0, -1, 1]), rows)
    refuses(ValueError, ["(3, 4)", "(3, 1)"], check_ids, np.array([[0], [1], [2]]), rows)
    refuses(ValueError, ["(4,)"], check_ids, np.array([0, 1, 2, 3]), np.zeros(4))
    refuses(TypeError, ["bool"], check_ids, np.array([True, False, True]), rows)
    refuses(IndexError, ["0"], check_ids, np.array([0]), np.zeros((1, 0)))  # no class at all
    for fine in ([3, 3, 0], [2, 2, 2]):
        check_ids(np.array(fine, dtype=np.uint8), rows)
    check_ids(np.array([], dtype=np.uint8), np.zeros((0, 4)))
    ### END HIDDEN TESTS
test_check_ids()

# %% [markdown]
# Now the steps themselves: check, all logarithms, one of each row, their mean.

# %% nbgrader={"grade": false, "grade_id": "04-cross-entropy-steps", "locked": false, "schema_version": 3, "solution": true, "task": false}
def cross_entropy_in_steps(scores, ids):
    """The mean of ``-log_softmax(scores)[row, ids[row]]`` for scores (B, C) and ids (B,), step by step."""
    # TODO: check, then all logarithms, then one of each row.
    # APPROACH: 1. check_ids. 2. log_softmax along the classes. 3. the logarithm of each row at its id. 4. minus their mean.
    # HINTS: a[np.arange(len(a)), ids] picks a[0, ids[0]], a[1, ids[1]], ...
    ### BEGIN SOLUTION
    check_ids(ids, scores)
    logs = log_softmax(scores, dim=1)
    return -np.mean(logs[np.arange(len(logs)), ids])
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "04-cross-entropy-steps-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_cross_entropy_in_steps():
    x = np.log([[1.0, 2, 5], [6, 1, 1]])
    gives(-(np.log(5 / 8) + np.log(1 / 8)) / 2, cross_entropy_in_steps, x, np.array([2, 1]))
    gives(np.log(10), cross_entropy_in_steps, np.full((3, 10), 7.0), np.array([0, 9, 4]))  # knows nothing
    refuses(IndexError, ["3"], cross_entropy_in_steps, x, np.array([2, 3]))
    ### BEGIN HIDDEN TESTS
    y, ids = rng.standard_normal((6, 4)).astype(np.float32), np.array([3, 0, 2, 2, 1, 0])
    by_hand = [math_log_sum(row) - row[c] for row, c in zip(y.tolist(), ids, strict=True)]
    gives(sum(by_hand) / 6, cross_entropy_in_steps, y, ids)
    refuses(IndexError, ["-1"], cross_entropy_in_steps, x, np.array([-1, 0]))
    ### END HIDDEN TESTS

def math_log_sum(row):
    """log(sum(exp(row))) of a list of moderate numbers."""
    return float(np.log(sum(np.exp(value) for value in row)))

test_cross_entropy_in_steps()

# %% [markdown]
# ### 1.4 Cross-entropy: at once
# Only one logarithm of each row is needed: $\log \sum_j e^{x_j - m} - (x_c - m)$. The array of all of them need not exist, and the
# exponentials may take the place of the differences.

# %% nbgrader={"grade": false, "grade_id": "04-cross-entropy", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def cross_entropy(scores: Array, ids: Array, keep: dict[str, Array] | None = None) -> Array:
    """The mean surprise at classes ``ids`` (B,) by ``scores`` (B, C), in nats: a number. Holds one array of (B, C) beside the scores.

    A dict as ``keep`` gets the "exponentials" (B, C) and their "sums" (B,), for who needs the shares later. Errors are those of ``check_ids``.
    """
    # TODO: the formula above, with a single array of shape (B, C).
    # APPROACH: 1. check. 2. shifted = scores - their largest. 3. take the picked differences. 4. exponentials into the same array.
    # 5. their sums; put both into keep, if it is there. 6. log of the sums, minus the picked; the mean.
    # HINTS: np.exp takes out=, and computes in place then; pick before you overwrite.
    ### BEGIN SOLUTION
    check_ids(ids, scores)
    shifted = scores - scores.max(axis=1, keepdims=True)
    picked = shifted[np.arange(len(ids)), ids]
    np.exp(shifted, out=shifted)
    sums = shifted.sum(axis=1)
    if keep is not None:
        keep.update(exponentials=shifted, sums=sums)
    return np.mean(np.log(sums) - picked)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "04-cross-entropy-test", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
def test_cross_entropy():
    x, ids = rng.standard_normal((5, 4)) * 3, np.array([3, 0, 2, 2, 1])
    gives(cross_entropy_in_steps(x, ids), cross_entropy, x, ids)
    gives((0 + 80) / 2, cross_entropy, np.array([[0, 120, 40], [0, 120, 40]], dtype=np.float32), np.array([1, 2]))
    refuses(IndexError, ["-1"], cross_entropy, x, np.array([3, 0, 2, -1, 1]))
    ### BEGIN HIDDEN TESTS
    gives(sum(math_log_sum(row) - row[c] for row, c in zip(x.tolist(), ids, strict=True)) / 5, cross_entropy, x, ids)
    gives(cross_entropy(x, ids), cross_entropy, x - 700, ids)
    gives(np.log(2), cross_entropy, np.array([[0.0, 0], [2000, 2000]]), np.array([0, 1]))  # each row has its own largest
    before = x.copy()
    assert cross_entropy(x.astype(np.float32), ids).dtype == np.float32 and np.array_equal(x, before), "input unchanged, dtype kept"
    gives(cross_entropy(x, ids), cross_entropy, x, ids, kept := {})
    assert np.allclose(kept["exponentials"] / kept["sums"][:, None], softmax(x)), "the exponentials over their sums are the shares"
    refuses(ValueError, ["(5,)"], cross_entropy, x[:, 0], ids)
    refuses(TypeError, ["float"], cross_entropy, x, ids * 1.0)
    ### END HIDDEN TESTS
test_cross_entropy()

# %% [markdown]
# **Predict, then run.** Scores of 32 MiB (`scores.nbytes`): the peak of both forms, and the ratio of their times?

# %%
scores = rng.standard_normal((1024, 8192), dtype=np.float32)
ids = rng.integers(0, 8192, size=1024)
batch = classes = n = 16
# %%
# %%measure -o forms
in_steps = cross_entropy_in_steps(scores, ids)
at_once = cross_entropy(scores, ids)

# %% [markdown]
# ### 1.5 Binary cross-entropy
# Two outcomes, and the output is the probability p of the first. $\log 0$ is $-\infty$: a model that was certain and wrong would make the whole mean
# infinite. PyTorch cuts each logarithm off at -100 (documentation, *BCELoss*), and so do we.

# %% nbgrader={"grade": false, "grade_id": "04-bce", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def binary_cross_entropy(p: Array, t: Array) -> Array:
    """The mean of ``-t * log(p) - (1 - t) * log(1 - p)``, logarithms not below -100: a number.

    ``p`` in 0 to 1, ``t`` of the same shape. ValueError for different shapes, or a ``p`` outside of 0 to 1.
    """
    # TODO: refuse, take both logarithms with their lower limit, average.
    # APPROACH: 1. compare the shapes. 2. all of p within 0 and 1. 3. np.maximum(log, -100) of p and of 1 - p. 4. the mean.
    # HINTS: np.log1p(-p) is log(1 - p) with more digits; with np.errstate(divide="ignore") around them, log(0) does not warn.
    ### BEGIN SOLUTION
    if np.shape(p) != np.shape(t):
        raise ValueError(f"Probabilities {np.shape(p)} and targets {np.shape(t)} must have the same shape.")
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError(f"Probabilities must be from 0 to 1, got {p.min()} to {p.max()}: apply a sigmoid first.")
    with np.errstate(divide="ignore"):
        happened, did_not = np.maximum(np.log(p), -100), np.maximum(np.log1p(-p), -100)
    return -np.mean(t * happened + (1 - t) * did_not)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "04-bce-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
def test_binary_cross_entropy():
    gives(-(np.log(0.8) + np.log(0.4)) / 2, binary_cross_entropy, np.array([0.8, 0.6]), np.array([1.0, 0]))
    with np.errstate(all="raise"):
        assert binary_cross_entropy(np.array([0.0, 1]), np.array([1.0, 1])) == 50, "one wrong of two: (100 + 0) / 2"
    refuses(ValueError, ["1.5"], binary_cross_entropy, np.array([0.5, 1.5]), np.array([1.0, 0]))
    refuses(ValueError, ["(2, 1)", "(2,)"], binary_cross_entropy, np.full((2, 1), 0.5), np.ones(2))
    ### BEGIN HIDDEN TESTS
    p, t = sigmoid(rng.standard_normal((3, 4)).astype(np.float32)), rng.uniform(0, 1, (3, 4)).astype(np.float32)
    by_hand = [-b * np.log(a) - (1 - b) * np.log(1 - a) for a, b in zip(p.ravel().tolist(), t.ravel().tolist(), strict=True)]
    assert gives(sum(by_hand) / 12, binary_cross_entropy, p, t).dtype == np.float32
    assert binary_cross_entropy(np.array([0.0, 1]), np.array([0.0, 0])) == 50
    tiny = np.array([1e-30, 1e-9], dtype=np.float64)
    gives(1e-9 / 2, binary_cross_entropy, tiny, np.zeros(2), rtol=1e-6)
    assert np.isclose(binary_cross_entropy(tiny, np.zeros(2)) / 5e-10, 1, rtol=1e-6), "log(1 - p) of a small p keeps its digits"
    refuses(ValueError, ["-0.5"], binary_cross_entropy, np.array([-0.5, 0.5]), np.ones(2))
    refuses(ValueError, ["nan"], binary_cross_entropy, np.array([np.nan, 0.5]), np.ones(2))
    refuses(ValueError, ["(2,)", "(2, 1)"], binary_cross_entropy, np.full(2, 0.5), np.ones((2, 1)))
    ### END HIDDEN TESTS
test_binary_cross_entropy()

# %% [markdown]
# ### 1.6 On tensors
# Given: each loss is a module without parameters, called with outputs and targets.

# %%
#| export
def _targets(targets: Tensor | Array) -> Array: return targets.data if isinstance(targets, Tensor) else np.asarray(targets)
def _floating(x: Tensor) -> Tensor: return x if x.dtype.kind == "f" else Tensor(x, dtype=FLOAT32)

class MSELoss(Module):
    """Mean squared error of outputs and targets of one shape: ``MSELoss()(outputs, targets)``, a tensor of no dimensions."""

    def forward(self, outputs: Tensor, targets: Tensor | Array) -> Tensor:
        return apply(squared_error, _floating(outputs), targets)

def _as_rows(scores: Tensor, ids: Array) -> tuple[Tensor, Array]:
    """Scores (B, C, ...) and ids (B, ...), or (C,) and one id, as rows of scores and their ids. Shapes that do not fit stay as they are."""
    classes = min(1, scores.ndim - 1)  # the axis of the classes
    others = [axis for axis in range(scores.ndim) if axis != classes]
    if scores.ndim in (0, 2) or ids.shape != tuple(scores.shape[axis] for axis in others):
        return scores, ids
    return scores.permute(*others, classes).reshape(ids.size, scores.shape[classes]), ids.reshape(-1)

class CrossEntropyLoss(Module):
    """Cross-entropy of scores (B, C), not probabilities, and class ids (B,); as in PyTorch also of (B, C, ...) and (B, ...), (C,) and one id."""

    def forward(self, scores: Tensor, ids: Tensor | Array) -> Tensor:
        return apply(cross_entropy, *_as_rows(_floating(scores), _targets(ids)), keep={})

class BinaryCrossEntropyLoss(Module):
    """Binary cross-entropy of probabilities, as a sigmoid gives them, and targets of the same shape."""

    def forward(self, probabilities: Tensor, targets: Tensor | Array) -> Tensor:
        return apply(binary_cross_entropy, _floating(probabilities), targets)

# %% [markdown]
# ## Part 2: Systems analysis
# ### 2.1 Digits
# A model is sure, by a margin of scores, and wrong: the true surprise is the margin, as good as. Sigmoid turns it into a probability first, and
# float32 has no numbers between 1 - 6e-8 and 1. **Predict** from which margin on the first column is wrong, then run.

# %%
for margin in (5, 10, 15, 20, 80):
    pair = np.array([[margin, 0]], dtype=np.float32)
    by_probability = binary_cross_entropy(sigmoid(pair[:, 0]), np.zeros(1, np.float32))
    print(f"margin {margin:2}: from the probability {by_probability:8.4f}, from the scores {cross_entropy(pair, np.array([1])):8.4f}")

# %% [markdown]
# ### 2.2 Growth
# One exponential per score: **predict** the exponents of batch and classes, in time and in memory, before you run.
# %%
# %%complexity batch=64..1024 classes=64..4096 -o growth
some = rng.standard_normal((batch, classes), dtype=np.float32)
right = rng.integers(0, classes, size=batch)
# measure:
surprise = cross_entropy(some, right)

# %% [markdown]
# ### 2.3 Memory
# **Predict, then run:** the peaks of the three losses, in arrays as large as `scores`.
# %%
chances = sigmoid(scores)
outcomes = (rng.random(scores.shape, dtype=np.float32) < 0.5).astype(np.float32)
# %%
# %%measure -o losses
squared = squared_error(chances, outcomes)
binary = binary_cross_entropy(chances, outcomes)
many = cross_entropy(scores, ids)

# %% [markdown]
# ## Part 3: Production context
# - PyTorch's `cross_entropy` is `log_softmax` and `nll_loss`; on large vocabularies its array of logarithms is a large part of a language model's
#   peak, and fused kernels (Liger Kernel, Hsu and others, 2024) avoid it as you did.
# - `BCEWithLogitsLoss` takes scores, for the reason that 2.1 shows; `BCELoss` cuts the logarithms off at -100 as we do.
# - Both have the option `reduction`; ours is its default, the mean.

# %% [markdown]
# ## Integration test
# The three losses on tensors, after a layer.

# %% nbgrader={"grade": true, "grade_id": "04-integration-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_losses():
    data, want, classes_of = rng.standard_normal((6, 3)), rng.standard_normal((6, 3)), np.array([2, 0, 1, 1, 2, 0])
    outputs = Tensor(data)
    for loss, target, expected in [
        (MSELoss(), Tensor(want), np.mean((data - want) ** 2)),
        (CrossEntropyLoss(), Tensor(classes_of), np.mean([math_log_sum(r) - r[c] for r, c in zip(data, classes_of, strict=True)])),
    ]:
        got = loss(outputs, target)
        assert isinstance(got, Tensor) and got.shape == () and got.dtype == np.float32, f"{loss} should give one number, got {got}"
        gives(expected, got.numpy)
    refuses(IndexError, ["3"], CrossEntropyLoss(), outputs, Tensor([3, 0, 1, 1, 2, 0]))
    ### BEGIN HIDDEN TESTS
    p, happened = 1 / (1 + np.exp(-data)), (want > 0).astype(float)
    gives(-np.mean(np.log(np.where(want > 0, p, 1 - p))), BinaryCrossEntropyLoss()(Tensor(p), Tensor(happened)).numpy)
    gives(float(CrossEntropyLoss()(outputs, classes_of).data), CrossEntropyLoss()(outputs, Tensor(classes_of)).numpy)
    gives(5, MSELoss()(Tensor([1, 3]), Tensor([2, 0])).numpy)
    refuses(ValueError, ["(6, 3)", "(6,)"], MSELoss(), outputs, Tensor(want[:, 0]))
    ### END HIDDEN TESTS
test_losses()

# %%
if __name__ == "__main__":
    test_squared_error(), test_log_softmax(), test_check_ids(), test_cross_entropy_in_steps(), test_cross_entropy()
    test_binary_cross_entropy(), test_losses()
    print("All tests of module 04 pass:", CrossEntropyLoss()(Tensor([[1, 2.5], [3, 4]]), Tensor([1, 0])))

# %% [markdown] nbgrader={"grade": true, "grade_id": "04-question-forms", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** From `forms`: both peaks, array by array, and both times. A language model has scores of shape (8192, 50257): what do the two forms
# take for them? What else could be done if even one array is too much?
#
# ### BEGIN SOLUTION
# In steps: the shifted scores and their exponentials, 64 MiB (`2 * scores.nbytes`); at once one array, since the exponentials take the place of the
# differences. Of the model one array is 1.53 GiB (`8192 * 50257 * 4`), so twice that against once. Rows do not depend on each other: compute the mean block by block of rows.
# Rubric: 3 points the arrays, 2 the times, 2 the extrapolation, 1 the blocks.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": true, "grade_id": "04-question-digits", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **2.** From the table of 2.1: from which margin on is the surprise by probability wrong, and which of your lines gives the value that it
# shows there? Why is the other column right even at 80? What would a mistake of margin 20 and one of 80 look like to a model that learns?
#
# ### BEGIN SOLUTION
# Between 15 and 20: beyond about 17, exp(-margin) is less than the distance of float32 numbers below 1, sigmoid gives exactly 1, and log(1 - p) is cut
# off at -100. The scores are subtracted before any exponential: margin - 0 is exact. By probability both mistakes look alike, and nothing says
# that 20 is better than 80. Rubric: 3 points margin and cut-off, 3 the subtraction, 2 the consequence.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": true, "grade_id": "04-question-growth", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **3.** Which exponents did `growth` find, with which intervals, and which ones did you predict? How many nanoseconds does a score take at the
# smallest and at the largest sizes, and why do they differ? Which of the losses of 2.3 takes most memory, and why?
#
# ### BEGIN SOLUTION
# 1 and 1 in time and memory. Small sizes pay the fixed cost of some NumPy calls, large ones leave the cache. Binary cross-entropy: two
# logarithms and their products are arrays that live at once, where the squared error holds two and cross-entropy one. Rubric: 3
# points exponents, 3 the costs per score, 2 the arrays.
# ### END SOLUTION

# %% [markdown]
# ## Summary
# You built three losses and the logarithm of softmax, and measured: one function that does it at once holds half the memory of its steps;
# scores tell apart what probabilities cannot; the cost is one exponential per score. Module 05 finds how each parameter changes the loss.
