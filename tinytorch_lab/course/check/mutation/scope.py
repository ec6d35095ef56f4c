"""What an operator may know about the code around the place that it changes."""

from __future__ import annotations

import ast
from dataclasses import dataclass

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Scope:
    """The function that holds a region: its parameters, its other variables with the line that binds them first; all names
    of the lesson.
    """

    function: Function | None
    parameters: tuple[str, ...]
    variables: dict[str, int]
    lesson_names: frozenset[str]


def scope_of(function: Function | None, lesson_names: frozenset[str]) -> Scope:
    """The scope inside of ``function``; without one, no names."""
    if function is None:
        return Scope(None, (), {}, lesson_names)
    given = function.args
    arguments = (*given.posonlyargs, *given.args, *given.kwonlyargs)
    parameters = tuple(one.arg for one in arguments if one.arg not in ("self", "cls"))
    inner = {
        name.id for one in ast.walk(function) if isinstance(one, ast.comprehension) for name in _stored(one.target)
    }
    variables: dict[str, int] = {}
    for name in sorted(_stored(function), key=lambda one: (one.lineno, one.col_offset)):
        if name.id not in (*parameters, *inner):
            variables.setdefault(name.id, name.lineno)
    return Scope(function, parameters, variables, lesson_names)


def _stored(node: ast.AST) -> list[ast.Name]:
    return [one for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]


def last_name(node: ast.expr) -> str:
    """``sum`` of ``np.sum`` and of ``x.sum``, ``reduce_sum`` of the plain name; "" for anything else."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def renamed(node: ast.expr, name: str) -> ast.expr:
    """The same function under another last name."""
    if isinstance(node, ast.Attribute):
        return ast.Attribute(node.value, name, node.ctx)
    return ast.Name(name, ast.Load())
