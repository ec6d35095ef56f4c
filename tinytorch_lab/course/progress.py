"""How far a student is: read from the notebooks and library files, and from how the last tests ended."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tinytorch_lab.course import offered, overlay_files, record, update
from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.notebooks import code_hash, is_exercise, peek
from tinytorch_lab.course.record import ModuleRecord, Record, Tests
from tinytorch_lab.course.student import CODE_STUB
from tinytorch_lab.course.workspace import Folder

DONE = ("complete", "changed")
"""States of a module that later ones can build on."""


@dataclass(frozen=True)
class Progress:
    """One module's state.

    ``state`` is "unavailable" (this version has no lesson), "locked" (prerequisites missing, still openable), "ready",
    "in progress", "tests pass" (not yet completed), "complete" (the student's own library file is what the notebook makes) or
    "changed" (the notebook has changed since). ``solved`` of ``exercises`` solution cells hold something else than the stub;
    ``missing`` are the prerequisites that are not complete; ``mine`` says whether later modules run on the student's file;
    ``tests`` is how the last tests of this very code ended, ``stale`` whether they ran on older code; ``update`` whether there is
    a newer version of the lesson; ``problem`` says why the notebook cannot be read.
    """

    state: str
    solved: int
    exercises: int
    missing: tuple[str, ...]
    mine: bool
    problem: str | None = None
    tests: Tests | None = None
    stale: bool = False
    update: bool = False
    completed: bool = False
    times_reference: float | None = None


def course_progress(folder: Folder | None) -> dict[str, Progress]:
    """Every module's progress by its id; without a folder nothing is begun."""
    kept = record.load(folder.path) if folder else Record()
    done: set[str] = set()
    result = {}
    for module in offered.offered(folder.path if folder else None).modules:
        missing = tuple(need for need in module.needs if need not in done)
        progress = _progress(module, folder, kept.of(module.id), missing)
        if progress.state in DONE:
            done.add(module.id)
        result[module.id] = progress
    return result


def _progress(module: Module, folder: Folder | None, kept: ModuleRecord, missing: tuple[str, ...]) -> Progress:
    if not offered.has_text(folder.path if folder else None, module):
        return Progress("unavailable", 0, 0, missing, False)
    if folder is None:
        return Progress("locked" if missing else "ready", 0, 0, missing, False)
    own = overlay_files.own_text(folder.path, module)
    problem, solved, exercises, code, makes = None, 0, 0, None, own
    if (folder.path / module.notebook).exists():
        try:
            notebook = peek(folder.path / module.notebook)
            solved, exercises = count_solved(folder.path / module.notebook)
            code = code_hash(notebook)
            makes = overlay_files.exported_text(notebook, module)
        except CourseError as error:
            problem = str(error)
    stale = kept.tests is not None and kept.tests.code != code
    passes = kept.tests is not None and not stale and kept.tests.passed == kept.tests.total > 0
    return Progress(
        state=_state(own, makes, passes, solved, missing),
        solved=solved,
        exercises=exercises,
        missing=missing,
        mine=overlay_files.is_used(folder.path, module),
        problem=problem,
        tests=kept.tests,
        stale=stale,
        update=update.available(folder, module),
        completed=own is not None,
        times_reference=kept.times_reference,
    )


def _state(own: str | None, makes: str | None, passes: bool, solved: int, missing: tuple[str, ...]) -> str:
    if own is not None:
        return "complete" if own == makes else "changed"
    if passes:
        return "tests pass"
    if solved:
        return "in progress"
    return "locked" if missing else "ready"


def count_solved(path: Path) -> tuple[int, int]:
    """How many code exercises of the notebook hold no stub any more, and how many there are."""
    cells = [cell for cell in peek(path).cells if is_exercise(cell)]
    return sum(CODE_STUB[1] not in map(str.strip, cell.source.splitlines()) for cell in cells), len(cells)
