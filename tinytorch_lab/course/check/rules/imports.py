"""M004 and N008: what a lesson imports."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from tinytorch_lab.course.check.cells import Cell
from tinytorch_lab.course.check.findings import Finding
from tinytorch_lab.course.check.lesson import Lesson

DATA = "tinytorch.data"
"""The one part of tinytorch that is no lesson's and that every lesson may read from."""


def rooms(lesson: Lesson) -> Iterator[Finding]:
    """Exported cells import NumPy, the standard library and earlier modules; the others matplotlib too."""
    for cell, line, name in imported(lesson):
        top = name.partition(".")[0]
        may = {"numpy", "tinytorch"} | (set() if cell.exported else {"matplotlib"})
        if top not in may and top not in sys.stdlib_module_names:
            kind = "An exported cell" if cell.exported else "A lesson"
            yield lesson.finding(
                "M004", f"{kind} imports {name}.", f"It may import {', '.join(sorted(may))}.", cell, line
            )


def earlier_modules(lesson: Lesson) -> Iterator[Finding]:
    """Of tinytorch, only the files of earlier modules; those are the prerequisites in course.toml."""
    before = lesson.catalogue.modules[: lesson.catalogue.modules.index(lesson.module)]
    files = {f"tinytorch.{module.exports}": module.id for module in before}
    found: set[str] = set()
    for cell, line, name in imported(lesson):
        if name in files:
            found.add(files[name])
        elif name.partition(".")[0] == "tinytorch" and name != _own(lesson) and not (name + ".").startswith(DATA + "."):
            yield lesson.finding(
                "M004",
                f"{name} is no earlier module's file.",
                f"Import from one of {', '.join(files) or 'none'}.",
                cell,
                line,
            )
    needs = set(lesson.module.needs)
    if not needs <= found <= _with_theirs(lesson, needs):
        yield lesson.finding(
            "M004",
            f"The lesson imports from {_list(found)}, course.toml says needs = {_list(lesson.module.needs)}.",
            "Import from each of them, and beside them only from what they need.",
        )


def _with_theirs(lesson: Lesson, needs: set[str]) -> set[str]:
    """Prerequisites with their own, and so on."""
    closure: set[str] = set()
    for module in reversed(lesson.catalogue.modules):
        if module.id in needs | closure:
            closure |= {module.id, *module.needs}
    return closure


def not_its_own_reference(lesson: Lesson) -> Iterator[Finding]:
    """The module under test is never taken from the package."""
    for cell, line, name in imported(lesson):
        if name == _own(lesson):
            yield lesson.finding(
                "N008", f"The lesson imports {name}, which it builds.", "Use the cells above.", cell, line
            )


def imported(lesson: Lesson) -> Iterator[tuple[Cell, int, str]]:
    """Every import of the lesson: cell, line and dotted module; names from a package count as its submodules if they are."""
    packages = {f"tinytorch.{module.exports}".rpartition(".")[0] for module in lesson.catalogue.modules}
    for cell in lesson.code:
        for node in ast.walk(cell.tree):
            if isinstance(node, ast.Import):
                yield from ((cell, node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                source = "." * node.level + (node.module or "")
                names = [f"{source}.{alias.name}" for alias in node.names] if source in packages else [source]
                yield from ((cell, node.lineno, name) for name in names)


def _own(lesson: Lesson) -> str:
    return f"tinytorch.{lesson.module.exports}"


def _list(ids: set[str] | tuple[str, ...]) -> str:
    return f"[{', '.join(sorted(ids))}]"
