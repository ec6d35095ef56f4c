"""Losses against PyTorch: values, dtypes, edge values, and what is refused."""

import warnings
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tinytorch import BinaryCrossEntropyLoss, CrossEntropyLoss, MSELoss, Tensor
from tinytorch.core.losses import log_softmax

rng = np.random.default_rng(14)
FLOATS = (rng.standard_normal((3, 4, 5)) * 3).astype(np.float32)
ARRAYS: dict[str, Any] = {
    "floats": FLOATS,
    "size 1": np.array([2.5], np.float32),
    "empty": np.empty((0, 3), np.float32),
    "non-contiguous": FLOATS.transpose(2, 0, 1),
    "negative stride": FLOATS[:, ::-1],
    "float64": FLOATS.astype(np.float64),
    "far": np.array([-1e30, -200, -90, 90, 200, 1e30], np.float32),
    "infinite": np.array([[-np.inf, 0.5, 1], [3, -2, -np.inf]], np.float32),
}
SAME = pytest.mark.parametrize("name", ARRAYS)


def agree(got: Tensor, expected: Any) -> None:
    assert got.dtype == expected.numpy().dtype
    np.testing.assert_allclose(got.data, expected.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dim", [-1, 0])
@SAME
def test_log_softmax(torch: ModuleType, name: str, dim: int) -> None:
    expected = torch.log_softmax(torch.from_numpy(ARRAYS[name].copy()), dim).numpy()
    with np.errstate(invalid="ignore", divide="ignore"):  # a row of -inf, an axis of nothing
        got = log_softmax(ARRAYS[name], dim)
        on_tensor = log_softmax(Tensor(ARRAYS[name], dtype=got.dtype), dim)
    assert isinstance(on_tensor, Tensor)
    np.testing.assert_array_equal(on_tensor.data, got)
    assert got.dtype == expected.dtype
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.filterwarnings("ignore:.*(empty slice|encountered in):RuntimeWarning")
@SAME
def test_mean_squared_error(torch: ModuleType, name: str) -> None:
    outputs = ARRAYS[name]
    targets = rng.standard_normal(outputs.shape).astype(outputs.dtype)
    expected = torch.nn.MSELoss()(torch.from_numpy(outputs.copy()), torch.from_numpy(targets))
    agree(MSELoss()(Tensor(outputs, dtype=outputs.dtype), Tensor(targets, dtype=outputs.dtype)), expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("ids_dtype", ["int64", "int32", "uint8"])
@pytest.mark.parametrize(("rows", "classes"), [(7, 5), (1, 3), (4, 1)])
def test_cross_entropy(torch: ModuleType, rows: int, classes: int, ids_dtype: str, dtype: str) -> None:
    scores = (rng.standard_normal((rows, classes)) * 20).astype(dtype)
    ids = rng.integers(0, classes, rows).astype(ids_dtype)
    expected = torch.nn.CrossEntropyLoss()(torch.from_numpy(scores), torch.from_numpy(ids.astype(np.int64)))
    for given in (ids, Tensor(ids)):
        agree(CrossEntropyLoss()(Tensor(scores, dtype=dtype), given), expected)


@pytest.mark.parametrize("shape", [(5,), (2, 5, 3), (3, 4, 2, 6), (0, 4, 2), (2, 3, 1)])
def test_cross_entropy_of_other_ranks(torch: ModuleType, shape: tuple[int, ...]) -> None:
    places = (shape[0], *shape[2:]) if len(shape) > 1 else ()
    values, ids = (
        rng.standard_normal(shape).astype(np.float32),
        np.asarray(rng.integers(0, shape[len(shape) > 1], places)),
    )
    ours, theirs = Tensor(values, requires_grad=True), torch.from_numpy(values.copy()).requires_grad_()
    with np.errstate(invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the mean of nothing
        loss, expected = (
            CrossEntropyLoss()(ours, Tensor(ids)),
            torch.nn.CrossEntropyLoss()(theirs, torch.from_numpy(ids)),
        )
    agree(loss, expected.detach())
    loss.backward()
    expected.backward()
    np.testing.assert_allclose(ours.grad, theirs.grad.numpy(), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["hard", "soft"])
def test_binary_cross_entropy(torch: ModuleType, kind: str, dtype: str) -> None:
    chances = np.concatenate([rng.uniform(0, 1, 20), [0, 1, 0, 1, 1e-30, 0.5]]).astype(dtype)
    targets = rng.uniform(0, 1, 26)
    targets = (targets.round() if kind == "hard" else targets).astype(dtype)
    expected = torch.nn.BCELoss()(torch.from_numpy(chances), torch.from_numpy(targets))
    agree(BinaryCrossEntropyLoss()(Tensor(chances, dtype=dtype), Tensor(targets, dtype=dtype)), expected)


@pytest.mark.parametrize(
    ("loss", "outputs", "targets", "error", "words"),
    [
        (MSELoss(), np.zeros((4, 1)), np.zeros(4), ValueError, r"\(4, 1\) and targets \(4,\)"),
        (CrossEntropyLoss(), np.zeros((2, 3)), np.array([0, 3]), IndexError, "from 0 to 2, got 0 to 3"),
        (CrossEntropyLoss(), np.zeros((2, 3)), np.array([-1, 0]), IndexError, "got -1 to 0"),
        (CrossEntropyLoss(), np.zeros((2, 3)), np.array([0.0, 1.0]), TypeError, "integers, got float32"),
        (CrossEntropyLoss(), np.zeros((2, 3, 4)), np.array([0, 1]), ValueError, r"\(2, 3, 4\)"),
        (CrossEntropyLoss(), np.zeros((2, 3, 4)), np.zeros((4, 2), int), ValueError, r"\(4, 2\)"),
        (CrossEntropyLoss(), np.zeros(()), np.array(0), ValueError, r"got \(\) and"),
        (BinaryCrossEntropyLoss(), np.array([2.0]), np.array([1.0]), ValueError, "apply a sigmoid first"),
    ],
)
def test_refusals(loss: Any, outputs: Any, targets: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        loss(Tensor(outputs), Tensor(targets))
