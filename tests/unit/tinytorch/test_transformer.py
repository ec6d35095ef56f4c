"""Transformers: norm and block beside PyTorch's, the choice of a token, and a GPT with and without a past."""

import copy
import pickle
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tinytorch as tiny
from tinytorch import GPT, MLP, LayerNorm, Tensor, TransformerBlock, manual_seed, no_grad
from tinytorch.core.autograd import backward
from tinytorch.core.layers import Module
from tinytorch.core.tensor import Event, apply, set_observer
from tinytorch.core.transformer import choose, create_causal_mask, d_layer_norm, layer_norm, past_length
from tinytorch.nn import functional

rng = np.random.default_rng(23)
close: Callable[..., None] = np.testing.assert_allclose
NORMS: dict[str, Any] = {
    "a vector": rng.standard_normal(6),
    "rows": 3 * rng.standard_normal((4, 6)) + 2,
    "a batch": rng.standard_normal((2, 3, 6)),
    "turned": rng.standard_normal((6, 4, 3)).T,
    "negative strides": rng.standard_normal((5, 12))[::-1, ::-2],
    "one feature": rng.standard_normal((4, 1)),
    "equal numbers": np.full((3, 6), 7.0),
    "small numbers": 1e-3 * rng.standard_normal((3, 6)),
    "far from 0": 1000 + rng.standard_normal((3, 6)),
    "no rows": np.empty((0, 6)),
    "no batch": np.empty((2, 0, 6)),
}


def floats(*shape: int) -> Any:
    return rng.standard_normal(shape).astype(np.float32)


def stirred(model: Any) -> Any:
    """``model`` with every parameter away from where it began."""
    for parameter in model.parameters():
        parameter.data += 0.3 * floats(*parameter.shape)
    return model


def small_gpt(**params: Any) -> Any:
    return stirred(GPT(11, 8, num_layers=2, num_heads=2, max_seq_len=6, **params))


# Layer normalization


@pytest.mark.parametrize("eps", [1e-5, 0.5])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NORMS)
def test_values_and_gradients_of_the_norm_are_those_of_pytorch(
    torch: ModuleType, name: str, dtype: str, eps: float
) -> None:
    x = NORMS[name].astype(dtype)
    arrays = [x, *(rng.standard_normal(x.shape[-1]).astype(dtype) for _ in range(2))]
    g = rng.standard_normal(x.shape).astype(dtype)
    ours = [Tensor(a, dtype=dtype, requires_grad=True) for a in arrays]
    theirs = [torch.from_numpy(a.copy()).requires_grad_() for a in arrays]
    out = functional.layer_norm(*ours, eps=eps)
    expected = torch.nn.functional.layer_norm(theirs[0], x.shape[-1:], *theirs[1:], eps=eps)
    backward(out, g)
    expected.backward(torch.from_numpy(g))
    near = {"rtol": 1e-8, "atol": 1e-8} if dtype == "float64" else {"rtol": 2e-3, "atol": 5e-4}
    assert out.dtype == dtype
    close(out.data, expected.detach().numpy(), **near)
    for what, mine, other in zip(("x", "gamma", "beta"), ours, theirs, strict=True):
        assert mine.grad is not None
        assert mine.grad.dtype == dtype
        close(mine.grad, other.grad.numpy(), err_msg=what, **near)


@pytest.mark.parametrize("name", ["a vector", "rows", "turned", "small numbers"])
@pytest.mark.parametrize("kept", [True, False])
def test_the_gradient_of_the_norm_is_that_of_finite_differences(name: str, kept: bool) -> None:
    arrays = [NORMS[name], rng.standard_normal(NORMS[name].shape[-1]) + 2, rng.standard_normal(NORMS[name].shape[-1])]
    g, keep = rng.standard_normal(arrays[0].shape), {}  # type: ignore[var-annotated]
    y = layer_norm(*arrays, 1e-4, keep)  # type: ignore[arg-type]
    before = [a.copy() for a in (g, y, *arrays)]
    found = d_layer_norm(g, y, *arrays, 1e-4, keep if kept else None)  # type: ignore[arg-type]
    assert all(np.array_equal(a, b) for a, b in zip(before, (g, y, *arrays), strict=True))
    for i, slope in enumerate(found):
        expected = np.zeros(arrays[i].shape)
        for place in np.ndindex(expected.shape):
            ends = []
            for step in (1e-7, -1e-7):
                moved = [a.copy() for a in arrays]
                moved[i][place] += step
                ends.append(np.sum(g * layer_norm(*moved, 1e-4)))  # type: ignore[arg-type]
            expected[place] = (ends[0] - ends[1]) / 2e-7
        close(slope, expected, rtol=1e-4, atol=1e-4 * max(1, np.abs(expected).max()))


