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
# # Module 02: Activations
# **You build** the functions that stand between matrix products: ReLU, sigmoid, tanh, GELU and softmax, each so that no input
# overflows. Given classes put them on `Tensor`.
#
# **You measure** what an elementwise function costs when memory is slower than arithmetic (`%%measure --time`); how many arrays as
# large as its input it holds for a moment, and how to need fewer (`%%measure`); where its cost per element jumps (`%%complexity`).
#
# **Prerequisites:** 01 Tensor. **Unlocks:** 03 Layers, 12 Attention.

# %% [markdown]
# ## Part 1: Foundations
# Two matrix products in a row can be replaced by one: $(xA)B = x(AB)$. The second one is worth its cost only if a function that is *not* linear stands
# between the two. It is applied to each element. So n elements cost n evaluations, and each moves 8 bytes in float32: 4 are
# read, 4 are written.
#
# | function | arithmetic per element | what can go wrong |
# |---|---|---|
# | ReLU, $\max(x, 0)$ | one comparison | |
# | sigmoid, $1 / (1 + e^{-x})$ | one exponential, one division | $e^{-x}$ overflows for x < -88 |
# | tanh, $(e^x - e^{-x}) / (e^x + e^{-x})$ | the same, about | inf / inf; digits lost near 0 |
# | GELU, $x\,\Phi(x)$ | about twenty operations | digits lost where $\Phi$ is small |
# | softmax, $e^{x_i} / \sum_j e^{x_j}$ | one exponential, one division | inf / inf |
#
# The largest float32 is about $2^{128}$, which is $e^{88.7}$. A formula can be right on paper and still meet numbers beyond that: this module is about
# forms of the same formulas that do not.

