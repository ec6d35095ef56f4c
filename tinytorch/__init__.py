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
    from tinytorch.core.autograd import enable_autograd as enable_autograd
    from tinytorch.core.autograd import no_grad as no_grad
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
    from tinytorch.core.tensor import Tensor as Tensor
    from tinytorch.core.tensor import cat as cat
    from tinytorch.core.tensor import stack as stack
    from tinytorch.core.tensor import where as where
    from tinytorch.core.training import CosineSchedule as CosineSchedule
    from tinytorch.core.training import Trainer as Trainer
    from tinytorch.core.training import clip_grad_norm as clip_grad_norm

_HOME = {
    "Adam": "core.optimizers",
    "AdamW": "core.optimizers",
    "BinaryCrossEntropyLoss": "core.losses",
    "CosineSchedule": "core.training",
    "CrossEntropyLoss": "core.losses",
    "Dropout": "core.layers",
    "GELU": "core.activations",
    "Layer": "core.layers",
    "Linear": "core.layers",
    "MSELoss": "core.losses",
    "Module": "core.layers",
    "Optimizer": "core.optimizers",
    "Parameter": "core.layers",
    "ReLU": "core.activations",
    "SGD": "core.optimizers",
    "Sequential": "core.layers",
    "Sigmoid": "core.activations",
    "Softmax": "core.activations",
    "Tanh": "core.activations",
    "Tensor": "core.tensor",
    "Trainer": "core.training",
    "cat": "core.tensor",
    "clip_grad_norm": "core.training",
    "enable_autograd": "core.autograd",
    "manual_seed": "core.layers",
    "no_grad": "core.autograd",
    "stack": "core.tensor",
    "where": "core.tensor",
}

__all__ = [
    "GELU",
    "SGD",
    "Adam",
    "AdamW",
    "BinaryCrossEntropyLoss",
    "CosineSchedule",
    "CrossEntropyLoss",
    "Dropout",
    "Layer",
    "Linear",
    "MSELoss",
    "Module",
    "Optimizer",
    "Parameter",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "Tensor",
    "Trainer",
    "cat",
    "clip_grad_norm",
    "enable_autograd",
    "manual_seed",
    "no_grad",
    "stack",
    "where",
]


_PACKAGES = ("data", "nn", "optim")


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