def test_the_gradient_of_a_norm_has_no_part_along_its_input() -> None:
    """A shift or a scaling of x leaves the result as it is: so dx is orthogonal to both. Without the two mean terms it is not."""
    x, g = rng.standard_normal((7, 9)), rng.standard_normal((7, 9))
    tensor = Tensor(x, dtype=np.float64, requires_grad=True)
    norm = Tensor(rng.standard_normal(9), dtype=np.float64), Tensor(rng.standard_normal(9), dtype=np.float64)
    backward(apply(layer_norm, tensor, *norm, eps=0.0), g)
    assert tensor.grad is not None
    close(tensor.grad.sum(axis=1), 0, atol=1e-12)
    close((tensor.grad * x).sum(axis=1), 0, atol=1e-12)
    assert np.abs(tensor.grad).max() > 0.1


def test_the_norm_refuses_another_width_with_both_shapes() -> None:
    norm = LayerNorm(6)
    for shape in [(2, 5), (6, 1), (), (0,)]:
        with pytest.raises(
            ValueError, match=r"over 6 features takes \(\.\.\., 6\), got " + str(shape)[:-1].replace("(", r"\(")
        ):
            norm(Tensor(np.zeros(shape)))
    assert repr(norm) == "LayerNorm(6)"
    assert [name for name, _ in norm.named_parameters()] == ["gamma", "beta"]
    x = NORMS["rows"]
    expected = layer_norm(x, np.ones(6), np.zeros(6), 2.0)
    close(LayerNorm(6, eps=2.0)(Tensor(x)).data, expected, rtol=1e-5, atol=1e-6)


# MLP, mask, block


def test_an_mlp_has_the_hidden_features_that_were_asked_for() -> None:
    for mlp, hidden in [(MLP(6), 24), (MLP(6, 5), 5), (MLP(embed_dim=6, hidden_dim=7, dropout_prob=0.1), 7)]:
        assert mlp.linear1.weight.shape == (6, hidden)
        assert mlp.linear2.weight.shape == (hidden, 6)
    mlp, x = MLP(6, dropout_prob=1.0), Tensor(floats(3, 6))
    assert not mlp(x).data.any()
    close(mlp.eval()(x).data, mlp.linear2(tiny.GELU()(mlp.linear1(x))).data)


@pytest.mark.parametrize(("seq_len", "past_len"), [(1, 0), (4, 0), (3, 2), (1, 5), (0, 3)])
def test_the_mask_lets_nobody_look_ahead(seq_len: int, past_len: int) -> None:
    mask = create_causal_mask(seq_len, past_len)
    expected = [[float(s <= past_len + t) for s in range(past_len + seq_len)] for t in range(seq_len)]
    assert mask.dtype == np.float32
    np.testing.assert_array_equal(mask.data, np.reshape(expected, (seq_len, past_len + seq_len)))


