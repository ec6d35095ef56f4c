"""What the inputs and outputs of an operation are, as far as measuring needs it: shapes and bytes of arrays."""

from __future__ import annotations

from math import prod
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
NUMBER, ARRAY, TENSOR = 1, 2, 3
KINDS: dict[type[Any], int] = {}
"""Kinds of the types that were seen."""


def kind_of(value: Any) -> int:
    """TENSOR (its ``data`` is an ndarray), ARRAY, or NUMBER for anything else."""
    known = KINDS.get(type(value))
    if known is not None:
        return known
    kind = NUMBER
    if isinstance(value, np.ndarray):
        kind = ARRAY
    elif isinstance(getattr(value, "data", None), np.ndarray):
        kind = TENSOR
    if len(KINDS) < 1000:  # a cell that makes classes without end does not fill the memory
        KINDS[type(value)] = kind
    return kind


def array_of(value: Any) -> Array | None:
    """The ndarray of a tensor, or the ndarray itself; None for numbers."""
    kind = kind_of(value)
    return cast("Array", value.data if kind == TENSOR else value) if kind != NUMBER else None


def shape_of(value: Any) -> tuple[int, ...]:
    """The shape of a tensor or an array, ``()`` for numbers."""
    array = array_of(value)
    return () if array is None else array.shape


def owner(array: Array) -> Any:
    """What owns the memory of an array: itself, or what it is a view of."""
    return array if array.base is None else array.base


def stored_bytes(array: Array | None) -> int:
    """Bytes that an array has in memory: what broadcasting repeats counts once. 0 for None."""
    if array is None:
        return 0
    if array.base is None or 0 not in array.strides:
        return int(array.nbytes)
    elements: int = prod(size for size, step in zip(array.shape, array.strides, strict=True) if step)
    return elements * int(array.itemsize)
