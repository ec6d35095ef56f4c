"""The faces ``nn``, ``nn.functional``, ``optim`` and ``data``: they load nothing, and are what the lessons export."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tinytorch
from tinytorch import nn, optim
from tinytorch.nn import functional

rng = np.random.default_rng(18)
X = rng.standard_normal((4, 3)).astype(np.float32)


def test_the_faces_load_no_lesson(tmp_path: Path) -> None:
    code = (
        "import sys, tinytorch, tinytorch.nn, tinytorch.optim, tinytorch.nn.functional, tinytorch.data; "
        "print([n for n in sys.modules if n.startswith(('tinytorch.core', 'tinytorch.perf'))])"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"


@pytest.mark.parametrize("name", [name for name in nn.__all__ if name != "functional"])
def test_a_layer_is_the_one_of_its_lesson(name: str) -> None:
    assert getattr(nn, name) is getattr(tinytorch, name)
    assert name in dir(nn)


@pytest.mark.parametrize("name", optim.__all__)
def test_an_optimizer_is_the_one_of_its_lesson(name: str) -> None:
    assert getattr(optim, name) is getattr(tinytorch, name)
    assert name in dir(optim)


def test_packages_are_attributes() -> None:
    assert tinytorch.nn is nn
    assert tinytorch.optim is optim
    assert nn.functional is functional
    assert callable(tinytorch.data.digits)
    with pytest.raises(AttributeError, match=r"'tinytorch.nn' has no attribute 'Linaer'"):
        _ = nn.Linaer


@pytest.mark.parametrize(
    ("name", "module"),
    [("relu", "ReLU"), ("sigmoid", "Sigmoid"), ("tanh", "Tanh"), ("gelu", "GELU"), ("softmax", "Softmax")],
)
def test_a_function_gives_what_the_module_gives(name: str, module: str) -> None:
    x = tinytorch.Tensor(X)
    np.testing.assert_array_equal(getattr(functional, name)(x).data, getattr(nn, module)()(x).data)


def test_functions_with_more_arguments() -> None:
    x, layer = tinytorch.Tensor(X), nn.Linear(3, 2)
    np.testing.assert_array_equal(functional.linear(x, layer.weight, layer.bias).data, layer(x).data)
    np.testing.assert_allclose(functional.linear(x, layer.weight).data, X @ layer.weight.data, rtol=1e-6)
    np.testing.assert_array_equal(functional.gelu(x, approximate="tanh").data, nn.GELU("tanh")(x).data)
    np.testing.assert_allclose(functional.softmax(x, dim=0).data.sum(0), 1, rtol=1e-6)
    np.testing.assert_allclose(np.exp(functional.log_softmax(x).data), functional.softmax(x).data, rtol=1e-5)
    assert functional.dropout(x, 0.5, training=False) is x
    assert not functional.dropout(x, 1.0).data.any()
    ids, targets = np.array([0, 2, 1, 1]), tinytorch.Tensor(X[::-1])
    np.testing.assert_array_equal(functional.cross_entropy(x, ids).data, nn.CrossEntropyLoss()(x, ids).data)
    np.testing.assert_array_equal(functional.mse_loss(x, targets).data, nn.MSELoss()(x, targets).data)
    p = functional.sigmoid(x)
    ones = tinytorch.Tensor(np.ones_like(X))
    np.testing.assert_array_equal(
        functional.binary_cross_entropy(p, ones).data, nn.BinaryCrossEntropyLoss()(p, ones).data
    )