@pytest.mark.parametrize("mask", [True, False], ids=["causal", "no mask"])
def test_the_block_is_pytorchs_encoder_layer_with_the_same_weights(torch: ModuleType, mask: bool) -> None:
    ours, look = stirred(TransformerBlock(12, 3)), create_causal_mask(5)
    theirs = torch.nn.TransformerEncoderLayer(12, 3, 48, 0.0, "gelu", batch_first=True, norm_first=True)
    parts = [getattr(ours.attention, f"{name}_proj") for name in "qkv"]
    pairs = {
        "self_attn.out_proj": ours.attention.out_proj,
        "linear1": ours.mlp.linear1,
        "linear2": ours.mlp.linear2,
    }
    state = {f"{name}.weight": part.weight.data.T for name, part in pairs.items()}
    state |= {f"{name}.bias": part.bias.data for name, part in pairs.items()}
    state |= {"self_attn.in_proj_weight": np.concatenate([part.weight.data.T for part in parts])}
    state |= {"self_attn.in_proj_bias": np.concatenate([part.bias.data for part in parts])}
    for name, norm in [("norm1", ours.ln1), ("norm2", ours.ln2)]:
        state |= {f"{name}.weight": norm.gamma.data, f"{name}.bias": norm.beta.data}
    theirs.load_state_dict({name: torch.tensor(np.ascontiguousarray(array)) for name, array in state.items()})
    array, g = floats(2, 5, 12), floats(2, 5, 12)
    x, other = Tensor(array, requires_grad=True), torch.from_numpy(array.copy()).requires_grad_()
    out = ours(x, look if mask else None)
    expected = theirs(other, torch.from_numpy(look.data == 0) if mask else None)
    backward(out, g)
    expected.backward(torch.from_numpy(g))
    near = {"rtol": 1e-3, "atol": 2e-4}
    close(out.data, expected.detach().numpy(), **near)
    close(x.grad, other.grad.numpy(), **near)
    for name, part in pairs.items():
        layer = theirs.get_submodule(name)
        close(part.weight.grad, layer.weight.grad.numpy().T, err_msg=name, **near)
        close(part.bias.grad, layer.bias.grad.numpy(), err_msg=name, **near)
    close(np.concatenate([part.weight.grad.T for part in parts]), theirs.self_attn.in_proj_weight.grad.numpy(), **near)
    for norm, layer in [(ours.ln1, theirs.norm1), (ours.ln2, theirs.norm2)]:
        close(norm.gamma.grad, layer.weight.grad.numpy(), **near)
        close(norm.beta.grad, layer.bias.grad.numpy(), **near)


@pytest.mark.parametrize("steps", [[1] * 6, [4, 1, 1], [2, 3, 1]])
def test_a_block_goes_on_from_its_past(steps: list[int]) -> None:
    block, x = stirred(TransformerBlock(8, 2)), floats(2, 6, 8)
    past: Any = ()
    parts, start = [], 0
    for count in steps:
        out, past = block(Tensor(x[:, start : start + count]), create_causal_mask(count, start), past)
        parts.append(out.data)
        start += count
        assert past[0].shape == past[1].shape == (2, 2, start, 4)
    close(np.concatenate(parts, axis=1), block(Tensor(x), create_causal_mask(6)).data, rtol=1e-4, atol=1e-5)


def test_the_hidden_features_follow_the_ratio() -> None:
    assert TransformerBlock(6, 2).mlp.linear1.weight.shape == (6, 24)
    assert TransformerBlock(6, 2, mlp_ratio=2.5).mlp.linear1.weight.shape == (6, 15)
    block = TransformerBlock(6, 2, dropout_prob=0.25)
    assert {module.p for module in block.modules() if isinstance(module, tiny.Dropout)} == {0.25}


# The next token


def test_temperature_0_takes_the_first_of_the_largest() -> None:
    scores = np.array([[1.0, 4, 2, 4], [-9, -8, -2, -30], [0, 0, 0, 0]])
    assert choose(scores, 0).tolist() == [1, 2, 0]
    assert choose(scores, 0.0, 2).tolist() == [1, 2, 0]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("temperature", "top_k"), [(1.0, None), (0.5, None), (2.0, 3), (1.0, 1), (0.7, 99)])
