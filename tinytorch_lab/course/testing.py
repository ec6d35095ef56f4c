"""Run the tests of a student's notebook: its own code, in a fresh kernel, with limits.

The tests are those that the student was given: a test cell that was edited or deleted is put back for the run (the notebook in
the folder stays as it is). What the notebook builds, and all later modules, cannot be imported meanwhile.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nbformat import NotebookNode

from tinytorch_lab.course import record, source
from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.causes import NOT_BUILT, Causes, error_of, traceback_of
from tinytorch_lab.course.given import given_notebook
from tinytorch_lab.course.kernel_run import run_cells
from tinytorch_lab.course.lesson import grader
from tinytorch_lab.course.lock import run_lock
from tinytorch_lab.course.merge import merge
from tinytorch_lab.course.notebooks import code_hash, grade_id, is_measuring, is_test, read_notebook
from tinytorch_lab.course.workspace import Folder


@dataclass(frozen=True)
class Outcome:
    """One test cell: ``state`` is "passed", "failed" or "not run"; ``message`` and ``traceback`` say what came back.

    ``cause_id`` is the id of the cell to mend where that is not the test: one that should have defined what the test misses.
    """

    grade_id: str
    cell_id: str
    points: int
    state: str
    message: str = ""
    traceback: str = ""
    cause_id: str = ""


@dataclass(frozen=True)
class Tested:
    """All tests of one module. ``stopped`` is a sentence if the run did not reach the end; ``notebook`` is what was tested."""

    module: str
    outcomes: tuple[Outcome, ...]
    notebook: NotebookNode
    stopped: str | None = None

    @property
    def code(self) -> str:
        """The fingerprint of the code that was tested."""
        return code_hash(self.notebook)

    @property
    def passed(self) -> int:
        """How many tests passed."""
        return sum(outcome.state == "passed" for outcome in self.outcomes)

    @property
    def points(self) -> int:
        """Points of the tests that passed."""
        return sum(outcome.points for outcome in self.outcomes if outcome.state == "passed")

    @property
    def max_points(self) -> int:
        """Points of all tests. Written answers are not among them."""
        return sum(outcome.points for outcome in self.outcomes)

    @property
    def all_passed(self) -> bool:
        """Whether there are tests and each of them passed."""
        return bool(self.outcomes) and self.passed == len(self.outcomes)


Tell = Callable[[Outcome, int, int], None]
"""Called after each test with its outcome, its number from 1, and how many there are."""


def run_and_record(
    folder: Folder, module: Module, tell: Tell | None = None, stop: threading.Event | None = None
) -> Tested:
    """Run the module's tests and remember how they ended.

    Raises CourseError if the notebook cannot be read or run, or another run goes on in the folder; Cancelled when ``stop`` is set.
    What cannot be remembered (a damaged progress.json) is said by ``tinytorch-lab status`` and by the navigator.
    """
    with run_lock(folder.path, f"Testing {module.id}", stop):
        return run_and_record_alone(folder, module, tell, stop)


def run_and_record_alone(
    folder: Folder, module: Module, tell: Tell | None = None, stop: threading.Event | None = None
) -> Tested:
    """``run_and_record`` for who holds the run lock."""
    tested = run(folder, module, tell, stop=stop)
    if record.load(folder.path).problem is None:
        record.change(folder.path, module.id, tests=_to_record(tested))
    return tested


def run(
    folder: Folder, module: Module, tell: Tell | None = None, home: Path | None = None,
    stop: threading.Event | None = None,
) -> Tested:  # fmt: skip
    """Run the tests and remember nothing; ``home`` is the student folder whose library is used (default: ``folder``)."""
    notebook = read_notebook(folder.path / module.notebook)
    prepared = with_given_tests(notebook, given_notebook(folder.path, module, notebook))
    tests = [cell for cell in prepared.cells if is_test(cell)]
    outcomes: list[Outcome] = []
    causes = Causes()

    def ended(cell: NotebookNode) -> None:
        if not is_test(cell):
            causes.note(cell)
            return
        outcomes.append(_outcome(cell, causes))
        if tell:
            tell(outcomes[-1], len(outcomes), len(tests))

    place = (folder.path / module.notebook).parent
    stopped = run_cells(prepared, place, _environment(home or folder.path, module), ended, stop)
    rest = [_not_run(cell) for cell in tests[len(outcomes) :]]
    return Tested(module.id, (*outcomes, *rest), notebook, stopped)


def with_given_tests(mine: NotebookNode, given: NotebookNode) -> NotebookNode:
    """The student's notebook with the tests and locked cells as they were given; measuring cells stay out."""
    whole = merge(given, mine, given).notebook
    whole.cells = [cell for cell in whole.cells if cell.cell_type == "code" and not is_measuring(cell)]
    last = max((number for number, cell in enumerate(whole.cells) if is_test(cell)), default=-1)
    whole.cells = whole.cells[: last + 1]
    return whole


def masked(module: Module) -> str:
    """What cannot be imported while the module is tested: what it makes and what comes later."""
    modules = source.catalogue().modules
    first = next((at for at, one in enumerate(modules) if one.id == module.id), len(modules))
    return ",".join(one.exports for one in modules[first:])


def _environment(home: Path, module: Module) -> dict[str, str]:
    return {
        **os.environ,
        "TINYTORCH_HOME": str(home),
        "TINYTORCH_MASK": masked(module),
        "TINYTORCH_LAB_HISTORY": "off",
        "MPLBACKEND": "agg",
    }


def _outcome(cell: NotebookNode, causes: Causes) -> Outcome:
    error = error_of(cell)
    known = (grade_id(cell), str(cell.get("id", "")), _points(cell))
    if error is None:
        return Outcome(*known, "passed")
    if cause := causes.of(error):
        return Outcome(*known, "failed", cause.message, cause.traceback, cause.cell_id)
    return Outcome(*known, "failed", _message(error), traceback_of(error))


def _message(error: NotebookNode) -> str:
    """What came back, as the lesson's assertion says it."""
    if error.ename == "NotImplementedError" and not error.evalue:
        return NOT_BUILT
    first = error.evalue.strip().partition("\n")[0][:400]
    return first if error.ename == "AssertionError" and first else f"{error.ename}: {first}".rstrip(": ")


def _not_run(cell: NotebookNode) -> Outcome:
    return Outcome(grade_id(cell), str(cell.get("id", "")), _points(cell), "not run", "The run ended before this test.")


def _points(cell: NotebookNode) -> int:
    return int(grader(cell).get("points", 0))


def _to_record(tested: Tested) -> record.Tests:
    failures = tuple(record.Failure(o.grade_id, o.message) for o in tested.outcomes if o.state != "passed")
    return record.Tests(
        tested.passed, len(tested.outcomes), tested.points, tested.max_points,
        datetime.now(UTC).isoformat(timespec="seconds"), tested.code, failures,
    )  # fmt: skip
