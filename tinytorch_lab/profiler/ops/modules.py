"""Modules of a model, seen from outside: what they hold, under which paths, by their method ``members``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tinytorch_lab.profiler.ops.arrays import TENSOR, kind_of

DEEPEST = 50


def paths_in(module: Any) -> dict[int, str]:
    """The paths of all modules inside ``module``, by ``id``; of one that stands in two places, the first."""
    return {id(inner): path for path, inner in _walk(module, "", set(), 0)}


def parameters_of(module: Any) -> dict[int, Any]:
    """The distinct tensors in a module and the modules inside it that require gradients, by ``id``."""
    holders = [module, *(inner for _, inner in _walk(module, "", set(), 0))]
    members = (member for holder in holders for _, member in _members(holder))
    return {id(one): one for one in members if kind_of(one) == TENSOR and getattr(one, "requires_grad", False)}


def state_bytes(optimizer: Any) -> int:
    """Bytes of the arrays that an optimizer holds in its attributes, lists and dicts; its parameters are left out."""
    return sum(array.nbytes for array in _state(dict(getattr(optimizer, "__dict__", {})), 0).values())


def _walk(module: Any, prefix: str, seen: set[int], depth: int) -> Iterator[tuple[str, Any]]:
    """Path and module of all modules inside ``module``, each once, parents before what they hold."""
    seen.add(id(module))
    for name, member in _members(module):
        if hasattr(member, "members") and id(member) not in seen and depth < DEEPEST:
            yield prefix + name, member
            yield from _walk(member, f"{prefix}{name}.", seen, depth + 1)


def _members(module: Any) -> list[tuple[str, Any]]:
    try:
        return [(str(name), member) for name, member in module.members()]
    except Exception:
        return []  # the model is the student's: one that cannot say what it holds is measured without that


def _state(value: Any, depth: int) -> dict[int, Any]:
    if isinstance(value, np.ndarray):
        return {id(value): value}
    if kind_of(value) == TENSOR:
        return {} if getattr(value, "requires_grad", False) else {id(value.data): value.data}
    found: dict[int, Any] = {}
    if depth < DEEPEST and isinstance(value, dict | list | tuple):
        for member in list(value.values()) if isinstance(value, dict) else value:
            found |= _state(member, depth + 1)
    return found
