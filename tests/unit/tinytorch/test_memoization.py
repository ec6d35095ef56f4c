"""The cache of keys and values: the same tokens as without, exact memory, one row for each token, and limits with a sentence."""

import copy
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import tinytorch as tiny
from tinytorch.core.attention import MultiHeadAttention
from tinytorch.core.tensor import Event, set_observer
from tinytorch.perf.memoization import (
    CachedAttention,
    KVCache,
    append_rows,
    cache_bytes,
    create_kv_cache,
    disable_kv_cache,
    enable_kv_cache,
)
from tinytorch.perf.quantization import QuantizedLinear, quantize_model

rng = np.random.default_rng(17)


def gpt(**sizes: int) -> tiny.GPT:
    tiny.manual_seed(3)
    return tiny.GPT(19, **{"embed_dim": 16, "num_layers": 3, "num_heads": 4, "max_seq_len": 32, **sizes})


def cached(**sizes: int) -> tiny.GPT:
    model = gpt(**sizes)
    enable_kv_cache(model)
    return model


def ids(*shape: int) -> Any:
    return rng.integers(0, 19, shape)


@contextmanager
def counting() -> Iterator[dict[str, int]]:
    """Rows and scores of attention (of one head), its flops in products, and rows that concatenation made."""
    counts = {"rows": 0, "scores": 0, "flops": 0, "copied": 0}

    def count(event: Event) -> None:
        if event.op == "attention":
            (*_, t, d), s = event.inputs[0].shape, event.inputs[1].shape[-2]
            counts["rows"] += t
            counts["scores"] += t * s
            counts["flops"] += 4 * int(np.prod(event.inputs[0].shape[:-2])) * t * s * d
        if event.op == "concatenate":
            counts["copied"] += event.output.shape[-2]

    before = set_observer(count)
    try:
        yield counts
    finally:
        set_observer(before)


@pytest.mark.parametrize("shape", [(1,), (5,), (1, 1), (1, 7), (2, 1), (4, 6)])
@pytest.mark.parametrize(("temperature", "top_k"), [(0, None), (1.0, None), (0.7, 3)])
def test_the_tokens_are_those_without_a_cache(shape: tuple[int, ...], temperature: float, top_k: int | None) -> None:
    prompt, plain, quick = ids(*shape), gpt(), cached()
    for model in (plain, quick):
        tiny.manual_seed(11)
        model.first = model.generate(prompt, 20, temperature, top_k).data  # type: ignore[attr-defined]
        model.second = model.generate(prompt, 3, temperature, top_k).data  # type: ignore[attr-defined]
    np.testing.assert_array_equal(quick.first, plain.first)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(quick.second, plain.second)  # type: ignore[attr-defined]


def test_sequences_of_a_batch_do_not_mix() -> None:
    prompt, model = ids(4, 5), cached()
    together = model.generate(prompt, 12, temperature=0).data
    for one, row in zip(prompt, together, strict=True):
        np.testing.assert_array_equal(model.generate(one, 12, temperature=0).data, row)


@pytest.mark.parametrize("cuts", [[1], [0, 1, 2, 3, 4, 5, 6, 7, 8], [4, 5], [8]])
@pytest.mark.parametrize("kind", [MultiHeadAttention, CachedAttention])
def test_scores_in_parts_are_those_of_the_whole_text(cuts: list[int], kind: type[MultiHeadAttention]) -> None:
    model, text = gpt() if kind is MultiHeadAttention else cached(), ids(2, 9)
    cache, ends = create_kv_cache(model, 2), sorted({0, *cuts, 9})
    with tiny.no_grad():
        whole = model(text).data
        parts = [model(text[:, a:b], cache)[0].data for a, b in pairwise(ends)]
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, atol=1e-5)
    assert cache.seq_pos == 9


def test_each_row_is_computed_once_and_none_is_copied() -> None:
    model = cached(max_seq_len=128)
    with counting() as counts:
        model.generate(ids(8), 120)
    assert counts == {**counts, "rows": 3 * 127, "scores": 3 * (8 * 8 + sum(range(9, 128))), "copied": 0}


