"""The solution regions of a cell, and how a change is written into the cell's text."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from tinytorch_lab.course.check.cells import Cell
from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.check.mutation.scope import Scope, scope_of
from tinytorch_lab.course.check.rules.terms import identifiers
from tinytorch_lab.course.lesson import BEGIN_SOLUTION, END_SOLUTION

ELSEWHERE = (ast.Raise, ast.Assert, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
"""Statements whose expressions are left alone: messages, signatures."""


@dataclass(frozen=True)
class Region:
    """The lines ``first`` to ``last`` of a cell, between two markers; ``exercise`` names the function around them."""

    cell: Cell
    first: int
    last: int
    exercise: str
    scope: Scope
    statements: tuple[ast.stmt, ...]

    def expressions(self, node: ast.stmt) -> Iterator[ast.expr]:
        """The outermost expressions of a statement: not those of the statements inside of it, no annotations."""
        if isinstance(node, ELSEWHERE):
            return
        for field, value in ast.iter_fields(node):
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, ast.expr) and field not in ("annotation", "target") and not _is_text(one):
                    yield one

    def inner(self, root: ast.expr) -> Iterator[ast.expr]:
        """The expression and everything in it, from left to right, but for the inside of texts."""
        if isinstance(root, ast.JoinedStr):
            return
        yield root
        for child in ast.iter_child_nodes(root):
            parts = (
                [child]
                if isinstance(child, ast.expr)
                else [c for c in ast.iter_child_nodes(child) if isinstance(c, ast.expr)]
            )
            for part in parts:
                yield from self.inner(part)

    def with_expression(self, root: ast.expr, old: ast.expr, new: ast.expr) -> str:
        """The cell's code with ``new`` in the place of ``old``, which is ``root`` or a part of it."""
        text = ast.unparse(new) if old is root else _unparse_with(root, old, new)
        return _splice(self.cell.code, root, text)

    def with_statement(self, node: ast.stmt, text: str) -> str:
        """The cell's code with other statements in the place of one."""
        indented = textwrap.indent(text, " " * node.col_offset).lstrip()
        return _splice(self.cell.code, node, indented)

    def with_body(self, text: str) -> str:
        """The cell's code with one statement in the place of the region."""
        lines = self.cell.code.split("\n")
        inside = [line for line in lines[self.first - 1 : self.last] if line.strip()]
        indent = inside[0][: len(inside[0]) - len(inside[0].lstrip())] if inside else ""
        return "\n".join([*lines[: self.first - 1], indent + text, *lines[self.last :]])


def regions(lesson: Lesson, cell: Cell) -> Iterator[Region]:
    """The solution regions of one cell, in order."""
    known = frozenset(name for one in lesson.code for _, name in identifiers(one.tree))
    begin = 0
    for number, line in enumerate(cell.code.split("\n"), 1):
        if line.strip() == BEGIN_SOLUTION:
            begin = number + 1
        elif line.strip() == END_SOLUTION and begin:
            name, function = _around(cell.tree, begin)
            yield Region(
                cell, begin, number - 1, name, scope_of(function, known), _statements(cell.tree, begin, number - 1)
            )
            begin = 0


def _statements(tree: ast.Module, first: int, last: int) -> tuple[ast.stmt, ...]:
    found = [
        node for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and first <= node.lineno and (node.end_lineno or 0) <= last and not _is_docstring(node)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda node: (node.lineno, node.col_offset)))


def _around(tree: ast.Module, line: int) -> tuple[str, ast.FunctionDef | None]:
    """The dotted name of the innermost definition around a line, and the innermost function."""
    names: list[str] = []
    function: ast.FunctionDef | None = None
    body: list[ast.stmt] = tree.body
    while True:
        inside = [
            n for n in body if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and n.lineno < line <= (n.end_lineno or 0)
        ]
        if not inside:
            return ".".join(names) or "cell", function
        names.append(inside[0].name)
        function = inside[0] if isinstance(inside[0], ast.FunctionDef) else function
        body = inside[0].body


def _unparse_with(root: ast.expr, old: ast.expr, new: ast.expr) -> str:
    """The text of ``root`` with ``new`` in the place of ``old``; ``root`` itself stays as it was."""
    for parent in ast.walk(root):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
                text = ast.unparse(root)
                setattr(parent, field, old)
                return text
            if isinstance(value, list) and any(one is old for one in value):
                setattr(parent, field, [new if one is old else one for one in value])
                text = ast.unparse(root)
                setattr(parent, field, value)
                return text
    raise ValueError("the expression does not hold the part to be replaced")


def _splice(code: str, node: ast.expr | ast.stmt, text: str) -> str:
    """``code`` with ``text`` in the place of ``node``; its columns count UTF-8 bytes."""
    lines = code.split("\n")
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    before = lines[first].encode()[: node.col_offset].decode()
    after = lines[last].encode()[node.end_col_offset :].decode()
    return "\n".join([*lines[:first], before + text + after, *lines[last + 1 :]])


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and _is_text(node.value)
