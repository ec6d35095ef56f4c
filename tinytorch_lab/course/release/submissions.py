"""Submissions that are in already: how many there are, and what a release would change under them."""

from __future__ import annotations

from nbformat import NotebookNode

from tinytorch_lab.course.class_folder import ClassFolder
from tinytorch_lab.course.lesson import grader
from tinytorch_lab.course.notebooks import read_notebook


def count(folder: ClassFolder, module: str) -> int:
    """How many students have handed the module in (as collected)."""
    return sum(path.is_dir() for path in (folder.root / "submitted").glob(f"*/{module}"))


def changed(folder: ClassFolder, module: str, source: NotebookNode) -> tuple[str, ...]:
    """The ids of cells that count for grades and differ from what was released: text, points or kind; new and gone ones too."""
    old = _counting(_released(folder, module))
    new = _counting(source)
    return tuple(sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name)))


def reshaped(folder: ClassFolder, module: str, source: NotebookNode) -> tuple[str, ...]:
    """Those of them that are new, gone, of another kind or other points: nbgrader cannot keep submissions then."""
    old = {name: kind for name, (_, *kind) in _counting(_released(folder, module)).items()}
    new = {name: kind for name, (_, *kind) in _counting(source).items()}
    return tuple(sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name)))


def _released(folder: ClassFolder, module: str) -> NotebookNode | None:
    path = folder.root / "source" / module / f"{module[3:]}.ipynb"
    return read_notebook(path) if path.exists() else None


def _counting(notebook: NotebookNode | None) -> dict[str, tuple[object, ...]]:
    """What counts of each nbgrader cell: its text where students cannot change it, its points and flags."""
    if notebook is None:
        return {}
    found: dict[str, tuple[object, ...]] = {}
    for cell in notebook.cells:
        grading = grader(cell)
        if grading:
            text = "" if grading.get("solution") else cell.source
            flags = tuple(grading.get(flag) for flag in ("grade", "solution", "task", "points"))
            found[str(grading["grade_id"])] = (text, cell.cell_type, *flags)
    return found