# %%
#| default_exp core.activations
#| export
"""Activations: functions of arrays that no input overflows, and classes that apply them to tensors."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tinytorch.core.tensor import FLOAT32, Array, Tensor, apply

# %% nbgrader={"grade": false, "grade_id": "02-helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(2)

def gives(expected, function, *args, rtol=1e-5, **params):
    """Call ``function`` with overflow as an error; fail unless shape and values are as expected. Returns the result."""
    call = f"{function.__name__}({', '.join(str(a) if np.size(a) < 9 else 'array' + str(np.shape(a)) for a in args)})"
    try:
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            got = function(*args, **params)
    except (ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError) as error:
        raise AssertionError(f"{call} raised {error!r}") from error
    assert got is not None, f"{call} returned nothing; does it end with `return`?"
    assert np.shape(got) == np.shape(expected), f"{call}: expected shape {np.shape(expected)}, got {np.shape(got)}"
    assert np.allclose(got, expected, rtol=rtol, atol=1e-9), f"{call}: expected\n{expected}\ngot\n{got}"
    return got

def keeps(function, *args, **params):
    """Fail unless ``function`` leaves its input alone and gives float32 for float32, float64 for float64."""
    for dtype in (np.float32, np.float64):
        x = rng.standard_normal((3, 4)).astype(dtype)
        before = x.copy()
        assert function(x, *args, **params).dtype == dtype, f"{function.__name__} of {x.dtype} should be {x.dtype}"
        assert np.array_equal(x, before), f"{function.__name__} changed its input"

# %% [markdown]
# ### 1.1 ReLU
# $\max(x, 0)$: negative elements become 0, the others stay. It is the cheapest function that is not linear.

# %% nbgrader={"grade": false, "grade_id": "02-relu", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def relu(x: Array) -> Array:
    """``max(x, 0)`` for each element, in the dtype of ``x``: ``relu(np.array([-2.0, 3.0]))`` is ``array([0., 3.])``."""
    # TODO: the larger of x and 0, element by element, as a new array.
    # APPROACH: one NumPy function does it; x itself stays as it is.
    # HINTS: np.maximum compares element by element; np.max would give one number.
    ### BEGIN SOLUTION
    return np.maximum(x, 0)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "02-relu-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_relu():
    gives([[0, 0, 3], [0.5, 0, 7]], relu, np.array([[-2.0, 0, 3], [0.5, -1e-3, 7]]))
    keeps(relu)
    ### BEGIN HIDDEN TESTS
    x = rng.standard_normal((2, 3, 5)).astype(np.float32)
    gives((x + abs(x)) / 2, relu, x)
    assert relu(np.array([-1, 2])).dtype == np.int64 and np.isnan(relu(np.array([np.nan]))).all(), "integers and nan stay"
    ### END HIDDEN TESTS
test_relu()

# %% [markdown]
# ### 1.2 Sigmoid
# $\sigma(x) = 1 / (1 + e^{-x})$ takes every number to one between 0 and 1. For x = -100 it has to compute $e^{100}$, which float32 cannot hold:

# %%
with np.errstate(over="ignore"):
    print("exp(100) in float32:", np.exp(np.float32(100)))

# %% [markdown]
# Multiply numerator and denominator by $e^x$: $\sigma(x) = e^x / (e^x + 1)$. Use this form where x is negative, and the first one elsewhere. Then the
# only exponential is $e^{-|x|}$ in both, which is at most 1, and both divide by $1 + e^{-|x|}$. They differ in the numerator: $e^{-|x|}$ or 1.

# %% nbgrader={"grade": false, "grade_id": "02-sigmoid", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def sigmoid(x: Array) -> Array:
    """``1 / (1 + exp(-x))`` for each element, without overflow: 0.5 at 0, and 3.7e-44 still at -100."""
    # TODO: both forms of the formula, from the one exponential that they share.
    # APPROACH: 1. e = exp(-|x|). 2. The numerator is 1 where x >= 0, and e elsewhere. 3. Divide by 1 + e.
    # HINTS: e is at most 1, and a truth counts as 1 or 0: np.maximum(e, x >= 0) is that numerator, in the dtype of e.
    ### BEGIN SOLUTION
    e = np.exp(-np.abs(x))
    return np.maximum(e, x >= 0) / (1 + e)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "02-sigmoid-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
def test_sigmoid():
    gives([0.5, 0.75, 0.25], sigmoid, np.array([0, np.log(3), -np.log(3)]))  # 1 / (1 + 1/3) and 1 / (1 + 3)
    gives([1, 0], sigmoid, np.array([1000, -1000], dtype=np.float32))  # no overflow
    keeps(sigmoid)
    ### BEGIN HIDDEN TESTS
    x = rng.standard_normal((2, 3, 4)) * 4
    gives([[[1 / (1 + math.exp(-v)) for v in row] for row in rows] for rows in x], sigmoid, x)
    small = sigmoid(np.array([-20, -60], dtype=np.float32))
    assert np.allclose(small / np.exp([-20.0, -60.0]), 1, rtol=1e-4), f"small results keep their digits, got {small}"
    gives(1 - sigmoid(x), sigmoid, -x)
    ### END HIDDEN TESTS
test_sigmoid()

# %% [markdown]
# ### 1.3 Tanh
# $\tanh(x) = (e^x - e^{-x}) / (e^x + e^{-x})$ lies between -1 and 1. Large x overflow here too, but small x are the worse trap: for x = 0.0001,
# $e^{2x}$ is 1.0002, and the difference 1.0002 - 1 has only four of the seven digits of a float32. The function `np.expm1(y)` computes $e^y - 1$ and loses
# none. With $t = e^{-2|x|} - 1$, which cannot overflow: $\tanh|x| = -t / (t + 2)$.

# %% nbgrader={"grade": false, "grade_id": "02-tanh", "locked": false, "schema_version": 3, "solution": true, "task": false}
def tanh_by_expm1(x):
    """``tanh(x)`` for each element, from one ``expm1``: no overflow, all digits near 0. The sign is that of ``x``."""
    # TODO: the formula above, with its sign.
    # APPROACH: 1. t = expm1(-2|x|), a number from -1 to 0. 2. The quotient. 3. Give it the sign of x.
    # HINTS: np.copysign(a, x) is |a| with the sign of x, so the minus of the formula is not needed.
    ### BEGIN SOLUTION
    t = np.expm1(-2 * np.abs(x))
    return np.copysign(t / (t + 2), x)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "02-tanh-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
def test_tanh_by_expm1():
    gives([0, 0.6, -0.8], tanh_by_expm1, np.array([0, np.log(2), -np.log(3)]))  # (2 - 1/2) / (2 + 1/2), (1/3 - 3) / (1/3 + 3)
    gives([1, -1], tanh_by_expm1, np.array([1000, -1000], dtype=np.float32))
    near = np.array([1e-4, -1e-4], dtype=np.float32)
    assert np.allclose(tanh_by_expm1(near) / near, 1, rtol=1e-6), f"near 0 tanh(x) is x, got {tanh_by_expm1(near)}"
    keeps(tanh_by_expm1)
    ### BEGIN HIDDEN TESTS
    x = rng.standard_normal((2, 3, 4)) * 2
    gives([[[math.tanh(v) for v in row] for row in rows] for rows in x], tanh_by_expm1, x)
    ### END HIDDEN TESTS
test_tanh_by_expm1()

# %% [markdown]
# NumPy's own `tanh` keeps the digits as well, and uses vector instructions: the library takes that one.
# ### 1.4 GELU
# $\mathrm{GELU}(x) = x\,\Phi(x)$ multiplies each element by a *gate* from 0 to 1: $\Phi(x)$ is the share of a standard normal distribution that lies below x
# (Hendrycks and Gimpel, 2016). $\Phi$ has no simple formula, but $(1 + \tanh y) / 2$ rises from 0 to 1 in much the same way. So take a y that brings the two
# together. The paper takes $y = x \sqrt{2/\pi}\,(1 + 0.044715\,x^2)$, which is cheap and close. A longer polynomial agrees with $\Phi$ in the digits of
# float32. Libraries offer both, and so do we. The longer one is given. It works in place, because a new array for each step would cost as much as the
# arithmetic.

# %%
#| export
tanh = np.tanh

_TERMS = (1.81392516e-09, -1.33783102e-07, 3.97406912e-06, -5.52733736e-05, -3.3026753e-05, 0.0363341492, 0.797884268)
_complement = np.frompyfunc(math.erfc, 1, 1)

def normal_cdf(x: Array) -> Array:
    """The standard normal distribution function of each element, within 1e-6 in float32, to the last digits in float64.

    ``(1 + tanh(x * p(x^2))) / 2``, the polynomial p fitted up to 5.6; float64 goes through ``math.erfc``, slowly.
    """
    if x.dtype == np.float64:
        return np.asarray(0.5 * _complement(-math.sqrt(0.5) * x), np.float64)
    square = x * x
    y = _TERMS[0] * square
    for term in _TERMS[1:-1]:
        y += term
        y *= square
    y += _TERMS[-1]
    y *= x
    share = tanh(y)
    share += 1
    share *= 0.5
    return share

# %% nbgrader={"grade": false, "grade_id": "02-gelu", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def gate(x: Array, approximate: str = "none") -> Array:
    """The factor of GELU, from 0 to 1: ``normal_cdf(x)``, or with ``approximate="tanh"`` the paper's. ValueError for another word."""
    # TODO: both gates, and an error for any other word.
    # APPROACH: 1. "none": the given function. 2. "tanh": (1 + tanh(y)) / 2 with the y of the paper. 3. Anything else: ValueError, with the word.
    # HINTS: x * x is much faster than x**3. math.sqrt(2 / math.pi) is a Python float: float32 times it stays float32. `y += 1` needs no new array.
    ### BEGIN SOLUTION
    if approximate == "none":
        return normal_cdf(x)
    if approximate == "tanh":
        c = math.sqrt(2 / math.pi)
        y = x * x
        y *= 0.044715 * c
        y += c
        y *= x
        share = tanh(y)
        share += 1
        share *= 0.5
        return share
    raise ValueError(f'approximate is {approximate!r}; it must be "none" or "tanh".')
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "02-gelu-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
def test_gate():
    x = np.array([0, 1, -1, 2.5, -10], dtype=np.float32)
    by_definition = [math.erfc(-v / math.sqrt(2)) / 2 for v in x.tolist()]  # the share of a normal distribution below v
    gives(by_definition, gate, x, rtol=1e-4)
    gives([0.5, 0.841192, 0.158808, 0.993966, 0], gate, x, "tanh", rtol=1e-5)
    keeps(gate)
    ### BEGIN HIDDEN TESTS
    keeps(gate, "tanh")
    y = rng.standard_normal((3, 2, 4)) * 3
    gives([[[math.erfc(-v / math.sqrt(2)) / 2 for v in row] for row in rows] for rows in y], gate, y)
    u = np.sqrt(2 / np.pi) * (y + 0.044715 * y**3)
    gives(np.exp(u) / (np.exp(u) + np.exp(-u)), gate, y, approximate="tanh")
    assert 1e-5 < np.abs(gate(y) - gate(y, "tanh")).max() < 1e-3, "the two formulas are close, not equal"
    try:
        gate(y, "erf")
    except ValueError as error:
        assert "erf" in str(error), f"the message should name the word that was given: {error}"
    else:
        raise AssertionError('gate(x, "erf") should raise ValueError')
    ### END HIDDEN TESTS
