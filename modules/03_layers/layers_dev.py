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
# # Module 03: Layers
# **You build** the linear layer and its starting values, dropout, and the walk through a model that finds, counts, saves and restores
# its parameters. Given classes make them into `Linear`, `Dropout` and `Sequential`.
#
# **You measure** what a linear layer costs as its batch and its width grow (`%%complexity`), what a batch saves over single rows
# (`%%measure --time`), and which memory a model and its intermediate results take (`%%measure`).
#
# **Prerequisites:** 01 Tensor, 02 Activations. **Unlocks:** 04 Losses, 09 Convolutions, 11 Embeddings.

# %% [markdown]
# ## Part 1: Foundations
# A linear layer maps *in* numbers to *out* numbers: $y = xW + b$, with W of shape (in, out) and b of shape (out,). W and b are its
# **parameters**: the numbers that make one layer differ from another. For a batch of B rows in float32:
#
# | | count |
# |---|---|
# | parameters | in * out + out |
# | flops | 2 B * in * out for the product, B * out for the bias |
# | bytes, each array once | 4 (B * in + in * out + out + B * out) |
#
# W is read once for the whole batch. With one row, each weight is loaded for two operations; with B rows, for 2B. You will measure at
# which B that stops mattering.

# %%
#| default_exp core.layers
#| export
"""Layers: modules with parameters, and the walk that finds, saves and restores what a model holds."""

import math
import time
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np

from tinytorch.core.activations import Activation
from tinytorch.core.tensor import FLOAT32, Array, Event, Shape, Tensor, apply, get_observer, multiply

rng = np.random.default_rng()

def manual_seed(seed: int) -> None:
    """Start the random numbers of all layers anew: the same seed gives the same parameters and the same dropped elements."""
    rng.bit_generator.state = np.random.default_rng(seed).bit_generator.state

# %% nbgrader={"grade": false, "grade_id": "03-helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
test_rng = np.random.default_rng(3)

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
        assert isinstance(caught, error), f"{function.__name__} should raise {error.__name__}, but raised {caught!r}"
        assert all(word in str(caught) for word in words), f"{function.__name__}: the message should name {words}: {caught}"
    else:
        raise AssertionError(f"{function.__name__} should raise {error.__name__}, but returned")

# %% [markdown]
# ### 1.1 Starting values
# All weights equal would make all outputs equal; weights too large or too small grow or vanish layer by layer. PyTorch draws weights
# and biases of a linear layer evenly from $-1/\sqrt{\mathrm{in}}$ to $1/\sqrt{\mathrm{in}}$.

# %% nbgrader={"grade": false, "grade_id": "03-scaled-uniform", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def scaled_uniform(shape: Shape, fan_in: int) -> Array:
    """Float32 random numbers of ``shape``, even between ``-1 / sqrt(fan_in)`` and ``1 / sqrt(fan_in)``; ``fan_in`` >= 1."""
    # TODO: draw from rng, scale, convert.
    # APPROACH: 1. the bound. 2. rng.uniform between its negative and itself. 3. float32.
    # HINTS: rng is the generator of the first cell; astype(FLOAT32) converts.
    ### BEGIN SOLUTION
    bound = 1 / math.sqrt(fan_in)
    return rng.uniform(-bound, bound, shape).astype(FLOAT32)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "03-scaled-uniform-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_scaled_uniform():
    manual_seed(1)
    values = scaled_uniform((400, 50), 25)
    assert values.shape == (400, 50) and values.dtype == np.float32, f"got {values.shape} {values.dtype}"
    assert np.abs(values).max() <= 0.2, f"1 / sqrt(25) is 0.2, the largest value is {np.abs(values).max()}"
    ### BEGIN HIDDEN TESTS
    # 20,000 even numbers: extremes near both bounds, a quarter in each quarter, neighbours unlike.
    assert values.min() < -0.199 and values.max() > 0.199 and len(np.unique(values)) > 19_000
    assert np.allclose(np.histogram(values, [-0.2, -0.1, 0, 0.1, 0.2])[0] / 20_000, 0.25, atol=0.02), "not even"
    manual_seed(1)
    assert np.array_equal(values, scaled_uniform((400, 50), 25)), "manual_seed should repeat the numbers: draw from rng"
    assert np.abs(scaled_uniform((1000,), 100)).max() <= 0.1
    ### END HIDDEN TESTS
