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
# # Module 11: Embeddings
# **You build** the lookup that turns ids of words or characters into vectors, first as a matrix product, then as a gather; its gradient, which
# adds up rows, by a loop, then by groups of equal ids; and two kinds of positions. Given classes: `Embedding`, `PositionalEncoding`, `EmbeddingLayer`.
#
# **You measure** the price of a one-hot product beside a gather and of five ways to add up rows (`%%measure`), the bandwidth of a
# gather beside a plain copy, the memory of a table and of its dense gradient (`%%measure`), and growth with vocabulary and ids (`%%complexity`).
#
# **Prerequisites:** 03 Layers, 05 Autograd. **Unlocks:** 13 Transformers.
# %% [markdown]
# ## Part 1: Foundations
# A text arrives as whole numbers: id 17 for one word, 4 for another. Their size means nothing, so a model must not compute with them. Instead each id has a
# row of numbers of its own in a table W of shape (V, D), and these rows are parameters: the **embedding** of id $i$ is $W_i$. As a formula it
# is a matrix product: with the **one-hot** row $e_i$ (1 at place i, 0 elsewhere), $e_i W = W_i$. For N ids in float32:
#
# | | flops | bytes, each array once |
# |---|---|---|
# | the table | | 4 V D |
# | lookup, one-hot product | 2 N V D | 4 (N V + V D + N D) |
# | lookup, gather | 0 | 8 N for ids, 4 N D read, 4 N D written |
# | gradient, dense | N D | 4 N D read, 4 V D written |
#
# The last line: the gradient has the shape of the table, though at most N of its V rows are not 0.
# %%
#| default_exp core.embeddings
#| export
"""Embeddings: rows of a table by id, the gradient that adds up rows, and positions."""

import math

import numpy as np
from numpy.typing import ArrayLike

from tinytorch.core.autograd import Gradient, gradient
from tinytorch.core.layers import Module, Parameter, rng
from tinytorch.core.tensor import FLOAT32, Array, Tensor, apply
# %% nbgrader={"grade": false, "grade_id": "11-helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
test_rng = np.random.default_rng(11)

def tried(function, *args, **params):
    """What ``function`` returns; what it raises instead is a failed test."""
    try:
        return function(*args, **params)
    except (ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError) as error:
        raise AssertionError(f"{function.__name__} raised {error!r}") from error

def close(got, expected, what):
    """Fail unless ``got``, an array or a tensor, has the shape and nearly the values of ``expected``."""
    assert got is not None, f"{what}: nothing was returned; does the function end with `return`?"
    assert np.shape(got) == np.shape(expected), f"{what}: expected shape {np.shape(expected)}, got {np.shape(got)}"
    assert np.allclose(got, expected, rtol=1e-5, atol=1e-6), f"{what}: expected\n{expected}\ngot\n{got}"

def gives(expected, function, *args, **params):
    """Call ``function``, fail unless shape and values of its result are as expected, and return the result."""
    close(got := tried(function, *args, **params), expected, function.__name__)
    return got

def refuses(error, words, function, *args, **params):
    """Fail unless ``function`` refuses its arguments: it must raise ``error``, with all ``words`` in the message."""
    try:
        function(*args, **params)
    except Exception as caught:
        assert isinstance(caught, error) and all(word in str(caught) for word in words), f"expected {error.__name__} with {words}: {caught!r}"
    else:
        raise AssertionError(f"{function.__name__} should raise {error.__name__}, but returned")
# %% [markdown]
# ### 1.1 Ids that exist
# NumPy takes row -1 for the last one and 2.0 for an error of its own. Here both are mistakes of whoever made the ids: say which id, where it
# stands, and how large the table is, before anything is looked up.
# %% nbgrader={"grade": false, "grade_id": "11-check-ids", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def check_ids(ids: Array, rows: int) -> None:
    """Refuse ``ids`` of any shape that are no row numbers of a table with ``rows`` rows.

    TypeError, with the dtype, unless they are integers; IndexError, with the first wrong id, its place and ``rows``, unless 0 <= id < rows.
    """
    # TODO: the kind of numbers, then their range.
    # APPROACH: 1. dtype.kind "i" or "u". 2. a boolean array that says where an id is below 0, or rows and more. 3. the place of its first True.
    # HINTS: np.argwhere(wrong)[0] is that place, an array; ids[tuple(place)] the id there.
    ### BEGIN SOLUTION
    if ids.dtype.kind not in "iu":
        raise TypeError(f"Ids must be integers, got {ids.dtype}.")
    wrong = (ids < 0) | (ids >= rows)
    if wrong.any():
        place = tuple(np.argwhere(wrong)[0].tolist())
        raise IndexError(f"Id {ids[place]} at place {place} is not in a table of {rows} rows: ids go from 0 to {rows - 1}.")
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "11-check-ids-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_check_ids():
    assert check_ids(np.array([[0, 4], [3, 3]]), 5) is None, "ids from 0 to 4 are rows of a table of 5"
    refuses(IndexError, ["5", "(1, 0)", "0 to 4"], check_ids, np.array([[0, 4], [5, 9]]), 5)
    refuses(IndexError, ["-1", "(2,)", "7 rows"], check_ids, np.array([0, 1, -1, 8]), 7)
    refuses(TypeError, ["float64"], check_ids, np.array([0.0, 1]), 5)
    ### BEGIN HIDDEN TESTS
    refuses(TypeError, ["bool"], check_ids, np.array([True, False]), 5)
    refuses(IndexError, ["300", "()", "300 rows"], check_ids, np.array(300), 300)
    refuses(IndexError, ["200", "(1, 1, 0)"], check_ids, np.array([[[1], [2]], [[3], [200]]], np.uint8), 200)
    for fine in (np.array(299), np.empty((2, 0), np.int64), np.array([255], np.uint8), np.array([127, 0], np.int8)):
        assert check_ids(fine, 300) is None, f"{fine!r} fits 300 rows"
    ### END HIDDEN TESTS
