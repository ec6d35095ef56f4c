"""R9 without running anything: a name that is imported inside of a region only is not there for the cells that students get."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tinytorch_lab.course.check.cells import Cell
from tinytorch_lab.course.release.author_file import AuthorFile
from tinytorch_lab.course.release.markers import sealed_lines
from tinytorch_lab.course.release.model import Fault


def faults(file: AuthorFile) -> Iterator[Fault]:
    """Each import in a region whose name a visible line of another cell uses, where no visible line imports it."""
    sealed = {(line.cell.number, line.line) for line in sealed_lines(file)}
    visible = {name for cell in file.cells for name, line in _imported(cell) if (cell.number, line) not in sealed}
    for cell in file.cells:
        for name, line in _imported(cell):
            user = _user(file, name, cell, sealed)
            if (cell.number, line) in sealed and name not in visible and user:
                yield file.fault(
                    "R9", f"{name} is imported inside of a region, and cell {user} needs it.",
                    "Import it where students get it: in a cell above.", cell, line,
                )  # fmt: skip


def _imported(cell: Cell) -> Iterator[tuple[str, int]]:
    """The names that the cell's imports bind at its top, each with its line."""
    for node in cell.tree.body if cell.kind == "code" else ():
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0], node.lineno


def _user(file: AuthorFile, name: str, importer: Cell, sealed: set[tuple[int, int]]) -> int:
    """The number of the first other cell with a visible line that uses the name; 0 if there is none."""
    for cell in file.cells:
        if cell is importer or cell.kind != "code":
            continue
        for node in ast.walk(cell.tree):
            if isinstance(node, ast.Name) and node.id == name and (cell.number, node.lineno) not in sealed:
                return cell.number
    return 0
