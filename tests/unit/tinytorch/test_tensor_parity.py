"""The tensor against PyTorch: the same expression on both, values and dtypes equal."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tinytorch.core import tensor as tiny

rng = np.random.default_rng(11)
FLOATS = rng.standard_normal((2, 3, 4)).astype(np.float32)
MORE = rng.standard_normal((3, 1)).astype(np.float32)
DOUBLES = rng.standard_normal((3, 4))
INTEGERS = np.array([[3, -1, 2], [5, 0, 7]])

# An expression of the library (tiny or torch), a function that makes its tensors, and the arrays it is made from.
CASES: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda lib, t: t(FLOATS) + t(MORE),
    "subtract": lambda lib, t: t(FLOATS) - t(MORE),
    "multiply": lambda lib, t: t(FLOATS) * t(MORE),
    "divide": lambda lib, t: t(FLOATS) / t(MORE),
    "power": lambda lib, t: t(FLOATS).abs() ** t(MORE),
    "square": lambda lib, t: t(FLOATS) ** 2,
    "number on the left": lambda lib, t: 1.5 - 2 / (3.0 ** t(FLOATS)),
    "float of numpy": lambda lib, t: t(FLOATS) * np.float64(2.5),
    "integers and a number": lambda lib, t: t(INTEGERS) + 1,
    "integers and a float": lambda lib, t: t(INTEGERS) * 2.5,
    "integers divided": lambda lib, t: t(INTEGERS) / 2,
    "integers and floats": lambda lib, t: t(INTEGERS) + t(FLOATS[0, :2, :3]),
    "small integers": lambda lib, t: t(INTEGERS.astype(np.int8)) / t(INTEGERS.astype(np.int8) + 9),
    "booleans": lambda lib, t: t(INTEGERS > 0) + 1,
    "float64 with float32": lambda lib, t: t(DOUBLES) * t(MORE),
    "float64 with a number": lambda lib, t: t(DOUBLES) * 0.1,
    "negate": lambda lib, t: -t(INTEGERS),
    "exp log sqrt": lambda lib, t: (t(FLOATS).exp() + 1).log().sqrt(),
    "exp of integers": lambda lib, t: t(INTEGERS).exp(),
    "abs": lambda lib, t: abs(t(INTEGERS)),
    "less": lambda lib, t: t(FLOATS) < t(MORE),
    "equal": lambda lib, t: t(INTEGERS) == 2,
    "matmul": lambda lib, t: t(FLOATS) @ t(DOUBLES.T.astype(np.float32)),
    "matmul of vectors": lambda lib, t: t(FLOATS[0, 0]) @ t(FLOATS[0, 1]),
    "row times matrix": lambda lib, t: t(FLOATS[0, :, 0]) @ t(FLOATS[0]),
    "stack times column": lambda lib, t: t(FLOATS) @ t(FLOATS[0, 0]),
    "sum": lambda lib, t: t(FLOATS).sum(),
    "sum over two axes": lambda lib, t: t(FLOATS).sum((0, -1), True),
    "sum of integers": lambda lib, t: t(INTEGERS.astype(np.int32)).sum(0),
    "sum of booleans": lambda lib, t: t(INTEGERS > 0).sum(),
    "sum of unsigned integers": lambda lib, t: t((INTEGERS + 1).astype(np.uint8)).sum(1),
    "mean": lambda lib, t: t(FLOATS).mean(-1),
    "var": lambda lib, t: t(FLOATS).var((0, 2)),
    "max": lambda lib, t: t(FLOATS).max(),
    "reshape": lambda lib, t: t(FLOATS).reshape(-1, 6),
    "transpose": lambda lib, t: t(FLOATS).transpose(0, -1),
    "permute": lambda lib, t: t(FLOATS).permute(2, 0, 1),
    "index": lambda lib, t: t(FLOATS)[:, 1:, [0, 3]],
    "index by a tensor": lambda lib, t: t(FLOATS)[t(np.array([1, 0, 1]))],
    "index by a mask": lambda lib, t: t(FLOATS)[t(FLOATS) > 0],
    "cat": lambda lib, t: lib.cat([t(FLOATS), t(FLOATS)[:1]], dim=0),
    "cat of two dtypes": lambda lib, t: lib.cat([t(INTEGERS), t(FLOATS[0, :2, :3])], dim=-1),
    "stack": lambda lib, t: lib.stack([t(FLOATS), -t(FLOATS)], dim=1),
    "where": lambda lib, t: lib.where(t(FLOATS) > 0, t(FLOATS), 0.0),
    "where of numbers": lambda lib, t: lib.where(t(FLOATS) > 0, 1.0, 0.0),
}


@pytest.mark.parametrize("name", CASES)
def test_values_and_dtypes_are_those_of_pytorch(torch: ModuleType, name: str) -> None:
    expected = CASES[name](torch, torch.from_numpy).numpy()
    got = CASES[name](tiny, lambda array: tiny.Tensor(array, dtype=array.dtype)).data
    assert got.dtype == expected.dtype
    assert got.shape == expected.shape
    np.testing.assert_allclose(got, expected, rtol=2e-6, atol=1e-6)
