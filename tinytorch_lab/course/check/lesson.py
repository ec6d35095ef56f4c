"""One lesson as the rules see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbformat import NotebookNode

from tinytorch_lab.course.catalogue import Catalogue, Module
from tinytorch_lab.course.check.cells import Cell, headings, read_cells
from tinytorch_lab.course.check.findings import ERROR, Finding
from tinytorch_lab.course.lesson import read_lesson


@dataclass(frozen=True, eq=False)
class Lesson:
    """The lesson of ``module`` below ``root``, the folder that holds ``modules/``, read and split into cells."""

    root: Path
    catalogue: Catalogue
    module: Module
    text: str
    notebook: NotebookNode
    cells: tuple[Cell, ...]

    @property
    def path(self) -> Path:
        """The lesson's source."""
        return self.root / self.module.source

    @cached_property
    def code(self) -> tuple[Cell, ...]:
        """The code cells."""
        return tuple(cell for cell in self.cells if cell.kind == "code")

    @cached_property
    def prose(self) -> tuple[Cell, ...]:
        """The markdown cells."""
        return tuple(cell for cell in self.cells if cell.kind == "markdown")

    def part_of(self, beginning: str) -> Cell | None:
        """The first cell with a heading that begins with ``beginning``."""
        return next((c for c in self.prose for _, words in headings(c.source) if words.startswith(beginning)), None)

    def cells_of(self, beginning: str, ends: tuple[str, ...]) -> Iterator[Cell]:
        """The cells from the heading ``beginning`` up to the first that holds one of the headings ``ends``."""
        inside = False
        for cell in self.cells:
            words = [w for _, w in headings(cell.source)] if cell.kind == "markdown" else []
            if inside and any(w.startswith(ends) for w in words):
                return
            inside = inside or any(w.startswith(beginning) for w in words)
            if inside:
                yield cell

    def finding(
        self, rule: str, found: str, mend: str, cell: Cell | None = None, line: int = 0, severity: str = ERROR
    ) -> Finding:
        """A finding in this lesson; ``line`` counts inside of ``cell``, from 1 (0: the cell as a whole)."""
        file = self.module.source
        if cell is None:
            return Finding(file, line, rule, found, mend, severity=severity)
        return Finding(
            file, cell.line + max(line - 1, 0), rule, found, mend, cell.number, cell.heading, severity=severity
        )


def load_lesson(root: Path, catalogue: Catalogue, module: Module) -> Lesson:
    """Read the module's lesson. Raises CourseError if it is missing, no text, or holds metadata that is no JSON."""
    path = root / module.source
    notebook = read_lesson(path)
    text = path.read_text(encoding="utf-8-sig")
    return Lesson(root, catalogue, module, text, notebook, read_cells(notebook, text))