test_scaled_uniform()
# %% [markdown]
# ### 1.2 A linear layer: first row by row

# %% nbgrader={"grade": false, "grade_id": "03-linear-by-rows", "locked": false, "schema_version": 3, "solution": true, "task": false}
def linear_by_rows(x, weight, bias):
    """``x @ weight + bias`` for x (B, in), weight (in, out), bias (out,): (B, out), one row of ``x`` at a time."""
    # TODO: one product of a vector and the matrix for each row.
    # APPROACH: 1. an empty array (B, out) in the dtype of x. 2. for each row, its product plus the bias.
    # HINTS: x[i] @ weight has shape (out,).
    ### BEGIN SOLUTION
    y = np.empty((x.shape[0], weight.shape[1]), dtype=x.dtype)
    for i in range(x.shape[0]):
        y[i] = x[i] @ weight + bias
    return y
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "03-linear-by-rows-test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
def test_linear_by_rows():
    x, weight, bias = np.array([[1.0, 2], [0, -1]]), np.array([[1.0, 0, 3], [2, 1, -1]]), np.array([0.5, 0, 10])
    gives([[5.5, 2, 11], [-1.5, -1, 11]], linear_by_rows, x, weight, bias)
    ### BEGIN HIDDEN TESTS
    x, weight, bias = test_rng.standard_normal((5, 4)), test_rng.standard_normal((4, 3)), test_rng.standard_normal(3)
    gives(np.einsum("bi,io->bo", x, weight) + bias, linear_by_rows, x, weight, bias)
    assert linear_by_rows(x.astype(np.float32), weight, bias).dtype == np.float32, "the dtype of x"
    ### END HIDDEN TESTS
test_linear_by_rows()
# %% [markdown]
# ### 1.3 A linear layer: the real one
# One product for all rows. More axes before the last one are only more rows: seen as a matrix, they still make one product, where
# NumPy would make one for each matrix of the stack. The bias is added in place: the sum is ours already.

# %% nbgrader={"grade": false, "grade_id": "03-linear", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def linear(x: Array, weight: Array, bias: Array | None = None) -> Array:
    """``x @ weight + bias``: x (..., in), weight (in, out), bias (out,) or None, result (..., out).

    Raises ValueError, with both shapes, if the last axis of ``x`` is not ``in``.
    """
    # TODO: refuse what does not fit; one product of two matrices; the bias in place; the axes of x again.
    # APPROACH: 1. compare x.shape[-1:] with weight.shape[:1]. 2. rows = x as a matrix (-1, in). 3. product. 4. += bias. 5. reshape.
    # HINTS: x.reshape(-1, n) needs n != 0, x.reshape(math.prod(x.shape[:-1]), n) does not; the result is (*x.shape[:-1], out).
    ### BEGIN SOLUTION
    if x.shape[-1:] != weight.shape[:1]:
        raise ValueError(f"A linear layer with weights {weight.shape} takes (..., {weight.shape[0]}), got {x.shape}.")
    y = x.reshape(math.prod(x.shape[:-1]), x.shape[-1]) @ weight
    if bias is not None:
        y += bias
    return y.reshape(*x.shape[:-1], weight.shape[1])
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "03-linear-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
def test_linear():
    x, weight, bias = test_rng.standard_normal((5, 4)), test_rng.standard_normal((4, 3)), test_rng.standard_normal(3)
    gives(linear_by_rows(x, weight, bias), linear, x, weight, bias)
    gives(linear_by_rows(x, weight, 0 * bias), linear, x, weight)
    gives([sum(x[1, i] * weight[i, o] for i in range(4)) + bias[o] for o in range(3)], linear, x[1], weight, bias)
    refuses(ValueError, ["(5, 3)", "(4, 3)"], linear, x[:, :3], weight, bias)
    ### BEGIN HIDDEN TESTS
    stack = test_rng.standard_normal((2, 6, 3, 4))
    gives(np.einsum("xyzi,io->xyzo", stack, weight) + bias, linear, stack, weight, bias)
    gives(np.einsum("xyzi,io->zyxo", stack, weight) + bias, linear, stack.transpose(2, 1, 0, 3), weight, bias)
    for shape in [(0, 4), (2, 0, 4)]:
        assert linear(np.ones(shape), weight, bias).shape == (*shape[:-1], 3), f"{shape} has no rows, and so has the result"
    for wrong in [(3,), (4, 5), ()]:
        refuses(ValueError, [str(wrong)], linear, np.ones(wrong), weight, bias)
    before = x.copy(), weight.copy(), bias.copy()
    assert linear(x.astype(np.float32), weight.astype(np.float32), bias.astype(np.float32)).dtype == np.float32
    linear(x, weight, bias)
    assert all(np.array_equal(a, b) for a, b in zip(before, (x, weight, bias), strict=True)), "the inputs are unchanged"
    ### END HIDDEN TESTS
