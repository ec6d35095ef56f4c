"""Embeddings: values and gradients as PyTorch's, positions by their formula, and what is refused."""

import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import tinytorch
from tinytorch import Embedding, EmbeddingLayer, PositionalEncoding, Tensor, manual_seed
from tinytorch.core.embeddings import (
    add_positions,
    create_sinusoidal_embeddings,
    d_embedding,
    embedding,
    group_ids,
    sum_groups,
)
from tinytorch.core.tensor import Event, apply, set_observer
from tinytorch.nn import functional

rng = np.random.default_rng(11)
IDS: dict[str, Any] = {
    "one": np.array(3),
    "vector": np.array([3, 0, 3, 8, 3, 1, 0]),
    "size 1": np.array([[5]]),
    "batch": rng.integers(0, 9, (4, 6)),
    "stack": rng.integers(0, 9, (2, 3, 5)),
    "all equal": np.full((5, 7), 2),
    "all different": rng.permutation(9),
    "empty": np.empty((2, 0), np.int64),
    "non-contiguous": rng.integers(0, 9, (6, 4)).T,
    "negative stride": rng.integers(0, 9, (4, 6))[::-1, ::-2],
    "int32": rng.integers(0, 9, (4, 6)).astype(np.int32),
}
DTYPES = pytest.mark.parametrize("dtype", ["float32", "float64"])


@pytest.fixture
def events() -> Iterator[list[Event]]:
    seen: list[Event] = []
    before = set_observer(seen.append)
    yield seen
    set_observer(before)


def added_up(g: Any, ids: Any, rows: int) -> Any:
    """The gradient by its definition, in float64."""
    total = np.zeros((rows, g.shape[-1]))
    np.add.at(total, ids.reshape(-1), g.reshape(-1, g.shape[-1]))
    return total


@DTYPES
@pytest.mark.parametrize("name", IDS)
def test_values_and_gradients_are_those_of_pytorch(torch: ModuleType, name: str, dtype: str) -> None:
    ids, start = IDS[name], rng.standard_normal((9, 5)).astype(dtype)
    g = rng.standard_normal((*ids.shape, 5)).astype(dtype)
    mine = Tensor(start, requires_grad=True, dtype=dtype)
    its = torch.from_numpy(start.copy()).requires_grad_()
    out, expected = functional.embedding(ids, mine), torch.nn.functional.embedding(torch.from_numpy(ids.copy()), its)
    out.backward(g)
    expected.backward(torch.from_numpy(g))
    assert out.dtype == mine.grad.dtype == dtype  # type: ignore[union-attr]
    np.testing.assert_array_equal(out.data, expected.detach().numpy())
    np.testing.assert_allclose(mine.grad, its.grad.numpy(), rtol=1e-5, atol=1e-6)  # type: ignore[arg-type]


def test_two_steps_of_a_layer_are_those_of_pytorch(torch: ModuleType) -> None:
    ours, theirs = Embedding(9, 4), torch.nn.Embedding(9, 4)
    with torch.no_grad():
        theirs.weight.copy_(torch.from_numpy(ours.weight.data))
    for ids in (IDS["batch"], IDS["stack"]):
        out, expected = ours(ids), theirs(torch.from_numpy(ids))
        (out * out).sum().backward()
        (expected * expected).sum().backward()
    np.testing.assert_allclose(ours.weight.grad, theirs.weight.grad.numpy(), rtol=1e-5)  # type: ignore[arg-type]


def test_starting_values_spread_as_pytorchs(torch: ModuleType) -> None:
    manual_seed(3)
    theirs = torch.nn.Embedding(300, 100).weight.detach().numpy()
    for ours in (Embedding(300, 100).weight.data, PositionalEncoding(300, 100).position_embeddings.data):
        assert ours.dtype == theirs.dtype
        assert ours.std() == pytest.approx(theirs.std(), rel=0.03)
        assert abs(ours.mean()) < 0.03
    manual_seed(3)
    first = Embedding(3, 4).weight.data
    manual_seed(3)
    np.testing.assert_array_equal(first, Embedding(3, 4).weight.data)


@pytest.mark.parametrize("name", IDS)
def test_the_gradient_is_that_of_finite_differences(name: str) -> None:
    """The lookup is linear, so any step will do."""
    ids, weight = IDS[name], rng.standard_normal((9, 2))
    g = rng.standard_normal((*ids.shape, 2))
    slopes = np.zeros_like(weight)
    for place in np.ndindex(weight.shape):
        moved = weight.copy()
        moved[place] += 0.5
        slopes[place] = np.sum(g * (embedding(moved, ids) - embedding(weight, ids))) / 0.5
    table = Tensor(weight, requires_grad=True, dtype=np.float64)
    apply(embedding, table, ids).backward(g)
    np.testing.assert_allclose(table.grad, slopes, atol=1e-9)  # type: ignore[arg-type]


