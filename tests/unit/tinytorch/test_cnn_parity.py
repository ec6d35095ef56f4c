"""A whole convolutional network with PyTorch's weights: the same logits, the same gradients, the same training."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tinytorch as tiny
from tinytorch import nn

rng = np.random.default_rng(19)
X = rng.standard_normal((16, 1, 12, 12)).astype(np.float32)
IDS = rng.integers(0, 5, 16)
NAMES = {"gamma": "weight", "beta": "bias"}  # of BatchNorm2d here and there


def ours() -> Any:
    return nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1, bias=False),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 8, (3, 2)),
        nn.ReLU(),
        nn.MaxPool2d(3, 2, 1),
        nn.Flatten(),
        nn.Linear(8 * 2 * 3, 5),
    )


def theirs(torch: ModuleType) -> Any:
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 6, 3, padding=1, bias=False),
        torch.nn.BatchNorm2d(6),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Conv2d(6, 8, (3, 2)),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(3, 2, 1),
        torch.nn.Flatten(),
        torch.nn.Linear(8 * 2 * 3, 5),
    )


def as_ours(path: str, array: Any) -> Any:
    """An array of PyTorch's model in the layout that ours has: the weights of a linear layer are transposed."""
    return array.T if path == "8.weight" else array


def their_name(path: str) -> str:
    layer, _, name = path.partition(".")
    return f"{layer}.{NAMES.get(name, name)}"


@pytest.fixture
def both(torch: ModuleType) -> tuple[Any, Any]:
    torch.manual_seed(2)
    mine, its = ours(), theirs(torch)
    start = {path: array.numpy() for path, array in its.state_dict().items()}
    mine.load_state_dict({path: as_ours(path, start[their_name(path)]) for path in mine.state_dict()})
    return mine, its


def close(got: Any, expected: Any, what: str = "") -> None:
    np.testing.assert_allclose(got, expected.detach().numpy(), rtol=2e-4, atol=2e-5, err_msg=what)


@pytest.mark.parametrize("training", [True, False])
def test_the_same_weights_give_the_same_logits_and_gradients(
    torch: ModuleType, both: tuple[Any, Any], training: bool
) -> None:
    mine, its = both
    x, other = tiny.Tensor(X, requires_grad=True), torch.tensor(X, requires_grad=True)
    logits, expected = mine.train(training)(x), its.train(training)(other)
    close(logits.data, expected)
    tiny.CrossEntropyLoss()(logits, IDS).backward()
    torch.nn.functional.cross_entropy(expected, torch.from_numpy(IDS)).backward()
    close(x.grad, other.grad, "images")
    gradients = {path: parameter.grad for path, parameter in its.named_parameters()}
    for path, parameter in mine.named_parameters():
        close(parameter.grad, as_ours(path, gradients[their_name(path)]), path)


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_twenty_steps_of_training_are_the_same(torch: ModuleType, both: tuple[Any, Any], kind: str) -> None:
    mine, its = both
    settings = {"lr": 0.05, "momentum": 0.9} if kind == "SGD" else {"lr": 0.02}
    optimizer = getattr(tiny, kind)(mine.parameters(), **settings)
    other = getattr(torch.optim, kind)(its.parameters(), **settings)
    curve, expected = [], []
    for step in range(20):
        rows = slice(0, 16) if step % 2 else slice(4, 15)
        optimizer.zero_grad()
        loss = tiny.CrossEntropyLoss()(mine(tiny.Tensor(X[rows])), IDS[rows])
        loss.backward()
        optimizer.step()
        other.zero_grad()
        its_loss = torch.nn.functional.cross_entropy(its(torch.tensor(X[rows])), torch.from_numpy(IDS[rows]))
        its_loss.backward()
        other.step()
        curve.append(loss.item())
        expected.append(its_loss.item())
    np.testing.assert_allclose(curve, expected, rtol=5e-3, atol=1e-4)
    assert curve[-1] < curve[0] / 2
    used, reference = mine.eval()(tiny.Tensor(X)).data, its.eval()(torch.tensor(X)).detach().numpy()
    np.testing.assert_allclose(used, reference, rtol=2e-2, atol=2e-2)


def test_in_float64_the_curve_and_the_weights_are_pytorchs_to_nine_digits(
    torch: ModuleType, both: tuple[Any, Any]
) -> None:
    mine, its = both
    its.double()
    for parameter in mine.parameters():
        parameter.data = parameter.data.astype(np.float64)
    norm, x = mine[1], X.astype(np.float64)
    norm.running_mean, norm.running_var = norm.running_mean.astype(np.float64), norm.running_var.astype(np.float64)
    optimizer = tiny.SGD(mine.parameters(), lr=0.05, momentum=0.9)
    other = torch.optim.SGD(its.parameters(), lr=0.05, momentum=0.9)
    curve, expected = [], []
    for _ in range(20):
        optimizer.zero_grad()
        loss = tiny.CrossEntropyLoss()(mine(tiny.Tensor(x, dtype=np.float64)), IDS)
        loss.backward()
        optimizer.step()
        other.zero_grad()
        its_loss = torch.nn.functional.cross_entropy(its(torch.tensor(x)), torch.from_numpy(IDS))
        its_loss.backward()
        other.step()
        curve.append(loss.item())
        expected.append(its_loss.item())
    np.testing.assert_allclose(curve, expected, rtol=1e-9)
    after = its.state_dict()
    for path, array in mine.state_dict().items():
        assert array.dtype == np.float64
        reference = as_ours(path, after[their_name(path)].numpy())
        np.testing.assert_allclose(array, reference, rtol=1e-8, atol=1e-9, err_msg=path)