test_linear()

# %% [markdown]
# **Predict, then run.** Both statements do the same arithmetic, with 256 rows. How many times slower is the first, and why?

# %%
x = test_rng.standard_normal((256, 1024), dtype=np.float32)
W = scaled_uniform((1024, 1024), 1024)
b = scaled_uniform((1024,), 1024)
n = batch = d = 8
# %%
# %%measure --time -o rows
row_by_row = linear_by_rows(x, W, b)
at_once = linear(x, W, b)

# %% [markdown]
# ### 1.4 Cost, on paper
# The table of Part 1 as a function. You will compare it with what is measured.

# %% nbgrader={"grade": false, "grade_id": "03-linear-cost", "locked": false, "schema_version": 3, "solution": true, "task": false}
def linear_cost(batch, fan_in, fan_out):
    """Of a linear layer with bias in float32: (parameters, flops, bytes), each array counted once."""
    # TODO: the three formulas.
    # APPROACH: 1. the weights and the biases. 2. the product and the addition. 3. input, parameters, output, 4 bytes each.
    # HINTS: return three whole numbers.
    ### BEGIN SOLUTION
    parameters = fan_in * fan_out + fan_out
    flops = 2 * batch * fan_in * fan_out + batch * fan_out
    return parameters, flops, 4 * (batch * fan_in + parameters + batch * fan_out)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "03-linear-cost-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_linear_cost():
    gives((15, 108, 172), linear_cost, 4, 4, 3)  # 4 * 3 + 3; 2 * 4 * 4 * 3 + 4 * 3; 4 * (16 + 15 + 12)
    ### BEGIN HIDDEN TESTS
    for rows, fan_in, fan_out in [(1, 784, 128), (64, 5, 7)]:
        a, w, c = np.ones((rows, fan_in), np.float32), np.ones((fan_in, fan_out), np.float32), np.ones(fan_out, np.float32)
        flops = (rows * fan_out) * (fan_in + fan_in) + rows * fan_out  # a product and a sum for each weight, then the bias
        gives((w.size + c.size, flops, a.nbytes + w.nbytes + c.nbytes + linear(a, w, c).nbytes), linear_cost, rows, fan_in, fan_out)
    ### END HIDDEN TESTS
test_linear_cost()

