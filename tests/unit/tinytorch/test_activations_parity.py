"""The activations against PyTorch: shapes, axes, dtypes and edge values; values and dtypes equal."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tinytorch import GELU, ReLU, Sigmoid, Softmax, Tanh, Tensor

rng = np.random.default_rng(12)
FLOATS = (rng.standard_normal((3, 4, 5)) * 3).astype(np.float32)
ARRAYS: dict[str, Any] = {
    "floats": FLOATS,
    "0-d": np.array(-1.25, np.float32),
    "size 1": np.array([2.5], np.float32),
    "empty": np.empty((0, 3), np.float32),
    "an empty axis": np.empty((3, 0), np.float32),
    "non-contiguous": FLOATS.transpose(2, 0, 1),
    "negative stride": FLOATS[:, ::-1],
    "float64": FLOATS.astype(np.float64),
    "wide": np.linspace(-30, 30, 2001, dtype=np.float32),
    "far": np.array([-1e30, -200, -90, 90, 200, 1e30], np.float32),
    "infinite": np.array([[-np.inf, 0.5, 1], [3, -2, -np.inf]], np.float32),
    "nan": np.array([np.nan, 1], np.float32),
}
PAIRS: dict[str, tuple[Any, Callable[[Any, Any], Any]]] = {
    "ReLU": (ReLU(), lambda torch, x: torch.nn.functional.relu(x)),
    "Sigmoid": (Sigmoid(), lambda torch, x: torch.sigmoid(x)),
    "Tanh": (Tanh(), lambda torch, x: torch.tanh(x)),
    "GELU": (GELU(), lambda torch, x: torch.nn.functional.gelu(x)),
    "GELU tanh": (GELU("tanh"), lambda torch, x: torch.nn.functional.gelu(x, approximate="tanh")),
    "Softmax": (Softmax(), lambda torch, x: torch.softmax(x, -1)),
}


@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")
@pytest.mark.parametrize("array", ARRAYS)
@pytest.mark.parametrize("name", PAIRS)
def test_values_and_dtypes(torch: ModuleType, name: str, array: str) -> None:
    ours, theirs = PAIRS[name]
    x = ARRAYS[array]
    got, expected = ours(Tensor(x, dtype=x.dtype)), theirs(torch, torch.from_numpy(np.array(x)))
    assert got.dtype == expected.numpy().dtype
    tolerance = 1e-12 if x.dtype == np.float64 else 2e-6
    np.testing.assert_allclose(got.data, expected.numpy(), rtol=1e-5, atol=tolerance)


@pytest.mark.parametrize("dim", [0, 1, 2, -3])
def test_softmax_over_every_axis(torch: ModuleType, dim: int) -> None:
    expected = torch.softmax(torch.from_numpy(FLOATS), dim).numpy()
    np.testing.assert_allclose(Softmax()(Tensor(FLOATS), dim).data, expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", ["ReLU", "Sigmoid", "Tanh"])
def test_integers(torch: ModuleType, name: str) -> None:
    ours, theirs = PAIRS[name]
    integers = np.array([[-3, 0, 2]])
    expected = theirs(torch, torch.from_numpy(integers)).numpy()
    got = ours(Tensor(integers))
    assert got.dtype == expected.dtype
    np.testing.assert_allclose(got.data, expected, rtol=1e-6)
