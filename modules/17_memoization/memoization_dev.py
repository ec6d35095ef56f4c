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
# # Module 17: Memoization
# **You build** a cache for the keys and values of all layers in memory that is reserved once, an attention that writes its new rows into that memory, and the switch that makes `generate` of
# your GPT use both.
#
# **You measure** what it costs to append a row by copying and in place (`%%complexity`), what a token costs with the cache and without, and where the two curves meet (`%%complexity`), the
# memory that a cache takes (`%%measure`), and how much faster a whole text is written (`%%measure --time`).
#
# **Prerequisites:** 13 Transformers, and with it Attention. **Unlocks:** generation whose cost per token hardly grows.
# %% [markdown]
# ## Part 1: Foundations
# Memoization means: keep a result, and look it up instead of computing it again. It is right if the same question always has the same answer. `generate` asks the same question again and
# again. It calls the model once for each new token, every time with the whole text so far. The causal mask lets position s see the positions up to s only. So its keys and values in every
# layer depend on those alone, and do not change when a token is appended. They can be kept.
#
# With P positions kept, the model needs to compute only the new row. Its query meets the kept keys, and then it is a position that is kept, too. For a text that is T tokens long, in each
# layer of width D:
#
# | the next token | without a cache | with a cache |
# |---|---|---|
# | rows that go through the layer | $T$ | $1$ |
# | flops of the linear layers | $24 \, T D^2$ | $24 \, D^2$ |
# | flops of the two products of attention | $4 \, T^2 D$ | $4 \, T D$ |
#
# The price is memory. L layers with H heads of width d keep for B sequences of up to S positions
# $$2 \cdot L \cdot B \cdot H \cdot S \cdot d \text{ numbers, of 4 bytes each in float32.}$$
# %%
#| default_exp perf.memoization
#| export
"""Memoization: keys and values of earlier positions in memory that is reserved once, so that generation computes each row only once."""

from typing import Any

import numpy as np

from tinytorch.core.attention import MultiHeadAttention, attention, merge_heads, split_heads
from tinytorch.core.tensor import FLOAT32, Array, Tensor, apply
from tinytorch.core.transformer import GPT
# %% [markdown]
# Helpers for the tests. `watched` runs a function and counts what the attention of a model does meanwhile, and how many rows are copied by concatenation.
# %% nbgrader={"grade": false, "grade_id": "17-helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
from tinytorch.core.autograd import no_grad
from tinytorch.core.layers import Linear, manual_seed
from tinytorch.core.tensor import set_observer
from tinytorch.core.transformer import create_causal_mask
rng = np.random.default_rng(17)
def normal(*shape): return rng.standard_normal(shape, dtype=np.float32)
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
    assert np.abs(got - expected).max(initial=0) <= error, f"{what}: expected\n{expected}\ngot\n{got}"
def refuses(error, words, function, *args):
    """Fail unless ``function`` raises ``error`` with all ``words`` in the message."""
    try:
        got = function(*args)
    except Exception as caught:
        got = caught
    assert isinstance(got, error) and all(word in str(got) for word in words), f"expected {error.__name__} with {words}, got {got!r}"
def watched(function, *args, **params):
    """The result of ``function``, and counts: "rows" that went through attention, "scores" of one head, rows "copied" by concatenation."""
    counts = {"rows": 0, "scores": 0, "copied": 0}
    def count(event):
        if event.op == "attention":
            rows, keys = event.inputs[0].shape[-2], event.inputs[1].shape[-2]
            counts.update(rows=counts["rows"] + rows, scores=counts["scores"] + rows * keys)
        counts["copied"] += event.output.shape[-2] if event.op == "concatenate" else 0
    before = set_observer(count)
    try:
        return tried(function, *args, **params), counts
    finally:
        set_observer(before)
# %% [markdown]
# ### 1.1 Count the work
# Before anything is built, count what it will save. For a prompt of P tokens and N new ones, the model is called N times. Without a cache the calls get P, P + 1, ... tokens, and each of
# their rows has a score for each of them (the causal mask forbids some, but they are computed). With a cache the first call gets the prompt. Every later call gets one row, the newest token,
# which has a score for itself and for each position before it.
# %% nbgrader={"grade": false, "grade_id": "17-work", "locked": false, "schema_version": 3, "solution": true, "task": false}
def generation_work(prompt, new, cached):
    """Rows through a layer and scores of one head in all calls of the model for ``new`` tokens behind ``prompt`` tokens: ``(rows, scores)``.
    ``cached`` says whether keys and values of earlier calls are kept. ``generation_work(3, 2, False)`` is (7, 25): 3 and 4 rows, 9 and 16 scores.
    """
    # TODO: both sums over the calls.
    # APPROACH: 1. for each call: how long is the text? 2. how many of its rows are computed: all of them, or with a cache and after the first call, one? 3. each of those rows has as many scores as the text is long.
    # HINTS: the text of call i is prompt + i tokens long.
    ### BEGIN SOLUTION
    rows = scores = 0
    for call in range(new):
        length = prompt + call
        computed = 1 if cached and call > 0 else length
        rows += computed
        scores += computed * length
    return rows, scores
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "17-work-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_generation_work():
    for prompt, new, cached, expected in [(3, 2, False, (7, 25)), (3, 2, True, (4, 13)), (5, 1, True, (5, 25)), (1, 4, True, (4, 10)), (4, 0, False, (0, 0))]:
        got = tried(generation_work, prompt, new, cached)
        assert got == expected, f"{prompt} tokens and {new} new ones, {cached=}: expected {expected}, got {got}"
    ### BEGIN HIDDEN TESTS
    model = GPT(7, 4, num_layers=1, num_heads=1, max_seq_len=16)
    for prompt, new in [(5, 6), (1, 9)]:
        for past in (None, [()]):
            counts = watched(model.generate, [1] * prompt, new, past=past)[1]
            assert tried(generation_work, prompt, new, past is not None) == (counts["rows"], counts["scores"]), "the counts of a model at work"
    ### END HIDDEN TESTS
