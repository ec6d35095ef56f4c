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
    from tinytorch.core.attention import MultiHeadAttention as MultiHeadAttention
    from tinytorch.core.embeddings import Embedding as Embedding
    from tinytorch.core.layers import Dropout as Dropout
    from tinytorch.core.layers import Linear as Linear
    from tinytorch.core.layers import Module as Module
    from tinytorch.core.layers import Parameter as Parameter
    from tinytorch.core.layers import Sequential as Sequential
    from tinytorch.core.losses import BinaryCrossEntropyLoss as BinaryCrossEntropyLoss
    from tinytorch.core.losses import CrossEntropyLoss as CrossEntropyLoss
    from tinytorch.core.losses import MSELoss as MSELoss
    from tinytorch.core.spatial import AvgPool2d as AvgPool2d
    from tinytorch.core.spatial import BatchNorm2d as BatchNorm2d
    from tinytorch.core.spatial import Conv2d as Conv2d
    from tinytorch.core.spatial import Flatten as Flatten
    from tinytorch.core.spatial import MaxPool2d as MaxPool2d
    from tinytorch.core.transformer import LayerNorm as LayerNorm
    from tinytorch.core.transformer import TransformerBlock as TransformerBlock
    from tinytorch.nn import functional as functional

_HOME = {
    "AvgPool2d": "core.spatial",
    "BatchNorm2d": "core.spatial",
    "BinaryCrossEntropyLoss": "core.losses",
    "Conv2d": "core.spatial",
    "CrossEntropyLoss": "core.losses",
    "Dropout": "core.layers",
    "Embedding": "core.embeddings",
    "Flatten": "core.spatial",
    "GELU": "core.activations",
    "LayerNorm": "core.transformer",
    "Linear": "core.layers",
    "MSELoss": "core.losses",
    "MaxPool2d": "core.spatial",
    "Module": "core.layers",
    "MultiHeadAttention": "core.attention",
    "Parameter": "core.layers",
    "ReLU": "core.activations",
    "Sequential": "core.layers",
    "Sigmoid": "core.activations",
    "Softmax": "core.activations",
    "Tanh": "core.activations",
    "TransformerBlock": "core.transformer",
}

__all__ = [
    "GELU",
    "AvgPool2d",
    "BatchNorm2d",
    "BinaryCrossEntropyLoss",
    "Conv2d",
    "CrossEntropyLoss",
    "Dropout",
    "Embedding",
    "Flatten",
    "LayerNorm",
    "Linear",
    "MSELoss",
    "MaxPool2d",
    "Module",
    "MultiHeadAttention",
    "Parameter",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "TransformerBlock",
    "functional",
]

_find, __dir__ = lazy(__name__, _HOME)


def __getattr__(name: str) -> Any:
    return import_module("tinytorch.nn.functional") if name == "functional" else _find(name)
