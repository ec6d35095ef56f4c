"""Functions that are defined in the notebook."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import FunctionType
from typing import Any

_LRU = type(cache(lambda: None))


def notebook_functions(shell: Any) -> Iterator[FunctionType]:
    """Functions and methods in the user's namespace whose code stands in a cell, each once."""
    seen: set[int] = set()
    for value in list(shell.user_ns.values()):
        for function in _functions(value, set()):
            if id(function) not in seen and cell_name(shell, function.__code__.co_filename) is not None:
                seen.add(id(function))
                yield function


def cell_name(shell: Any, filename: str) -> str | None:
    """``In[n]`` for the file name of a cell's code, else None."""
    label_and_name = shell.compile.format_code_name(filename)
    return label_and_name[1] if label_and_name else None


def _functions(value: Any, above: set[int]) -> Iterator[FunctionType]:
    """The function itself, what it wraps, and the methods of a class. Looks up no attribute that a class computes."""
    kind = type(value)
    if id(value) in above:
        return
    above.add(id(value))
    if kind is FunctionType:
        yield value
    inner: list[Any] = []
    if kind is FunctionType or kind is _LRU:
        inner = [vars(value).get("__wrapped__")]
    elif kind is staticmethod or kind is classmethod:
        inner = [value.__func__]
    elif kind is property:
        inner = [value.fget, value.fset, value.fdel]
    elif isinstance(value, type) and value.__module__ == "__main__":
        inner = list(vars(value).values())
    for each in inner:
        yield from _functions(each, above)
