"""Optimizers under PyTorch's names."""

from typing import TYPE_CHECKING

from tinytorch import lazy

if TYPE_CHECKING:
    from tinytorch.core.optimizers import SGD as SGD
    from tinytorch.core.optimizers import Adam as Adam
    from tinytorch.core.optimizers import AdamW as AdamW
    from tinytorch.core.optimizers import Optimizer as Optimizer

_HOME = {
    "Adam": "core.optimizers",
    "AdamW": "core.optimizers",
    "Optimizer": "core.optimizers",
    "SGD": "core.optimizers",
}

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Optimizer",
]

__getattr__, __dir__ = lazy(__name__, _HOME)