# %% [markdown]
# ### 1.5 Modules
# A **module** is an object with parameters and a `forward`; calling it runs `forward`. Modules hold modules, in attributes or lists,
# and each can be replaced by assigning another one. Given: the class. It leaves two questions to you: what does a model hold,
# under which names, and how is that put back?
# %%
#| export
class Parameter(Tensor):
    """A tensor that belongs to a module: ``Parameter(np.zeros((3, 2)))``."""

    __slots__ = ()

    def __init__(self, data: Any) -> None:
        super().__init__(data, requires_grad=True)

State: TypeAlias = "Parameter | Array"

class Module:
    """Something with parameters that turns tensors into tensors: a subclass has ``forward``, and attributes that it needs."""

    training = True

    def forward(self, *args: Any, **params: Any) -> Any:
        """What the module does; a subclass says it."""
        raise NotImplementedError(f"{type(self).__name__} needs a method forward(x).")

    def __call__(self, *args: Any, **params: Any) -> Any:
        """``forward``; an observer, if one is set, is told about the call."""
        observer = get_observer()
        if observer is None:
            return self.forward(*args, **params)
        started = time.perf_counter()
        output = self.forward(*args, **params)
        told = {"module": self, "started": started}
        observer(Event(type(self).__name__, told, args, output, "forward", time.perf_counter() - started))
        return output

    def members(self) -> Iterator[tuple[str, Any]]:
        """Names and values of the parameters, arrays and modules that it holds itself; those in a list as ``name.0``, ``name.1``."""
        for name, value in vars(self).items():
            for key, one in enumerate(value) if isinstance(value, (list, tuple)) else [(None, value)]:
                if isinstance(one, (Parameter, np.ndarray, Module)):
                    yield (name if key is None else f"{name}.{key}"), one

    def modules(self) -> "Iterator[Module]":
        """Itself and all modules inside it."""
        yield self
        for _, member in self.members():
            if isinstance(member, Module):
                yield from member.modules()

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Paths and parameters of the whole model; one that is used in two places comes once."""
        seen: set[int] = set()
        for path, member in named_state(self):
            if isinstance(member, Parameter) and id(member) not in seen:
                seen.add(id(member))
                yield path, member

    def parameters(self) -> list[Parameter]:
        """The parameters of the whole model, each once."""
        return [parameter for _, parameter in self.named_parameters()]

    def state_dict(self) -> dict[str, Array]:
        """Copies of all parameters and other arrays of the model, by path."""
        return {path: np.array(_array(member)) for path, member in named_state(self)}

    def load_state_dict(self, state: Mapping[str, Array]) -> None:
        """Restore what ``state_dict`` gave. ValueError, and nothing changed, if names or shapes differ."""
        load_state(self, state)

    def train(self, mode: bool = True) -> "Module":
        """Switch the model to training (or not): layers such as Dropout behave differently then. Returns the model."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> "Module":
        """Switch the model to being used."""
        return self.train(False)

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={member!r}" for name, member in self.members() if isinstance(member, Module))
        return f"{type(self).__name__}({inner})"

Layer = Module

def _array(member: State) -> Array: return member.data if isinstance(member, Parameter) else member

# %% [markdown]
# ### 1.6 What a model holds
# The names form paths: the weight of the first layer in a list `layers` is `layers.0.weight`. A module inside a module contributes
# everything *it* holds, with its own name in front: a function that calls itself.

