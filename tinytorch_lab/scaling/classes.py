"""The growth classes: their names and their functions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def _log2(n: Values) -> Values:
    return np.log2(np.maximum(n, 1.0))


POLYNOMIAL: dict[str, Callable[[Values], Values]] = {
    "1": np.ones_like,
    "log n": _log2,
    "sqrt n": np.sqrt,
    "n": lambda n: n * 1.0,
    "n log n": lambda n: n * _log2(n),
    "n^2": lambda n: n**2.0,
    "n^2 log n": lambda n: n**2.0 * _log2(n),
    "n^3": lambda n: n**3.0,
}
"""Name to function, from slow to fast growth; logarithms to base 2."""

EXPONENTIAL = "2^n"
CLASSES = [*POLYNOMIAL, EXPONENTIAL]


def shape(name: str, n: Values, base: float = 2.0, exponent: float | None = None) -> Values:
    """The class's function at the sizes ``n``; a power ``n^k`` uses ``exponent`` if given, else the k in its name."""
    if name in POLYNOMIAL:
        return POLYNOMIAL[name](n)
    if name == EXPONENTIAL:
        return np.asarray(base**n)
    return np.asarray(n ** (float(name.removeprefix("n^")) if exponent is None else exponent))


LOWER: dict[str, list[str]] = {
    "log n": [],
    "sqrt n": [],
    "n": [],
    "n log n": ["n"],
    "n^2": ["n"],
    "n^2 log n": ["n^2"],
    "n^3": ["n^2"],
}
"""Slower terms that a formula of the class may have beside its fixed cost."""