test_generation_work()
# %%
for length in (128, 512, 2048):
    (rows, scores), (cached_rows, cached_scores) = (generation_work(64, length - 64, cached) for cached in (False, True))
    print(f"64 tokens continued to {length}: {rows:,} rows without a cache, {cached_rows:,} with; {scores:,} scores without, {cached_scores:,} with")
# %% [markdown]
# Without a cache the rows grow with the square of the length, the scores with its third power; with one by one power less.
# ### 1.2 Append by copying
# The attention of module 12 takes `past`, and returns the earlier rows and the new ones as one array. The simplest way to make that array is to concatenate.
# %% nbgrader={"grade": false, "grade_id": "17-join", "locked": false, "schema_version": 3, "solution": true, "task": false}
def join_rows(past: Array, rows: Array) -> Array:
    """A new array of ``past`` (..., P, D) and ``rows`` (..., T, D) behind it: (..., P + T, D)."""
    # TODO: one array of both.
    # APPROACH: 1. concatenate along the axis of positions, the last but one.
    # HINTS: np.concatenate takes a list and an axis, which may count from the end.
    ### BEGIN SOLUTION
    return np.concatenate([past, rows], axis=-2)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "17-join-test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
def test_join_rows():
    same(tried(join_rows, np.array([[1.0, 2]]), np.array([[3.0, 4], [5, 6]])), [[1, 2], [3, 4], [5, 6]], "one row and two behind it")
    ### BEGIN HIDDEN TESTS
    both = normal(2, 3, 5, 5)
    for p in (4, 2, 0):
        same(tried(join_rows, both[:, :, :p], both[:, :, p:]), both, f"{p} rows and {5 - p}, for each sequence and head")
    ### END HIDDEN TESTS
test_join_rows()
# %% [markdown]
# Each call copies everything that was there before. **Predict** the exponent of n in the time to append n rows one by one, for large n. Then run.
# %%
n, one_row = 64, normal(4, 1, 32)
# %%
# %%complexity n=16..4096 -o by_joining --budget 0.8
kept = np.empty((4, 0, 32), np.float32)
for _ in range(n):
    kept = join_rows(kept, one_row)
# %% [markdown]
# ### 1.3 Append in place
# If it is known how long the text may become, the memory can be reserved once. To append then means to write the new rows behind those that are there. What has been filled so far is a view
# of the memory: nothing is copied. Rows that do not fit into the memory that is left have to be refused. So has a wrong shape, which is given: NumPy would broadcast the rows of one sequence
# to all sequences of the memory, without a word.
# %% nbgrader={"grade": false, "grade_id": "17-append", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def append_rows(memory: Array, filled: int, rows: Array) -> Array:
    """Write ``rows`` (..., T, D) into ``memory`` (..., S, D) behind its first ``filled`` positions; a view of all that are filled then: (..., filled + T, D).
    ValueError, with the numbers, for rows of another shape, or if there is no room for them; nothing is written then.
    """
    if rows.ndim != memory.ndim or rows.shape[:-2] != memory.shape[:-2] or rows.shape[-1] != memory.shape[-1]:
        raise ValueError(f"This memory takes rows of shape {(*memory.shape[:-2], 'T', memory.shape[-1])}, got {rows.shape}.")
    message = f"This memory has room for {memory.shape[-2]} positions: {filled} are filled, and {rows.shape[-2]} more do not fit."
    # TODO: refuse what has no room, write, and return the view.
    # APPROACH: 1. filled and T together must be at most S: else ValueError(message). 2. write. 3. return the view that ends behind the new rows.
    # HINTS: memory[..., a:b, :] are the positions a to b - 1.
    ### BEGIN SOLUTION
    end = filled + rows.shape[-2]
    if end > memory.shape[-2]:
        raise ValueError(message)
    memory[..., filled:end, :] = rows
    return memory[..., :end, :]
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "17-append-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_append_rows():
    memory = np.zeros((4, 2), np.float32)
    same(tried(append_rows, memory, 0, np.array([[1.0, 2]])), [[1, 2]], "a row into empty memory")
    filled = tried(append_rows, memory, 1, np.array([[3.0, 4], [5, 6]]))
    same(filled, [[1, 2], [3, 4], [5, 6]], "two rows behind it"), same(memory, [[1, 2], [3, 4], [5, 6], [0, 0]], "the memory")
    assert np.shares_memory(filled, memory), "a view of the memory is returned, not a copy"
    refuses(ValueError, ["4 positions", "3 are filled", "2 more"], append_rows, memory, 3, np.ones((2, 2)))
    ### BEGIN HIDDEN TESTS
    same(tried(append_rows, memory, 3, np.array([[7.0, 8]])), [[1, 2], [3, 4], [5, 6], [7, 8]], "up to the last position")
    refuses(ValueError, ["4 positions", "1 more"], append_rows, memory, 4, np.ones((1, 2)))
    several, rows = normal(3, 2, 7, 5), normal(3, 2, 4, 5)
    after = np.concatenate([several[..., :2, :], rows, several[..., 6:, :]], axis=2)
    same(tried(append_rows, several, 2, rows), after[..., :6, :], "for each sequence and head"), same(several, after, "what is not filled stays")
    for shape in [(1, 2, 1, 5), (3, 1, 1, 5), (3, 2, 1, 1), (2, 1, 5), (1, 5), (1, 3, 2, 1, 5), (3, 2, 8, 5)]:
        refuses(ValueError, [str(shape[-2])], append_rows, several, 0, np.zeros(shape))
    same(several, after, "refused rows write nothing")
    ### END HIDDEN TESTS