# %% nbgrader={"grade": false, "grade_id": "03-named-state", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def named_state(module: Module, prefix: str = "") -> Iterator[tuple[str, State]]:
    """Paths and values of all parameters and arrays in ``module`` and the modules inside it, in order: ``("0.weight", ...)``."""
    # TODO: go through the members; descend into modules.
    # APPROACH: 1. for each name and member of module.members(): 2. a module: everything in it, with prefix, name and a dot in
    # front. 3. anything else: yield its path and itself.
    # HINTS: `yield from named_state(member, ...)` passes on all that the inner call yields.
    ### BEGIN SOLUTION
    for name, member in module.members():
        if isinstance(member, Module):
            yield from named_state(member, f"{prefix}{name}.")
        else:
            yield prefix + name, member
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "03-named-state-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
def test_named_state():
    inner, outer = Module(), Module()
    inner.weight, inner.name, inner.count = Parameter([1.0]), "not state", np.zeros(2)
    outer.first, outer.layers, outer.scale = inner, [Module(), inner], Parameter([2.0])
    found = dict(named_state(outer))
    expected = ["first.weight", "first.count", "layers.1.weight", "layers.1.count", "scale"]
    assert list(found) == expected, f"expected the paths {expected}, got {list(found)}"
    assert found["scale"] is outer.scale and found["first.count"] is inner.count, "the members themselves, not copies"
    ### BEGIN HIDDEN TESTS
    assert found["first.weight"] is found["layers.1.weight"] is inner.weight
    assert [path for path, _ in outer.named_parameters()] == ["first.weight", "scale"], "a shared parameter counts once"
    assert [path for path, _ in named_state(outer, "model.")] == ["model." + path for path in expected]
    third = Module()
    third.outer = outer
    assert [path for path, _ in named_state(third)] == ["outer." + path for path in expected], "three levels"
    assert not list(named_state(Module()))
    ### END HIDDEN TESTS
test_named_state()

# %% [markdown]
# ### 1.7 Putting it back
# A saved state fits only the same model. Half a state is worse than none: check everything first, then write. The arrays are
# written *into*, not replaced: whoever holds a parameter sees its new values.

# %% nbgrader={"grade": false, "grade_id": "03-load-state", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def load_state(module: Module, state: Mapping[str, Array]) -> None:
    """Copy ``state`` (arrays by path) into the parameters and arrays of ``module``.

    Raises ValueError, naming the paths, if one is missing or unknown or has another shape; nothing is changed then.
    """
    # TODO: compare the paths, compare the shapes, then copy.
    # APPROACH: 1. own = the arrays of named_state by path. 2. refuse different sets of paths. 3. refuse different shapes. 4. copy each.
    # HINTS: own.keys() ^ state.keys() are the paths that only one of both has; own[path][...] = new writes into the array.
    ### BEGIN SOLUTION
    own = {path: _array(member) for path, member in named_state(module)}
    if own.keys() != state.keys():
        raise ValueError(f"The state does not fit this model: only one of both has {sorted(own.keys() ^ state.keys())}.")
    for path, array in own.items():
        if np.shape(state[path]) != array.shape:
            raise ValueError(f"The state does not fit this model: {path} is {array.shape}, given was {np.shape(state[path])}.")
    for path, array in own.items():
        array[...] = state[path]
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "03-load-state-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
def test_load_state():
    model, inner = Module(), Module()
    inner.weight, inner.count, model.inner, model.scale = Parameter([[1.0, 2]]), np.zeros(2, int), inner, Parameter([3.0])
    held, saved = model.scale.data, model.state_dict()
    load_state(model, {"inner.weight": np.array([[5.0, 6]]), "inner.count": np.array([1, 2]), "scale": np.array([7.0])})
    assert inner.weight.data.tolist() == [[5, 6]] and inner.count.tolist() == [1, 2], "the values should be copied into the model"
    assert held[0] == 7 and held is model.scale.data, "write into the arrays: others hold them"
    refuses(ValueError, ["scale"], load_state, model, {"inner.weight": np.ones((1, 2)), "inner.count": np.ones(2)})
    ### BEGIN HIDDEN TESTS
    refuses(ValueError, ["extra"], load_state, model, {**saved, "extra": np.ones(1)})
    for wrong in (np.ones(2), np.ones((1, 1)), 1.0):
        refuses(ValueError, ["scale", "(1,)", str(np.shape(wrong))], load_state, model, {**saved, "scale": wrong})
    assert inner.weight.data.tolist() == [[5, 6]], "after a refusal nothing may have changed"
    load_state(model, saved)
    assert inner.weight.data.tolist() == [[1, 2]] and inner.count.tolist() == [0, 0] and held[0] == 3
    saved["scale"][0] = 9
    assert held[0] == 3, "the model must not share memory with the state"
    ### END HIDDEN TESTS
