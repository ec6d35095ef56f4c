"""Data sets that come with the library: ``from tinytorch.data import digits, mnist, photo_digits, shakespeare``."""

from tinytorch.data.datasets import digits as digits
from tinytorch.data.datasets import mnist as mnist
from tinytorch.data.datasets import photo_digits as photo_digits
from tinytorch.data.datasets import shakespeare as shakespeare

__all__ = ["digits", "mnist", "photo_digits", "shakespeare"]
