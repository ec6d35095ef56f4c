"""Layers, activations and losses under PyTorch's names; each is found in its lesson's file on first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tinytorch import lazy

if TYPE_CHECKING:
    from tinytorch.core.activations import GELU as GELU
    from tinytorch.core.activations import ReLU as ReLU
    from tinytorch.core.activations import Sigmoid as Sigmoid
    from tinytorch.core.activations import Softmax as Softmax
    from tinytorch.core.activations import Tanh as Tanh
    from tinytorch.core.layers import Dropout as Dropout
    from tinytorch.core.layers import Linear as Linear
    from tinytorch.core.layers import Module as Module
    from tinytorch.core.layers import Parameter as Parameter
    from tinytorch.core.layers import Sequential as Sequential
    from tinytorch.core.losses import BinaryCrossEntropyLoss as BinaryCrossEntropyLoss
    from tinytorch.core.losses import CrossEntropyLoss as CrossEntropyLoss
    from tinytorch.core.losses import MSELoss as MSELoss
    from tinytorch.nn import functional as functional

_HOME = {
    "BinaryCrossEntropyLoss": "core.losses",
    "CrossEntropyLoss": "core.losses",
    "Dropout": "core.layers",
    "GELU": "core.activations",
    "Linear": "core.layers",
    "MSELoss": "core.losses",
    "Module": "core.layers",
    "Parameter": "core.layers",
    "ReLU": "core.activations",
    "Sequential": "core.layers",
    "Sigmoid": "core.activations",
    "Softmax": "core.activations",
    "Tanh": "core.activations",
}

__all__ = [
    "GELU",
    "BinaryCrossEntropyLoss",
    "CrossEntropyLoss",
    "Dropout",
    "Linear",
    "MSELoss",
    "Module",
    "Parameter",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "functional",
]

_find, __dir__ = lazy(__name__, _HOME)


def __getattr__(name: str) -> Any:
    return import_module("tinytorch.nn.functional") if name == "functional" else _find(name)
