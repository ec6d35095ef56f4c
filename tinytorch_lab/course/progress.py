"""How far a student is, read from the student folder itself: no second record that could disagree with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tinytorch_lab.course import source
from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.lesson import grader
from tinytorch_lab.course.student import CODE_STUB
from tinytorch_lab.course.workspace import Folder


@dataclass(frozen=True)
class Progress:
    """One module's state.

    ``state`` is "unavailable" (this version has no lesson), "locked" (prerequisites missing, still openable), "ready",
    "in progress" or "complete" (the student's own library file is in the folder). ``solved`` of ``exercises`` solution
    cells hold something else than the stub; ``missing`` are the prerequisites that are not complete; ``problem`` says why
    a notebook cannot be read.
    """

    state: str
    solved: int
    exercises: int
    missing: tuple[str, ...]
    mine: bool
    problem: str | None = None


def course_progress(folder: Folder | None) -> dict[str, Progress]:
    """Every module's progress by its id; without a folder nothing is begun."""
    done: set[str] = set()
    result = {}
    for module in source.catalogue().modules:
        progress = _progress(module, folder.path if folder else None, done)
        if progress.state == "complete":
            done.add(module.id)
        result[module.id] = progress
    return result


def _progress(module: Module, root: Path | None, done: set[str]) -> Progress:
    missing = tuple(need for need in module.needs if need not in done)
    if not source.has_lesson(module):
        return Progress("unavailable", 0, 0, missing, False)
    problem = None
    solved = exercises = 0
    notebook = root / module.notebook if root else None
    if notebook is not None and notebook.exists():
        try:
            solved, exercises = count_solved(notebook)
        except CourseError as error:
            problem = str(error)
    mine = root is not None and (root / module.library_file).exists()
    state = _state(mine, solved, missing)
    return Progress(state, solved, exercises, missing, mine, problem)


def _state(mine: bool, solved: int, missing: tuple[str, ...]) -> str:
    if mine:
        return "complete"
    if solved:
        return "in progress"
    return "locked" if missing else "ready"


def count_solved(path: Path) -> tuple[int, int]:
    """How many code exercises of the notebook hold no stub any more, and how many there are."""
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises whatever its readers meet
        raise CourseError(
            f"{path} is not a readable notebook ({type(error).__name__}). It was left as it is."
        ) from error
    cells = [cell for cell in notebook.cells if _is_exercise(cell)]
    return sum(not _holds_stub(cell) for cell in cells), len(cells)


def _is_exercise(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(grader(cell).get("solution"))


def _holds_stub(cell: NotebookNode) -> bool:
    return any(line.strip() == CODE_STUB[1] for line in cell.source.splitlines())
