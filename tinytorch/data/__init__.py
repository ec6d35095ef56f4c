"""Data: sets that come with the library (``from tinytorch.data import digits``), and the loader of lesson 08."""

from typing import TYPE_CHECKING

from tinytorch import lazy
from tinytorch.data.datasets import digits as digits
from tinytorch.data.datasets import mnist as mnist
from tinytorch.data.datasets import photo_digits as photo_digits
from tinytorch.data.datasets import shakespeare as shakespeare

if TYPE_CHECKING:
    from tinytorch.core.dataloader import Compose as Compose
    from tinytorch.core.dataloader import DataLoader as DataLoader
    from tinytorch.core.dataloader import Dataset as Dataset
    from tinytorch.core.dataloader import RandomCrop as RandomCrop
    from tinytorch.core.dataloader import RandomHorizontalFlip as RandomHorizontalFlip
    from tinytorch.core.dataloader import TensorDataset as TensorDataset

_HOME = {
    "Compose": "core.dataloader",
    "DataLoader": "core.dataloader",
    "Dataset": "core.dataloader",
    "RandomCrop": "core.dataloader",
    "RandomHorizontalFlip": "core.dataloader",
    "TensorDataset": "core.dataloader",
}

__all__ = [
    "Compose",
    "DataLoader",
    "Dataset",
    "RandomCrop",
    "RandomHorizontalFlip",
    "TensorDataset",
    "digits",
    "mnist",
    "photo_digits",
    "shakespeare",
]

__getattr__, __dir__ = lazy(__name__, _HOME)