test_gate()

# %% [markdown]
# ### 1.5 Block by block
# Each step of a formula makes an array as large as `x`, which is written to memory and read again by the next step. But an elementwise function can take
# a part of the array at a time. If the parts (blocks) fit into the processor's cache, the steps between never reach memory: only the input is read from
# there, and only the result is written. GELU has the longest formula, so the library computes it in blocks. 2.3 measures what that brings.

# %% nbgrader={"grade": false, "grade_id": "02-in-blocks", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def in_blocks(function: Callable[..., Array], *arrays: Array, size: int = 65_536, out: Array | None = None, **params: Any) -> Array:
    """``function(*arrays, **params)``, elementwise on arrays of one shape, ``size`` elements at a time; in the dtype of the first.

    The result is ``out`` (contiguous, of that shape), or without one a new array.
    """
    # TODO: take out, or make one result array, and fill it block by block.
    # APPROACH: 1. out, or a new array with shape and dtype of the first one, and a flat form, reshape(-1), of each array. 2. For each start, apply function to
    # the blocks of the arrays and store what it returns in the block of the result.
    # HINTS: range(0, total, size) gives the starts. x[start : start + size] is shorter at the end, without an error. The flat form of the result must be
    # a view of it. np.empty makes arrays for which it is one; np.empty_like keeps the order of a transposed array, for which reshape(-1) copies.
    ### BEGIN SOLUTION
    result = np.empty(arrays[0].shape, arrays[0].dtype) if out is None else out
    target, *flat = (array.reshape(-1) for array in (result, *arrays))
    for start in range(0, result.size, size):
        target[start : start + size] = function(*(part[start : start + size] for part in flat), **params)
    return result
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "02-in-blocks-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_in_blocks():
    lengths = []

    def double(block):
        lengths.append(block.size)
        return 2 * block

    y = rng.standard_normal((3, 5)).astype(np.float32)
    assert gives(2 * y, in_blocks, double, y, size=4).dtype == np.float32, "the dtype of y"
    assert lengths == [4, 4, 4, 3], f"15 elements in blocks of 4 are 4, 4, 4 and 3, got {lengths}"
    gives(y - 3 * y * y, in_blocks, np.subtract, y, 3 * y * y, size=7)
    room = np.empty((2, 3, 5))
    assert gives(2 * y, in_blocks, double, y, out=room[1]) is not None and np.array_equal(room[1], 2 * y), "the result stands in out"
    ### BEGIN HIDDEN TESTS
    gives(gate(y.T, "tanh"), in_blocks, gate, y.T, size=2, approximate="tanh")
    lengths.clear()
    gives(2 * y, in_blocks, double, y)
    assert lengths == [15], f"one block is enough for 15 elements in blocks of 65,536, got {lengths}"
    assert in_blocks(np.multiply, y, y.astype(np.float64), size=4).dtype == np.float32, "the dtype of the first array"
    keeps(lambda block: in_blocks(np.exp, block, size=5))
    ### END HIDDEN TESTS