test_check_ids()
# %% [markdown]
# ### 1.2 The product, as it stands
# The formula of Part 1 for N ids at once: a matrix of one-hot rows, times the table.
# %% nbgrader={"grade": false, "grade_id": "11-one-hot", "locked": false, "schema_version": 3, "solution": true, "task": false}
def one_hot(ids, rows):
    """Float32 (N, rows) for ``ids`` (N,): 1 at [i, ids[i]], 0 elsewhere."""
    # TODO: zeros, and one 1 in each row.
    # APPROACH: 1. zeros of the shape and dtype of the docstring. 2. set all N places at once.
    # HINTS: matrix[np.arange(n), ids] are the places [0, ids[0]], [1, ids[1]], ...
    ### BEGIN SOLUTION
    matrix = np.zeros((len(ids), rows), dtype=FLOAT32)
    matrix[np.arange(len(ids)), ids] = 1
    return matrix
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "11-one-hot-test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
def test_one_hot():
    assert gives([[0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 1, 0]], one_hot, np.array([2, 0, 2]), 4).dtype == np.float32, "as float32"
    ### BEGIN HIDDEN TESTS
    ids = test_rng.integers(0, 7, 20)
    gives([[float(i == j) for j in range(7)] for i in ids], one_hot, ids, 7)
    ### END HIDDEN TESTS
test_one_hot()
# %% [markdown]
# ### 1.3 The gather
# A product with zeros and a one is a copy of the row. Ids of any shape: one row for each, as the last axis.
# %% nbgrader={"grade": false, "grade_id": "11-embedding", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def embedding(weight: Array, ids: Array) -> Array:
    """The rows of ``weight`` (V, D) at ``ids`` of any shape (...): (..., D), a copy. Errors are those of ``check_ids``."""
    # TODO: refuse wrong ids, then copy the rows.
    # APPROACH: 1. check_ids. 2. the rows at the ids, along the first axis of weight.
    # HINTS: weight.take(ids, axis=0) copies row by row, faster than weight[ids].
    ### BEGIN SOLUTION
    check_ids(ids, len(weight))
    return weight.take(ids, axis=0)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "11-embedding-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_embedding():
    table = np.array([[1.0, 2], [3, 4], [5, 6]])
    gives([[[5, 6], [1, 2]], [[5, 6], [3, 4]]], embedding, table, np.array([[2, 0], [2, 1]]))
    gives([3, 4], embedding, table, np.array(1))
    refuses(IndexError, ["-1", "3 rows"], embedding, table, np.array([0, -1]))
    ### BEGIN HIDDEN TESTS
    table, ids = test_rng.standard_normal((7, 5)), test_rng.integers(0, 7, 12)
    gives(one_hot(ids, 7) @ table, embedding, table, ids)
    gives(one_hot(ids[::-1], 7) @ table[::-1], embedding, table[::-1], ids.astype(np.uint8)[::-1])
    gives(np.empty((2, 0, 5)), embedding, table, np.empty((2, 0), np.int32))
    assert embedding(table.astype(np.float32), ids).dtype == np.float32, "the dtype of the table"
    assert not np.shares_memory(table, embedding(table, np.array([3]))), "the rows are copies"
    refuses(IndexError, ["7", "(0, 1)"], embedding, table, np.array([[0, 7]]))
    ### END HIDDEN TESTS
test_embedding()
# %% [markdown]
# **Predict, then run.** By Part 1 the first statement does 2 N V D flops, the second none. How many times longer does the first take, and where does
# its peak come from?
# %%
from tinytorch.core.autograd import d_index

