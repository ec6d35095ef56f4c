"""Compression: what pruning keeps, layers that really are smaller, low rank, and the gradient of distillation, beside PyTorch's."""

import copy
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import tinytorch as tiny
from tinytorch.core.layers import Module
from tinytorch.core.training import CrossEntropyLoss, Trainer
from tinytorch.perf.compression import (
    Compressor,
    KeepZeros,
    KnowledgeDistillation,
    factor_linear,
    hidden_pairs,
    largest,
    low_rank_approximate,
    low_rank_layers,
    magnitude_prune,
    measure_sparsity,
    structured_prune,
)
from tinytorch.perf.profiling import Profiler

rng = np.random.default_rng(16)


@pytest.fixture(autouse=True)
def seeded() -> None:
    tiny.manual_seed(16)


def x(*shape: int) -> tiny.Tensor:
    return tiny.Tensor(rng.standard_normal(shape))


def mlp(*widths: int, between: Any = tiny.ReLU) -> Any:
    parts = [part for pair in pairwise(widths) for part in (tiny.Linear(*pair), between())]
    return tiny.Sequential(parts[:-1])


def gpt() -> Any:
    tiny.manual_seed(0)
    return tiny.GPT(17, 16, num_layers=2, num_heads=2, max_seq_len=12)


@settings(max_examples=100, deadline=None)
@given(arrays.arrays(np.float32, (4, 5), elements=st.floats(-2, 2, width=16)), st.integers(0, 20))
def test_exactly_the_largest_are_kept_ties_or_not(scores: Any, count: int) -> None:
    keep = largest(scores, count)
    assert keep.shape == scores.shape
    assert keep.sum() == count
    assert scores[keep].min(initial=9) >= scores[~keep].max(initial=-9)


@pytest.mark.parametrize("sparsity", [0.0, 0.3, 0.5, 0.9, 1.0])
def test_pruning_ranks_all_weights_of_a_model_together(sparsity: float) -> None:
    model = tiny.Sequential(tiny.Conv2d(2, 4, 3), tiny.ReLU(), tiny.nn.Flatten(), tiny.Linear(64, 5))
    model.layers[3].weight.data *= 0.01  # type: ignore[union-attr]
    weights = [model.layers[0].weight, model.layers[3].weight]  # type: ignore[union-attr]
    before = np.abs(np.concatenate([w.data.ravel() for w in weights]))
    magnitude_prune(model, sparsity)
    after = np.concatenate([w.data.ravel() for w in weights])
    assert (after == 0).sum() == round(sparsity * before.size)
    assert before[after != 0].min(initial=9) >= before[after == 0].max(initial=0)
    assert measure_sparsity(model) == pytest.approx(sparsity, abs=0.002)


def test_a_weight_in_two_places_counts_once() -> None:
    shared = tiny.Linear(4, 4)
    model = tiny.Sequential(shared, tiny.ReLU(), shared)
    magnitude_prune(model, 0.5)
    assert (shared.weight.data == 0).sum() == 8
    assert measure_sparsity(model) == 0.5


def test_a_language_model_is_pruned_and_still_generates() -> None:
    model = magnitude_prune(gpt(), 0.6)
    assert measure_sparsity(model) == pytest.approx(0.6, abs=1e-3)
    assert model.generate(np.array([1, 2, 3]), max_new_tokens=4).shape == (7,)


def test_what_cannot_be_pruned_is_refused() -> None:
    for wrong in (-0.01, 1.01, float("nan")):
        with pytest.raises(ValueError, match="from 0 to 1"):
            magnitude_prune(mlp(3, 2), wrong)
        with pytest.raises(ValueError, match="from 0 to 1"):
            structured_prune(mlp(3, 4, 2), wrong)
    with pytest.raises(ValueError, match="no weights"):
        measure_sparsity(tiny.Sequential(tiny.ReLU()))


def trained(model: Any, optimizer: Any, steps: int = 5) -> Trainer:
    trainer = Trainer(model, optimizer, CrossEntropyLoss())
    trainer.train_epoch([(x(8, 6), tiny.Tensor(rng.integers(0, 3, 8))) for _ in range(steps)])
    return trainer