test_in_blocks()

# %%
#| export
def gelu(x: Array, approximate: str = "none", keep: dict[str, Array] | None = None) -> Array:
    """``x * gate(x, approximate)`` for each element, the gate in blocks. ValueError if ``approximate`` is not "none" or "tanh".

    A dict as ``keep`` gets the "gate", for who needs it later.
    """
    with np.errstate(over="ignore"):  # where a power of x overflows, tanh is 1 or -1 all the same
        if keep is None:
            share = in_blocks(gate, x, approximate=approximate)
            return np.multiply(x, share, out=share)
        both = np.empty((2, *x.shape), x.dtype)  # the system gives one large piece of memory faster than two
        keep["gate"] = in_blocks(gate, x, approximate=approximate, out=both[0, ...])
        return np.multiply(x, keep["gate"], out=both[1, ...])

# %% [markdown]
# ### 1.6 Softmax
# Softmax turns numbers of any size into shares that add up to 1: $e^{x_i} / \sum_j e^{x_j}$. Computed as it stands, it overflows:

# %%
with np.errstate(over="ignore", invalid="ignore"):
    scores = np.array([1, 100, 101], dtype=np.float32)
    print("by the formula:", np.exp(scores) / np.exp(scores).sum())

# %% [markdown]
# Adding a constant c to all $x_i$ changes nothing: $e^{x_i + c} = e^c e^{x_i}$, and $e^c$ cancels between numerator and sum. With $c = -\max x$ the largest
# exponent is 0, so no exponential is larger than 1.