V, N, D = 2048, 4096, 128
W, g = test_rng.standard_normal((V, D), dtype=np.float32), test_rng.standard_normal((N, D), dtype=np.float32)
ids = test_rng.zipf(1.2, N) % V  # as in texts: few words come often, most seldom
n = vocabulary = 256
# %%
# %%measure -o lookup
by_product = one_hot(ids, V) @ W
gathered = embedding(W, ids)
# %% [markdown]
# ### 1.4 Backwards: a loop that adds rows
# Row $i$ of the table went to every place with id $i$, so its gradient is the **sum** of what comes back from these places. The short way to write that
# forgets it: a repeated id is written, not added, once more.
# %%
forgets = np.zeros((3, 2))
forgets[[1, 1, 2]] += 1.0
print("id 1 twice, id 2 once, but both rows got", forgets[1], forgets[2])
# %% nbgrader={"grade": false, "grade_id": "11-add-rows-by-loop", "locked": false, "schema_version": 3, "solution": true, "task": false}
def add_rows_by_loop(g, ids, rows):
    """(rows, D) in the dtype of ``g``: row r is the sum of all rows of ``g`` (N, D) whose id in ``ids`` (N,) is r, else 0."""
    # TODO: one addition for each id.
    # APPROACH: 1. zeros. 2. for each place i: add g[i] to the row of its id.
    # HINTS: inside of a loop `total[row] += ...` sees one id at a time, so nothing is forgotten.
    ### BEGIN SOLUTION
    total = np.zeros((rows, g.shape[1]), dtype=g.dtype)
    for i, row in enumerate(ids):
        total[row] += g[i]
    return total
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "11-add-rows-by-loop-test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
def test_add_rows_by_loop():
    g = np.array([[1.0, 2], [10, 20], [100, 200]])
    gives([[0, 0], [101, 202], [10, 20], [0, 0]], add_rows_by_loop, g, np.array([1, 2, 1]), 4)
    ### BEGIN HIDDEN TESTS
    g, ids = test_rng.standard_normal((30, 3)), test_rng.integers(0, 6, 30)
    gives(one_hot(ids, 8).T @ g, add_rows_by_loop, g, ids, 8)
    assert add_rows_by_loop(g.astype(np.float32), ids, 8).dtype == np.float32, "the dtype of g"
    ### END HIDDEN TESTS
test_add_rows_by_loop()
# %% [markdown]
# ### 1.5 Groups of equal ids
# Sorting brings equal ids together: each group can then be summed at once. What is sorted are not the rows, only the places where they stand: the ids
# [5, 2, 5] are in order at the places [1, 0, 2], with groups that begin at 0 and 1, of 1 and 2 places. Ids of few bits are sorted without comparing (radix sort).
# %% nbgrader={"grade": false, "grade_id": "11-group-ids", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def group_ids(ids: Array, rows: int) -> tuple[Array, Array, Array]:
    """Order, starts and counts: ``ids[order]`` is sorted, and its g-th group of equal ids has ``counts[g]`` places from ``starts[g]`` on.

    ``ids`` (N,) are row numbers of a table with ``rows`` rows. ``group_ids(np.array([5, 2, 5]), 9)`` is [1, 0, 2], [0, 1], [1, 2].
    """
    # TODO: sort the places by id, then find where the sorted ids change.
    # APPROACH: 1. the ids in the smallest dtype that holds rows. 2. order = their stable argsort. 3. a group begins at the first place, and
    # wherever an id differs from the one before. 4. counts are the distances from each start to the next one, or to the end.
    # HINTS: np.min_scalar_type(300) is uint16; np.flatnonzero gives the places of True; np.append and np.diff; there may be no ids at all.
    ### BEGIN SOLUTION
    order = np.argsort(ids.astype(np.min_scalar_type(rows)), kind="stable")
    in_order = ids[order]
    begins = np.append(True, in_order[1:] != in_order[:-1])[: ids.size]
    starts = np.flatnonzero(begins)
    return order, starts, np.diff(np.append(starts, ids.size))
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "11-group-ids-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_group_ids():
    for ids, expected in [([5, 2, 5], [[1, 0, 2], [0, 1], [1, 2]]), ([3], [[0], [0], [1]]), ([], [[], [], []])]:
        got = [part.tolist() for part in tried(group_ids, np.array(ids, dtype=int), 9)]
        assert got == expected, f"order, starts and counts of {ids}: expected {expected}, got {got}"
    ### BEGIN HIDDEN TESTS
    for rows in (6, 256, 300, 70_000):
        ids = np.concatenate([test_rng.integers(0, rows, 40), [0, rows - 1, rows - 1, 0, 255 % rows]])
        order, starts, counts = tried(group_ids, ids, rows)
        assert sorted(order.tolist()) == list(range(45)) and starts[0] == 0 and counts.sum() == 45, f"{rows} rows: places are lost"
        for start, count in zip(starts, counts, strict=True):
            places = order[start : start + count].tolist()
            assert places == np.flatnonzero(ids == ids[places[0]]).tolist(), f"{rows} rows: all places of an id, in order: {places}"
    ### END HIDDEN TESTS