def test_tokens_are_drawn_by_the_softmax_of_the_largest_scores(
    temperature: float, top_k: int | None, dtype: str
) -> None:
    manual_seed(5)
    row = np.array([0.3, -1.2, 1.9, 0.8, 1.1])
    chances = np.exp(row / temperature)
    if top_k is not None:
        chances[np.argsort(-row)[top_k:]] = 0
    scores = np.tile(row, (40_000, 1)).astype(dtype)
    before = scores.copy()
    counted = np.bincount(choose(scores, temperature, top_k), minlength=5) / len(scores)
    close(counted, chances / chances.sum(), atol=0.012)  # five standard deviations of a share of 1/2
    assert not counted[chances == 0].any()
    np.testing.assert_array_equal(scores, before)


def test_the_same_seed_draws_the_same_tokens() -> None:
    scores = rng.standard_normal((50, 9))
    manual_seed(4)
    first, second = choose(scores), choose(scores)
    manual_seed(4)
    np.testing.assert_array_equal(choose(scores), first)
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("scale", [1e-30, 1e30, 1e300])
def test_no_score_and_no_temperature_overflows(scale: float) -> None:
    scores = np.array([[1.0, -1, 3, 2]]) * scale
    with np.errstate(all="raise", under="ignore"):
        assert choose(scores, scale * 1e-3).tolist() == [2]
    assert choose(scores, 1e-300).tolist() == [2]


@pytest.mark.parametrize(("temperature", "top_k"), [(-0.1, None), (np.nan, None), (np.inf, 2), (1.0, 0), (1.0, -3)])
def test_a_temperature_below_0_and_a_top_k_below_1_are_refused(temperature: float, top_k: int | None) -> None:
    with pytest.raises(ValueError, match=f"got {temperature} and {top_k}"):
        choose(np.zeros((1, 3)), temperature, top_k)


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_score_that_is_nan_is_refused_not_drawn(temperature: float) -> None:
    with pytest.raises(ValueError, match="no score nan"):
        choose(np.array([[1.0, np.nan, 3.0]]), temperature)


def test_generating_leaves_every_part_in_the_mode_that_it_had() -> None:
    model = small_gpt()
    model.train()
    model.blocks[1].eval()
    before = [module.training for module in model.modules()]
    assert True in before
    assert False in before
    model.generate([1, 2], 2)
    assert [module.training for module in model.modules()] == before


def test_what_is_kept_for_the_way_back_is_neither_copied_nor_saved() -> None:
    model = small_gpt()
    size = len(pickle.dumps(model))
    model(rng.integers(0, 11, (64, 6))).sum().backward()
    assert model.blocks[0].attention.kept
    assert model.blocks[0].mlp.gelu.kept
    assert len(pickle.dumps(model)) < 2 * size + 8 * sum(p.size for p in model.parameters())
    twin = copy.deepcopy(model)
    assert twin.blocks[0].attention.kept is None
    assert twin.blocks[0].mlp.gelu.kept is None
    close(twin([1, 2]).data, model([1, 2]).data)


def test_the_generated_ids_decode() -> None:
    words = tiny.CharTokenizer("abcdefghijk")
    ids = small_gpt().generate([1, 2], 3)
    assert words.decode(ids) == words.decode(ids.data.tolist())


# GPT


@pytest.mark.parametrize(("layers", "heads", "width"), [(1, 1, 4), (3, 2, 8)])
def test_a_gpt_has_the_parameters_of_the_formula(layers: int, heads: int, width: int) -> None:
    model = GPT(vocab_size=11, embed_dim=width, num_layers=layers, num_heads=heads, max_seq_len=7)
    expected = (11 + 7) * width + layers * (12 * width**2 + 13 * width) + 2 * width + 11 * width
    parameters = model.parameters()
    assert sum(p.size for p in parameters) == expected
    assert len({id(p) for p in parameters}) == len(parameters) == 2 + 16 * layers + 3
    assert len(model.blocks) == layers


def test_no_token_changes_a_score_before_it() -> None:
    model, ids = small_gpt(), rng.integers(0, 11, (3, 6))
    before = model(ids).data
    for t in range(6):
        moved = ids.copy()
        moved[:, t] = (moved[:, t] + 1) % 11
        changed = np.abs(model(moved).data - before).max(axis=(0, 2))
        assert not changed[:t].any()
        assert (changed[t:] > 1e-4).all()