# %% nbgrader={"grade": false, "grade_id": "02-softmax", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def softmax(x: Array, dim: int = -1) -> Array:
    """Shares along ``dim``: ``exp(x) / exp(x).sum(dim)``, of the same shape as ``x``, without overflow. -inf gets no share."""
    # TODO: subtract the largest element along dim, take exp, divide by the sum along dim.
    # APPROACH: 1. The largest element along dim, with that axis kept, so that it broadcasts. 2. exp of the differences. 3. Divide by the sum of these.
    # HINTS: x.max(axis=dim, keepdims=True, initial=-np.inf) also works for an axis without elements. `shares /= ...` divides in place.
    ### BEGIN SOLUTION
    shares = np.exp(x - x.max(axis=dim, keepdims=True, initial=-np.inf))
    shares /= shares.sum(axis=dim, keepdims=True)
    return shares
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "02-softmax-test", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
def test_softmax():
    x = np.log([[1.0, 2, 5], [6, 1, 1]])
    gives([[1 / 8, 2 / 8, 5 / 8], [6 / 8, 1 / 8, 1 / 8]], softmax, x)
    gives([[1 / 7, 2 / 3, 5 / 6], [6 / 7, 1 / 3, 1 / 6]], softmax, x, 0)
    gives([0, 1 / (1 + math.e), math.e / (1 + math.e)], softmax, scores)
    keeps(softmax)
    ### BEGIN HIDDEN TESTS
    y = rng.standard_normal((2, 3, 4)) * 5
    for dim in (0, 1, 2, -1, -2):
        assert np.allclose(gives(np.exp(y) / np.exp(y).sum(dim, keepdims=True), softmax, y, dim).sum(dim), 1), f"dim={dim}"
    gives(softmax(y), softmax, y - 3e4)  # a constant cancels
    gives([[0.5, 0.5], [0.5, 0.5]], softmax, np.array([[0.0, 0], [2000, 2000]]))  # each row has its own largest
    gives([[0.5, 0, 0.5]], softmax, np.array([[7, -np.inf, 7]]))
    assert softmax(np.empty((2, 0))).shape == (2, 0), "an empty axis has no shares to give"
    ### END HIDDEN TESTS
test_softmax()

# %% [markdown]
# ### 1.7 On tensors
# Given: each class applies its function through the `apply` of module 01, so that an observer sees it. Integers become float32 first.

# %%
#| export
class Activation:
    """A function on tensors that keeps their shape. It has nothing to adjust: ``parameters()`` is empty."""

    def __call__(self, x: Tensor, *args: Any, **params: Any) -> Tensor:
        """``forward`` of ``x``. TypeError if ``x`` is no tensor."""
        if not isinstance(x, Tensor):
            raise TypeError(f"{self} takes a Tensor, got {type(x).__name__}: wrap it in Tensor(...).")
        return self.forward(x, *args, **params)

    def forward(self, x: Tensor) -> Tensor:
        """What the activation does; a subclass says it."""
        raise NotImplementedError(f"{type(self).__name__} needs a method forward(x).")

    def parameters(self) -> list[Tensor]: return []
    def __repr__(self) -> str: return f"{type(self).__name__}()"