test_group_ids()
# %% [markdown]
# ### 1.6 Sums of groups
# A group of one needs no sum. All groups of two are an array (2, groups, D), summed over its first axis in one call, and so on: one call for each *different*
# size. Sizes 1, 2, ..., k together need $k (k + 1) / 2$ places, so N ids make fewer than $\sqrt{2N}$ calls, where the loop makes N.
# %% nbgrader={"grade": false, "grade_id": "11-sum-groups", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def sum_groups(g: Array, order: Array, starts: Array, counts: Array) -> Array:
    """One row for each group of ``group_ids``: the sum of the rows of ``g`` (N, D) at its places. (groups, D), in the dtype of ``g``."""
    # TODO: the first row of each group; for each size above 1, the sums of all groups of that size at once.
    # APPROACH: 1. sums = the rows of g at the first places. 2. for each size in np.unique(counts) but 1: 3. which groups have it (booleans).
    # 4. their places, (size, groups): the starts, plus 0, 1, ... down the first axis. 5. the sum of these rows over the first axis.
    # HINTS: starts[which] + np.arange(size)[:, None] has shape (size, groups); order turns it into places of g, g.take(..., axis=0) into rows.
    ### BEGIN SOLUTION
    sums = g.take(order[starts], axis=0)
    for size in np.unique(counts):
        if size > 1:
            which = counts == size
            places = order[starts[which] + np.arange(size)[:, None]]
            sums[which] = g.take(places, axis=0).sum(axis=0)
    return sums
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "11-sum-groups-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_sum_groups():
    g = np.array([[1.0, 2], [10, 20], [100, 200]])
    gives([[10, 20], [101, 202]], sum_groups, g, np.array([1, 0, 2]), np.array([0, 1]), np.array([1, 2]))
    ### BEGIN HIDDEN TESTS
    class Counting(np.ndarray):
        def take(self, *args, **params): return gathers.append(1) or super().take(*args, **params)
    gathers, ids = [], np.array([0, 1, 2, 3, 3, 4, 4, 5, 5, 6, 6, 6])
    gives(add_rows_by_loop(g[ids % 3], ids, 7), sum_groups, g[ids % 3].view(Counting), *group_ids(ids, 7))
    assert len(gathers) <= 3, f"groups of 1, 2 and 3 places: three gathers are enough, not {len(gathers)}"
    for places, rows in [(60, 9), (60, 40), (1, 1), (7, 1)]:
        g, ids = test_rng.standard_normal((places, 3)), test_rng.integers(0, rows, places)
        gives([g[ids == row].sum(axis=0) for row in sorted(set(ids.tolist()))], sum_groups, g, *group_ids(ids, rows))
    assert sum_groups(g.astype(np.float32), *group_ids(ids, rows)).dtype == np.float32, "the dtype of g"
    gives(np.empty((0, 3)), sum_groups, np.empty((0, 3)), *group_ids(np.empty(0, np.int64), 4))
    ### END HIDDEN TESTS
test_sum_groups()
# %% [markdown]
# ### 1.7 The gradient rule
# Both together, for ids of any shape: as if their axes were one. Ids have no gradient.
# %% nbgrader={"grade": false, "grade_id": "11-d-embedding", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
@gradient(embedding)
def d_embedding(g: Array, y: Array, weight: Array, ids: Array) -> tuple[Gradient, ...]:
    """y = weight[ids]: zeros like the table, and in the row of each id the sum of g (..., D) over its places; None for the ids."""
    # TODO: g as rows, ids as one axis; sums of groups, written into zeros.
    # APPROACH: 1. flat = the ids as (N,). 2. group_ids. 3. zeros like weight. 4. at the id of each group, its sum.
    # HINTS: flat[order[starts]] are the ids of the groups, each once; g.reshape(flat.size, weight.shape[1]) has a row for each id.
    ### BEGIN SOLUTION
    flat = ids.ravel()
    order, starts, counts = group_ids(flat, len(weight))
    total = np.zeros(weight.shape, dtype=g.dtype)
    total[flat[order[starts]]] = sum_groups(g.reshape(flat.size, weight.shape[1]), order, starts, counts)
    return total, None
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "11-d-embedding-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_d_embedding():
    g, table, ids = np.array([[1.0, 2], [10, 20], [100, 200]]), np.ones((4, 2)), np.array([1, 2, 1])
    got = tried(d_embedding, g, embedding(table, ids), table, ids)
    assert isinstance(got, tuple) and len(got) == 2 and got[1] is None, f"a gradient for the table, None for the ids, got {got}"
    close(got[0], [[0, 0], [101, 202], [10, 20], [0, 0]], "ids 1, 2, 1")
    ### BEGIN HIDDEN TESTS
    for shape in [(), (6,), (3, 5), (2, 3, 4), (0,), (2, 0)]:
        ids, table = test_rng.integers(0, 9, shape), test_rng.standard_normal((9, 3))
        g = test_rng.standard_normal((*shape, 3))
        before = g.copy()
        total = tried(d_embedding, g, embedding(table, ids), table, ids)[0]
        close(total, add_rows_by_loop(g.reshape(ids.size, 3), ids.reshape(-1), 9), f"ids of shape {shape}")
        assert np.array_equal(g, before), "g must not change"
    ids, g = test_rng.integers(0, 9, (4, 5)).astype(np.uint8), test_rng.standard_normal((3, 5, 4)).astype(np.float32)
    total = tried(d_embedding, g.T, np.empty((4, 5, 3)), table, ids)[0]
    close(total, one_hot(ids.reshape(-1), 9).T @ g.T.reshape(20, 3), "g with its axes turned round")
    assert total.dtype == np.float32, "the dtype of g"
    half, many = np.zeros((5000, 1), np.float16), np.array([4097, 4096, 4097])
    close(tried(d_embedding, half[:3] + 1, half[:3], half, many)[0][4096:4098], [[1], [2]], "ids that half precision cannot tell apart")
    ### END HIDDEN TESTS