def test_attention_is_alive_in_every_block() -> None:
    model, ids = small_gpt(), rng.integers(0, 11, (2, 6))
    for block in model.blocks:
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            before, weight = model(ids).data, getattr(block.attention, name).weight
            kept = weight.data.copy()
            weight.data *= -1.5
            assert np.abs(model(ids).data - before).max() > 1e-4, name
            weight.data[...] = kept


def test_every_parameter_gets_a_gradient_that_finite_differences_find() -> None:
    model, ids = small_gpt(), rng.integers(0, 11, (2, 5))
    for parameter in model.parameters():
        parameter.data = parameter.data.astype(np.float64)
    g = rng.standard_normal((2, 5, 11))
    backward(model(ids), g)
    for path, parameter in model.named_parameters():
        way, start = rng.standard_normal(parameter.shape), parameter.data
        ends = []
        for step in (1e-6, -1e-6):
            parameter.data = start + step * way
            ends.append((model(ids).data * g).sum())
        parameter.data = start
        assert parameter.grad is not None, path
        close((parameter.grad * way).sum(), (ends[0] - ends[1]) / 2e-6, rtol=1e-4, atol=1e-4, err_msg=path)


@pytest.mark.parametrize("steps", [[1] * 6, [3, 1, 2], [6]])
def test_scores_with_a_past_are_those_of_the_whole_text(steps: list[int]) -> None:
    model, ids = small_gpt(), rng.integers(0, 11, (3, 6))
    past: Any = [(), ()]
    parts, start = [], 0
    for count in steps:
        scores, past = model(ids[:, start : start + count], past)
        parts.append(scores.data)
        start += count
        assert past_length(past) == start
    close(np.concatenate(parts, axis=1), model(ids).data, rtol=1e-4, atol=1e-4)
    with pytest.raises(ValueError, match="max_seq_len"):
        model(ids[:, :1], past)


def test_a_text_may_have_no_batch_axis_or_several() -> None:
    model, ids = small_gpt(), rng.integers(0, 11, (2, 3, 6))
    whole = model(Tensor(ids)).data
    assert whole.shape == (2, 3, 6, 11)
    close(model(ids[1, 2].tolist()).data, whole[1, 2], rtol=1e-4, atol=1e-5)


def test_a_state_brings_back_the_model() -> None:
    model, other, ids = small_gpt(), small_gpt(), rng.integers(0, 11, (2, 6))
    assert np.abs(model(ids).data - other(ids).data).max() > 1e-3
    other.load_state_dict(model.state_dict())
    np.testing.assert_array_equal(other(ids).data, model(ids).data)
    assert "blocks.1.attention.q_proj.weight" in model.state_dict()


def test_wrong_ids_are_refused() -> None:
    model = small_gpt()
    with pytest.raises(IndexError, match="Id 11 at place"):
        model([[3, 11]])
    with pytest.raises(TypeError, match="integers"):
        model([[0.5]])
    with pytest.raises(ValueError, match="max_seq_len"):
        model(np.zeros((1, 7), int))


def test_generated_tokens_are_the_likeliest_ones_within_the_window() -> None:
    model = small_gpt().eval()
    text = model.generate([3, 7], 9, temperature=0).data
    assert text.shape == (11,)
    assert text[:2].tolist() == [3, 7]
    for i in range(2, 11):
        assert text[i] == model(text[max(0, i - 6) : i]).data[-1].argmax()


def test_prompts_may_be_lists_arrays_and_tensors_with_a_batch_or_without() -> None:
    model, ids = small_gpt(), rng.integers(0, 11, (3, 2))
    whole = model.generate(ids, 3, temperature=0)
    assert whole.shape == (3, 5)
    assert whole.dtype.kind == "i"
    for prompt in (ids[1], ids[1].tolist(), Tensor(ids[1])):
        np.testing.assert_array_equal(model.generate(prompt, 3, temperature=0).data, whole.data[1])
    assert model.generate(ids[0]).shape == (52,)
    np.testing.assert_array_equal(model.generate(ids, max_new_tokens=0).data, ids)