def _floating(x: Tensor) -> Tensor: return x if x.dtype.kind == "f" else Tensor(x, dtype=FLOAT32)

class ReLU(Activation):
    """``max(x, 0)``; integers stay integers."""

    def forward(self, x: Tensor) -> Tensor: return apply(relu, x)

class Sigmoid(Activation):
    """``1 / (1 + exp(-x))``, between 0 and 1."""

    def forward(self, x: Tensor) -> Tensor: return apply(sigmoid, _floating(x))

class Tanh(Activation):
    """``tanh(x)``, between -1 and 1."""

    def forward(self, x: Tensor) -> Tensor: return apply(tanh, _floating(x))

class GELU(Activation):
    """``x`` times the share of a normal distribution below it; ``approximate="tanh"`` takes the cheaper formula."""

    def __init__(self, approximate: str = "none") -> None:
        self.approximate = approximate
        self.kept: dict[str, Array] | None = None

    def forward(self, x: Tensor) -> Tensor:
        kept = self.kept = {} if x.requires_grad else None  # held until the next call: memory that goes back to the system is slow to get again
        return apply(gelu, _floating(x), approximate=self.approximate, keep=kept)

    def __getstate__(self) -> dict[str, Any]: return {**vars(self), "kept": None}  # copies and files need none of it

class Softmax(Activation):
    """Shares along an axis: ``Softmax()(x, dim=-1)``."""

    def forward(self, x: Tensor, dim: int = -1) -> Tensor: return apply(softmax, _floating(x), dim=dim)

# %% [markdown]
# ## Part 2: Systems analysis
# ### 2.1 Traffic
# `add` reads two arrays and writes one: 12 bytes for an element. `relu` moves 8. Sigmoid and tanh move 8 at least, and compute much more.
# **Predict, then run:** the order of the four times, and which of them wait for memory.
# %%
x = rng.standard_normal((2048, 2048), dtype=np.float32)  # 16 MiB
n = 1024
# %%
# %%measure --time -o traffic
total = np.add(x, x)
clipped = relu(x)
squashed = sigmoid(x)
bent = tanh(x)

# %% [markdown]
# ### 2.2 Temporaries
# **Predict, then run:** how many arrays as large as `x`, 16 MiB (`x.nbytes`), does each function hold at its peak, its result among them?
# %%
# %%measure -o temporaries
clipped = relu(x)
squashed = sigmoid(x)
shares = softmax(x)
smooth = gate(x, "tanh")

# %% [markdown]
# ### 2.3 Block by block
# **Predict, then run:** the peak of the second statement, and whether it is faster although a Python loop was added.
# %%
# %%measure -o blocks
whole = gate(x, "tanh")
blocked = in_blocks(gate, x, size=65_536, approximate="tanh")

# %% [markdown]
# ### 2.4 Growth
# Softmax computes one exponential for each element, so its time and memory should grow in proportion to n. **Predict** the exponent of both. Then look
# for a knee in the curve of time: arrays of more than a few hundred kilobytes do not stay in the cache that is nearest to the processor.
# %%
# %%complexity n=1024..4194304 -o growth
row = rng.standard_normal(n, dtype=np.float32)
# measure:
shares = softmax(row)

# %% [markdown]
# ## Part 3: Production context
# - PyTorch's `relu`, `sigmoid`, `tanh`, `gelu` and `softmax` keep these formulas and shapes; its `GELU` has the same two words for
#   `approximate` (PyTorch documentation, *torch.nn.GELU*).
# - `torch.compile` and XLA *fuse* a chain of elementwise functions into one loop: each element is read once, taken through the whole
#   chain in registers, and written once. Your `in_blocks` does that with caches in place of registers.
# - ReLU replaced tanh in deep networks with AlexNet (Krizhevsky, Sutskever and Hinton, 2012); the tanh form of GELU is that of the paper's
#   authors, from when an exact one was slow (Hendrycks and Gimpel, 2016).