@pytest.mark.parametrize(
    "make",
    [lambda p: tiny.SGD(p, 0.1, momentum=0.9, weight_decay=0.1), lambda p: tiny.Adam(p, 0.1), lambda p: tiny.AdamW(p, 0.1)],
)  # fmt: skip
def test_zeros_survive_training_and_without_keep_zeros_they_do_not(make: Any) -> None:
    model = magnitude_prune(mlp(6, 16, 3, between=tiny.Tanh), 0.4)
    zeros, loose = model[0].weight.data == 0, copy.deepcopy(model)
    before = model[0].weight.data.copy()
    trained(model, KeepZeros(make(model.parameters())))
    np.testing.assert_array_equal(model[0].weight.data == 0, zeros)
    assert (model[0].weight.data[~zeros] != before[~zeros]).mean() > 0.5  # some neurons have no way out left
    trained(loose, make(loose.parameters()))
    assert measure_sparsity(loose) < 0.01


def test_an_optimizer_that_remembers_does_not_move_what_is_pruned_later() -> None:
    model = mlp(6, 16, 3)
    optimizer = KeepZeros(tiny.Adam(model.parameters(), 0.1))
    trained(model, optimizer)
    magnitude_prune(model, 0.5)
    zeros = model[2].weight.data == 0
    trained(model, optimizer)
    np.testing.assert_array_equal(model[2].weight.data == 0, zeros)


def test_a_checkpoint_goes_on_with_the_same_zeros_and_state(tmp_path: Path) -> None:
    model = magnitude_prune(mlp(6, 16, 3), 0.5)
    trainer = trained(model, KeepZeros(tiny.Adam(model.parameters(), 0.1)))
    trainer.save_checkpoint(tmp_path / "c.npz")
    other = mlp(6, 16, 3)
    again = Trainer(other, KeepZeros(tiny.Adam(other.parameters(), 0.1)), CrossEntropyLoss())
    again.load_checkpoint(tmp_path / "c.npz")
    batch = [(x(8, 6), tiny.Tensor(rng.integers(0, 3, 8)))]
    trainer.train_epoch(batch)
    again.train_epoch(batch)
    np.testing.assert_array_equal(other[0].weight.data, model[0].weight.data)


@pytest.mark.parametrize("between", [tiny.ReLU, tiny.Tanh, tiny.Sigmoid, tiny.GELU, tiny.Dropout])
def test_removing_neurons_is_not_listening_to_them(between: Any) -> None:
    model = mlp(6, 10, 3, between=between).eval()
    norms = np.linalg.norm(model[0].weight.data, axis=0)
    silent, inputs = copy.deepcopy(model), x(7, 6)
    silent[2].weight.data[np.argsort(norms)[:4]] = 0
    structured_prune(model, 0.4)
    np.testing.assert_allclose(model(inputs).data, silent(inputs).data, atol=1e-5)
    assert Profiler().count_parameters(model) == 6 * 6 + 6 + 6 * 3 + 3
    assert model[2].in_features == model[0].out_features == 6


def test_the_smaller_layers_can_be_trained_saved_and_restored() -> None:
    model = structured_prune(mlp(6, 16, 8, 3), 0.5)
    trained(model, tiny.Adam(model.parameters(), 0.1))
    other, inputs = mlp(6, 8, 4, 3), x(5, 6)
    other.load_state_dict(model.state_dict())
    np.testing.assert_array_equal(other(inputs).data, model(inputs).data)
    assert all(p.data.flags.c_contiguous for p in model.parameters())


def test_layers_by_attribute_are_pruned_as_a_pair() -> None:
    model, ids = gpt(), tiny.Tensor(rng.integers(0, 17, (2, 9)))
    flops = Profiler().count_flops(model, ids)
    for block in model.blocks:
        structured_prune(tiny.Sequential(block.mlp.linear1, block.mlp.gelu, block.mlp.linear2), 0.5)
    assert model(ids).shape == (2, 9, 17)
    assert model.blocks[0].mlp.linear1.weight.shape == (16, 32)
    assert Profiler().count_flops(model, ids) < flops


class Parallel(Module):
    """Two layers that only look as if they stood in a row."""

    def __init__(self) -> None:
        self.q, self.k = tiny.Linear(4, 4), tiny.Linear(4, 4)

    def forward(self, inputs: Any) -> Any:
        return self.q(inputs) + self.k(inputs)


def test_only_layers_in_a_row_lose_neurons() -> None:
    shared = tiny.Linear(4, 4)
    for model in (
        Parallel(),
        tiny.Linear(4, 4),
        tiny.Sequential(shared, tiny.ReLU(), shared),
        tiny.Sequential(tiny.Sequential(tiny.Linear(4, 4)), shared),
        tiny.Sequential(tiny.Linear(4, 4), tiny.Softmax(), shared),
        tiny.Sequential(tiny.Linear(4, 4), tiny.LayerNorm(4), shared),
    ):
        with pytest.raises(ValueError, match="in a row"):
            hidden_pairs(model)
    mixed = tiny.Sequential(Parallel(), mlp(4, 6, 2))
    assert [(a.in_features, b.out_features) for a, b in hidden_pairs(mixed)] == [(4, 2)]