def test_generation_with_a_past_gives_the_same_tokens_and_goes_on() -> None:
    model, ids = small_gpt(), rng.integers(0, 11, (2, 2))
    expected = model.generate(ids, 4, temperature=0).data
    text, past = model.generate(ids, 2, temperature=0, past=[(), ()])
    assert past_length(past) == 3
    np.testing.assert_array_equal(text.data, expected[:, :4])
    more, past = model.generate(text.data[:, -1:], 2, temperature=0, past=past)
    assert past_length(past) == 5
    np.testing.assert_array_equal(more.data[:, 1:], expected[:, 4:])


def test_a_past_saves_the_rows_of_earlier_tokens() -> None:
    """24 tokens behind 8: 8 + 9 + ... + 31 = 468 rows go through the layers without a past, 8 + 23 = 31 with one."""
    model, rows = GPT(11, 8, 2, 2, max_seq_len=32), []

    def count(event: Event) -> None:
        if event.op == "embedding" and event.inputs[0] is model.embedding.token_embedding.weight:
            rows.append(event.output.shape[-2])

    before = set_observer(count)
    try:
        model.generate(range(8), 24)
        assert sum(rows) == 468
        rows.clear()
        model.generate(range(8), 24, past=[(), ()])
        assert sum(rows) == 31
    finally:
        set_observer(before)


class Kept(list[Any]):
    """A past that can be emptied, as generate wants its cache."""

    resets = 0

    def reset(self) -> None:
        self[:] = [(), ()]
        self.resets += 1


def test_a_cache_is_used_where_everything_fits() -> None:
    model = small_gpt()
    expected = model.generate([1, 2], 5, temperature=0).data
    model.cache = Kept()
    for count in (1, 2):
        np.testing.assert_array_equal(model.generate([1, 2], 5, temperature=0).data, expected)
        assert model.cache.resets == count
        assert past_length(model.cache) == 6
    assert model.generate([1, 2], 6, temperature=0).shape == (8,)
    assert model.cache.resets == 2


@pytest.mark.parametrize("training", [True, False])
def test_generating_drops_nothing_out_and_leaves_the_mode_as_it_was(training: bool) -> None:
    model = small_gpt(dropout_prob=0.5).train(training)
    first, second = (model.generate([1, 2], 8, temperature=0) for _ in range(2))
    np.testing.assert_array_equal(first.data, second.data)
    assert {module.training for module in model.modules()} == {training}
    with pytest.raises(IndexError):
        model.generate([11], 3)
    assert {module.training for module in model.modules()} == {training}
    assert not first.requires_grad


def test_generating_remembers_nothing_for_backward() -> None:
    model, remembered = small_gpt(), []
    before = set_observer(lambda event: remembered.append(getattr(event.output, "requires_grad", False)))
    try:
        model.generate([1, 2], 3)
    finally:
        set_observer(before)
    assert remembered
    assert not any(remembered)


@pytest.mark.parametrize(("prompt", "count"), [([], 3), ([[]], 3), ([1], -1), ([[[1]]], 2)])
def test_a_prompt_without_ids_and_a_negative_number_of_new_ones_are_refused(prompt: Any, count: int) -> None:
    with pytest.raises(ValueError, match="generate takes ids"):
        small_gpt().generate(prompt, count)


def test_a_gpt_calls_every_norm_and_attention_once() -> None:
    events: list[str] = []
    model = small_gpt()
    before = set_observer(lambda event: events.append(event.op))
    try:
        with no_grad():
            model([[1, 2, 3]])
    finally:
        set_observer(before)
    assert (events.count("layer_norm"), events.count("attention"), events.count("gelu")) == (5, 2, 2)
    assert events.count("linear") == 2 * 6 + 1


def test_a_block_can_be_replaced() -> None:
    class Through(Module):
        def forward(self, x: Tensor, mask: Any = None, past: Any = None) -> Any:
            return x if past is None else (x, past)

    model = small_gpt()
    model.blocks = [Through()]
    x = model.embedding([[1, 2]])
    close(model([[1, 2]]).data, model.lm_head(model.ln_f(x)).data)