test_d_embedding()
# %% [markdown]
# **Predict, then run:** the order of five ways to the same sums. The third is your rule for indexing of module 05, with `np.add.at`; the last two share
# the groups of the fourth line, and one leaves the sums to `np.add.reduceat`.
# %%
# %%measure --time -o scatter
by_loop = add_rows_by_loop(g, ids, V)
by_product = one_hot(ids, V).T @ g
by_add_at = d_index(g, gathered, W, ids)[0]
order, starts, counts = group_ids(ids, V)
by_reduceat = np.add.reduceat(g[order], starts, axis=0)
by_groups = sum_groups(g, order, starts, counts)
# %% [markdown]
# ### 1.8 Positions that need no learning
# A row of the table says which word, not where it stands. So a second vector is added, one for each position p: sines and cosines of
# falling frequencies (Vaswani and others, 2017). For each pair of columns 2i, 2i + 1:
#
# $$P_{p, 2i} = \sin(p / 10000^{2i / D}), \qquad P_{p, 2i+1} = \cos(p / 10000^{2i / D})$$
#
# The product of two rows is $\sum_i \cos((p - q) / 10000^{2i/D})$: it depends on the distance alone. If D is odd, the last cosine is left out.
# %% nbgrader={"grade": false, "grade_id": "11-sinusoidal", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def create_sinusoidal_embeddings(max_seq_len: int, embed_dim: int) -> Tensor:
    """Sines and cosines of positions, float32 (max_seq_len, embed_dim), without a gradient: row p for position p.

    Column 2i is ``sin(p / 10000 ** (2i / embed_dim))``, column 2i + 1 the cosine of the same. ValueError unless both sizes are >= 1.
    """
    # TODO: refuse empty tables; the angles; the two kinds of columns.
    # APPROACH: 1. both sizes. 2. angles (L, ceil(D / 2)), one for each pair of columns. 3. even columns: all sines. 4. odd columns: cosines.
    # HINTS: np.arange(0, D, 2) are the 2i; table[:, 1::2] has D // 2 columns.
    ### BEGIN SOLUTION
    if max_seq_len < 1 or embed_dim < 1:
        raise ValueError(f"Positions need at least one row and one column, got {max_seq_len} and {embed_dim}.")
    angles = np.arange(max_seq_len)[:, None] / 10000 ** (np.arange(0, embed_dim, 2) / embed_dim)
    table = np.empty((max_seq_len, embed_dim))
    table[:, ::2] = np.sin(angles)
    table[:, 1::2] = np.cos(angles[:, : embed_dim // 2])
    return Tensor(table)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "11-sinusoidal-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_sinusoidal():
    by_hand = [[0, 1, 0, 1], [math.sin(1), math.cos(1), math.sin(0.01), math.cos(0.01)]]  # 10000 ** (2 / 4) is 100
    table = gives(by_hand, create_sinusoidal_embeddings, 2, 4)
    assert isinstance(table, Tensor) and table.dtype == np.float32 and not table.requires_grad, f"a float32 tensor without gradient: {table}"
    refuses(ValueError, ["0", "4"], create_sinusoidal_embeddings, 0, 4)
    ### BEGIN HIDDEN TESTS
    for length, dim in [(9, 6), (9, 5), (1, 1), (30, 2)]:
        expected = [[(math.cos if c % 2 else math.sin)(p / 10000 ** ((c - c % 2) / dim)) for c in range(dim)] for p in range(length)]
        gives(expected, create_sinusoidal_embeddings, length, dim)
    refuses(ValueError, ["3", "0"], create_sinusoidal_embeddings, 3, 0)
    ### END HIDDEN TESTS
test_sinusoidal()
# %% [markdown]
# ### 1.9 Adding positions
# Position ids are ids: 0, 1, 2, ..., looked up in a table of positions, sines or learned. A text that continues another one begins at `start`.
# %% nbgrader={"grade": false, "grade_id": "11-add-positions", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def add_positions(x: Tensor, table: Tensor, start: int = 0) -> Tensor:
    """``x`` (..., T, D) plus the rows start to start + T - 1 of ``table`` (L, D); ``x`` (D,) stands at ``start`` alone.

    ValueError, with the sizes, if the last axes differ, if ``start`` is negative, or if the table ends before start + T.
    """
    # TODO: refuse what does not fit, look the positions up, add.
    # APPROACH: 1. axis = the shape of the axis T alone: (T,), or () for a single vector. 2. stop = start + T. 3. two refusals. 4. the
    # ids from start to stop, in the shape of axis, through apply(embedding, ...), added to x.
    # HINTS: x.shape[-2:-1] is that shape; math.prod of () is 1.
    ### BEGIN SOLUTION
    axis = x.shape[-2:-1]
    stop = start + math.prod(axis)
    if x.shape[-1:] != table.shape[1:]:
        raise ValueError(f"Positions of shape {table.shape} do not fit vectors of shape {x.shape}: the last axes must agree.")
    if start < 0 or stop > len(table):
        raise ValueError(f"There are positions 0 to {len(table) - 1}, wanted are {start} to {stop - 1}: raise max_seq_len, or shorten the text.")
    return x + apply(embedding, table, np.arange(start, stop).reshape(axis))
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "11-add-positions-test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
def test_add_positions():
    table = Tensor([[1.0, 2], [3, 4], [5, 6]])
    gives([[[1, 2], [13, 14]], [[1, 2], [3, 4]]], add_positions, Tensor([[[0.0, 0], [10, 10]], [[0, 0], [0, 0]]]), table)
    gives([[3, 4], [5, 6]], add_positions, Tensor(np.zeros((2, 2))), table, start=1)
    refuses(ValueError, ["0 to 2", "2 to 3", "max_seq_len"], add_positions, Tensor(np.zeros((2, 2))), table, start=2)
    ### BEGIN HIDDEN TESTS
    gives([6, 7], add_positions, Tensor([1.0, 1]), table, 2)
    gives(np.empty((0, 2)), add_positions, Tensor(np.empty((0, 2))), table, 3)
    for x, start in [(np.zeros((4, 2)), 0), (np.zeros(2), 3), (np.zeros(2), -1)]:
        refuses(ValueError, ["0 to 2", f"{start} to"], add_positions, Tensor(x), table, start)
    for x in (np.zeros((2, 1)), np.zeros((2, 3)), np.zeros(1), np.array(0.0)):
        refuses(ValueError, ["(3, 2)", str(x.shape)], add_positions, Tensor(x), table)
    learned = Tensor(table.data, requires_grad=True)
    add_positions(Tensor(np.zeros((4, 2, 2))), learned, 1).backward(np.ones((4, 2, 2)))
    assert np.array_equal(learned.grad, [[0, 0], [4, 4], [4, 4]]), f"each of four texts adds to rows 1 and 2, got {learned.grad}"
    ### END HIDDEN TESTS
test_add_positions()
# %% [markdown]
# ### 1.10 The layers
# Given: your functions as modules. Tables begin as standard normal numbers, as PyTorch's do.
# %%
#| export
def new_table(rows: int, dim: int) -> Parameter:
    """Standard normal float32 numbers (rows, dim). ValueError unless both are >= 1."""
    if rows < 1 or dim < 1:
        raise ValueError(f"A table needs at least one row and one column, got {rows} and {dim}.")
    return Parameter(rng.standard_normal((rows, dim), dtype=FLOAT32))

def as_ids(ids: Tensor | ArrayLike) -> Tensor: return ids if isinstance(ids, Tensor) else Tensor(ids)

class Embedding(Module):
    """The rows of ``weight`` (vocab_size, embed_dim) by id: ``Embedding(65, 128)``. ValueError unless both sizes are >= 1."""

    def __init__(self, vocab_size: int, embed_dim: int) -> None:
        self.vocab_size, self.embed_dim = vocab_size, embed_dim
        self.weight = new_table(vocab_size, embed_dim)

    def forward(self, ids: Tensor | ArrayLike) -> Tensor:
        """Integers of any shape (...), as tensor, array or nested lists, to (..., embed_dim). Errors are those of ``check_ids``."""
        return apply(embedding, self.weight, as_ids(ids))

    def __repr__(self) -> str: return f"Embedding({self.vocab_size}, {self.embed_dim})"

class PositionalEncoding(Module):
    """Adds learned positions, ``position_embeddings`` (max_seq_len, embed_dim)."""

    def __init__(self, max_seq_len: int, embed_dim: int) -> None:
        self.position_embeddings = new_table(max_seq_len, embed_dim)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """(..., T, embed_dim) to the same shape, ``start`` being the position of the first vector. Errors are those of ``add_positions``."""
        return add_positions(x, self.position_embeddings, start)

class EmbeddingLayer(Module):
    """Ids to vectors that know their position: ``EmbeddingLayer(65, 128)([[4, 17, 4]])`` has shape (1, 3, 128).

    ``pos_encoding`` is "learned", "sinusoidal" (up to ``max_seq_len`` positions each) or None; ``scale_embeddings`` multiplies the vectors
    by sqrt(embed_dim) before positions are added (Vaswani and others, 2017). ValueError for another word, or a size below 1.
    """

    def __init__(self, vocab_size: int, embed_dim: int, max_seq_len: int = 512, pos_encoding: str | None = "learned",
                 scale_embeddings: bool = False) -> None:
        self.token_embedding = Embedding(vocab_size, embed_dim)
        self.scale = math.sqrt(embed_dim) if scale_embeddings else 1.0
        self.pos_encoding: PositionalEncoding | Tensor | None = None
        if pos_encoding == "learned":
            self.pos_encoding = PositionalEncoding(max_seq_len, embed_dim)
        elif pos_encoding == "sinusoidal":
            self.pos_encoding = create_sinusoidal_embeddings(max_seq_len, embed_dim)
        elif pos_encoding is not None:
            raise ValueError(f'pos_encoding is {pos_encoding!r}; it must be "learned", "sinusoidal" or None.')

    def forward(self, ids: Tensor | ArrayLike, start: int = 0) -> Tensor:
        """Integers (..., T) to (..., T, embed_dim), ``start`` being the position of ids[..., 0]; one id () to (embed_dim,)."""
        x = self.token_embedding(ids)
        if self.scale != 1:
            x = x * self.scale
        if isinstance(self.pos_encoding, Tensor):
            return add_positions(x, self.pos_encoding, start)
        return x if self.pos_encoding is None else self.pos_encoding(x, start)
# %% [markdown]
# ## Part 2: Systems analysis
# ### 2.1 The table and its gradient
# A batch of 32 texts of 128 ids looks up at most 4,096 (`batch.size`) of 65,536 rows. **Predict, then run:** what does each statement keep, and how many rows
# of the gradient are not 0?
# %%
batch, from_above = test_rng.integers(0, 65_536, (32, 128)), np.ones((32, 128, 128), dtype=np.float32)
# %%
# %%measure -o tables
layer = Embedding(65_536, 128)
vectors = layer(batch)
vectors.backward(from_above)
# %% [markdown]
# ### 2.2 Bandwidth
# A gather only copies, so it should be as fast as a copy. The same 32 MiB (`wide.nbytes`) once as long rows, once as short ones of 64 bytes (`narrow[0].nbytes`), with ids
# in order and shuffled. **Predict, then run:** which of the five statements are slower than the plain copy, and why?
# %%
wide = test_rng.standard_normal((65_536, 128), dtype=np.float32)
narrow = wide.reshape(-1, 16)
long_rows, short_rows = np.arange(len(wide)), np.arange(len(narrow))
shuffled_long, shuffled_short = test_rng.permutation(long_rows), test_rng.permutation(short_rows)
# %%
# %%measure --time -o bandwidth
copied = wide.copy()
long_in_order = embedding(wide, long_rows)
long_shuffled = embedding(wide, shuffled_long)
short_in_order = embedding(narrow, short_rows)
short_shuffled = embedding(narrow, shuffled_short)
# %% [markdown]
# ### 2.3 Growth with the vocabulary
# **Predict** by Part 1 the exponents of both lookups, in time and memory, for 64 ids and a growing vocabulary. One of four is not what the
# formula says: what does the formula leave out?
# %%
# %%complexity vocabulary=1024..32768 -o product_growth --budget 1.5
table, some = test_rng.standard_normal((vocabulary, 32), dtype=np.float32), test_rng.integers(0, vocabulary, 64)
# measure:
rows = one_hot(some, vocabulary) @ table
# %%
# %%complexity vocabulary=1024..32768 -o gather_growth --budget 1.5
table, some = test_rng.standard_normal((vocabulary, 32), dtype=np.float32), test_rng.integers(0, vocabulary, 64)
# measure:
rows = embedding(table, some)
# %% [markdown]
# ### 2.4 Growth with the ids
# The gradient sorts, but ids of 16 bits need no comparisons. **Predict** the exponent of time for n ids and a table of 4,096 rows.
# %%
# %%complexity n=1024..65536 -o sum_growth --budget 1.5
some, above, table = test_rng.integers(0, 4096, n), test_rng.standard_normal((n, 32), dtype=np.float32), np.zeros((4096, 32), np.float32)
# measure:
total = d_embedding(above, above, table, some)
# %% [markdown]
# ## Part 3: Production context
# - `torch.nn.Embedding` has the same table and dense gradient; with `sparse=True` the gradient holds only the rows that were looked up, and only some
#   optimizers take it. TensorFlow calls such a gradient `tf.IndexedSlices`.
# - A language model with 50,257 words and vectors of 768 spends 38.6 million (`50_257 * 768`) parameters on its table. Some use it a second time, as
#   the last linear layer: *weight tying* (Press and Wolf, 2017).
# - Sines were chosen in the hope of texts longer than those seen in training, learned positions did as well (Vaswani and others, 2017). Many later models add
#   no positions, but turn vectors by an angle for each position where they are compared (RoPE: Su and others, 2021).
# %% [markdown]
# ## Integration test
# Ids through the layers and back, against one-hot products and by hand.
# %% nbgrader={"grade": true, "grade_id": "11-integration-test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
def test_embeddings():
    layer, ids = EmbeddingLayer(7, 4, max_seq_len=5), np.array([[1, 6, 1], [0, 1, 3]])
    words, places = (parameter.data for parameter in layer.parameters())
    g = test_rng.standard_normal((2, 3, 4)).astype(np.float32)
    out = layer(ids, start=2)
    close(out, words[ids] + places[2:5], "vectors")
    out.backward(g)
    close(layer.token_embedding.weight.grad, one_hot(ids.reshape(-1), 7).T @ g.reshape(6, 4), "gradient")
    ### BEGIN HIDDEN TESTS
    close(layer.pos_encoding.position_embeddings.grad, [[0] * 4, [0] * 4, *g.sum(axis=0)], "gradient")
    sines, plain = EmbeddingLayer(7, 4, 5, "sinusoidal"), EmbeddingLayer(7, 4, pos_encoding=None)
    close(sines(ids.tolist()), sines.token_embedding.weight.data[ids] + create_sinusoidal_embeddings(5, 4).data[:3], "vectors")
    close(plain(6), plain.token_embedding.weight.data[6], "vectors")
    assert [len(one.parameters()) for one in (layer, sines, plain)] == [2, 1, 1], "sines have nothing to learn"
    scaled = EmbeddingLayer(7, 4, 5, "sinusoidal", scale_embeddings=True)
    scaled.token_embedding = sines.token_embedding
    scaled(ids).backward(g)
    close(sines.token_embedding.weight.grad, 2 * one_hot(ids.reshape(-1), 7).T @ g.reshape(6, 4), "gradient")
    for wrong, error, words in [([[1, 7]], IndexError, ["7", "(0, 1)"]), ([1.0], TypeError, ["float"]), ([[0] * 6], ValueError, ["0 to 4", "0 to 5"])]:
        refuses(error, words, layer.forward, wrong)
    ### END HIDDEN TESTS
test_embeddings()
# %%
if __name__ == "__main__":
    test_check_ids(), test_one_hot(), test_embedding(), test_add_rows_by_loop(), test_group_ids(), test_sum_groups()
    test_d_embedding(), test_sinusoidal(), test_add_positions(), test_embeddings()
    print("All tests of module 11 pass:", EmbeddingLayer(7, 4)([[1, 6, 1]]))
# %% [markdown] nbgrader={"grade": true, "grade_id": "11-question-lookup", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** From `lookup`, `product_growth` and `gather_growth`: the ratio of both times, the peak of the product by arrays, and the exponents. The product's
# gradient for W is $E^T g$, with the one-hot rows E: what must be kept for it, and what for the gather? Compare for 50,257 words and 4,096 ids.
#
# ### BEGIN SOLUTION
# The product multiplies V - 1 zeros for each row that it copies; its peak is the one-hot matrix, 32 MiB (`4 * N * V`), and grows as V. The gather's memory
# has exponent 0; its time grows only because rows of a larger table come from slower memory. Kept: 785 MiB (`4 * 4096 * 50_257`) of zeros
# and ones against 32 KiB (`8 * 4096`) of ids. Rubric: 3 points ratio and peak, 2 exponents, 3 what is kept.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "11-question-tables", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **2.** From `tables`: what is kept by each statement, and which part of the gradient carries news? What would a gradient of rows and ids
# take instead? Adam's running means shrink at every step: what must it do for rows without news, and what would leaving them out change?
#
# ### BEGIN SOLUTION
# Table 32 MiB (`4 * 65_536 * 128`), vectors 2 MiB (`from_above.nbytes`), gradient as much as the table, of which 6.1 % (`np.unique(batch).size / 65_536`) is not 0. As
# rows and ids: at most 2 MiB (`from_above.nbytes`) and the ids. With gradient 0 Adam still shrinks m and v and moves the row by what is left of m, so every step reads and writes the whole table and its
# state. Leaving rows out saves that, but is another algorithm: seldom words keep old means. Rubric: 3 points the memory, 2 the sparse form, 3 Adam.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "11-question-rows", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **3.** From `bandwidth`: the bytes per second of all five, and why shuffled short rows suffer most. From `scatter` and `sum_growth`: explain the order of the five ways by
# how often something small is called: a Python statement, a NumPy call, a loop inside NumPy. Try `ids % 16`: what changes?
#
# ### BEGIN SOLUTION
# 64 MiB (`2 * wide.nbytes`) over each time: read and written. Long rows are fetched ahead while they are read; a shuffled short row is one cache line, and
# each waits for memory anew. The loop pays a Python statement for each id; add.at handles number by number; reduceat starts its inner loop once for each group
# and column, so many small groups are slow; groups pay a few calls for each different size. With 16 ids there are few groups, and reduceat catches up. Rubric: 3 points rates and shuffling, 4 the order, 1 the try.
# ### END SOLUTION
# %% [markdown]
# ## Summary
# You built the lookup, its gradient and positions, and measured: a product with one-hot rows pays for every word that is not there; a gather costs a copy, as long
# as rows are longer than a cache line; adding up rows needs grouping to be fast; a dense gradient is as large as the table however few rows were used.
# Module 13 makes these vectors the input of a transformer.