@pytest.mark.parametrize("shape", [(5, 9), (9, 5), (6, 6), (1, 4)])
def test_no_matrix_of_that_rank_is_closer(shape: tuple[int, int]) -> None:
    w = rng.standard_normal(shape).astype(np.float32)
    s_all = np.linalg.svd(w, compute_uv=False)
    for ratio in (0.2, 0.5, 1.0):
        u, s, v = low_rank_approximate(w, ratio)
        assert len(s) == max(1, round(ratio * min(shape)))
        error = np.linalg.norm(w - (u * s) @ v)
        assert error == pytest.approx(np.sqrt((s_all[len(s) :] ** 2).sum()), abs=1e-5)
        other = rng.standard_normal((shape[0], len(s)))
        best = other @ np.linalg.lstsq(other, w, rcond=None)[0]
        assert error <= np.linalg.norm(w - best) + 1e-5
        assert u.dtype == s.dtype == v.dtype == np.float32


@pytest.mark.parametrize("bias", [True, False])
def test_two_thin_layers_do_fewer_flops_and_nearly_the_same(bias: bool) -> None:
    layer, inputs = tiny.Linear(40, 30, bias), x(6, 40)
    flops, biases = 2 * 6 * 40 * 30, 6 * 30 * bias
    assert Profiler().count_flops(layer, (6, 40)) == flops + biases
    pair = factor_linear(layer, 0.2)
    assert Profiler().count_flops(pair, (6, 40)) == 2 * 6 * 6 * (40 + 30) + biases
    assert factor_linear(layer, 1.0)(inputs).data == pytest.approx(layer(inputs).data, abs=1e-4)
    errors = [np.abs(factor_linear(layer, r)(inputs).data - layer(inputs).data).max() for r in (0.1, 0.5, 0.9)]
    assert errors[0] > errors[1] > errors[2]


def test_layers_are_replaced_where_that_saves_weights() -> None:
    model = mlp(64, 64, 4)
    last = model[2]
    assert low_rank_layers(model, 0.25) is model
    assert [p.weight.shape for p in model[0].layers] == [(64, 16), (16, 64)]
    assert model[2] is not last
    untouched = mlp(64, 64, 4)
    before = list(untouched.layers)
    low_rank_layers(untouched, 0.95)
    assert untouched.layers == before, "rank 61 of 64 would take more weights than the matrix"
    assert isinstance(low_rank_layers(tiny.Linear(8, 8), 0.25), tiny.Sequential)


def test_a_language_model_of_thin_layers_computes_and_trains() -> None:
    model, ids = gpt(), tiny.Tensor(rng.integers(0, 17, (2, 9)))
    flops = Profiler().count_flops(model, ids)
    low_rank_layers(model, 0.25)
    assert Profiler().count_flops(model, ids) < flops
    model(ids).sum().backward()
    assert all(p.grad is not None for p in model.blocks[0].mlp.parameters())


def distillation(t: float = 3.0, alpha: float = 0.7) -> KnowledgeDistillation:
    return KnowledgeDistillation(mlp(6, 8, 3), mlp(6, 4, 3), t, alpha)


@pytest.mark.parametrize("t", [0.5, 1.0, 3.0, 20.0])
@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_the_gradient_of_distillation_is_that_of_finite_differences(t: float, alpha: float) -> None:
    scores, goals, labels = rng.standard_normal((4, 3)) * 2, rng.standard_normal((4, 3)) * 2, np.array([0, 2, 1, 1])
    loss, student = distillation(t, alpha), tiny.Tensor(scores, True, np.float64)
    loss(student, (goals, labels)).backward()
    numeric = np.zeros_like(scores)
    for place in np.ndindex(*scores.shape):
        ends = []
        for step in (1e-5, -1e-5):
            moved = scores.copy()
            moved[place] += step
            ends.append(loss(tiny.Tensor(moved, dtype=np.float64), (goals, labels)).item())
        numeric[place] = (ends[0] - ends[1]) / 2e-5
    np.testing.assert_allclose(student.grad, numeric, atol=1e-7)