def test_attention_of_a_token_is_linear_in_the_length_and_without_a_cache_quadratic() -> None:
    model = cached(max_seq_len=256)
    flops: dict[str, list[int]] = {"with": [], "without": []}
    with tiny.no_grad():
        for length in (64, 128, 256):
            text = ids(1, length)
            cache = create_kv_cache(model)
            model(text[:, :-1], cache)
            with counting() as counts:
                model(text[:, -1:], cache)
            flops["with"].append(counts["flops"])
            with counting() as counts:
                model(text)
            flops["without"].append(counts["flops"])
    per_position = 3 * 4 * 16
    assert flops["with"] == [per_position * length for length in (64, 128, 256)]
    assert flops["without"] == [per_position * length**2 for length in (64, 128, 256)]


def traced(function: Any) -> tuple[int, int]:
    """Bytes that ``function()`` keeps while its result lives, and its peak."""
    tracemalloc.start()
    try:
        result = function()
        kept, peak = tracemalloc.get_traced_memory()
        del result
        return kept, peak
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("sizes", [(1, 128, 4, 4, 32), (3, 50, 2, 1, 8)])
def test_memory_is_reserved_exactly(sizes: tuple[int, int, int, int, int]) -> None:
    batch, length, layers, heads, dim = sizes
    expected = 2 * layers * batch * heads * length * dim * 4
    cache = KVCache(*sizes)
    assert cache_bytes(*sizes) == cache.get_memory_usage()["total_bytes"] == cache.keys.nbytes + cache.values.nbytes
    assert cache.get_memory_usage()["total_bytes"] == expected
    assert expected <= traced(lambda: KVCache(*sizes))[0] < expected + 2000


def test_appending_a_token_copies_one_row_and_not_the_past() -> None:
    cache, row = KVCache(1, 4096, 1, 4, 32), tiny.Tensor(np.ones((1, 4, 1, 32)))
    cache.advance(4000)
    cache.update(0, row, row)
    assert traced(lambda: cache.update(0, row, row))[1] < 4000 < 4000 * row.data.nbytes


def test_usage_follows_the_filled_positions() -> None:
    model = cached()
    model.generate(ids(2, 4), 7)
    usage = model.cache.get_memory_usage()
    assert model.cache.seq_pos == 10  # the last token is never an input
    assert usage["used_bytes"] == 10 * usage["per_token_bytes"] == cache_bytes(2, 10, 3, 4, 4)
    assert usage["total_mb"] == cache_bytes(2, 32, 3, 4, 4) / 2**20


def test_a_full_cache_says_so() -> None:
    cache = KVCache(1, 8, 2, 2, 4)
    rows = np.ones((1, 2, 3, 4), np.float32)
    cache.advance(6)
    with pytest.raises(ValueError, match="room for 8 positions: 6 are filled, and 3 more do not fit"):
        cache.update(0, rows, rows)
    with pytest.raises(ValueError, match="cannot advance by 3"):
        cache.advance(3)
    assert cache.seq_pos == 6


def test_a_cache_shorter_than_the_model_says_so_and_nothing_else_breaks() -> None:
    model, prompt = gpt(), ids(6)
    model.cache = KVCache(1, 8, 3, 4, 4)
    with pytest.raises(ValueError, match="room for 8 positions: 8 are filled, and 1 more do not fit"):
        model.generate(prompt, 10)
    disable_kv_cache(model)
    assert model.generate(prompt, 10).shape == (16,)


def test_texts_beyond_the_model_s_length_go_without_the_cache() -> None:
    plain, quick, prompt = gpt(), cached(), ids(2, 5)
    np.testing.assert_array_equal(quick.generate(prompt, 40, 0).data, plain.generate(prompt, 40, 0).data)
    with counting() as counts:
        quick.generate(prompt, 28)
    assert counts["rows"] == 3 * 32, "5 + 28 - 1 positions are just as many as fit"
    with counting() as counts:
        quick.generate(prompt, 29)
    assert counts["rows"] == 3 * sum(range(5, 33)) + 3 * 32


def test_another_number_of_sequences_is_refused_by_a_cache_of_fixed_size() -> None:
    cache, rows = KVCache(2, 8, 1, 2, 4), np.ones((1, 2, 3, 4), np.float32)
    with pytest.raises(ValueError, match=r"\(2, 2, 'T', 4\), got \(1, 2, 3, 4\)"):
        cache.update(0, rows, rows)


