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
# # Module 16: Compression
# **You build** four ways to a smaller network: pruning of single weights, removal of whole neurons, factors of low rank in the place of a weight matrix, and distillation,
# which trains a small network on what a large one says.
#
# **You measure** what zeros and smaller matrices save (`%%measure`), how the cost of two thin factors grows with their rank (`%%complexity`), how many digits the
# smaller networks still read, and whether a distilled student beats one that was trained alone.
#
# **Prerequisites:** 14 Profiling, 15 Quantization. **Unlocks:** models with fewer numbers, which combine with numbers of fewer bits.
# %% [markdown]
# ## Part 1: Foundations
# A trained network holds more numbers than its task needs, and there are four ways to have fewer. **Magnitude pruning** sets the weights closest to 0 to exactly 0. **Structured
# pruning** removes whole neurons, with all of their weights. A **low-rank** form replaces a matrix by the product of two thin ones. **Distillation** leaves the
# large network alone and trains a small one to give the same answers. A linear layer with weights (K, N), applied to B rows, then costs:
#
# | form | weights stored | flops of the products |
# |---|---|---|
# | as it is | $K N$ | $2 B K N$ |
# | a share s of the weights is 0, same matrix | $K N$ | $2 B K N$ |
# | the same, only the others stored | $(1 - s) K N$, and a place for each | $2 B (1 - s) K N$ |
# | a share p of inputs and of outputs removed | $(1 - p)^2 K N$ | $2 B (1 - p)^2 K N$ |
# | two factors of rank r | $r (K + N)$ | $2 B r (K + N)$ |
#
# The second row is the trap of this module: a zero in a matrix costs as much as any other number, until somebody stores and computes without it.
#
# For low rank, the singular value decomposition $W = \sum_i s_i \, u_i v_i^T$ with $s_1 \ge s_2 \ge \dots$ gives the best approximation: keep the first r terms. The squared
# error, summed over all elements, is then exactly $\sum_{i > r} s_i^2$ (Eckart and Young, 1936).
# %%
#| default_exp perf.compression
#| export
"""Compression: pruned weights, removed neurons, factors of low rank, and small networks that learn from large ones."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from tinytorch.core.activations import GELU, ReLU, Sigmoid, Tanh
from tinytorch.core.autograd import no_grad
from tinytorch.core.layers import Dropout, Linear, Module, Parameter, Sequential
from tinytorch.core.losses import CrossEntropyLoss, log_softmax
from tinytorch.core.optimizers import Optimizer
from tinytorch.core.tensor import Array, Tensor
from tinytorch.perf.profiling import Profiler
from tinytorch.perf.quantization import model_bytes, replace_layers
# %% [markdown]
# This cell trains the network that will be compressed. A fifth of the training pictures is kept apart, to choose with; the test pictures, by other writers, are for final figures.
# %% nbgrader={"grade": false, "grade_id": "16-helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
from copy import deepcopy
from tinytorch.core.layers import manual_seed
from tinytorch.core.optimizers import SGD, Adam
from tinytorch.core.training import CosineSchedule, Trainer
from tinytorch.data import digits
rng = np.random.default_rng(16)
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
def refuses(word, function, *args):
    """Fail unless ``function`` raises a ValueError with ``word`` in its message."""
    try:
        got = function(*args)
    except ValueError as caught:
        got = caught
    assert isinstance(got, ValueError) and word in str(got), f"expected a ValueError with '{word}' in its message, got {got!r}"
def numbers(*shape): return rng.standard_normal(shape).astype(np.float32)
def dense(*widths, between=ReLU):  # linear layers of these widths, with an activation between them
    return Sequential([part for pair in zip(widths, widths[1:]) for part in (Linear(*pair), between())][:-1])
x_all, y_all, x_test, y_test = digits()
learn, choose = np.split(np.random.default_rng(0).permutation(len(y_all)), [1150])
x_all, x_test = x_all.reshape(-1, 64).astype(np.float32) / 16, Tensor(x_test.reshape(-1, 64) / 16)
def train(model, seed=0, rate=0.01, epochs=10, loss=None, optimizer=Adam):
    """Train on the pictures to learn from, in batches of 64: by cross-entropy, or by what a KnowledgeDistillation as ``loss`` says."""
    chance, batches = np.random.default_rng(seed), np.arange(64, len(learn), 64)
    trainer = Trainer(model, optimizer(model.parameters()), loss or CrossEntropyLoss(), CosineSchedule(rate, rate / 20, epochs))
    for _ in range(epochs):
        parts = [(Tensor(x_all[some]), Tensor(y_all[some])) for some in np.split(chance.permutation(learn), batches)]
        trainer.train_epoch(loss.batches(parts) if loss else parts)
    return model
def accuracy(model, x=x_test, y=y_test): return float(np.mean(model(x).data.argmax(axis=1) == y))
manual_seed(16)
network = train(dense(64, 128, 64, 10), epochs=15)
print(f"{Profiler().count_parameters(network):,} parameters read {accuracy(network):.1%} of {len(y_test)} unseen digits")
# %% [markdown]
# ### 1.1 The largest
# Both kinds of pruning rank something and keep the top of the list. A threshold ("everything above 0.1") would keep an unknown number of values. Therefore your
# function takes the number that is to be kept.
# %% nbgrader={"grade": false, "grade_id": "16-largest", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def largest(scores: Array, count: int) -> Array:
    """A mask of the shape of ``scores``, True at exactly ``count`` places: the largest scores; of equal ones, those that come first.
    ``largest(np.array([3.0, 1.0, 3.0, 2.0]), 2)`` is [True, False, True, False]. ``count`` is from 0 to ``scores.size``."""
    # TODO: the mask.
    # APPROACH: 1. sort the places by score, the largest first. 2. set the first count of them to True. 3. give the mask its shape.
    # HINTS: np.argsort(..., kind="stable") keeps the order of equal values, so sort the negative scores rather than reversing the result.
    ### BEGIN SOLUTION
    keep = np.zeros(scores.size, bool)
    keep[np.argsort(-scores.ravel(), kind="stable")[:count]] = True
    return keep.reshape(scores.shape)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "16-largest-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_largest():
    same(tried(largest, np.array([3.0, 1.0, 3.0, 2.0]), 2), [True, False, True, False], "two of four")
    same(tried(largest, np.array([[-1.0, -5.0, 0.0], [2.0, -3.0, 1.0]]), 3), [[False, False, True], [True, False, True]], "three of a matrix; by value")
    ### BEGIN HIDDEN TESTS
    for count in range(0, 301, 10):
        same(tried(largest, np.tile([2.0, 1.0], 300), count), (np.arange(600) < 2 * count) & (np.arange(600) % 2 == 0), "of equal scores the first ones")
        scores = rng.permutation(np.arange(300.0)).reshape(15, 20)
        same(tried(largest, scores, count), scores >= 300 - count, f"{count} of 300")
    ### END HIDDEN TESTS
test_largest()
# %% [markdown]
# ### 1.2 Sparsity
# The **sparsity** of a model is the share of its weights that are exactly 0. Weights are here all parameters with two or more axes: matrices, filters, tables. Biases and
# other vectors are few, and they are left alone. `weights_of` is given.
# %% nbgrader={"grade": false, "grade_id": "16-sparsity", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def weights_of(m: Module) -> list[Parameter]:
    """The parameters of ``m`` with two or more axes, each once. ValueError if it has none."""
    weights = [parameter for parameter in m.parameters() if parameter.ndim > 1]
    if not weights:
        raise ValueError(f"There are no weights to prune in {m}.")
    return weights
def measure_sparsity(m: Module) -> float:
    """The share of the weights of ``m`` that are 0, from 0.0 to 1.0; all weights count alike, whatever layer they are in."""
    # TODO: zeros divided by weights.
    # APPROACH: 1. count the zeros of each parameter in weights_of(m). 2. add up zeros and sizes separately, then divide.
    # HINTS: (w.data == 0).sum() counts; w.size. The mean of the layers' shares would be wrong, since layers have different sizes.
    ### BEGIN SOLUTION
    weights = weights_of(m)
    return float(sum((w.data == 0).sum() for w in weights) / sum(w.size for w in weights))
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "16-sparsity-test", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
def test_measure_sparsity():
    model = dense(4, 5, 2)
    model[0].weight.data[:, 1:3] = 0
    same(tried(measure_sparsity, model), 8 / 30, "8 zeros of 20 + 10 weights", 1e-12)
    ### BEGIN HIDDEN TESTS
    model[2].weight.data[0], model[2].bias.data[:] = -0.0, 0
    same(tried(measure_sparsity, model), 10 / 30, "biases do not count, and -0.0 is 0", 1e-12)
    assert type(measure_sparsity(model)) is float, "a plain number"
    ### END HIDDEN TESTS
test_measure_sparsity()
# %% [markdown]
# ### 1.3 Magnitude pruning
# A weight close to 0 changes the output little. So the smallest weights by *magnitude*, without their sign, are set to 0. All layers compete in one list: a layer that has many
# small weights loses more of them. The same share in each layer would take large weights from a layer with few.
# %% nbgrader={"grade": false, "grade_id": "16-magnitude", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def magnitude_prune(m: Module, sparsity: float) -> Module:
    """Set the share ``sparsity`` of all weights of ``m`` to 0, in place: those of the smallest magnitude in the whole model. Returns ``m``.
    No mask is kept: the zeros are the mask, and training goes over them unless its optimizer is in a ``KeepZeros``. ValueError unless 0 <= ``sparsity`` <= 1."""
    if not 0 <= sparsity <= 1:
        raise ValueError(f"The sparsity must be from 0 to 1, got {sparsity}.")
    # TODO: set the smallest weights to 0.
    # APPROACH: 1. the magnitudes of all weights in one long array. 2. which of them are kept, by largest. 3. go through the weights and take from the mask as many
    #   elements as each has, from where the last one ended; set the weight to 0 where they are False.
    # HINTS: np.concatenate, np.abs, ravel(). Keep size - round(sparsity * size) of them. w.data[~part.reshape(w.shape)] = 0 changes w in place.
    ### BEGIN SOLUTION
    weights, start = weights_of(m), 0
    sizes = np.concatenate([np.abs(w.data).ravel() for w in weights])
    keep = largest(sizes, sizes.size - round(sparsity * sizes.size))
    for w in weights:
        w.data[~keep[start : start + w.size].reshape(w.shape)] = 0
        start += w.size
    return m
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "16-magnitude-test", "locked": true, "points": 13, "schema_version": 3, "solution": false, "task": false}
def test_magnitude_prune():
    model = Sequential(Linear(3, 2), ReLU(), Linear(2, 1))
    model[0].weight.data[:], model[2].weight.data[:] = [[0.5, -4.0], [3.0, 0.1], [-0.2, 1.0]], [[-0.3], [2.0]]
    assert tried(magnitude_prune, model, 0.5) is model, "the model itself is changed and returned"
    same(model[0].weight, [[0, -4], [3, 0], [0, 1]], "the four smallest of eight are 0: first layer"), same(model[2].weight, [[0], [2]], "second layer")
    ### BEGIN HIDDEN TESTS
    for sparsity in (0, 0.1, 0.625, 0.99, 1):
        model = dense(7, 9, 4)
        before, bias, layers = [model[k].weight.data.copy() for k in (0, 2)], model[0].bias.data.copy(), (model[0], model[2])
        tried(magnitude_prune, model, sparsity)
        same(sum((layer.weight.data == 0).sum() for layer in layers), round(sparsity * 99), f"zeros at a sparsity of {sparsity}")
        border = np.sort(np.abs(np.concatenate([w.reshape(-1) for w in before])))[round(sparsity * 99) - 1] if sparsity else 0
        for w, layer in zip(before, layers):
            same(layer.weight, np.where(np.abs(w) > border, w, 0), "the largest of the whole model stay as they were")
        same(model[0].bias, bias, "biases are as they were")
    refuses("-0.1", magnitude_prune, model, -0.1), refuses("1.1", magnitude_prune, model, 1.1), refuses("nan", magnitude_prune, model, np.nan)
    ### END HIDDEN TESTS
test_magnitude_prune()
# %% [markdown]
# ### 1.4 Zeros that survive training
# After pruning, a few epochs of training let the other weights take over the work of the lost ones. But an ordinary step moves every weight that has a gradient, the
# zeros too, and after one step the sparsity is gone. Setting their gradients to 0 would not do, because an optimizer with momentum also moves weights by what it
# remembers. So the zeros are restored after each step, in `update(w, g, state)`, which `Optimizer.step` calls for each parameter.
# %% nbgrader={"grade": false, "grade_id": "16-zeros", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
class KeepZeros(Optimizer):
    """Steps as ``inner`` does, but weights that are 0 stay 0: ``KeepZeros(Adam(model.parameters(), lr=0.01))``, to be used instead of the Adam.
    Only weights, with two or more axes; biases may leave 0. Set ``lr`` here, not in ``inner``, whose earlier state is not taken over."""
    def __init__(self, inner: Optimizer) -> None:
        super().__init__(inner.params, inner.lr)
        self.inner = inner
    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        """One step of one parameter: ``w`` changes in place, where it is not 0."""
        # TODO: let inner update, then restore the zeros.
        # APPROACH: 1. remember where w is 0. 2. inner takes our learning rate, and updates. 3. set these places to 0 if w has two or more axes.
        # HINTS: self.inner has lr and update, too. w is an array.
        ### BEGIN SOLUTION
        zeros = w == 0
        self.inner.lr = self.lr
        self.inner.update(w, g, state)
        if w.ndim > 1:
            w[zeros] = 0
        ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "16-zeros-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_keep_zeros():
    for kind in (lambda p: SGD(p, 0.5), lambda p: SGD(p, 0.5, momentum=0.9), lambda p: Adam(p, 0.5)):
        w, b, plain_w, plain_b = (Parameter(np.array(data)) for data in 2 * [[[0.0, 2.0], [-3.0, 0.0]], [0.0, 0.0]])
        keeping, plain = KeepZeros(kind([w, b])), kind([plain_w, plain_b])
        for rate in (0.5, 0.25):
            keeping.lr = plain.lr = rate
            for p in (w, b, plain_w, plain_b):
                p.grad = np.ones_like(p.data)
            tried(keeping.step), plain.step()
        same(w, np.where([[False, True], [True, False]], plain_w.data, 0), "two steps: zeros stay, the others move as without KeepZeros", 1e-6)
        same(b, plain_b, "a bias moves away from 0", 1e-6)
    ### BEGIN HIDDEN TESTS
    model = magnitude_prune(deepcopy(network), 0.75)
    w, before = model[2].weight.data, model[2].weight.data.copy()
    train(model, rate=0.02, epochs=1, optimizer=lambda p: KeepZeros(Adam(p)))
    assert np.array_equal(w == 0, before == 0) and (w != before).any(), "after an epoch the same weights are 0, and others have moved"
    ### END HIDDEN TESTS
test_keep_zeros()
# %% [markdown]
# ### 1.5 Structured pruning
# To get smaller matrices, remove whole neurons. In `Linear(4, 6), ReLU(), Linear(6, 2)`, each of the six hidden neurons owns a *column* of the first weight, an element
# of its bias, and a *row* of the second weight. Neurons are ranked by the norm of their column, $\sqrt{\sum_i w_{ij}^2}$, and the weakest go with all they own. The outputs of the
# last layer stay, since the model's user needs them. Given, `hidden_pairs` finds the pairs of layers between which neurons can go.
# %%
#| export
BETWEEN = (ReLU, Sigmoid, Tanh, GELU, Dropout)  # what treats each element on its own
def hidden_pairs(m: Module) -> list[tuple[Linear, Linear]]:
    """Two Linear layers in a row, for each such place in a Sequential inside ``m``: what the first one gives goes to the second one alone.
    A layer that stands in several places is in none: others would notice. ValueError if there is no pair."""
    places, pairs = Counter(module for module in m.modules() if isinstance(module, Linear)), []
    for sequential in (module for module in m.modules() if isinstance(module, Sequential)):
        row = [layer for layer in sequential.layers if not isinstance(layer, BETWEEN)]
        pairs += [(a, b) for a, b in pairwise(row) if isinstance(a, Linear) and isinstance(b, Linear) and places[a] == places[b] == 1]
    if not pairs:
        raise ValueError(f"There are no two Linear layers in a row, in a Sequential, in {m}.")
    return pairs
# %% nbgrader={"grade": false, "grade_id": "16-structured", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def structured_prune(m: Module, ratio: float) -> Module:
    """Remove the share ``ratio`` of the neurons between each of the ``hidden_pairs`` of ``m``, those whose weights have the smallest norm, but never the last one.
    The layers get smaller parameters, in place; optimizers have to be made anew. Returns ``m``. ValueError unless 0 <= ``ratio`` <= 1, or without a pair.
    For layers that are in no Sequential: ``structured_prune(Sequential(block.linear1, block.linear2), 0.5)``."""
    if not 0 <= ratio <= 1:
        raise ValueError(f"The ratio must be from 0 to 1, got {ratio}.")
    # TODO: smaller layers, pair by pair.
    # APPROACH: 1. the norm of each column of first.weight. 2. which neurons stay: width - round(ratio * width) of them, at least 1. 3. new Parameters: columns of
    #   first.weight, elements of first.bias if there is one, rows of second.weight. 4. first.out_features and second.in_features.
    # HINTS: np.linalg.norm(w, axis=...). w.compress(mask, axis=1) takes columns, axis=0 rows. Parameter(array). The weight of Linear is (in_features, out_features).
    ### BEGIN SOLUTION
    for first, second in hidden_pairs(m):
        norms = np.linalg.norm(first.weight.data, axis=0)
        keep = largest(norms, max(1, norms.size - round(ratio * norms.size)))
        first.weight, second.weight = Parameter(first.weight.data.compress(keep, axis=1)), Parameter(second.weight.data.compress(keep, axis=0))
        if first.bias is not None:
            first.bias = Parameter(first.bias.data.compress(keep))
        first.out_features = second.in_features = second.weight.shape[0]
    return m
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "16-structured-test", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
def test_structured_prune():
    model = Sequential(Linear(2, 4), ReLU(), Linear(4, 3))
    model[0].weight.data[:], before = [[3, 1, -2, -4], [0, 1, 2, 3]], deepcopy(model)  # the squared norms are 9, 2, 8, 25
    assert tried(structured_prune, model, 0.5) is model, "the model itself is changed and returned"
    same(model[0].weight, [[3, -4], [0, 3]], "the columns with the largest norms"), same(model[2].weight, before[2].weight.data[[0, 3]], "the rows of the same neurons")
    same(model[0].bias, before[0].bias.data[[0, 3]], "their biases"), same(model[2].bias, before[2].bias, "the outputs keep theirs")
    assert str(model) == "Sequential(Linear(2, 2), ReLU(), Linear(2, 3))", f"the layers should know their new sizes, got {model}"
    ### BEGIN HIDDEN TESTS
    for between in (ReLU, Sigmoid):
        model, x = dense(5, 8, 7, 3, between=between), Tensor(numbers(6, 5))
        model[0].bias = model[0].bias if between is ReLU else None
        expected = [model[k].weight.data for k in (0, 2, 4)]
        for k, count in [(0, 6), (1, 5)]:  # 30 % are 2 of 8 neurons, and 2 of 7
            stay = np.sort(np.argsort(-np.linalg.norm(expected[k], axis=0))[:count])
            expected[k], expected[k + 1] = expected[k][:, stay], expected[k + 1][stay]
        tried(structured_prune, model, 0.3)
        [same(model[2 * k].weight, expected[k], f"linear layer {k} of three, 30 % of the neurons gone") for k in range(3)]
    model = dense(5, 8, 3)
    silent, norms = deepcopy(model), (model[0].weight.data**2).sum(axis=0)
    silent[2].weight.data[norms < np.sort(norms)[4]] = 0
    tried(structured_prune, model, 0.5), same(model(x), silent(x), "removing a neuron is the same as not listening to it", 1e-5)
    assert all(isinstance(p, Parameter) for p in (model[0].weight, model[0].bias, model[2].weight)), "they can be trained"
    tried(structured_prune, model, 1), same(model[0].weight.shape, (5, 1), "one neuron stays")
    same(tried(structured_prune, dense(5, 8, 3), 0)[0].weight.shape, (5, 8), "nothing removed")
    shared = Linear(4, 4)
    for other, ratio, word in [(model, -0.1, "-0.1"), (model, 1.1, "1.1"), (Sequential(shared, ReLU(), shared), 0.5, "row"), (shared, 0.5, "row")]:
        refuses(word, structured_prune, other, ratio)
    ### END HIDDEN TESTS
test_structured_prune()
# %% [markdown]
# ### 1.6 Low rank
# No weight of a layer has to be small for its matrix to be simple: if the columns are nearly combinations of a few, a few singular values are large and the rest
# contributes little. `np.linalg.svd` gives all of them, in falling order. You keep the first ones.
# %% nbgrader={"grade": false, "grade_id": "16-svd", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def low_rank_approximate(W: "Tensor | Array", rank_ratio: float = 0.5) -> tuple[Array, Array, Array]:
    """Factors u (K, r), s (r,) and v (r, N) with ``(u * s) @ v`` as close to W (K, N) as a matrix of rank r can be; s falls and is >= 0.
    r is the share ``rank_ratio`` of the smaller side, rounded, at least 1. ValueError unless 0 < ``rank_ratio`` <= 1 and W has two axes."""
    w = np.asarray(W)
    if not 0 < rank_ratio <= 1 or w.ndim != 2:
        raise ValueError(f"A matrix and a ratio above 0 and up to 1 are needed, got {w.shape} and {rank_ratio}.")
    # TODO: the first terms of the singular value decomposition.
    # APPROACH: 1. decompose. 2. the rank. 3. cut each of the three.
    # HINTS: np.linalg.svd(w, full_matrices=False) gives u, s and v, with the vectors in the columns of u and in the rows of v.
    ### BEGIN SOLUTION
    u, s, v = np.linalg.svd(w, full_matrices=False)
    rank = max(1, round(rank_ratio * len(s)))
    return u[:, :rank], s[:rank], v[:rank]
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "16-svd-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_low_rank_approximate():
    w = np.outer([1.0, 2.0, -1.0], [4.0, 0.0, 3.0, 12.0])
    u, s, v = tried(low_rank_approximate, Tensor(w), 0.3)
    same([u.shape, v.shape], [(3, 1), (1, 4)], "30 % of 3, rounded: factors of rank 1")
    same((u * s) @ v, w, "a matrix of rank 1", 1e-5), same(s, [13 * 6**0.5], "its singular value: the product of both lengths", 1e-5)
    ### BEGIN HIDDEN TESTS
    w = numbers(6, 10)
    true = np.sqrt(np.linalg.eigvalsh(w @ w.T)[::-1])
    for ratio, rank in [(1, 6), (0.75, 4), (0.7, 4), (0.5, 3), (0.26, 2), (0.01, 1)]:
        for matrix in (w, w.T):
            u, s, v = tried(low_rank_approximate, matrix, ratio)
            same(u.shape + s.shape + v.shape, (len(matrix), rank, rank, rank, len(matrix.T)), f"a ratio of {ratio}"), same(s, true[:rank], "the largest values", 1e-4)
            same(((u * s @ v - matrix) ** 2).sum(), (true[rank:] ** 2).sum(), "the error is what the other values say", 1e-3)
    refuses("0", low_rank_approximate, w, 0), refuses("1.5", low_rank_approximate, w, 1.5), refuses("(3,)", low_rank_approximate, np.ones(3))
    ### END HIDDEN TESTS
test_low_rank_approximate()
# %% [markdown]
# To multiply the factors back into one matrix would save nothing. Two linear layers in a row compute $(x \, U \sqrt{S}) \, \sqrt{S} \, V + b$ and never make the large
# matrix. Both get the square root of s, so that neither has much larger weights than the other if they are trained on. `factor_linear` makes the two layers of your
# factors, and `low_rank_layers` puts them in the place of each layer of a model, through `replace_layers` of module 15. It leaves a layer alone if its factors would not have fewer weights:
# by the table of Part 1, from $r = K N / (K + N)$ on, which for a square matrix is half of its side.
# %%
#| export
def factor_linear(layer: Linear, rank_ratio: float = 0.5) -> Sequential:
    """``Sequential(Linear(in, r, bias=False), Linear(r, out))`` that computes nearly what ``layer`` does, by ``low_rank_approximate`` of its weight.
    The second layer has a copy of the bias, or none if ``layer`` has none. Errors are those of ``low_rank_approximate``."""
    u, s, v = low_rank_approximate(layer.weight, rank_ratio)
    first, second = Linear(layer.in_features, s.size, bias=False), Linear(s.size, layer.out_features, bias=layer.bias is not None)
    first.weight, second.weight = Parameter(u * np.sqrt(s)), Parameter(np.sqrt(s)[:, None] * v)
    second.bias = None if layer.bias is None else Parameter(layer.bias.data.copy())
    return Sequential(first, second)
def low_rank_layers(m: Module, rank_ratio: float = 0.5) -> Module:
    """Put ``factor_linear(layer, rank_ratio)`` in the place of each Linear inside ``m`` of which it has fewer weights. Returns ``m``, or the new pair for a Linear."""
    def thin(layer: Linear) -> Module:
        pair = factor_linear(layer, rank_ratio)
        return pair if sum(w.size for w in weights_of(pair)) < layer.weight.size else layer
    holder = Sequential(m)
    replace_layers(holder, Linear, thin)
    return holder.layers[0]  # type: ignore[return-value]
# %% [markdown]
# ### 1.7 Distillation
# A picture's label says "3". The scores of a large network say more: "3, perhaps 8, certainly not 4". To make the small shares count, both networks' scores are divided by a
# **temperature** T above 1 before the softmax. With the teacher's shares p and the student's shares q, their distance is the Kullback-Leibler divergence
# $\sum_k p_k (\log p_k - \log q_k)$, which is 0 if they agree. Its gradient by the student's scores is $(q - p) / T$, and $q - p$ shrinks with T as well, so a
# factor $T^2$ keeps it about as large as that of the labels. The loss (Hinton and others, 2015) is $\alpha$ times $T^2$ times this divergence, plus $1 - \alpha$ times the
# cross-entropy with the labels. The teacher is finished and gets no gradient. Its scores for each batch, and `__call__`, which makes a loss for a `Trainer`, are given.
# %% nbgrader={"grade": false, "grade_id": "16-distillation", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
class KnowledgeDistillation:
    """Trains ``student`` by the answers of ``teacher``: ``loss = KnowledgeDistillation(teacher, student)`` is a loss for
    ``Trainer(student, optimizer, loss).train_epoch(loss.batches(batches))``. ValueError unless ``temperature`` > 0 and 0 <= ``alpha`` <= 1."""
    def __init__(self, teacher: Module, student: Module, temperature: float = 3.0, alpha: float = 0.7) -> None:
        if not (temperature > 0 and 0 <= alpha <= 1):
            raise ValueError(f"temperature must be above 0 and alpha from 0 to 1, got {temperature} and {alpha}.")
        self.teacher, self.student, self.temperature, self.alpha = teacher, student, temperature, alpha
    def distillation_loss(self, student_scores: Tensor, teacher_scores: "Tensor | Array", labels: "Tensor | Array") -> Tensor:
        """``alpha * T**2 * KL(p, q) + (1 - alpha) * cross_entropy``, the mean over rows, for scores (B, C) and class ids (B,): a number.
        p and q are the softmax of the teacher's and of the student's scores / T, T the ``temperature``. Only ``student_scores`` get a gradient."""
        # TODO: the loss.
        # APPROACH: 1. log p as an array. 2. log q as a tensor. 3. the sum of p * (log p - log q), over the number of rows, times T squared. 4. CrossEntropyLoss; mix.
        # HINTS: log_softmax takes arrays and tensors. np.asarray(teacher_scores) leaves gradients behind. An array minus a tensor, or times a tensor, is a tensor.
        ### BEGIN SOLUTION
        log_p = log_softmax(np.asarray(teacher_scores) / self.temperature)
        log_q = log_softmax(student_scores / self.temperature)
        soft = (np.exp(log_p) * (log_p - log_q)).sum() * (self.temperature**2 / len(log_p))
        return self.alpha * soft + (1 - self.alpha) * CrossEntropyLoss()(student_scores, labels)
        ### END SOLUTION
    def __call__(self, student_scores: Tensor, targets: tuple[Any, Any]) -> Tensor: return self.distillation_loss(student_scores, *targets)
    def batches(self, batches: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, tuple[Tensor, Any]]]:
        """For each (inputs, labels): (inputs, (teacher's scores, labels)). The teacher computes in its eval mode, and goes back to the mode it was in."""
        for inputs, labels in batches:
            mode = self.teacher.training
            with no_grad():
                scores = self.teacher.eval()(inputs)
            self.teacher.train(mode)
            yield inputs, (scores, labels)
# %% nbgrader={"grade": true, "grade_id": "16-distillation-test", "locked": true, "points": 16, "schema_version": 3, "solution": false, "task": false}
def test_distillation():
    scores, goals, labels = rng.standard_normal((5, 4)) * 3, rng.standard_normal((5, 4)) * 3, np.array([0, 3, 1, 1, 2])
    def shares(x, t): return np.exp(x / t) / np.exp(x / t).sum(axis=1, keepdims=True)
    for t, alpha in [(1.0, 1.0), (4.0, 1.0), (3.0, 0.0), (2.0, 0.7)]:
        p, q, one, student = shares(goals, t), shares(scores, t), shares(scores, 1), Tensor(scores, True, np.float64)
        got = tried(KnowledgeDistillation(network, network, t, alpha).distillation_loss, student, Tensor(goals, True, np.float64), labels)
        expected = alpha * t * t * (p * np.log(p / q)).sum() / 5 - (1 - alpha) * np.log(one[range(5), labels]).mean()
        same(got, expected, f"the mean of five rows at temperature {t}, alpha {alpha}", 1e-9)
        got.backward()
        same(student.grad, (alpha * t * (q - p) + (1 - alpha) * (one - np.eye(4)[labels])) / 5, "the gradient, by the formula", 1e-9)
    ### BEGIN HIDDEN TESTS
    loss, teacher = KnowledgeDistillation(network, network), Tensor(goals, True, np.float64)
    loss(student, (teacher, Tensor(labels))).backward()
    assert teacher.grad is None, "the teacher gets no gradient"
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        same(tried(KnowledgeDistillation(network, network, 1.0, 1.0), Tensor([[0.0, 1e3]]), ([[1e3, 0.0]], labels[:1])), 1e3, "scores far apart", 1e-3)
    [refuses("alpha", KnowledgeDistillation, network, network, *wrong) for wrong in ((0, 0.5), (-1, 0.5), (1, -0.1), (1, 1.1))]
    ### END HIDDEN TESTS
test_distillation()
# %% [markdown]
# ### 1.8 All together
# `Compressor` is given. It first removes neurons, then factors, and sets weights to 0 at the end, since the factors of a matrix with zeros have none.
# %%
#| export
class Compressor:
    """Several ways in the right order: ``Compressor().compress_model(model, {"structured_prune": 0.5, "low_rank": 0.5, "magnitude_prune": 0.8})``."""
    ways: Mapping[str, Callable[[Any, float], Module]] = {"structured_prune": structured_prune, "low_rank": low_rank_layers, "magnitude_prune": magnitude_prune}
    def compress_model(self, model: Module, config: Mapping[str, float]) -> dict[str, Any]:
        """Compress ``model``, in place, by the ``ways`` that ``config`` names, in the order of ``ways``. Returns what it was and is: "parameters_before" and
        "_after", "bytes_before" and "_after", "sparsity", and "applied", the names. ValueError, and nothing changed, for an unknown name."""
        if unknown := config.keys() - self.ways.keys():
            raise ValueError(f"There is no way {sorted(unknown)}, only {list(self.ways)}.")
        applied, profiler = [name for name in self.ways if name in config], Profiler()
        before = {"parameters_before": profiler.count_parameters(model), "bytes_before": model_bytes(model)}
        for name in applied:
            self.ways[name](model, config[name])
        after = {"parameters_after": profiler.count_parameters(model), "bytes_after": model_bytes(model)}
        return {**before, **after, "sparsity": measure_sparsity(model), "applied": applied}
# %% [markdown]
# ## Part 2: Systems analysis
# ### 2.1 What zeros save
# The same rows go four times through layers: `full` ones; `sparse` ones with 90 % of the weights set to 0 (`measure_sparsity(sparse)`); the first of these, by a product that stores and
# multiplies only what is not 0; and `slim` ones without 68 % of the hidden neurons (`1 - slim[0].out_features / 512`). **Predict** the order of their times.
# %%
def without_zeros(w):  # of a matrix without empty columns what is not 0, by columns: values, their rows, where each column begins
    columns, rows = np.nonzero(w.T)
    return w[rows, columns], rows.astype(np.uint16), np.unique(columns, return_index=True)[1]
def sparse_product(x, values, rows, starts):  # x (B, K) times the matrix of which without_zeros gave the parts
    return np.add.reduceat(x[:, rows] * values, starts, axis=1)
x64, full = Tensor(numbers(64, 512)), dense(512, 512, 512)
sparse, slim = magnitude_prune(deepcopy(full), 0.9), structured_prune(deepcopy(full), 0.68)
others, rank, rows, square = without_zeros(sparse[0].weight.data), 16, Tensor(numbers(512, 256)), Linear(256, 256)
for name, model in {"full": full, "sparse": sparse, "slim": slim}.items():
    print(f"{name:7} {Profiler().count_flops(model, (64, 512)):12,} flops, {model_bytes(model):10,} bytes")
print(f"{sum(part.nbytes for part in others):,} bytes hold what is not 0 in the first layer of sparse, {sparse[0].weight.data.nbytes:,} the whole matrix")
# %%
# %%measure --repeat 3 -o forms
y_full = full(x64)
y_sparse = sparse(x64)
y_others = sparse_product(x64.data, *others)
y_slim = slim(x64)
# %% [markdown]
# The zeros save nothing: a BLAS product loads and multiplies them like any number, and a test for each would take longer than the multiplication. The third form does
# a tenth of the products, but collects them one at a time from scattered places, where BLAS takes registers full of neighbours. Its gain is the storage.
# Removed neurons make smaller matrices, and what is fast for matrices stays fast.
#
# ### 2.2 Rank and time
# **Predict** the exponent of the time over the rank, for small and for large ranks, and the rank from which two thin layers do as many flops as a layer with
# 256 inputs and 256 outputs.
# %%
# %%complexity rank=2..256 -o growth
thin = factor_linear(square, rank / 256)
# measure:
thin(rows)
# %% [markdown]
# For large ranks the time follows the flops, proportional to the rank. For small ranks, reading the input, writing the output and two calls are left.
#
# ### 2.3 Rank and error
# **Predict** for which layer the error falls faster with the rank: the second one of the trained network, or one of its shape with random weights. In parentheses stands the
# error that the singular values promise.
# %%
errors, trained, random = {}, network[2].weight.data, numbers(128, 64)
for ratio in (0.1, 0.25, 0.4, 0.6):
    for name, w in [("trained", trained), ("random", random)]:
        u, s, v = low_rank_approximate(w, ratio)
        left = low_rank_approximate(w, 1)[1][s.size:]
        errors[name, ratio] = np.linalg.norm(w - (u * s) @ v) / np.linalg.norm(w), np.sqrt((left**2).sum()) / np.linalg.norm(w)
    model = low_rank_layers(deepcopy(network), ratio)
    print(f"ratio {ratio:4}: trained {errors['trained', ratio][0]:.3f} (promised {errors['trained', ratio][1]:.3f}), random {errors['random', ratio][0]:.3f}; "
          f"network: {Profiler().count_flops(model, (1, 64)):6,} flops a picture, {accuracy(model):.1%} right")
# %% [markdown]
# Both errors agree. Training has given its matrix a few strong directions, which random numbers do not have. But an error in the weights is not an error in the answers: see the last column.
#
# ### 2.4 Pruning and accuracy
# **Predict** at which sparsity the network starts to fail, and how much three more epochs repair. Each row prunes copies of the network, once by weights and once by
# neurons, and trains them on in the same way.
# %%
for share in (0.5, 0.8, 0.9, 0.95):
    weights, neurons = magnitude_prune(deepcopy(network), share), structured_prune(deepcopy(network), share)
    at_once = accuracy(weights), accuracy(neurons)
    train(weights, rate=0.005, epochs=3, optimizer=lambda p: KeepZeros(Adam(p))), train(neurons, rate=0.005, epochs=3)
    print(f"{share:.0%} gone: weights {at_once[0]:.1%}, then {accuracy(weights):.1%} (sparsity {measure_sparsity(weights):.0%}); neurons {at_once[1]:.1%}, then {accuracy(neurons):.1%}")
# %% [markdown]
# The same share is not the same here: without half of its neurons, a hidden layer between two others keeps a quarter of its weights. Compare equal numbers of weights.
#
# ### 2.5 Distillation against the student alone
# A student with twelve hidden neurons learns alone from the labels, or with the trained network as its teacher. A fair comparison gives both ways the same pictures, starting weights,
# order, epochs, and learning rates to choose from; the pictures kept apart choose. **Predict** the difference, and how much the seeds differ among themselves.
# %%
best, seeds = {}, (0, 1, 2, 3)
for way in ("alone", "distilled"):
    for rate in (0.03, 0.06, 0.12):
        students = []
        for seed in seeds:
            manual_seed(seed), students.append(dense(64, 12, 10))
            train(students[-1], seed, rate, loss=KnowledgeDistillation(network, students[-1]) if way == "distilled" else None)
        chosen = [accuracy(student, Tensor(x_all[choose]), y_all[choose]) for student in students]
        tested = [accuracy(student) for student in students]
        print(f"{way:9} rate {rate:4}: kept apart {np.mean(chosen):.1%}, test of each seed", *(f"{one:.1%}" for one in tested))
        if way not in best or np.mean(chosen) > best[way][0]:
            best[way] = np.mean(chosen), rate, tested
gains = [100 * (d - a) for d, a in zip(best["distilled"][2], best["alone"][2])]
print(f"distilled at {best['distilled'][1]} minus alone at {best['alone'][1]}, for each seed: {', '.join(f'{g:+.1f}' for g in gains)} points; mean {np.mean(gains):+.1f}")
print("Distillation is ahead for every seed." if min(gains) > 0 else "Distillation is behind for every seed." if max(gains) < 0 else "The seeds do not agree: no winner here.")
# %% [markdown]
# The last line is the result, whatever it says on your machine. A few seeds decide nothing when they differ among themselves by more than the two ways do. Compare
# the rows of the highest rate, too: which way minds it less?
# %% [markdown]
# ## Part 3: Production context
# - PyTorch has magnitude pruning in `torch.nn.utils.prune`. It keeps the original weight and a mask and multiplies them in each forward pass, so any optimizer can be used, at
#   the price of the mask's memory; `remove` makes the zeros permanent. It does not remove neurons.
# - Hardware gains from zeros in a pattern: sparse tensor cores want two zeros in each group of four weights, and skip them (source: NVIDIA's description of the A100).
# - LoRA (Hu and others, 2021) trains two thin factors *beside* a frozen matrix. DistilBERT (Sanh and others, 2019) has half of its teacher's layers and a loss with the terms above.
# %% [markdown]
# ## Integration test
# %% nbgrader={"grade": true, "grade_id": "16-integration-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_compression():
    model = deepcopy(network)
    report = tried(Compressor().compress_model, model, {"magnitude_prune": 0.5, "low_rank": 0.4, "structured_prune": 0.25})
    left = 64 * 26 + 26 * 96 + 96 + 96 * 19 + 19 * 48 + 48 + 48 * 4 + 4 * 10 + 10
    assert report["applied"] == ["structured_prune", "low_rank", "magnitude_prune"], f"the order that keeps each effect, got {report}"
    same([report["parameters_after"], report["bytes_after"]], [left, 4 * left], "parameters and bytes: 96 and 48 neurons, ranks 26, 19 and 4"), same(report["sparsity"], 0.5, "sparsity", 1e-3)
    same(Profiler().count_flops(model, (1, 64)), 2 * (left - 154) + 154 + 96 + 48, "flops of a picture: two for each weight, one for a bias or a ReLU")
    ### BEGIN HIDDEN TESTS
    train(model, rate=0.005, epochs=3, optimizer=lambda p: KeepZeros(Adam(p)))
    assert accuracy(model) > 0.75 and abs(measure_sparsity(model) - 0.5) < 1e-3, f"after three epochs it reads {accuracy(model):.1%}"
    student, before = dense(64, 16, 10), network.state_dict()
    train(student, rate=0.03, epochs=3, loss=KnowledgeDistillation(network, student))
    assert accuracy(student) > 0.4 and network.training, f"a student of three epochs reads {accuracy(student):.1%}"
    assert all(np.array_equal(array, before[name]) for name, array in network.state_dict().items()), "the teacher stays as it was"
    same(factor_linear(network[2], 1)(x64[:, :128]), network[2](x64[:, :128]), "full rank: the same outputs", 1e-4), refuses("all", Compressor().compress_model, model, {"all": 1})
    ### END HIDDEN TESTS
test_compression()
# %%
if __name__ == "__main__":
    test_largest(), test_measure_sparsity(), test_magnitude_prune(), test_keep_zeros(), test_structured_prune()
    test_low_rank_approximate(), test_distillation(), test_compression(), print("All tests of module 16 pass.")
# %% [markdown] nbgrader={"grade": true, "grade_id": "16-question-zeros", "locked": false, "points": 6, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** From `forms`: which of the four forms saves time, which saves memory, which neither? From which sparsity on does storing the values that are not 0 take fewer bytes than the whole
# matrix, with 2 bytes for each place?
# ### BEGIN SOLUTION
# The full matrix with zeros saves neither; the stored values save memory, here more than 80 % of it (`1 - sum(part.nbytes for part in others) / sparse[0].weight.data.nbytes`), and no time; the removed
# neurons save both. Each value takes 4 + 2 bytes instead of 4, so the sparsity has to be above a third. Rubric: 3 points for the forms, 3 for the border.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "16-question-rank", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# **2.** From `growth` and 2.3: where is the bend, and why does half the flops not mean half the time below it? Which rank would you choose for the network, and by which figures?
# ### BEGIN SOLUTION
# Below the bend, reading the input, writing the output and two calls take most of the time, and do not depend on the rank. Choose the smallest rank whose accuracy is still good enough on
# pictures kept apart; singular values alone say how wrong the weights are, not the answers. Rubric: 3 points for the bend, 2 for the choice.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "16-question-fair", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# **3.** From 2.5: what would you report to somebody who wants to know whether distillation helps? Name two ways in which the comparison would have been unfair, and what
# the teacher costs during training.
# ### BEGIN SOLUTION
# All seeds of both ways, their differences, and that few seeds decide only if all agree by more than they scatter. Unfair: another rate or more epochs for one way alone; rates chosen on the test pictures.
# The teacher adds a forward pass for each batch, more flops than the student's own; its scores could be kept. Rubric: 2 points report, 2 unfairness, 1 cost.
# ### END SOLUTION
# %% [markdown]
# ## Summary
# You built pruning of weights and neurons, factors of low rank, and distillation. You measured that zeros save no time in a dense product while smaller matrices do, that singular values
# predict the error of low rank exactly, and what each way costs in accuracy. Next: a model that need not compute the same things again.
