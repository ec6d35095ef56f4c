"""The wrong variable."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tinytorch_lab.course.check.mutation.scope import Scope


def variable(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """The next parameter for a parameter; for another variable the last one that was bound before, or else a parameter."""
    if not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)):
        return
    if node.id in scope.parameters:
        other = scope.parameters[(scope.parameters.index(node.id) + 1) % len(scope.parameters)]
        if other != node.id:
            yield ast.Name(other, ast.Load())
    elif node.id in scope.variables:
        before = [name for name, line in scope.variables.items() if name != node.id and line < node.lineno]
        for name in (before or [*scope.parameters])[-1:]:
            yield ast.Name(name, ast.Load())


def attribute(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """self.b for self.a: the next attribute that the same class's code reads or writes."""
    if scope.function is None or not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Load):
        return
    if isinstance(node.value, ast.Name) and node.value.id == "self":
        own = [
            n.attr for n in ast.walk(scope.function)
            if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "self"
        ]  # fmt: skip
        others = [name for name in dict.fromkeys(own) if name != node.attr]
        if others:
            yield ast.Attribute(node.value, others[0], ast.Load())
