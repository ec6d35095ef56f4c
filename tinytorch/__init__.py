"""TinyTorch: a deep-learning library on NumPy alone, built module by module.

``import tinytorch`` loads nothing else: each public name is found in its module on first use (PEP 562), so that a lesson's
kernel never holds the reference of what the lesson builds.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tinytorch.core.activations import GELU as GELU
    from tinytorch.core.activations import ReLU as ReLU
    from tinytorch.core.activations import Sigmoid as Sigmoid
    from tinytorch.core.activations import Softmax as Softmax
    from tinytorch.core.activations import Tanh as Tanh
    from tinytorch.core.tensor import Tensor as Tensor
    from tinytorch.core.tensor import cat as cat
    from tinytorch.core.tensor import stack as stack
    from tinytorch.core.tensor import where as where

_HOME = {
    "GELU": "core.activations",
    "ReLU": "core.activations",
    "Sigmoid": "core.activations",
    "Softmax": "core.activations",
    "Tanh": "core.activations",
    "Tensor": "core.tensor",
    "cat": "core.tensor",
    "stack": "core.tensor",
    "where": "core.tensor",
}

__all__ = ["GELU", "ReLU", "Sigmoid", "Softmax", "Tanh", "Tensor", "cat", "stack", "where"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'tinytorch' has no attribute {name!r}")
    return getattr(import_module(f"tinytorch.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