test_append_rows()
# %% [markdown]
# **Predict** the exponent for the same n rows, appended in place. Then run, and compare both formulas: for few rows the fixed cost of the calls decides, for many the copies.
# %%
# %%complexity n=16..4096 -o in_place --budget 0.8
reserved_rows = np.empty((4, n, 32), np.float32)
for filled in range(n):
    kept = append_rows(reserved_rows, filled, one_row)
# %% [markdown]
# ### 1.4 How much memory
# The formula of Part 1, in bytes. Count it before you reserve it.
# %% nbgrader={"grade": false, "grade_id": "17-bytes", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def cache_bytes(batch_size: int, max_seq_len: int, num_layers: int, num_heads: int, head_dim: int) -> int:
    """Bytes of the float32 keys and values of ``batch_size`` sequences of ``max_seq_len`` positions: ``cache_bytes(1, 128, 4, 4, 32)`` is 524288."""
    # TODO: the number of bytes.
    # APPROACH: 1. numbers of one position in one layer. 2. times positions, sequences and layers. 3. keys and values. 4. times the bytes of a number.
    # HINTS: FLOAT32.itemsize is 4.
    ### BEGIN SOLUTION
    return 2 * num_layers * batch_size * num_heads * max_seq_len * head_dim * FLOAT32.itemsize
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "17-bytes-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_cache_bytes():
    assert tried(cache_bytes, 1, 128, 4, 4, 32) == 524288, f"4 layers, 4 heads of 32, 128 positions: expected 524288, got {cache_bytes(1, 128, 4, 4, 32)}"
    ### BEGIN HIDDEN TESTS
    for b, s, n, h, d in [(1, 1, 1, 1, 1), (3, 5, 2, 7, 11), (2, 9, 4, 3, 8)]:
        arrays = [np.zeros((b, h, s, d), np.float32) for _ in range(2 * n)]
        assert tried(cache_bytes, b, s, n, h, d) == sum(array.nbytes for array in arrays), f"the bytes of the arrays themselves, for {b, s, n, h, d}"
    ### END HIDDEN TESTS
