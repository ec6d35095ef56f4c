"""Attention: values and gradients beside PyTorch's, masks, the past, and what the original course's attention did wrong."""

import inspect
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest

import tinytorch as tiny
from tinytorch import MultiHeadAttention, Tensor, no_grad, scaled_dot_product_attention
from tinytorch.core.attention import attention, d_attention, merge_heads, split_heads
from tinytorch.core.autograd import backward
from tinytorch.core.tensor import Event, apply, set_observer
from tinytorch.nn import functional

rng = np.random.default_rng(19)


close: Callable[..., None] = np.testing.assert_allclose


def floats(*shape: int) -> Any:
    return rng.standard_normal(shape).astype(np.float32)


class Case(NamedTuple):
    """Arrays q, k, v and a mask."""

    q: Any
    k: Any
    v: Any
    mask: Any = None


CAUSAL = np.tril(np.ones((5, 5), bool))
HOLES = rng.random((4, 6)) < 0.5
HOLES[:, 0] = True
NOTHING = HOLES.copy()
NOTHING[2] = False
CASES = {
    "one head": Case(floats(1, 4, 8), floats(1, 4, 8), floats(1, 4, 8)),
    "no batch": Case(floats(4, 8), floats(6, 8), floats(6, 8)),
    "heads": Case(floats(2, 3, 5, 8), floats(2, 3, 5, 8), floats(2, 3, 5, 8)),
    "causal": Case(floats(2, 3, 5, 8), floats(2, 3, 5, 8), floats(2, 3, 5, 8), CAUSAL),
    "other width of values": Case(floats(2, 4, 8), floats(2, 6, 8), floats(2, 6, 3), HOLES),
    "fewer keys than queries": Case(floats(2, 7, 4), floats(2, 3, 4), floats(2, 3, 4)),
    "a mask for each sequence": Case(floats(2, 3, 4, 8), floats(2, 3, 6, 8), floats(2, 3, 6, 8), np.array([HOLES] * 2)[:, None]),
    "a mask of keys": Case(floats(2, 4, 8), floats(2, 6, 8), floats(2, 6, 8), HOLES[:1]),
    "a mask of queries": Case(floats(2, 4, 8), floats(2, 6, 8), floats(2, 6, 8), np.array([[True], [False], [True], [True]])),
    "a forbidden row": Case(floats(2, 4, 8), floats(2, 6, 8), floats(2, 6, 8), NOTHING),
    "everything forbidden": Case(floats(2, 4, 8), floats(2, 6, 8), floats(2, 6, 8), np.zeros((4, 6), bool)),
    "float64": Case(*(floats(2, 5, 8).astype(np.float64) for _ in range(3)), mask=CAUSAL),
    "non-contiguous": Case(*(floats(2, 5, 3, 8).transpose(0, 2, 1, 3) for _ in range(3)), mask=CAUSAL),
    "negative strides": Case(*(floats(2, 5, 8)[::-1, ::-1, ::-1] for _ in range(3)), mask=CAUSAL[::-1, ::-1]),
    "large scores": Case(30 * floats(2, 5, 8), floats(2, 5, 8), floats(2, 5, 8), CAUSAL),
    "size 1": Case(floats(1, 1, 1), floats(1, 1, 1), floats(1, 1, 1)),
    "no keys": Case(floats(2, 4, 8), floats(2, 0, 8), floats(2, 0, 3)),
    "no queries": Case(floats(2, 0, 8), floats(2, 4, 8), floats(2, 4, 3)),
    "no batch elements": Case(floats(0, 4, 8), floats(0, 4, 8), floats(0, 4, 8)),
}  # fmt: skip


def fused(q: Tensor, k: Tensor, v: Tensor, mask: Any) -> Tensor:
    return apply(attention, q, k, v, mask=mask, keep={})


def recomputed(q: Tensor, k: Tensor, v: Tensor, mask: Any) -> Tensor:
    return apply(attention, q, k, v, mask=mask)