@pytest.mark.parametrize("rows", [1, 2, 255, 256, 257, 65_535, 65_536, 65_537])
def test_no_row_of_a_large_table_is_taken_for_another(rows: int) -> None:
    """Ids are sorted in as few bits as the table needs: those at the borders must stay apart."""
    ids = np.concatenate([rng.integers(0, rows, 300), [0, rows - 1, 255 % rows, 256 % rows, rows // 2] * 3])
    g = rng.standard_normal((ids.size, 2))
    got, none = d_embedding(g, g, np.zeros((rows, 2)), ids)
    assert none is None
    np.testing.assert_allclose(got, added_up(g, ids, rows), atol=1e-12)  # type: ignore[arg-type]


@settings(deadline=None, max_examples=60)
@given(
    ids=arrays.arrays(np.int64, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=9), elements=st.integers(0, 6)),
    dim=st.integers(1, 4),
    turned=st.booleans(),
)  # fmt: skip
def test_rows_add_up_for_any_ids(ids: Any, dim: int, turned: bool) -> None:
    g = rng.standard_normal((*ids.shape, dim))
    if turned:
        g, ids = g.swapaxes(0, -2)[::-1] if ids.ndim else g, ids.swapaxes(0, -1)[::-1] if ids.ndim else ids
    before = g.copy()
    got, _ = d_embedding(g, g, np.zeros((7, dim)), ids)
    np.testing.assert_allclose(got, added_up(g, ids, 7), atol=1e-12)  # type: ignore[arg-type]
    np.testing.assert_array_equal(g, before)


def test_a_group_sum_loses_no_more_digits_than_a_loop() -> None:
    ids, g = np.zeros(4096, np.int64), rng.standard_normal((4096, 8)).astype(np.float32)
    exact = g.astype(np.float64).sum(axis=0)
    loop = np.zeros(8, np.float32)
    for row in g:
        loop += row
    got = sum_groups(g, *group_ids(ids, 1))[0]
    assert got.dtype == np.float32
    assert np.abs(got - exact).max() <= 2 * np.abs(loop - exact).max() + 1e-6


@pytest.mark.parametrize("given_as", [list, tuple, np.asarray, Tensor, lambda ids: np.asarray(ids, np.uint8)])
def test_ids_in_any_form(given_as: Any) -> None:
    layer, ids = Embedding(9, 4), [[1, 8, 1], [0, 2, 2]]
    np.testing.assert_array_equal(layer(given_as(ids)).data, layer.weight.data[np.array(ids)])
    assert layer(3).shape == (4,)


@pytest.mark.parametrize(
    ("ids", "error", "words"),
    [
        ([[0, 9]], IndexError, r"Id 9 at place \(0, 1\) is not in a table of 9 rows: ids go from 0 to 8"),
        ([2, -1, 10], IndexError, r"Id -1 at place \(1,\)"),
        (np.array(9), IndexError, r"Id 9 at place \(\)"),
        ([16_777_217], IndexError, "Id 16777217 "),
        (Tensor([[1], [200]]), IndexError, r"Id 200 at place \(1, 0\)"),
        ([1.0, 2.0], TypeError, "integers, got float32"),
        (np.array([1.5]), TypeError, "integers, got float32"),
        (Tensor([1.0]), TypeError, "integers, got float32"),
        ([True, False], TypeError, "integers, got bool"),
        (["a"], TypeError, "numbers"),
        ([[1, 2], [3]], ValueError, "rows of equal length"),
    ],
)
def test_wrong_ids_are_refused_with_a_sentence(ids: Any, error: type[Exception], words: str) -> None:
    layer = EmbeddingLayer(9, 4)
    for run in (layer, layer.token_embedding, lambda wrong: functional.embedding(wrong, layer.token_embedding.weight)):
        with pytest.raises(error, match=words):
            run(ids)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Embedding(0, 4), "0 and 4"),
        (lambda: Embedding(4, -1), "4 and -1"),
        (lambda: PositionalEncoding(0, 4), "0 and 4"),
        (lambda: EmbeddingLayer(4, -4, scale_embeddings=True), "4 and -4"),
        (lambda: EmbeddingLayer(4, 4, pos_encoding="rotary"), "'rotary'"),
        (lambda: create_sinusoidal_embeddings(3, 0), "3 and 0"),
        (lambda: EmbeddingLayer(4, 4, max_seq_len=3)([0, 1, 2, 3]), "positions 0 to 2, wanted are 0 to 3"),
        (lambda: EmbeddingLayer(4, 4, 3, "sinusoidal")([0, 1], start=2), "positions 0 to 2, wanted are 2 to 3"),
        (lambda: EmbeddingLayer(4, 4, 3)([0], start=-1), "wanted are -1 to -1"),
        (lambda: PositionalEncoding(3, 4)(Tensor(np.zeros((2, 1)))), r"\(3, 4\) do not fit vectors of shape \(2, 1\)"),
    ],
)
def test_wrong_sizes_are_refused_with_a_sentence(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize(("length", "dim"), [(1, 1), (5, 2), (50, 16), (7, 9), (600, 64)])
def test_sinusoids_by_their_formula(length: int, dim: int) -> None:
    table = create_sinusoidal_embeddings(length, dim)
    expected = [
        [(math.cos if c % 2 else math.sin)(p / 10000 ** (2 * (c // 2) / dim)) for c in range(dim)]
        for p in range(length)
    ]
    assert table.dtype == np.float32
    assert not table.requires_grad
    np.testing.assert_allclose(table.data, expected, atol=1e-6)


def test_products_of_sinusoids_depend_on_the_distance_alone() -> None:
    table = create_sinusoidal_embeddings(40, 16).data.astype(np.float64)
    products = table @ table.T
    for distance in range(40):
        np.testing.assert_allclose(np.diagonal(products, distance), products[0, distance], atol=1e-5)


@pytest.mark.parametrize("kind", ["learned", "sinusoidal", None])
@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("name", ["one", "vector", "batch", "stack", "empty"])
def test_a_layer_is_table_plus_positions_and_every_gradient_arrives(name: str, scaled: bool, kind: str | None) -> None:
    ids, start = IDS[name], 2
    layer = EmbeddingLayer(9, 4, max_seq_len=12, pos_encoding=kind, scale_embeddings=scaled)
    length = ids.shape[-1] if ids.ndim else 1
    if kind == "learned":
        places = layer.pos_encoding.position_embeddings.data  # type: ignore[union-attr]
    else:
        places = np.zeros((12, 4)) if kind is None else create_sinusoidal_embeddings(12, 4).data
    here = places[start : start + length] if ids.ndim else places[start]
    factor = 2 if scaled else 1
    out = layer(ids, start=start)
    np.testing.assert_allclose(out.data, factor * layer.token_embedding.weight.data[ids] + here, rtol=1e-6)
    g = rng.standard_normal(out.shape).astype(np.float32)
    out.backward(g)
    np.testing.assert_allclose(layer.token_embedding.weight.grad, factor * added_up(g, ids, 9), atol=1e-5)  # type: ignore[arg-type]
    names = [path for path, _ in layer.named_parameters()]
    assert names == ["token_embedding.weight", *["pos_encoding.position_embeddings"][: kind == "learned"]]
    assert list(layer.state_dict()) == names
    if kind == "learned":
        positions = np.broadcast_to(np.arange(start, start + length).reshape(ids.shape[-1:]), ids.shape)
        grad = layer.pos_encoding.position_embeddings.grad  # type: ignore[union-attr]
        np.testing.assert_allclose(np.asarray(grad), added_up(g, positions, 12), atol=1e-5)


@pytest.mark.parametrize("kind", ["learned", "sinusoidal", None])
def test_a_text_in_pieces_gives_the_same_vectors(kind: str | None) -> None:
    layer, ids = EmbeddingLayer(9, 6, 8, kind), rng.integers(0, 9, (2, 8))
    whole = layer(ids).data
    for cut in range(1, 8):
        pieces = [layer(ids[:, :cut]).data, layer(ids[:, cut:], start=cut).data]
        np.testing.assert_array_equal(whole, np.concatenate(pieces, axis=1))
    moved = ids.copy()
    moved[0, 3] = (ids[0, 3] + 1) % 9
    changed = (layer(moved).data != whole).any(axis=-1)
    assert changed.sum() == 1
    assert changed[0, 3], "an id changes its own vector alone"


def test_positions_are_added_to_a_copy() -> None:
    x, table = Tensor(np.ones((3, 2))), Tensor(np.ones((5, 2)))
    add_positions(x, table).data[:] = 7
    assert (x.data == 1).all()
    assert (table.data == 1).all()
    out = EmbeddingLayer(3, 2, pos_encoding=None)
    out([0, 1]).data[:] = 7
    assert not (out.token_embedding.weight.data == 7).any()


def test_a_shared_table_is_one_parameter_and_gets_both_gradients() -> None:
    first, second = Embedding(5, 3), Embedding(5, 3)
    second.weight = first.weight
    (first([1, 2]).sum() + second([2, 2]).sum()).backward()
    np.testing.assert_array_equal(first.weight.grad, np.array([0, 1, 3, 0, 0])[:, None] * np.ones((1, 3)))


def test_the_observer_is_told_of_each_lookup(events: list[Event]) -> None:
    layer, ids = EmbeddingLayer(9, 4, 16), Tensor([[1, 2, 1]])
    layer(ids).sum().backward()
    told = [(event.op, event.phase) for event in events]
    forward = ["embedding", "Embedding", "embedding", "add", "PositionalEncoding", "EmbeddingLayer", "reduce_sum"]
    assert told[: len(forward)] == [(op, "forward") for op in forward]
    assert sorted(told[len(forward) :]) == [(op, "backward") for op in ("add", "embedding", "embedding", "reduce_sum")]
    table, given_ids = events[0].inputs
    assert table is layer.token_embedding.weight
    assert given_ids is ids


def test_the_alias_loads_no_lesson(tmp_path: Path) -> None:
    code = "import sys, tinytorch.text.embeddings; print([n for n in sys.modules if n.startswith('tinytorch.core')])"
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_aliases_are_what_the_lesson_exports() -> None:
    from tinytorch.text import embeddings

    for name in embeddings.__all__:
        assert getattr(embeddings, name) is getattr(tinytorch.core.embeddings, name)
    assert tinytorch.text.embeddings is embeddings