test_cache_bytes()
# %% [markdown]
# A model with the sizes of the smallest GPT-2 (12 layers, 12 heads of 64, 1,024 positions) keeps 72 MiB for one text (`cache_bytes(1, 1024, 12, 12, 64)`).
# ### 1.5 The cache
# One pass of the model writes into all layers, one after the other. New positions count only when the last layer has them: until then every layer has to see the same number of earlier ones.
# Therefore `update` writes behind `seq_pos` and leaves it where it is, and `advance` moves it, once for each pass. And if a pass fails half-way, the cache is as it was before.
#
# `GPT.forward` expects of a past that `past[layer]` is empty or a pair of keys and values, and it assigns the pair that the block returns. `__getitem__` and `__setitem__` do that. What
# stands for one layer is a `LayerPast`: it is what plain attention takes, and in addition it can append in place.
# %% nbgrader={"grade": false, "grade_id": "17-cache", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
class LayerPast:
    """One layer of a cache, as a past: empty, or its keys and values."""
    def __init__(self, cache: "KVCache", layer: int) -> None: self.cache, self.layer = cache, layer
    def __len__(self) -> int: return 2 if self.cache.seq_pos else 0
    def __getitem__(self, i: int) -> Tensor: return self.cache.get(self.layer)[i]
    def append(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of all positions, ``k`` and ``v`` being those of the new ones."""
        return self.cache.update(self.layer, k, v)
class KVCache:
    """Keys and values of ``num_layers`` layers in float32: ``KVCache(batch_size=1, max_seq_len=128, num_layers=4, num_heads=4, head_dim=32)``.
    All memory is reserved at once. It can be the ``cache`` of a GPT, or the ``past`` of its ``forward``: ``cache[layer]`` is what the layer holds, to be assigned with
    the new positions behind. ``seq_pos`` positions are filled in all layers. ValueError for a size below 1.
    """
    def __init__(self, batch_size: int, max_seq_len: int, num_layers: int, num_heads: int, head_dim: int) -> None:
        sizes = (batch_size, max_seq_len, num_layers, num_heads, head_dim)
        if min(sizes) < 1:
            raise ValueError(f"Every size of a cache must be at least 1, got {sizes}.")
        self.max_seq_len, self.num_layers, self.num_heads, self.head_dim = sizes[1:]
        self.reserve(batch_size)
    def reserve(self, batch_size: int) -> None:
        """New memory, for ``batch_size`` sequences; nothing is filled."""
        shape = (self.num_layers, batch_size, self.num_heads, self.max_seq_len, self.head_dim)
        self.batch_size, self.seq_pos = batch_size, 0
        self.keys, self.values = np.zeros(shape, FLOAT32), np.zeros(shape, FLOAT32)
    def update(self, layer: int, k: Any, v: Any) -> tuple[Tensor, Tensor]:
        """Write ``k`` and ``v`` (batch, heads, T, head_dim) behind the filled positions of ``layer``; all keys and values up to them: (batch, heads, seq_pos + T, head_dim).
        Both are views of the cache. ``seq_pos`` stays: ``advance`` moves it when all layers are written. ValueError if they do not fit, or if they require gradients, which would
        not flow through the cache.
        """
        if getattr(k, "requires_grad", False) or getattr(v, "requires_grad", False):
            raise ValueError("Keys and values that require gradients cannot be cached: generate, or call the model inside of no_grad().")
        k, v = np.asarray(k), np.asarray(v)
        # TODO: append both, and return the filled part of both as tensors.
        # APPROACH: 1. append_rows for the keys of the layer. 2. for its values.
        # HINTS: self.keys[layer] is a view, so append_rows writes into the cache itself. Tensor(array) shares the memory of a float32 array.
        ### BEGIN SOLUTION
        keys = append_rows(self.keys[layer], self.seq_pos, k)
        values = append_rows(self.values[layer], self.seq_pos, v)
        return Tensor(keys), Tensor(values)
        ### END SOLUTION
    def get(self, layer: int) -> tuple[Tensor, Tensor]:
        """Keys and values of the filled positions of ``layer``, each (batch, heads, seq_pos, head_dim): views of the cache, which holds other ones after ``reset``."""
        return Tensor(self.keys[layer, :, :, : self.seq_pos]), Tensor(self.values[layer, :, :, : self.seq_pos])
    def advance(self, steps: int = 1) -> None:
        """All layers hold ``steps`` positions more: from now on they count. ValueError beyond ``max_seq_len``, or for fewer than 0."""
        message = f"This cache has room for {self.max_seq_len} positions: {self.seq_pos} are filled, and it cannot advance by {steps}."
        # TODO: refuse, or move seq_pos.
        # APPROACH: 1. ValueError(message) unless the new position is between the old one and max_seq_len. 2. move.
        # HINTS: 0 <= steps <= ... can be one condition.
        ### BEGIN SOLUTION
        if not 0 <= steps <= self.max_seq_len - self.seq_pos:
            raise ValueError(message)
        self.seq_pos += steps
        ### END SOLUTION
    def reset(self) -> None:
        """Nothing is filled; the memory stays reserved, and the old numbers are overwritten before they count."""
        self.seq_pos = 0
    def get_memory_usage(self) -> dict[str, float]:
        """Bytes: "total_bytes" reserved, "used_bytes" of the filled positions, "per_token_bytes" of one position; "total_mb", the first in units of 2**20."""
        per_token = cache_bytes(self.batch_size, 1, self.num_layers, self.num_heads, self.head_dim)
        total = self.keys.nbytes + self.values.nbytes
        return {"total_bytes": total, "used_bytes": per_token * self.seq_pos, "per_token_bytes": per_token, "total_mb": total / 2**20}
    def __len__(self) -> int: return self.num_layers
    def __getitem__(self, layer: int) -> LayerPast:
        if not 0 <= layer < self.num_layers:
            raise IndexError(f"This cache has layers 0 to {self.num_layers - 1}, got {layer}.")
        return LayerPast(self, layer)
    def __setitem__(self, layer: int, past: tuple[Tensor, Tensor]) -> None:
        """Keep what is new in ``past``, the keys and values of all positions, unless it is here already. The last layer completes a pass."""
        keys, values = past
        if not np.may_share_memory(keys.data, self.keys):
            self.update(layer, keys[..., self.seq_pos :, :], values[..., self.seq_pos :, :])
        if layer == self.num_layers - 1:
            self.advance(keys.shape[-2] - self.seq_pos)
    def __repr__(self) -> str:
        return f"KVCache({self.batch_size}, {self.max_seq_len}, {self.num_layers}, {self.num_heads}, {self.head_dim}), {self.seq_pos} positions filled"
# %% nbgrader={"grade": true, "grade_id": "17-cache-test", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
def test_kv_cache():
    cache, (k, v) = KVCache(batch_size=2, max_seq_len=5, num_layers=3, num_heads=2, head_dim=4), normal(2, 3, 2, 2, 5, 4)
    for layer in range(3):
        keys, values = tried(cache.update, layer, Tensor(k[layer, :, :, :2]), Tensor(v[layer, :, :, :2]))
        same(keys, k[layer, :, :, :2], "the keys of position 0 and 1"), same(values, v[layer, :, :, :2], "their values")
        assert cache.seq_pos == 0 and tried(cache.get, layer)[0].shape == (2, 2, 0, 4), "what is written counts when the cache has advanced, not before"
    tried(cache.advance, 2)
    assert cache.seq_pos == 2 and cache.get_memory_usage()["used_bytes"] == 2 * 3 * 2 * 2 * 2 * 4 * 4, f"two positions are filled, got {cache}"
    for layer in range(3):
        same(tried(cache.get, layer)[0], k[layer, :, :, :2], f"keys of layer {layer}"), same(tried(cache.get, layer)[1], v[layer, :, :, :2], "values")
    refuses(ValueError, ["5 positions", "2 are filled"], cache.advance, 4)
    ### BEGIN HIDDEN TESTS
    for layer in (2, 0, 1):
        for i, (whole, part) in enumerate(zip((k, v), tried(cache.update, layer, k[layer, :, :, 2:], Tensor(v[layer, :, :, 2:])), strict=True)):
            assert isinstance(part, Tensor) and np.shares_memory(part.data, (cache.keys, cache.values)[i]), "a view of the cache"
            same(part, whole[layer], "all so far, in any order of the layers"), same(cache.get(layer)[i], whole[layer, :, :, :2], "until it advances")
    tried(cache.advance, 3), tried(cache.advance, 0), same(cache.keys, k, "the keys of a full cache"), same(cache.values, v, "its values")
    assert cache.get_memory_usage() == {"total_bytes": 1920, "used_bytes": 1920, "per_token_bytes": 384, "total_mb": 1920 / 2**20}
    refuses(ValueError, ["5 positions", "5 are filled", "1 more"], cache.update, 0, k[0, :, :, :1], v[0, :, :, :1])
    refuses(ValueError, ["5 are filled", "by 1"], cache.advance), refuses(ValueError, ["-1"], cache.advance, -1)
    cache.reset(), same(tried(cache.update, 1, v[0, :, :, :1], k[0, :, :, :1])[0], v[0, :, :, :1], "from position 0 again")
    refuses(ValueError, ["(1, 2, 1, 4)"], cache.update, 0, k[0, :1, :, :1], v[0, :1, :, :1]), refuses(ValueError, ["0"], KVCache, 1, 0, 1, 1, 1)
    tried(cache.advance), tried(cache.advance)
    assert cache.seq_pos == 2, "advance() moves by one"
    ### END HIDDEN TESTS
test_kv_cache()
# %% [markdown]
# ### 1.6 Attention that appends in place
# With what you have, the cache works already: `model.cache = KVCache(...)` makes `generate` compute each row once. But `MultiHeadAttention` still concatenates, and the cache then copies the
# new rows out of the result. The module below is a `MultiHeadAttention` in everything except that: given a `LayerPast`, it lets that append.
# %% nbgrader={"grade": false, "grade_id": "17-attention", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
class CachedAttention(MultiHeadAttention):
    """Attention whose keys and values are written into a cache, if its past is one of a ``KVCache``; else as ``MultiHeadAttention``."""
    def forward(self, x: Tensor, mask: Any = None, past: Any = None) -> Any:
        """(batch, T, embed_dim) to the same shape. With a ``LayerPast``: a pair of the result and the keys and values of all positions, which are views of the cache."""
        if not isinstance(past, LayerPast):
            return super().forward(x, mask, past)
        if np.ndim(mask) == x.ndim:
            mask = np.expand_dims(mask, -3)
        # TODO: the result, and the pair (k, v) of all positions.
        # APPROACH: 1. queries, keys and values of the new rows, by head. 2. the past appends keys and values, and gives all of them. 3. attention, with the mask. 4. heads side by side again, and the last projection.
        # HINTS: apply(split_heads, y, num_heads=...), apply(attention, q, k, v, mask=mask), apply(merge_heads, y). The projections are q_proj, k_proj, v_proj and out_proj.
        ### BEGIN SOLUTION
        q, k, v = (apply(split_heads, project(x), num_heads=self.num_heads) for project in (self.q_proj, self.k_proj, self.v_proj))
        k, v = past.append(k, v)
        heads = apply(attention, q, k, v, mask=mask)
        return self.out_proj(apply(merge_heads, heads)), (k, v)
        ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "17-attention-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
def test_cached_attention():
    layer, cache, x = CachedAttention(8, 2), KVCache(3, 6, 1, 2, 4), Tensor(normal(3, 6, 8))
    with no_grad():
        whole, parts = layer(x, create_causal_mask(6)).data, []
        for a, b in [(0, 1), (1, 4), (4, 6)]:
            (out, (keys, values)), counts = watched(layer, x[:, a:b], create_causal_mask(b - a, a), cache[0])
            assert counts["copied"] == 0, f"nothing is concatenated, but {counts['copied']} rows were"
            assert keys.shape == values.shape == (3, 2, b, 4), f"keys and values of all {b} positions, got {keys.shape} and {values.shape}"
            parts.append(out.data)
            cache[0] = keys, values
        same(np.concatenate(parts, axis=1), whole, "in three parts, from position 0 on, the same as at once", 1e-5)
    ### BEGIN HIDDEN TESTS
    assert cache.seq_pos == 6 and np.shares_memory(keys.data, cache.keys) and np.shares_memory(values.data, cache.values)
    with no_grad():
        _, past = MultiHeadAttention.forward(layer, x, None, ())
        same(keys, past[0], "the keys", 1e-6), same(values, past[1], "the values", 1e-6), cache.reset()
        looks = rng.random((3, 6, 6)) < 0.6
        same(layer(x, looks, cache[0])[0], MultiHeadAttention.forward(layer, x, looks), "a mask for each sequence", 1e-5)
    refuses(ValueError, ["no_grad"], layer, x, None, cache[0])
    same(layer(x, looks), MultiHeadAttention.forward(layer, x, looks), "without a past it is attention as before")
    rest, pair = layer(x[:, 4:], None, past)
    same(rest, MultiHeadAttention.forward(layer, x[:, 4:], None, past)[0], "another past, too"), same(pair[0].data[:, :, :6], past[0], "its keys")
    layer(x, looks).sum().backward()
    assert all(p.grad is not None for p in layer.parameters()), "and it can be trained"
    ### END HIDDEN TESTS
test_cached_attention()
# %% [markdown]
# ### 1.7 Switch it on and off
# Children of a module are replaceable attributes: put another attention into a block, and the block calls that. The new one must have *the same* parts and not copies of them, so that the
# model's parameters and their names stay what they are. `sharing` makes such a module. `enable_kv_cache` replaces the attention, by your `swap_attention`, and gives the model a cache. How
# many sequences `generate` will get is not known before it gets them. Therefore a `ModelCache` reserves new memory if a text begins with another number of sequences than the one before.
# %%
#| export
def sharing(kind: type[MultiHeadAttention], other: MultiHeadAttention) -> MultiHeadAttention:
    """A module of ``kind`` with the attributes of ``other``: the same parts, not copies."""
    module = kind.__new__(kind)
    vars(module).update(vars(other))
    return module
class ModelCache(KVCache):
    """A cache for any number of sequences: a text that begins with another number than the one before gets memory of its own."""
    def update(self, layer: int, k: Any, v: Any) -> tuple[Tensor, Tensor]:
        if layer == self.seq_pos == 0 and np.ndim(k) == 4 and np.shape(k)[0] != self.batch_size:
            self.reserve(np.shape(k)[0])
        return super().update(layer, k, v)
def create_kv_cache(model: GPT, batch_size: int = 1) -> KVCache:
    """An empty cache for ``batch_size`` sequences of ``model``, each of at most ``model.max_seq_len`` positions. TypeError unless the model is a GPT."""
    if not isinstance(model, GPT):
        raise TypeError(f"A cache of keys and values is for a GPT, got {type(model).__name__}.")
    return ModelCache(batch_size, model.max_seq_len, model.num_layers, model.num_heads, model.embed_dim // model.num_heads)
def enable_kv_cache(model: GPT, batch_size: int = 1) -> KVCache:
    """From now on ``model.generate`` keeps keys and values: the same tokens, each row computed once. Returns the cache, reserved for ``batch_size`` sequences.
    A text with another number of sequences reserves it anew. One that does not fit into ``model.max_seq_len`` positions is generated without the cache, each token then at the
    cost of ``max_seq_len`` rows. Training is not affected. TypeError unless the model is a GPT.
    """
    cache = create_kv_cache(model, batch_size)
    swap_attention(model, CachedAttention)
    model.cache = cache
    return cache
def disable_kv_cache(model: GPT) -> None:
    """``model.generate`` computes all rows for every token again, and the memory of the cache is given back. Does nothing to a model without one."""
    swap_attention(model, MultiHeadAttention)
    model.cache = None
# %% nbgrader={"grade": false, "grade_id": "17-swap", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def swap_attention(model: GPT, kind: type[MultiHeadAttention]) -> None:
    """Put an attention of ``kind`` that shares all parts with the old one into every block of ``model``."""
    # TODO: replace the attention of every block.
    # APPROACH: 1. for each block: assign what sharing makes.
    # HINTS: model.blocks is a list; each block has an attribute attention.
    ### BEGIN SOLUTION
    for block in model.blocks:
        block.attention = sharing(kind, block.attention)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "17-swap-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_swap_attention():
    model = GPT(7, 8, num_layers=3, num_heads=2, max_seq_len=8)
    before = dict(model.named_parameters())
    tried(swap_attention, model, CachedAttention)
    kinds = [type(block.attention) for block in model.blocks]
    assert kinds == [CachedAttention] * 3, f"every block should have a CachedAttention, they have {kinds}"
    ### BEGIN HIDDEN TESTS
    after = dict(model.named_parameters())
    assert list(after) == list(before) and all(after[path] is before[path] for path in before), "the same parameters, under the same names"
    tried(swap_attention, model, MultiHeadAttention)
    assert [type(block.attention) for block in model.blocks] == [MultiHeadAttention] * 3 and model.blocks[1].attention.num_heads == 2, "and back"
    ### END HIDDEN TESTS
test_swap_attention()
# %% [markdown]
# ## Part 2: Systems analysis
# ### 2.1 Memory
# **Predict** the bytes that this cache keeps, by the formula, and what a text written with it adds to that. Then run.
# %%
manual_seed(17)
model, prompt = GPT(65, 128, num_layers=2, num_heads=4, max_seq_len=512), rng.integers(0, 65, 64)
print(f"by formula: {cache_bytes(4, 512, 2, 4, 32):,} bytes, {cache_bytes(4, 1, 2, 4, 32):,} for each position")
# %%
# %%measure -o memory
cache = enable_kv_cache(model, batch_size=4)
text = model.generate(rng.integers(0, 65, (4, 8)), 16)
# %% [markdown]
# The cache keeps what the formula says, up to less than 1 % (`memory.statements[0].net_bytes / cache_bytes(4, 512, 2, 4, 32) - 1`) for the objects around the two arrays. The text adds less than
# 5 % to that (`memory.statements[1].net_bytes / memory.statements[0].net_bytes`), none of it for keys and values: the memory is reserved, whether one position is filled or all of them.
# ### 2.2 A whole text
# **Predict** from 1.1 how many times faster a prompt of 64 tokens is continued to 128 with the cache. Is the factor that of the rows? Then run.
# %%
disable_kv_cache(model)
# %%
# %%measure --time -o texts
text_without = model.generate(prompt, 64, temperature=0)
cache = enable_kv_cache(model)
text_with = model.generate(prompt, 64, temperature=0)
# %% [markdown]
# The rows are 48.1 times fewer (`sum(range(64, 128)) / 127`). The text is written at least 2 times faster (`texts.statements[0].wall_s / texts.statements[2].wall_s`), but not by the factor
# of the rows. A matrix product with a single row reads all weights for two flops each, and every call has a fixed cost in Python, whether for one row or for a hundred.
# ### 2.3 The cost of the next token
# **Predict** the exponent of T in the time for the next token of a text of T tokens: without a cache, for long texts. Then run.
# %%
small, T = GPT(65, 64, num_layers=2, num_heads=4, max_seq_len=8192), 64
long_text, token = rng.integers(0, 65, (1, 8192)), np.array([[7]])
# %%
# %%complexity T=1..1024 -o without --budget 2
disable_kv_cache(small)
tokens = long_text[:, :T]
# measure:
with no_grad():
    scores = small(tokens)
# %% [markdown]
# **Predict** the same with T - 1 positions in the cache: the fixed cost, the exponent, and how far up T must go until the part that grows is as large as the fixed one.
# %%
small_cache = enable_kv_cache(small)
small_cache.keys[...], small_cache.values[...] = normal(*small_cache.keys.shape), normal(*small_cache.keys.shape)
# %%
# %%complexity T=1..8192 -o with_cache --budget 2
small_cache.reset(), small_cache.advance(T - 1)
# measure:
with no_grad():
    scores = small(token, small_cache)
# %% [markdown]
# Where do the two curves meet? From that length on the cache is the cheaper way.
# %%
both = [globals().get(name) for name in ("without", "with_cache")]
if all(both):  # a script measures nothing
    slow, fast = ({point.size: point.time_s for point in result.points if point.time_s} for result in both)
    shared = sorted(set(slow) & set(fast))
    for length in shared:
        print(f"T = {length:>5}: {slow[length] * 1e3:8.2f} ms without, {fast[length] * 1e3:6.2f} ms with the cache: {slow[length] / fast[length]:6.1f} times")
    print(f"the cache is cheaper above T = {max([0, *(length for length in shared if slow[length] <= fast[length])])}; with it a token takes {both[1].time.formula}")
# %% [markdown]
# Without the cache, the cost grows faster than T: all T rows go through the layers, and each has T scores. With it, what grows is one row of scores and the reading of 2 T D numbers in each
# layer. That is linear, with a slope so small that the fixed cost hides it for short texts.
# ### 2.4 What the copies cost
# A list of pairs is a past, too, as in module 13. Plain attention then concatenates all keys and values for one new row. **Predict**, for 2,047 positions, what the first and the last
# statement keep, and their peaks, in arrays of 2,048 rows (`2048 * 64 * 4` bytes each). Then run.
# %%
small_cache.reset(), small_cache.advance(2047)
pairs = [tuple(Tensor(part.data.copy()) for part in small_cache.get(layer)) for layer in range(2)]
# %%
# %%measure -o copies
with no_grad(): by_cache = small(token, small_cache)[0]
disable_kv_cache(small)
with no_grad(): by_copies = small(token, pairs)[0]
# %% [markdown]
# ## Part 3: Production context
# - PyTorch's attention takes whatever keys it is given; the cache is the program's. Hugging Face's transformers have both forms: `DynamicCache` concatenates, `StaticCache` reserves memory.
# - Memory that is reserved and never filled is wasted. vLLM keeps keys and values in pages that are handed out on demand (Kwon and others, 2023).
# - Many models share keys and values among heads (grouped-query attention: Ainslie and others, 2023): fewer heads in the formula of the memory.
# - The prompt is one pass with many rows, bound by arithmetic. Each later token is bound by reading weights and cache, so servers compute the next tokens of many texts in one batch.
# %% [markdown]
# ## Integration test
# %% nbgrader={"grade": true, "grade_id": "17-integration-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_memoization():
    model = GPT(13, 16, num_layers=3, num_heads=2, max_seq_len=24)
    one, three = rng.integers(0, 13, 4), rng.integers(0, 13, (3, 5))
    def texts():
        manual_seed(5)
        calls = [(one, 20, 0), (three, 15, 0), (three, 15, 1.0), (one[:1], 24, 2.0, 5), (one, 0)]
        return [tried(model.generate, *call).data for call in calls]
    without = texts()
    cache = tried(enable_kv_cache, model)
    for got, expected in zip(texts(), without, strict=True):
        assert np.array_equal(got, expected), f"the same tokens with the cache as without: expected {expected}, got {got}"
    counts = watched(model.generate, one, 20)[1]
    expected = tuple(3 * count for count in generation_work(4, 20, True))
    assert (counts["rows"], counts["scores"], counts["copied"]) == (*expected, 0), f"each row once in 3 layers, {expected}, and no copies: {counts}"
    ### BEGIN HIDDEN TESTS
    assert cache is model.cache and cache.seq_pos == 23 and cache.get_memory_usage()["total_bytes"] == cache_bytes(1, 24, 3, 2, 8)
    tried(model.generate, three, 2)
    assert cache.keys.nbytes + cache.values.nbytes == cache_bytes(3, 24, 3, 2, 8) == cache.get_memory_usage()["total_bytes"], "memory for three"
    long, (_, counts) = tried(model.generate, one, 40, 0), watched(model.generate, one, 22)
    assert long.shape == (44,) and counts["rows"] == 3 * (sum(range(4, 24)) + 2 * 24), "what does not fit into max_seq_len goes without the cache"
    assert tried(enable_kv_cache, model, 2) is model.cache is not cache and model.cache.batch_size == 2, "once more: a new cache"
    tried(disable_kv_cache, model), tried(disable_kv_cache, model)
    assert model.cache is None and type(model.blocks[2].attention) is MultiHeadAttention and np.array_equal(tried(model.generate, one, 40, 0).data, long.data)
    model.cache = tried(create_kv_cache, model, 3)
    assert np.array_equal(tried(model.generate, three, 15, 0).data, without[1]) and model.cache.seq_pos == 19, "with plain attention, too"
    refuses(TypeError, ["Linear"], enable_kv_cache, Linear(2, 2))
    with no_grad():
        refuses(ValueError, ["24", "max_seq_len"], model, np.zeros((3, 25), int), tried(create_kv_cache, model, 3))
    ### END HIDDEN TESTS
test_memoization()
# %%
if __name__ == "__main__":
    test_generation_work(), test_join_rows(), test_append_rows(), test_cache_bytes(), test_kv_cache(), test_cached_attention(), test_swap_attention(), test_memoization()
    print("All tests of module 17 pass:", cache)
# %% [markdown] nbgrader={"grade": true, "grade_id": "17-question-growth", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** From `without`, `with_cache` and the table below them: where do the curves meet, and why so early? Which terms of Part 1 explain the growth of each at its largest T? From which T on
# is the growing part of `with_cache` larger than its fixed part, and what would you do about the fixed part?
# ### BEGIN SOLUTION
# They meet at a few tokens: one row and a few rows cost the same while fixed costs rule. Without: 24 T D^2 is overtaken by 4 T^2 D at T = 6 D = 384: an exponent between 1 and 2. With: a row
# of T scores; fixed cost divided by slope is the T asked for. The fixed part is Python and small products: more sequences in a call, fewer operations. Rubric: 2 points meeting, 3 terms, 3
# fixed part.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "17-question-memory", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **2.** From `memory` and `copies`: how many texts of 1,024 tokens with the sizes of the smallest GPT-2 fit into 8 GiB beside its 124 million parameters in float32? What is wasted if most
# texts end after 100 tokens? Why did plain attention keep new arrays, and what is its peak in a model with L layers?
# ### BEGIN SOLUTION
# (8 * 2**30 - 4 * 124e6) / cache_bytes(1, 1024, 12, 12, 64): 107 texts. Nine tenths of it are never filled: reserve less, or in parts. Each layer's pair is made anew from the old one and
# replaces it in the list: 2 L arrays for each token, and at the peak the old pair of one layer besides. Rubric: 3 points the number, 2 the waste, 3 the copies.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "17-question-window", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **3.** A text grows beyond `max_seq_len`, and `generate` goes on without the cache. Why can the oldest row not simply be dropped from the cache? Measure `generate` for a text just inside
# and just outside of the limit, say with `watched`, and describe what a user of a chat program would notice. What would have to change in the model?
# ### BEGIN SOLUTION
# Positions are added to the embeddings: when the window moves, every token gets another position, and all keys and values change. Beyond the limit each token costs max_seq_len rows instead
# of one: writing becomes slow all at once. With positions relative to each other old rows could be dropped; that is another model, with other tokens. Rubric: 3 points why, 3 figures, 2 the
# change.
# ### END SOLUTION
# %% [markdown]
# ## Summary
# You built a cache of keys and values in reserved memory, an attention that appends to it, and the switch. You measured that copying makes appending quadratic, that a token costs almost the
# same at every length with the cache and ever more without, and that memory pays for it, by a formula that is exact. Next: module 18 makes the operations themselves faster.
