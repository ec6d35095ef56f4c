"""TinyTorch: a deep-learning library on NumPy alone, built module by module.

``import tinytorch`` loads nothing else: each public name is found in its module on first use (PEP 562), so that a lesson's
kernel never holds the reference of what the lesson builds.
"""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tinytorch.core.activations import GELU as GELU
    from tinytorch.core.activations import ReLU as ReLU
    from tinytorch.core.activations import Sigmoid as Sigmoid
    from tinytorch.core.activations import Softmax as Softmax
    from tinytorch.core.activations import Tanh as Tanh
    from tinytorch.core.attention import MultiHeadAttention as MultiHeadAttention
    from tinytorch.core.attention import scaled_dot_product_attention as scaled_dot_product_attention
    from tinytorch.core.autograd import enable_autograd as enable_autograd
    from tinytorch.core.autograd import no_grad as no_grad
    from tinytorch.core.dataloader import Compose as Compose
    from tinytorch.core.dataloader import DataLoader as DataLoader
    from tinytorch.core.dataloader import Dataset as Dataset
    from tinytorch.core.dataloader import RandomCrop as RandomCrop
    from tinytorch.core.dataloader import RandomHorizontalFlip as RandomHorizontalFlip
    from tinytorch.core.dataloader import TensorDataset as TensorDataset
    from tinytorch.core.embeddings import Embedding as Embedding
    from tinytorch.core.embeddings import EmbeddingLayer as EmbeddingLayer
    from tinytorch.core.embeddings import PositionalEncoding as PositionalEncoding
    from tinytorch.core.layers import Dropout as Dropout
    from tinytorch.core.layers import Layer as Layer
    from tinytorch.core.layers import Linear as Linear
    from tinytorch.core.layers import Module as Module
    from tinytorch.core.layers import Parameter as Parameter
    from tinytorch.core.layers import Sequential as Sequential
    from tinytorch.core.layers import manual_seed as manual_seed
    from tinytorch.core.losses import BinaryCrossEntropyLoss as BinaryCrossEntropyLoss
    from tinytorch.core.losses import CrossEntropyLoss as CrossEntropyLoss
    from tinytorch.core.losses import MSELoss as MSELoss
    from tinytorch.core.optimizers import SGD as SGD
    from tinytorch.core.optimizers import Adam as Adam
    from tinytorch.core.optimizers import AdamW as AdamW
    from tinytorch.core.optimizers import Optimizer as Optimizer
    from tinytorch.core.spatial import AvgPool2d as AvgPool2d
    from tinytorch.core.spatial import BatchNorm2d as BatchNorm2d
    from tinytorch.core.spatial import Conv2d as Conv2d
    from tinytorch.core.spatial import Flatten as Flatten
    from tinytorch.core.spatial import MaxPool2d as MaxPool2d
    from tinytorch.core.tensor import Tensor as Tensor
    from tinytorch.core.tensor import cat as cat
    from tinytorch.core.tensor import stack as stack
    from tinytorch.core.tensor import where as where
    from tinytorch.core.tokenization import BPETokenizer as BPETokenizer
    from tinytorch.core.tokenization import CharTokenizer as CharTokenizer
    from tinytorch.core.tokenization import Tokenizer as Tokenizer
    from tinytorch.core.training import CosineSchedule as CosineSchedule
    from tinytorch.core.training import Trainer as Trainer
    from tinytorch.core.training import clip_grad_norm as clip_grad_norm
    from tinytorch.core.transformer import GPT as GPT
    from tinytorch.core.transformer import MLP as MLP
    from tinytorch.core.transformer import LayerNorm as LayerNorm
    from tinytorch.core.transformer import TransformerBlock as TransformerBlock

_HOME = {
    "Adam": "core.optimizers",
    "AdamW": "core.optimizers",
    "AvgPool2d": "core.spatial",
    "BPETokenizer": "core.tokenization",
    "BatchNorm2d": "core.spatial",
    "BinaryCrossEntropyLoss": "core.losses",
    "CharTokenizer": "core.tokenization",
    "Compose": "core.dataloader",
    "Conv2d": "core.spatial",
    "CosineSchedule": "core.training",
    "CrossEntropyLoss": "core.losses",
    "DataLoader": "core.dataloader",
    "Dataset": "core.dataloader",
    "Dropout": "core.layers",
    "Embedding": "core.embeddings",
    "EmbeddingLayer": "core.embeddings",
    "Flatten": "core.spatial",
    "GELU": "core.activations",
    "GPT": "core.transformer",
    "Layer": "core.layers",
    "LayerNorm": "core.transformer",
    "Linear": "core.layers",
    "MLP": "core.transformer",
    "MSELoss": "core.losses",
    "MaxPool2d": "core.spatial",
    "Module": "core.layers",
    "MultiHeadAttention": "core.attention",
    "Optimizer": "core.optimizers",
    "Parameter": "core.layers",
    "PositionalEncoding": "core.embeddings",
    "RandomCrop": "core.dataloader",
    "RandomHorizontalFlip": "core.dataloader",
    "ReLU": "core.activations",
    "SGD": "core.optimizers",
    "Sequential": "core.layers",
    "Sigmoid": "core.activations",
    "Softmax": "core.activations",
    "Tanh": "core.activations",
    "Tensor": "core.tensor",
    "TensorDataset": "core.dataloader",
    "Tokenizer": "core.tokenization",
    "Trainer": "core.training",
    "TransformerBlock": "core.transformer",
    "cat": "core.tensor",
    "clip_grad_norm": "core.training",
    "enable_autograd": "core.autograd",
    "manual_seed": "core.layers",
    "no_grad": "core.autograd",
    "scaled_dot_product_attention": "core.attention",
    "stack": "core.tensor",
    "where": "core.tensor",
}

__all__ = [
    "GELU",
    "GPT",
    "MLP",
    "SGD",
    "Adam",
    "AdamW",
    "AvgPool2d",
    "BPETokenizer",
    "BatchNorm2d",
    "BinaryCrossEntropyLoss",
    "CharTokenizer",
    "Compose",
    "Conv2d",
    "CosineSchedule",
    "CrossEntropyLoss",
    "DataLoader",
    "Dataset",
    "Dropout",
    "Embedding",
    "EmbeddingLayer",
    "Flatten",
    "Layer",
    "LayerNorm",
    "Linear",
    "MSELoss",
    "MaxPool2d",
    "Module",
    "MultiHeadAttention",
    "Optimizer",
    "Parameter",
    "PositionalEncoding",
    "RandomCrop",
    "RandomHorizontalFlip",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "Tensor",
    "TensorDataset",
    "Tokenizer",
    "Trainer",
    "TransformerBlock",
    "cat",
    "clip_grad_norm",
    "enable_autograd",
    "manual_seed",
    "no_grad",
    "scaled_dot_product_attention",
    "stack",
    "where",
]


_PACKAGES = ("bench", "data", "generation", "models", "nn", "optim", "text")


def lazy(package: str, home: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of a package whose names are found in ``tinytorch.<home of the name>`` on first use."""

    def find(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"tinytorch.{home[name]}"), name)

    return find, lambda: sorted({*vars(sys.modules[package]), *home})


_find, __dir__ = lazy("tinytorch", _HOME)


def __getattr__(name: str) -> Any:
    return import_module(f"tinytorch.{name}") if name in _PACKAGES else _find(name)
