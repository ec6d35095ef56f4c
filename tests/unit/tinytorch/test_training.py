"""Training against PyTorch: schedule, clipping, and whole curves from the same start; and a run that goes on."""

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tinytorch import (
    GELU,
    SGD,
    Adam,
    AdamW,
    BinaryCrossEntropyLoss,
    CosineSchedule,
    CrossEntropyLoss,
    Linear,
    MSELoss,
    ReLU,
    Sequential,
    Sigmoid,
    Tanh,
    Tensor,
    Trainer,
    clip_grad_norm,
    manual_seed,
)

rng = np.random.default_rng(17)


def test_the_schedule_is_pytorchs(torch: ModuleType) -> None:
    w = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.3)
    theirs = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=12, eta_min=0.02)
    ours = CosineSchedule(0.3, 0.02, 12)
    for epoch in range(13):
        assert ours.get_lr(epoch) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-9)
        optimizer.step()
        theirs.step()


@pytest.mark.parametrize("max_norm", [0.5, 3.0, 100.0])
def test_clipping_is_pytorchs(torch: ModuleType, max_norm: float) -> None:
    arrays = [rng.standard_normal(shape).astype(np.float32) for shape in [(3, 4), (5,), ()]]
    ours = [Tensor(np.zeros_like(a), requires_grad=True) for a in arrays]
    theirs = [torch.zeros(a.shape, requires_grad=True) for a in arrays]
    for mine, other, array in zip(ours, theirs, arrays, strict=True):
        mine.grad, other.grad = np.array(array), torch.from_numpy(np.array(array))
    expected = torch.nn.utils.clip_grad_norm_(theirs, max_norm)
    assert clip_grad_norm(ours, max_norm) == pytest.approx(float(expected), rel=1e-5)
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine.grad, other.grad.numpy(), rtol=1e-5)


def pair(torch: Any, activation: str) -> tuple[Any, Any]:
    """The same network twice, with the same parameters."""
    ours = Sequential(Linear(6, 16), {"ReLU": ReLU, "Tanh": Tanh, "GELU": GELU}[activation](), Linear(16, 3))
    theirs = torch.nn.Sequential(torch.nn.Linear(6, 16), getattr(torch.nn, activation)(), torch.nn.Linear(16, 3))
    with torch.no_grad():
        for mine, other in ((ours[0], theirs[0]), (ours[2], theirs[2])):
            other.weight.copy_(torch.from_numpy(mine.weight.data.T.copy()))
            other.bias.copy_(torch.from_numpy(mine.bias.data))
    return ours, theirs


@pytest.mark.parametrize(
    ("kind", "activation", "settings"),
    [
        ("SGD", "ReLU", {"lr": 0.1}),
        ("SGD", "Tanh", {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.01}),
        ("Adam", "GELU", {"lr": 0.01}),
        ("AdamW", "Tanh", {"lr": 0.01, "weight_decay": 0.1}),
    ],
)
def test_training_curves_are_pytorchs(torch: ModuleType, kind: str, activation: str, settings: dict[str, Any]) -> None:
    manual_seed(21)
    ours, theirs = pair(torch, activation)
    x, y = rng.standard_normal((60, 6)).astype(np.float32), rng.integers(0, 3, 60)
    optimizer = {"SGD": SGD, "Adam": Adam, "AdamW": AdamW}[kind](ours.parameters(), **settings)
    trainer = Trainer(ours, optimizer, CrossEntropyLoss(), grad_clip_norm=1.0)
    other, loss_fn = getattr(torch.optim, kind)(theirs.parameters(), **settings), torch.nn.CrossEntropyLoss()
    for _ in range(8):
        mine = trainer.train_epoch([(Tensor(x[i : i + 20]), Tensor(y[i : i + 20])) for i in (0, 20, 40)])
        losses = []
        for i in (0, 20, 40):
            other.zero_grad()
            loss = loss_fn(theirs(torch.from_numpy(x[i : i + 20])), torch.from_numpy(y[i : i + 20]))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(theirs.parameters(), 1.0)
            other.step()
            losses.append(float(loss.detach()))
        assert mine == pytest.approx(np.mean(losses), abs=1e-4)


def test_evaluate_gives_no_accuracy_where_targets_are_numbers() -> None:
    model = Linear(2, 1)
    trainer = Trainer(model, SGD(model.parameters(), 0.1), MSELoss())
    loss, accuracy = trainer.evaluate([(Tensor(np.ones((3, 2))), Tensor(np.ones((3, 1))))])
    assert loss >= 0
    assert np.isnan(accuracy)
    assert not model.training
    trainer.train_epoch([])
    assert model.training


@pytest.mark.parametrize("shape", [(6, 1), (6,)])
def test_evaluate_gives_no_accuracy_where_whole_numbers_are_no_class_ids(shape: tuple[int, ...]) -> None:
    model, targets = Sequential(Linear(2, 1), Sigmoid()), Tensor(np.array([0, 1, 1, 0, 1, 1]).reshape(shape))
    loss = BinaryCrossEntropyLoss()
    trainer = Trainer(model, SGD(model.parameters(), 0.1), lambda p, t: loss(p.reshape(*shape), t))
    assert np.isnan(trainer.evaluate([(Tensor(np.ones((6, 2))), targets)])[1])


def test_a_checkpoint_of_another_model_or_a_damaged_one_changes_nothing(tmp_path: Path) -> None:
    def trainer(width: int) -> Trainer:
        model = Linear(width, 2)
        made = Trainer(model, Adam(model.parameters()), MSELoss())
        made.train_epoch([(Tensor(np.ones((3, width))), Tensor(np.ones((3, 2))))])
        return made

    small, large = trainer(2), trainer(3)
    small.save_checkpoint(tmp_path / "small.npz")
    before = large.model.state_dict()
    whole = (tmp_path / "small.npz").read_bytes()
    (tmp_path / "half.npz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.npz").write_bytes(b"")
    np.savez(tmp_path / "arrays.npz", a=np.ones(3))
    for name in ("small", "half", "empty", "arrays"):
        with pytest.raises(ValueError, match=r"does not fit|is no checkpoint"):
            large.load_checkpoint(tmp_path / f"{name}.npz")
    for name, array in large.model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    with pytest.raises(FileNotFoundError):
        large.load_checkpoint(tmp_path / "absent.npz")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["arrays.npz", "empty.npz", "half.npz", "small.npz"]