def composed(q: Tensor, k: Tensor, v: Tensor, mask: Any) -> Tensor:
    return scaled_dot_product_attention(q, k, v, mask)[0]


def leaves(*arrays: Any) -> Any:
    return [Tensor(a, dtype=a.dtype, requires_grad=True) for a in arrays]


def tolerance(dtype: Any) -> dict[str, Any]:
    return {"rtol": 1e-10, "atol": 1e-10} if dtype == np.float64 else {"rtol": 2e-4, "atol": 1e-5}


@pytest.mark.parametrize("form", [fused, recomputed, composed])
@pytest.mark.parametrize("name", CASES)
def test_values_and_gradients_are_those_of_pytorch(torch: ModuleType, name: str, form: Callable[..., Tensor]) -> None:
    case = CASES[name]
    ours = leaves(*case[:3])
    theirs = [torch.from_numpy(np.array(a)).requires_grad_() for a in case[:3]]
    look = None if case.mask is None else torch.from_numpy(np.array(case.mask))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        out = form(*ours, case.mask)
        g = np.asarray(rng.standard_normal(out.shape), case.q.dtype)
        backward(out, g)
    expected = torch.nn.functional.scaled_dot_product_attention(*theirs, look)
    expected.backward(torch.from_numpy(g))
    assert out.dtype == case.q.dtype
    close(out.data, expected.detach().numpy(), **tolerance(case.q.dtype))
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.grad is not None
        close(mine.grad, other.grad.numpy(), **tolerance(case.q.dtype))


@pytest.mark.parametrize("mask", [None, CAUSAL], ids=["no mask", "causal"])
@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_layer_is_pytorchs_with_the_same_weights(
    torch: ModuleType, mask: Any, need_weights: bool, dtype: str
) -> None:
    ours: Any = MultiHeadAttention(12, 3)
    theirs = torch.nn.MultiheadAttention(12, 3, batch_first=True)
    theirs = theirs.to(getattr(torch, dtype))
    for parameter in ours.parameters():
        parameter.data = rng.standard_normal(parameter.shape).astype(dtype)
    parts = (ours.q_proj, ours.k_proj, ours.v_proj)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.from_numpy(np.concatenate([part.weight.data.T for part in parts])))
        theirs.in_proj_bias.copy_(torch.from_numpy(np.concatenate([part.bias.data for part in parts])))
        theirs.out_proj.weight.copy_(torch.from_numpy(ours.out_proj.weight.data.T.copy()))
        theirs.out_proj.bias.copy_(torch.from_numpy(ours.out_proj.bias.data))
    array, g = rng.standard_normal((2, 2, 5, 12)).astype(dtype)
    x, other = Tensor(array, dtype=dtype, requires_grad=True), torch.from_numpy(array.copy()).requires_grad_()
    out = ours(x, mask)
    forbidden = None if mask is None else torch.from_numpy(~mask)
    expected = theirs(other, other, other, attn_mask=forbidden, need_weights=need_weights)[0]
    backward(out, g)
    expected.backward(torch.from_numpy(g))
    near = {"rtol": 1e-3, "atol": 1e-4} if dtype == "float32" else {"rtol": 1e-9, "atol": 1e-9}
    close(out.data, expected.detach().numpy(), **near)
    close(x.grad, other.grad.numpy(), **near)
    weight, bias = theirs.in_proj_weight.grad.numpy(), theirs.in_proj_bias.grad.numpy()
    for i, part in enumerate(parts):
        close(part.weight.grad, weight[12 * i : 12 * i + 12].T, **near)
        close(part.bias.grad, bias[12 * i : 12 * i + 12], **near)
    close(ours.out_proj.weight.grad, theirs.out_proj.weight.grad.numpy().T, **near)
    close(ours.out_proj.bias.grad, theirs.out_proj.bias.grad.numpy(), **near)