# %% [markdown]
# ## Integration test
# All five on tensors, with the shapes, dtypes and refusals of the library.

# %% nbgrader={"grade": true, "grade_id": "02-integration-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_activations():
    data = rng.standard_normal((4, 3))
    t, whole = Tensor(data), Tensor([[-3, 0, 2]])
    for activation, expected in [(ReLU(), np.maximum(data, 0)), (Sigmoid(), 1 / (1 + np.exp(-data))), (Tanh(), np.tanh(data))]:
        got = activation(t)
        assert isinstance(got, Tensor) and got.dtype == np.float32, f"{activation} should give a float32 Tensor, got {got}"
        gives(expected, got.numpy, rtol=1e-4)
    gives(np.exp(data) / np.exp(data).sum(0), Softmax()(t, dim=0).numpy, rtol=1e-4)
    ### BEGIN HIDDEN TESTS
    gives(gelu(data), GELU()(t).numpy, rtol=1e-3)
    gives(gelu(data, "tanh"), GELU("tanh")(t).numpy, rtol=1e-3)
    assert ReLU()(whole).dtype == np.int64 and Sigmoid()(whole).dtype == Softmax()(whole).dtype == np.float32
    gives([[1 / (1 + math.exp(3)), 0.5, 1 / (1 + math.exp(-2))]], Sigmoid()(whole).numpy)
    gives([1, 0], Sigmoid()(Tensor([1e3, -1e3])).numpy)
    ### END HIDDEN TESTS
test_activations()

# %%
if __name__ == "__main__":
    test_relu(), test_sigmoid(), test_tanh_by_expm1(), test_gate(), test_in_blocks(), test_softmax(), test_activations()
    print("All tests of module 02 pass:", Softmax()(Tensor([[1, 2.5], [3, 4]])))

# %% [markdown] nbgrader={"grade": true, "grade_id": "02-question-traffic", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** From `traffic`: the bytes per second of `add` and of `relu`, and the elements per second of all four. Which functions wait for
# memory on your machine, and which would gain from a processor that computes twice as fast? Say what the second would gain.
#
# ### BEGIN SOLUTION
# add moves three arrays, relu two; their bytes divided by their times both come out near the same bandwidth, so they wait for memory and gain
# nothing. Sigmoid and tanh reach fewer elements per second than relu with the same 8 bytes: the difference is arithmetic (and, in sigmoid,
# temporaries), at most that part halves. Rubric: 3 points the rates, 3 the verdicts by comparing them, 2 the bound of the gain.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": true, "grade_id": "02-question-temporaries", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **2.** Explain the peaks of `sigmoid` and `softmax` in `temporaries` array by array, and the peak of `blocked` in `blocks`. What happens to
# the time of `blocked` with blocks of 256 elements and of 4 million, and why? Try it.
#
# ### BEGIN SOLUTION
# sigmoid: e, the numerator, and 1 + e, whose memory the quotient takes over: three arrays. softmax: the differences and their exponentials:
# two; the division is in place. blocked: the result and some blocks of 256 KiB (`4 * 65_536`). Small blocks pay Python's call for every few elements;
# large ones put the intermediate results back into memory. Rubric: 3 points the arrays, 2 the peak in blocks, 3 both ends with times.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": true, "grade_id": "02-question-growth", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **3.** From `growth`: the exponents with their intervals and the nanoseconds per element at the smallest, a middle and the largest size.
# Why is the first so high, and what happens at the end? Which shift $c$ other than $-\max x$ would also be safe, and which would not?
#
# ### BEGIN SOLUTION
# The exponent is near 1 for both. Small sizes pay the fixed cost of four NumPy calls; large ones leave the cache and wait for memory. Any c
# works that keeps the largest exponent below 88 and not so low that every term underflows to 0 (0 / 0): the mean fails when one element is far
# above it. Rubric: 3 points exponents and costs per element, 2 both ends, 3 the shift with a counterexample.
# ### END SOLUTION

# %% [markdown]
# ## Summary
# You built five activations that no input overflows, and measured: the cheap ones wait for memory, so arithmetic on the way is nearly
# free; intermediate arrays cost as much as the work; blocks that fit into a cache keep them out of memory. Module 03 puts weights in
# front of them.