test_load_state()

# %% [markdown]
# ### 1.8 Dropout
# While a model trains, dropout sets each element to 0 with probability p and divides the others by 1 - p: the expected value stays, and
# no later layer can rely on a single element (Srivastava and others, 2014). When the model is used, nothing is dropped.

# %% nbgrader={"grade": false, "grade_id": "03-dropout-mask", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def dropout_mask(shape: Shape, p: float) -> Array:
    """Float32 factors of ``shape``: 0 with probability ``p``, else ``1 / (1 - p)``; all 0 for ``p`` = 1."""
    # TODO: one random decision per element, then the scale.
    # APPROACH: 1. keep where a number from rng.random is not below p. 2. as float32, divided by 1 - p, unless p is 1.
    # HINTS: rng.random(shape) lies in 0 <= r < 1, so no element is kept for p = 1, and all are for p = 0.
    ### BEGIN SOLUTION
    kept = (rng.random(shape) >= p).astype(FLOAT32)
    return kept if p == 1 else kept / (1 - p)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "03-dropout-mask-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
def test_dropout_mask():
    manual_seed(5)
    mask = dropout_mask((200, 100), 0.2)
    assert mask.shape == (200, 100) and mask.dtype == np.float32, f"got {mask.shape} {mask.dtype}"
    assert np.allclose(np.unique(mask), [0, 1.25]), f"factors of 0 and 1 / 0.8, got {np.unique(mask)[:5]}"
    assert 0.18 < (mask == 0).mean() < 0.22, f"a fifth of 20,000 elements should be dropped, got {(mask == 0).mean():.1%}"
    ### BEGIN HIDDEN TESTS
    assert 0.98 < mask.mean() < 1.02, "the expected value stays"
    assert (mask == 0).any(axis=0).all() and not (mask == 0).all(axis=0).any(), "each element is decided by itself"
    manual_seed(5)
    assert np.array_equal(mask, dropout_mask((200, 100), 0.2)), "manual_seed should repeat it: draw from rng"
    for p, value in [(0, 1), (1, 0)]:
        with np.errstate(all="raise"):
            gives(np.full((3, 4), value), dropout_mask, (3, 4), p)
    ### END HIDDEN TESTS
test_dropout_mask()