def test_distillation_moves_the_student_towards_the_teacher_and_leaves_the_teacher_alone() -> None:
    loss = distillation(alpha=1.0)
    loss.teacher = tiny.Sequential(tiny.Linear(6, 3), tiny.Dropout(0.5))
    teacher, inputs = loss.teacher.state_dict(), x(40, 6)
    labels = tiny.Tensor(rng.integers(0, 3, 40))
    trainer = Trainer(loss.student, tiny.Adam(loss.student.parameters(), 0.05), loss)
    losses = [trainer.train_epoch(loss.batches([(inputs, labels)])) for _ in range(40)]
    assert losses[-1] < 0.3 * losses[0]
    assert all(module.training for module in loss.teacher.modules())
    assert all(p.grad is None for p in loss.teacher.parameters())
    for name, array in loss.teacher.state_dict().items():
        np.testing.assert_array_equal(array, teacher[name])
    (_, (first, _)), (_, (second, _)) = loss.batches([(inputs, labels), (inputs, labels)])
    np.testing.assert_array_equal(first.data, second.data)  # nothing is dropped
    assert not first.requires_grad


@pytest.mark.parametrize(("t", "alpha"), [(0, 0.5), (-1, 0.5), (float("nan"), 0.5), (1, -0.1), (1, 1.1)])
def test_temperature_and_share_are_checked(t: float, alpha: float) -> None:
    with pytest.raises(ValueError, match="temperature must be above 0"):
        distillation(t, alpha)


def test_the_compressor_keeps_the_effect_of_each_way() -> None:
    model = mlp(64, 64, 32, 4)
    report = Compressor().compress_model(model, {"magnitude_prune": 0.8, "low_rank": 0.25, "structured_prune": 0.5})
    assert report["applied"] == ["structured_prune", "low_rank", "magnitude_prune"]
    assert report["sparsity"] == measure_sparsity(model) == pytest.approx(0.8, abs=1e-3)
    assert report["parameters_after"] == Profiler().count_parameters(model) < report["parameters_before"] / 2
    assert report["bytes_after"] == 4 * report["parameters_after"]
    assert model[0][0].weight.shape == (64, 8)


def test_an_unknown_way_changes_nothing() -> None:
    model = mlp(6, 4, 2)
    before = model.state_dict()
    with pytest.raises(ValueError, match="no way"):
        Compressor().compress_model(model, {"magnitude_prune": 0.8, "zip": 1.0})
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_the_same_weights_are_pruned_as_by_pytorch(torch: ModuleType) -> None:
    from torch.nn.utils import prune

    model = mlp(9, 7, 4)
    theirs = torch.nn.Sequential(torch.nn.Linear(9, 7), torch.nn.ReLU(), torch.nn.Linear(7, 4))
    for k in (0, 2):
        theirs[k].weight.data = torch.tensor(model[k].weight.data.T.copy())
    prune.global_unstructured([(theirs[k], "weight") for k in (0, 2)], prune.L1Unstructured, amount=0.6)
    magnitude_prune(model, 0.6)
    for k in (0, 2):
        np.testing.assert_array_equal(model[k].weight.data.T, theirs[k].weight.detach().numpy())


def test_the_same_neurons_are_removed_as_pytorch_sets_to_zero(torch: ModuleType) -> None:
    from torch.nn.utils import prune

    model = mlp(9, 10, 4)
    theirs = torch.nn.Linear(9, 10)
    theirs.weight.data = torch.tensor(model[0].weight.data.T.copy())
    prune.ln_structured(theirs, "weight", amount=0.3, n=2, dim=0)
    structured_prune(model, 0.3)
    kept = theirs.weight.detach().numpy()
    np.testing.assert_array_equal(model[0].weight.data.T, kept[np.abs(kept).sum(axis=1) > 0])


@pytest.mark.parametrize("t", [1.0, 4.0])
def test_loss_and_gradient_of_distillation_are_pytorchs(torch: ModuleType, t: float) -> None:
    functional = torch.nn.functional
    scores, goals, labels = rng.standard_normal((6, 5)), rng.standard_normal((6, 5)), rng.integers(0, 5, 6)
    student, theirs = tiny.Tensor(scores, requires_grad=True), torch.tensor(scores, requires_grad=True)
    ours = distillation(t, 0.7)(student, (goals, labels))
    ours.backward()
    soft = functional.kl_div(
        functional.log_softmax(theirs / t, 1), functional.softmax(torch.tensor(goals) / t, 1), reduction="batchmean"
    )
    total = 0.7 * t * t * soft + 0.3 * functional.cross_entropy(theirs, torch.tensor(labels))
    total.backward()
    assert ours.item() == pytest.approx(total.item(), rel=1e-5)
    np.testing.assert_allclose(student.grad, theirs.grad.numpy(), atol=1e-6)
