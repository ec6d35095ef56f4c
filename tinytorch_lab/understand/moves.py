"""Statements that compute nothing: they look at the data of an array in another way, or move it."""

from __future__ import annotations

import ast
from typing import NamedTuple

from tinytorch_lab.profiler.records import Statement
from tinytorch_lab.understand.source import numpy_function, parsed

_SHAPES = {"reshape", "ravel"}  # views of arrays that lie in memory in order, else copies
_VIEWS = {"T", "mT", "transpose", "swapaxes", "squeeze", "expand_dims", "broadcast_to", "data"}
_COPIES = {"copy", "flatten", "astype", "ascontiguousarray", "take", "repeat", "tile", "compress"}
_SLICE, _INDEX = "[:]", "[i]"


class Move(NamedTuple):
    """``b = a[::2].T``: the variable ``a``, and the steps from the outside in."""

    base: str
    steps: frozenset[str]

    @property
    def may_be_view(self) -> bool:
        """Whether the result has all of its data in common with ``base`` if it allocated next to nothing.

        A slice that is then reshaped may be a copy that is small only because the slice is.
        """
        return self.steps <= _VIEWS | _SHAPES or self.steps <= _VIEWS | {_SLICE}


def move_of(statement: Statement) -> Move | None:
    """What the statement moves; None if it does, or may do, anything else."""
    node = parsed(statement)
    if not isinstance(node, ast.Assign):
        return None
    steps: set[str] = set()
    value = node.value
    while not isinstance(value, ast.Name):
        step = _step(value)
        if step is None:
            return None
        steps.add(step[0])
        value = step[1]
    return Move(value.id, frozenset(steps)) if steps else None


def _step(node: ast.expr) -> tuple[str, ast.expr] | None:
    """The outermost operation on an array, and what it is applied to; None if it is not one of ours."""
    known = _SHAPES | _VIEWS | _COPIES
    if isinstance(node, ast.Subscript):
        return (_SLICE if _is_slice(node.slice) else _INDEX), node.value
    if isinstance(node, ast.Attribute) and node.attr in {"T", "mT", "data"}:
        return node.attr, node.value
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in known:
        return None
    if numpy_function(node.func):
        return (node.func.attr, node.args[0]) if node.args else None
    return node.func.attr, node.func.value


def _is_slice(index: ast.expr) -> bool:
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    slices = [isinstance(part, ast.Slice) for part in parts]
    return any(slices) and all(
        is_slice or isinstance(part, ast.Constant) for is_slice, part in zip(slices, parts, strict=True)
    )