# %% [markdown]
# ### 1.9 The layers
# Given: your functions as modules.
# %%
#| export
class Linear(Module):
    """``x @ weight + bias``, with ``weight`` (in_features, out_features): ``Linear(784, 10)``. ValueError unless both are >= 1."""

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        if in_features < 1 or out_features < 1:
            raise ValueError(f"Linear needs at least one input and one output, got {in_features} and {out_features}.")
        self.in_features, self.out_features = in_features, out_features
        self.weight = Parameter(scaled_uniform((in_features, out_features), in_features))
        self.bias = Parameter(scaled_uniform((out_features,), in_features)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        """(..., in_features) to (..., out_features)."""
        return apply(linear, x, self.weight) if self.bias is None else apply(linear, x, self.weight, self.bias)

    def __repr__(self) -> str:
        return f"Linear({self.in_features}, {self.out_features}{', bias=False' if self.bias is None else ''})"

class Dropout(Module):
    """Drops elements with probability ``p`` while the model trains. ValueError unless ``p`` is between 0 and 1."""

    def __init__(self, p: float = 0.5) -> None:
        if not 0 <= p <= 1:
            raise ValueError(f"The probability to drop must be between 0 and 1, got {p}.")
        self.p = p

    def forward(self, x: Tensor, training: bool | None = None) -> Tensor:
        """``training`` decides for this call; without it the module's own switch, which train() and eval() set."""
        if not (self.training if training is None else training) or self.p == 0:
            return x
        return apply(multiply, x, dropout_mask(x.shape, self.p))

    def __repr__(self) -> str: return f"Dropout({self.p})"
class Sequential(Module):
    """Layers one after the other: ``Sequential(Linear(4, 8), ReLU(), Linear(8, 2))``; takes modules and activations, also in one list."""

    def __init__(self, *layers: Any) -> None:
        self.layers: list[Module | Activation] = list(layers[0] if len(layers) == 1 and isinstance(layers[0], (list, tuple)) else layers)

    def forward(self, x: Tensor) -> Tensor:
        """The result of the last layer."""
        for layer in self.layers:
            x = layer(x)
        return x

    def members(self) -> Iterator[tuple[str, Any]]:
        """The modules by their number: the weight of the first one is ``0.weight``."""
        return ((str(key), layer) for key, layer in enumerate(self.layers) if isinstance(layer, Module))

    def __getitem__(self, key: int | slice) -> Module | Activation:
        return Sequential(self.layers[key]) if isinstance(key, slice) else self.layers[key]
    def __len__(self) -> int: return len(self.layers)
    def __repr__(self) -> str: return f"Sequential({', '.join(map(repr, self.layers))})"

# %% [markdown]
# ## Part 2: Systems analysis
# ### 2.1 Memory
# **Predict, then run:** what does each statement keep, and what is its peak? `linear_cost` has the parameters of a layer, of 4 bytes each;
# `hidden` has a row of 1024 for each of the 256 rows of `x`.
# %%
# %%measure -o memory
model = Sequential(Linear(1024, 1024), Linear(1024, 10))
hidden = model[0](Tensor(x))
scores = model[1](hidden)

# %% [markdown]
# The first peak is higher than what it keeps: find the line of `scaled_uniform` that needs it.
# ### 2.2 The batch
# For one row each weight is read for two flops. For more rows the weights are the same. **Predict:** from which batch on does
# the time grow in proportion?
# %%
# %%complexity batch=1..4096 -o by_batch
rows_in = test_rng.standard_normal((batch, 1024), dtype=np.float32)
# measure:
rows_out = linear(rows_in, W, b)

# %% [markdown]
# ### 2.3 Width and batch
# **Predict** the exponents of batch and width d in 2 B d^2, and those of the memory. Then let two sizes grow.
# %%
# %%complexity batch=64..1024 d=128..1024 -o growth
rows_in = test_rng.standard_normal((batch, d), dtype=np.float32)
square = test_rng.standard_normal((d, d), dtype=np.float32)
# measure:
rows_out = linear(rows_in, square)

# %% [markdown]
# ## Part 3: Production context
# - PyTorch's `nn.Linear` stores W as (out, in) and computes $xW^T + b$; ours is the transpose. `F.linear` flattens leading axes as you did.
# - `nn.Module` finds its members by overriding attribute assignment; ours looks through the attributes when it is asked. Names of
#   `state_dict` are the same: weights are exchanged by transposing the matrices (PyTorch documentation, *Saving and Loading Models*).
# - Serving systems wait to gather requests into a batch, for the reason that 2.2 shows (NVIDIA Triton documentation, *Dynamic Batcher*).

# %% [markdown]
# ## Integration test
# A model of several layers: values, parameters, switches, a round trip of its state, a replaced layer.

# %% nbgrader={"grade": true, "grade_id": "03-integration-test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
def test_layers():
    net = Sequential(Linear(4, 5), Dropout(0.5), Linear(5, 2, bias=False))
    data = test_rng.standard_normal((6, 4))
    names = ["0.weight", "0.bias", "2.weight"]
    found = [name for name, _ in net.named_parameters()]
    assert found == names and sum(p.size for p in net.parameters()) == 35, f"expected {names} with 35 numbers, got {found}"
    first, last = net[0], net[2]
    expected = (data @ first.weight.data + first.bias.data) @ last.weight.data
    gives(expected, net.eval()(Tensor(data)).numpy)
    assert not np.allclose(net.train()(Tensor(data)).data, expected), "in training dropout changes the result"
    ### BEGIN HIDDEN TESTS
    saved = net.state_dict()
    other = Sequential(Linear(4, 5), Dropout(0.5), Linear(5, 2, bias=False)).eval()
    assert not np.allclose(other(Tensor(data)).data, expected), "two models start with other values"
    other.load_state_dict(saved)
    gives(expected, other(Tensor(data)).numpy)
    gives(data, Dropout(0.5)(Tensor(data), training=False).numpy)
    gives(0 * data, Dropout(1.0)(Tensor(data)).numpy)
    net.layers[2] = Linear(5, 3)
    assert net.eval()(Tensor(data)).shape == (6, 3) and [name for name, _ in net.named_parameters()] == [*names, "2.bias"]
    assert all(p.dtype == np.float32 and p.requires_grad for p in net.parameters())
    for wrong in (lambda: Linear(0, 3), lambda: Linear(3, 0), lambda: Dropout(1.5), lambda: Dropout(-0.1)):
        refuses(ValueError, [], wrong)
    ### END HIDDEN TESTS
test_layers()

# %%
if __name__ == "__main__":
    test_scaled_uniform(), test_linear_by_rows(), test_linear(), test_linear_cost(), test_named_state(), test_load_state()
    test_dropout_mask(), test_layers()
    print("All tests of module 03 pass:", Sequential(Linear(4, 8), Dropout(0.1), Linear(8, 2)))

# %% [markdown] nbgrader={"grade": true, "grade_id": "03-question-batch", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** From `rows` and `by_batch`: flops per second at one row, at 16 and at the largest batch (`linear_cost` gives the flops). Where does
# the curve bend, and what limits the layer on each side? A server gets one request of one row per millisecond: what would you do?
#
# ### BEGIN SOLUTION
# At one row the flops per second are low: each weight is read for 2 flops, so the time is that of the traffic. Each further row adds
# arithmetic only, until arithmetic takes longer than the traffic: there the curve bends to slope 1 and flops per second stay. Gather
# requests for a few milliseconds: their rows share the weights. Rubric: 3 points the rates, 3 both limits, 2 batching with its latency.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": true, "grade_id": "03-question-memory", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **2.** Explain, by arrays, the peak and the kept memory of the three statements of `memory`. At which batch do the intermediate results of
# this model take more memory than its parameters?
#
# ### BEGIN SOLUTION
# Model: keeps 4.04 MiB (`4 * sum(p.size for p in model.parameters())`); the peak has the first layer's float64 numbers beside their float32 copy.
# hidden takes 1 MiB (`hidden.data.nbytes`); scores hardly anything. Each row takes 4 * (1024 + 10) bytes, so the break-even is at 1,024 rows.
# Rubric: 3 points the model with float64, 2 the results, 3 the break-even.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": true, "grade_id": "03-question-growth", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **3.** Compare the exponents of `growth` with your prediction, with their intervals. Which exponent is off where both sizes are small, and why?
# The memory of the call grows with which sizes? Which layer of a model with widths 1024, 1024, 10 decides its time?
#
# ### BEGIN SOLUTION
# Near 1 for batch and 2 for d once the product dominates; at small sizes the call and the traffic count and both come out low. The call allocates
# its result only: batch * d, exponents 1 and 1. The first layer, with 1024 outputs against 10. Rubric: 3 points exponents, 2 the reason,
# 2 memory, 1 the layer.
# ### END SOLUTION

# %% [markdown]
# ## Summary
# You built linear layers, dropout, and the walk that names, saves and restores parameters, and measured: a batch shares the reading of
# the weights, until arithmetic takes over; parameters are paid once, results for each row. Module 04 says how wrong a result is.