@pytest.mark.parametrize("name", CASES)
def test_the_fused_form_is_the_composed_one(name: str) -> None:
    case = CASES[name]
    expected, weights = scaled_dot_product_attention(*leaves(*case[:3]), mask=case.mask)
    keep: dict[str, Any] = {}
    close(attention(case.q, case.k, case.v, case.mask, keep), expected.data, **tolerance(case.q.dtype))
    close(keep["exponentials"] / keep["sums"], weights.data, **tolerance(case.q.dtype))
    assert keep["exponentials"].dtype == keep["sums"].dtype == case.q.dtype


def by_differences(run: Callable[..., Any], arrays: list[Any], i: int, g: Any) -> Any:
    slope = np.zeros(arrays[i].shape)
    for place in np.ndindex(arrays[i].shape):
        ends = []
        for step in (1e-6, -1e-6):
            moved = [a.copy() for a in arrays]
            moved[i][place] += step
            ends.append(np.sum(g * run(*moved)))
        slope[place] = (ends[0] - ends[1]) / 2e-6
    return slope


@pytest.mark.parametrize("form", [fused, recomputed, composed])
@pytest.mark.parametrize("mask", [None, NOTHING[:3, :5]], ids=["no mask", "a forbidden row"])
def test_gradients_by_finite_differences(form: Callable[..., Tensor], mask: Any) -> None:
    arrays = [rng.standard_normal(shape) for shape in [(2, 3, 4), (2, 5, 4), (2, 5, 2)]]
    g = rng.standard_normal((2, 3, 2))
    inputs = leaves(*arrays)
    backward(form(*inputs, mask), g)
    for i, x in enumerate(inputs):
        expected = by_differences(lambda *a: form(*leaves(*a), mask).data, arrays, i, g)
        close(x.grad, expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("shape", [(3, 8), (2, 3, 8), (2, 5, 3, 8), (0, 8), (2, 0, 8)])
def test_merging_heads_undoes_splitting_them(shape: tuple[int, ...]) -> None:
    x = Tensor(floats(*shape), requires_grad=True)
    split = apply(split_heads, x, num_heads=4)
    assert split.shape == (*shape[:-2], 4, shape[-2], 2)
    g, weights = floats(*shape), Tensor(floats(*split.shape))
    merged = apply(merge_heads, split)
    np.testing.assert_array_equal(merged.data, x.data)
    backward(merged, g)
    np.testing.assert_array_equal(x.grad, g)  # type: ignore[arg-type]
    x.grad = None
    backward((apply(split_heads, x, num_heads=4) * weights).sum())
    np.testing.assert_array_equal(x.grad, merge_heads(weights.data))  # type: ignore[arg-type]


def test_gradients_flow_through_the_weights_too() -> None:
    q, k = rng.standard_normal((3, 4)), rng.standard_normal((5, 4))
    Q, K, V = leaves(q, k, rng.standard_normal((5, 2)))
    g = rng.standard_normal((3, 5))
    backward(scaled_dot_product_attention(Q, K, V)[1], g)
    for i, x in enumerate((Q, K)):
        expected = by_differences(lambda *a: scaled_dot_product_attention(*leaves(*a), V=V)[1].data, [q, k], i, g)
        close(x.grad, expected, rtol=1e-5, atol=1e-7)
    assert V.grad is None


@pytest.mark.parametrize("form", [fused, composed])
def test_queries_keys_and_values_broadcast(form: Callable[..., Tensor]) -> None:
    arrays = [rng.standard_normal(shape) for shape in [(2, 3, 4, 8), (3, 5, 8), (1, 1, 5, 2)]]
    whole = [np.broadcast_to(a, (2, 3, *a.shape[-2:])) for a in arrays]
    inputs, expanded = leaves(*arrays), leaves(*whole)
    out, expected = form(*inputs, None), form(*expanded, None)
    close(out.data, expected.data)
    backward(out.sum())
    backward(expected.sum())
    assert expanded[2].grad is not None
    close(inputs[2].grad, expanded[2].grad.sum((0, 1), keepdims=True))


@pytest.mark.parametrize("form", [fused, composed])
def test_a_mask_may_be_of_any_kind(form: Callable[..., Tensor]) -> None:
    q, k, v = leaves(floats(2, 4, 8), floats(2, 6, 8), floats(2, 6, 8))
    expected = form(q, k, v, HOLES).data
    numbers = HOLES * rng.choice([0.5, 1, -2, 7], HOLES.shape)
    for mask in (HOLES.astype(int), HOLES.astype(np.float32), numbers, HOLES.tolist(), Tensor(HOLES), HOLES[None]):
        np.testing.assert_array_equal(form(q, k, v, mask).data, expected)


@pytest.mark.parametrize("form", [fused, composed])
def test_a_forbidden_row_gives_zeros_and_no_gradient(form: Callable[..., Tensor]) -> None:
    q, k, v = leaves(floats(4, 8), floats(6, 8), floats(6, 8))
    out = form(q, k, v, NOTHING)
    backward(out, np.ones(out.shape))
    assert not out.data[2].any()
    assert q.grad is not None
    assert not q.grad[2].any()
    assert q.grad[[0, 1, 3]].any(axis=1).all()
    assert all(np.isfinite(x.grad).all() for x in (q, k, v))


@pytest.mark.parametrize("scale", [1, 1e3, 1e6])
def test_a_mask_does_not_drown_the_scores(scale: float) -> None:
    q, k, v = (scale * floats(5, 8) for _ in range(3))
    _, weights = scaled_dot_product_attention(Tensor(q), Tensor(k), Tensor(v), CAUSAL)
    scores = (q.astype(np.float64) @ k.T.astype(np.float64)) / np.sqrt(8)
    for t in range(5):
        row = np.exp(scores[t, : t + 1] - scores[t, : t + 1].max())
        close(weights.data[t, : t + 1], row / row.sum(), rtol=1e-2, atol=1e-3)
        assert not weights.data[t, t + 1 :].any()


def test_moving_the_queries_weights_moves_the_result_under_a_causal_mask() -> None:
    layer, x = MultiHeadAttention(8, 2), Tensor(floats(2, 5, 8))
    before = layer(x, CAUSAL).data
    for part in (layer.q_proj, layer.k_proj, layer.v_proj, layer.out_proj):
        kept = part.weight.data.copy()
        part.weight.data += floats(8, 8)
        assert np.abs(layer(x, CAUSAL).data - before).max() > 1e-3
        part.weight.data[...] = kept


def test_no_row_is_reached_by_a_later_one() -> None:
    layer, x = MultiHeadAttention(8, 2), floats(2, 5, 8)
    before = layer(Tensor(x), CAUSAL).data
    for t in range(5):
        moved = x.copy()
        moved[:, t] += 1e3
        changed = np.abs(layer(Tensor(moved), CAUSAL).data - before).max(axis=(0, 2))
        assert not changed[:t].any()
        assert (changed[t:] > 1e-3).all()


@pytest.mark.parametrize("shape", [(1, 1, 5, 5), (2, 1, 5, 5), (2, 3, 5, 5), (2, 5, 5), (5, 5), (1, 5), (2, 1, 1, 5)])
def test_the_layers_mask_is_for_all_for_each_sequence_or_for_each_head(shape: tuple[int, ...]) -> None:
    layer, x, mask = MultiHeadAttention(12, 3), floats(2, 5, 12), rng.random(shape) < 0.6
    whole = mask[:, None] if mask.ndim == 3 else mask
    whole = np.broadcast_to(whole, (2, 3, 5, 5))
    parts = (apply(split_heads, part(Tensor(x)), num_heads=3) for part in (layer.q_proj, layer.k_proj, layer.v_proj))
    heads, _ = scaled_dot_product_attention(*parts, mask=whole)
    expected = layer.out_proj(Tensor(heads.data.transpose(0, 2, 1, 3).reshape(2, 5, 12)))
    close(layer(Tensor(x), mask).data, expected.data, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("batch", [(), (3,), (2, 3)])
@pytest.mark.parametrize("steps", [[1, 1, 1, 1, 1, 1], [4, 1, 1], [2, 3, 1], [6]])
def test_going_on_from_the_past_is_the_whole_pass(batch: tuple[int, ...], steps: list[int]) -> None:
    layer, x, causal = MultiHeadAttention(8, 2), floats(*batch, 6, 8), np.tril(np.ones((6, 6)))
    expected = layer(Tensor(x), causal).data
    past: Any = ()
    parts, start = [], 0
    for count in steps:
        rows = Tensor(x[..., start : start + count, :])
        out, past = layer(rows, causal[start : start + count, : start + count], past)
        parts.append(out.data)
        start += count
        assert past[0].shape == past[1].shape == (*batch, 2, start, 4)
    close(np.concatenate(parts, axis=-2), expected, rtol=1e-4, atol=1e-6)


def test_gradients_go_through_the_past() -> None:
    layer, x = MultiHeadAttention(8, 2), floats(1, 4, 8)
    first, second = Tensor(x[:, :3], requires_grad=True), Tensor(x[:, 3:])
    whole = Tensor(x, requires_grad=True)
    out, _ = layer(second, None, layer(first, None, ())[1])
    backward(out.sum())
    backward(layer(whole)[:, 3:].sum())
    assert whole.grad is not None
    close(first.grad, whole.grad[:, :3], rtol=1e-4, atol=1e-6)


def test_without_a_past_the_result_comes_alone() -> None:
    layer, x = MultiHeadAttention(8, 2), Tensor(floats(2, 3, 8))
    assert isinstance(layer(x), Tensor)
    out, (keys, values) = layer(x, past=())
    np.testing.assert_array_equal(out.data, layer(x).data)
    np.testing.assert_array_equal(keys.data, split_heads(layer.k_proj(x).data, 2))
    np.testing.assert_array_equal(values.data, split_heads(layer.v_proj(x).data, 2))


@pytest.mark.parametrize("given", [(8, 3), (8, 0), (8, -2), (0, 1), (-8, 2)])
def test_the_heads_must_divide_the_width(given: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=rf"multiple of the number of heads, got {given[0]} and {given[1]}\."):
        MultiHeadAttention(*given)


@pytest.mark.parametrize("form", [fused, composed])
@pytest.mark.parametrize(
    "shapes",
    [[(4, 8), (5, 7), (5, 8)], [(4, 8), (5, 8), (6, 8)], [(8,), (5, 8), (5, 8)], [(4, 8), (8,), (5, 8)], [(4, 8), (5, 8), (5,)]],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_its_shapes(
    form: Callable[..., Tensor], shapes: list[tuple[int, ...]]
) -> None:
    with pytest.raises(ValueError, match="Attention takes queries") as error:
        form(*leaves(*(floats(*shape) for shape in shapes)), None)
    assert all(str(shape) in str(error.value) for shape in shapes)


@pytest.mark.parametrize("form", [fused, composed])
@pytest.mark.parametrize("shape", [(5,), (4, 5), (3, 4, 6), (2, 2, 4, 6)])
def test_a_mask_that_does_not_fit_is_refused(form: Callable[..., Tensor], shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"broadcast"):
        form(*leaves(floats(2, 4, 8), floats(2, 6, 8), floats(2, 6, 8)), np.ones(shape))


def test_the_layer_refuses_another_width() -> None:
    with pytest.raises(ValueError, match=r"takes \(\.\.\., 8\), got \(2, 3, 7\)"):
        MultiHeadAttention(8, 2)(Tensor(floats(2, 3, 7)))


def test_the_rule_changes_nothing_and_may_run_again() -> None:
    q, k, v, g = rng.standard_normal((4, 2, 3, 4))
    arrays: Any = (q, k, v)
    keep: dict[str, Any] = {}
    y = attention(q, k, v, CAUSAL[:3, :3], keep)
    before = [a.copy() for a in (g, y, *arrays, *keep.values())]
    first, second = (
        [dx() for dx in d_attention(g, y, *arrays, mask=CAUSAL[:3, :3], keep=keep) if callable(dx)] for _ in range(2)
    )
    assert len(first) == 3
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(before, (g, y, *arrays, *keep.values()), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_layer_has_four_linear_layers_under_their_names() -> None:
    layer = MultiHeadAttention(6, 2)
    names = [f"{part}_proj.{what}" for part in ("q", "k", "v", "out") for what in ("weight", "bias")]
    assert [name for name, _ in layer.named_parameters()] == names
    assert sum(p.size for p in layer.parameters()) == 4 * (6 * 6 + 6)
    other = MultiHeadAttention(6, 2)
    other.load_state_dict(layer.state_dict())
    x = Tensor(floats(2, 3, 6))
    np.testing.assert_array_equal(layer(x).data, other(x).data)


def test_the_layer_tells_an_observer_about_one_attention() -> None:
    events: list[Event] = []
    layer, x = MultiHeadAttention(8, 2), Tensor(floats(2, 3, 8), requires_grad=True)
    before = set_observer(events.append)
    try:
        backward(layer(x, CAUSAL[:3, :3]).sum())
    finally:
        set_observer(before)
    found = [(event.op, event.phase) for event in events if event.op in ("attention", "softmax", "matmul")]
    assert found == [("attention", "forward"), ("attention", "backward")]


def test_what_a_call_kept_is_there_until_the_next_one() -> None:
    layer, x = MultiHeadAttention(8, 2), floats(2, 5, 8)
    layer(Tensor(x), CAUSAL).sum().backward()
    assert layer.kept is not None
    weights = layer.kept["exponentials"] / layer.kept["sums"]
    close(weights.sum(axis=-1), np.ones((2, 2, 5)), rtol=1e-5)
    assert not weights[..., ~CAUSAL].any()
    with no_grad():
        layer(Tensor(x), CAUSAL)
    assert layer.kept is None
    assert layer.state_dict().keys() == MultiHeadAttention(8, 2).state_dict().keys()


def test_two_calls_before_backward_keep_apart_what_they_need() -> None:
    layer, first, second = MultiHeadAttention(8, 2), floats(2, 5, 8), floats(2, 5, 8)
    alone = []
    for rows in (first, second):
        x = Tensor(rows, requires_grad=True)
        layer(x, CAUSAL).sum().backward()
        alone.append(x.grad)
    both = [Tensor(rows, requires_grad=True) for rows in (first, second)]
    (layer(both[0], CAUSAL).sum() + layer(both[1], CAUSAL).sum()).backward()
    for x, expected in zip(both, alone, strict=True):
        close(x.grad, expected, rtol=1e-5, atol=1e-7)


def test_without_gradients_nothing_is_remembered() -> None:
    layer, x = MultiHeadAttention(8, 2), Tensor(floats(2, 3, 8))
    with no_grad():
        out, (keys, _) = layer(x, past=())
    assert not out.requires_grad
    assert not keys.requires_grad
    assert not out.params


def test_the_faces_say_that_the_weights_come_too() -> None:
    q, k, v = leaves(floats(4, 8), floats(6, 8), floats(6, 8))
    for function in (functional.scaled_dot_product_attention, tiny.scaled_dot_product_attention):
        out, weights = function(q, k, v, mask=HOLES)
        assert (out.shape, weights.shape) == ((4, 8), (4, 6))
    assert "weights" in (inspect.getdoc(functional.scaled_dot_product_attention) or "")
    assert tiny.nn.MultiHeadAttention is MultiHeadAttention
