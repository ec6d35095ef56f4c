"""prose: code in prose names what is there."""

from __future__ import annotations

import ast
import builtins
import keyword
from collections.abc import Iterator

from tinytorch_lab.course.check.findings import Finding
from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.check.prose import code_spans
from tinytorch_lab.course.check.rules.measuring import result_name
from tinytorch_lab.course.check.rules.terms import identifiers
from tinytorch_lab.course.check.runs import Runs

OTHER_LIBRARIES = {"torch", "tensorflow", "tf", "jax", "jnp", "tinytorch", "tinytorch_lab"}


def names_exist(lesson: Lesson) -> Iterator[Finding]:
    """Each name in inline code stands in the lesson's code, or is Python's or NumPy's; Part 3 may name other libraries."""
    known = _known(lesson)
    for number, line, tree in _spans(lesson):
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id not in known and _root(tree) not in OTHER_LIBRARIES:
                yield lesson.finding(
                    "prose", f"The prose names `{node.id}`, which is nowhere in the lesson.", "Name what is there.",
                    lesson.cells[number - 1], line,
                )  # fmt: skip


def attributes_exist(lesson: Lesson, happened: Runs) -> Iterator[Finding]:
    """Each dotted name in inline code can be read after the last cell."""
    for number, line, text in dotted(lesson):
        probe = happened.notebook.probes.get(text)
        if probe is not None and probe.failed.startswith("AttributeError") and not probe.unknown:
            yield lesson.finding(
                "prose",
                f"The prose names `{text}`: {probe.failed}.",
                "Name what is there.",
                lesson.cells[number - 1],
                line,
            )


def dotted(lesson: Lesson) -> Iterator[tuple[int, int, str]]:
    """The dotted names in inline code whose first part the lesson binds: number of the cell, line, text."""
    bound = {name for cell in lesson.code for name in _bound(cell.tree)} | _results(lesson)
    for number, line, tree in _spans(lesson):
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and _root(node) in bound and _is_chain(node):
                yield number, line, ast.unparse(node)


def _spans(lesson: Lesson) -> Iterator[tuple[int, int, ast.Module]]:
    """The inline code that is Python, outside of Part 3."""
    elsewhere = {cell.number for cell in lesson.cells_of("Part 3", ("Integration test",))}
    for cell in lesson.prose:
        if cell.number in elsewhere:
            continue
        for line, span in code_spans(cell.source):
            if span.startswith("%") or ("/" in span and " " not in span):
                continue  # a magic, a path
            try:
                yield cell.number, line, ast.parse(span)
            except SyntaxError:
                continue  # a shape such as (..., M, K), a command


def _known(lesson: Lesson) -> frozenset[str]:
    own = {name.partition(".")[0] for cell in lesson.code for _, name in identifiers(cell.tree)}
    words = {*own, *_results(lesson), *dir(builtins), *keyword.kwlist}
    if "numpy" in own:
        import numpy

        words |= {*dir(numpy), *dir(numpy.ndarray)}
    return frozenset(words)


def _results(lesson: Lesson) -> set[str]:
    return {name for cell in lesson.code if cell.is_measuring and (name := result_name(cell))}


def _bound(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        else:
            yield from (n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def _root(node: ast.AST) -> str:
    """The first name of a dotted one."""
    if isinstance(node, ast.Module):
        first = node.body[0] if node.body else node
        return _root(first.value) if isinstance(first, ast.Expr) else ""
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_chain(node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)