def test_a_pass_that_fails_leaves_the_cache_as_it_was() -> None:
    model, text = cached(), ids(1, 6)
    cache = create_kv_cache(model)
    with tiny.no_grad():
        whole = model(text).data
        model(text[:, :4], cache)
        last, model.blocks[2] = model.blocks[2], tiny.Linear(5, 5)  # type: ignore[call-overload]
        with pytest.raises((TypeError, ValueError)):
            model(text[:, 4:], cache)
        model.blocks[2] = last
        assert cache.seq_pos == 4
        np.testing.assert_allclose(model(text[:, 4:], cache)[0].data, whole[:, 4:], atol=1e-5)


def test_gradients_are_refused_where_they_would_be_lost() -> None:
    for model in (gpt(), cached()):
        with pytest.raises(ValueError, match="no_grad"):
            model(ids(1, 3), create_kv_cache(model))
    with pytest.raises(ValueError, match="no_grad"):
        KVCache(1, 3, 1, 1, 2).update(0, np.ones((1, 1, 1, 2)), tiny.Tensor(np.ones((1, 1, 1, 2)), requires_grad=True))


def test_training_is_not_affected() -> None:
    plain, quick, text = gpt(), cached(), ids(2, 9)
    for model in (plain, quick):
        model(text).sum().backward()
    for one, other in zip(plain.parameters(), quick.parameters(), strict=True):
        np.testing.assert_array_equal(one.grad, other.grad)


def test_parameters_keep_their_names_and_identity() -> None:
    model = gpt()
    before = dict(model.named_parameters())
    enable_kv_cache(model)
    assert [(path, id(p)) for path, p in model.named_parameters()] == [(path, id(p)) for path, p in before.items()]
    gpt().load_state_dict(model.state_dict())
    disable_kv_cache(model)
    assert {type(block.attention) for block in model.blocks} == {MultiHeadAttention}
    assert [(path, id(p)) for path, p in model.named_parameters()] == [(path, id(p)) for path, p in before.items()]


def test_quantized_layers_stay_whichever_comes_first() -> None:
    prompt, texts = ids(2, 4), []
    for order in ("quantize first", "cache first"):
        model = gpt()
        if order == "cache first":
            enable_kv_cache(model)
        quantize_model(model, [tiny.Tensor(ids(1, 8) * 0 + 1)])
        if order == "quantize first":
            enable_kv_cache(model)
        texts.append(model.generate(prompt, 10, 0).data)
        disable_kv_cache(model)
        assert isinstance(model.blocks[1].attention.q_proj, QuantizedLinear)
        np.testing.assert_array_equal(model.generate(prompt, 10, 0).data, texts[0])
    np.testing.assert_array_equal(*texts)


def test_a_copied_model_has_a_cache_of_its_own() -> None:
    model, prompt = cached(), ids(5)
    twin = copy.deepcopy(model)
    expected = model.generate(prompt, 5, 0).data
    keys = model.cache.keys.copy()
    twin.generate(ids(5), 9)
    np.testing.assert_array_equal(model.cache.keys, keys)
    np.testing.assert_array_equal(twin.generate(prompt, 5, 0).data, expected)


def test_it_is_a_sequence_of_layers_with_an_end() -> None:
    cache = KVCache(1, 4, 3, 2, 4)
    assert len(cache) == len(list(cache)) == 3
    with pytest.raises(IndexError, match="layers 0 to 2, got 3"):
        cache[3]
    assert repr(cache) == "KVCache(1, 4, 3, 2, 4), 0 positions filled"


@pytest.mark.parametrize("sizes", [(0, 4, 3, 2, 4), (1, 0, 3, 2, 4), (1, 4, 3, 2, -1)])
def test_sizes_below_one_are_refused(sizes: tuple[int, int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        KVCache(*sizes)


def test_rows_of_another_shape_are_not_broadcast() -> None:
    memory = np.zeros((2, 3, 5, 4))
    for shape in [(1, 3, 1, 4), (2, 1, 1, 4), (2, 3, 1, 1), (3, 1, 4), (4,)]:
        with pytest.raises(ValueError, match="takes rows of shape"):
            append_rows(memory, 0, np.ones(shape))
    assert not memory.any()


def test_only_a_gpt_has_a_cache() -> None:
    with pytest.raises(TypeError, match="Linear"):
        enable_kv_cache(tiny.Linear(2, 2))  # type: ignore[arg-type]
