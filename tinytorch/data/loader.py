"""What lesson 08 exports, under the original course's path; found in ``tinytorch.core.dataloader`` on first use."""

from typing import TYPE_CHECKING

from tinytorch import lazy

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
]

__getattr__, __dir__ = lazy(__name__, _HOME)
