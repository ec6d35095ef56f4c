"""Run the tests of a student's notebook: its own code, in a fresh kernel, with limits.

The tests are those that the student was given: a test cell that was edited or deleted is put back for the run (the notebook in
the folder stays as it is). What the notebook builds, and all later modules, cannot be imported meanwhile.
"""

from __future__ import annotations

import copy
import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nbformat import NotebookNode

from tinytorch_lab.course import record, source
from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.given import given_notebook
from tinytorch_lab.course.lesson import grader
from tinytorch_lab.course.merge import merge
from tinytorch_lab.course.notebooks import code_hash, grade_id, is_measuring, is_test, read_notebook
from tinytorch_lab.course.workspace import Folder

CELL_LIMIT_S = 60
MEMORY_LIMIT_BYTES = 8 * 2**30
LIMITS = f"""
try:
    import resource
    resource.setrlimit(resource.RLIMIT_DATA, ({MEMORY_LIMIT_BYTES}, resource.getrlimit(resource.RLIMIT_DATA)[1]))
except (ImportError, ValueError, OSError):
    pass
"""
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Outcome:
    """One test cell: ``state`` is "passed", "failed" or "not run"; ``message`` and ``traceback`` say what came back."""

    grade_id: str
    cell_id: str
    points: int
    state: str
    message: str = ""
    traceback: str = ""


@dataclass(frozen=True)
class Tested:
    """All tests of one module. ``stopped`` is a sentence if the run did not reach the end."""

    module: str
    outcomes: tuple[Outcome, ...]
    code: str
    stopped: str | None = None

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


def run_and_record(folder: Folder, module: Module, tell: Tell | None = None) -> Tested:
    """Run the module's tests and remember how they ended. Raises CourseError if the notebook cannot be read or run.

    What cannot be remembered (a damaged progress.json) is said by ``tinytorch-lab status`` and by the navigator.
    """
    tested = run(folder, module, tell)
    if record.load(folder.path).problem is None:
        record.change(folder.path, module.id, tests=_to_record(tested))
    return tested


def run(folder: Folder, module: Module, tell: Tell | None = None, home: Path | None = None) -> Tested:
    """Run the tests and remember nothing; ``home`` is the student folder whose library is used (default: ``folder``)."""
    notebook = read_notebook(folder.path / module.notebook)
    prepared = with_given_tests(notebook, given_notebook(folder.path, module, notebook))
    outcomes, stopped = _execute(
        prepared, folder.path / module.notebook, _environment(home or folder.path, module), tell
    )
    return Tested(module.id, tuple(outcomes), code_hash(notebook), stopped)


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
    first = next((at for at, one in enumerate(modules) if one.id == module.id), 0)
    return ",".join(one.exports for one in modules[first:])


def _environment(home: Path, module: Module) -> dict[str, str]:
    return {
        **os.environ,
        "TINYTORCH_HOME": str(home),
        "TINYTORCH_MASK": masked(module),
        "TINYTORCH_LAB_HISTORY": "off",
        "MPLBACKEND": "agg",
    }


def _execute(
    notebook: NotebookNode, place: Path, environment: Mapping[str, str], tell: Tell | None
) -> tuple[list[Outcome], str | None]:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    tests = [cell for cell in notebook.cells if is_test(cell)]
    work = copy.deepcopy(notebook)
    client = NotebookClient(
        work, timeout=CELL_LIMIT_S, kernel_name=_kernel_name(notebook), allow_errors=True,
        resources={"metadata": {"path": str(place.parent)}},
    )  # fmt: skip
    client.log.setLevel("CRITICAL")
    outcomes: list[Outcome] = []
    stopped = None
    try:
        with client.setup_kernel(env=dict(environment), stderr=subprocess.DEVNULL):
            assert client.kc is not None
            client.kc.execute(LIMITS, silent=True)
            for number, cell in enumerate(work.cells):
                client.execute_cell(cell, number)
                if is_test(cell):
                    outcomes.append(_outcome(cell))
                    if tell:
                        tell(outcomes[-1], len(outcomes), len(tests))
    except CellTimeoutError:
        stopped = f"The cell {_shown(cell)} did not end within {CELL_LIMIT_S} seconds, so the tests were stopped there."
    except DeadKernelError:
        stopped = f"The kernel died in the cell {_shown(cell)}: it ran out of memory, or the code ended it."
    rest = [_not_run(cell) for cell in tests[len(outcomes) :]]
    return outcomes + rest, stopped


def _kernel_name(notebook: NotebookNode) -> str:
    """The notebook's kernel if it is installed, else Python's."""
    from jupyter_client.kernelspec import KernelSpecManager

    named = notebook.metadata.get("kernelspec", {}).get("name", "python3")
    return str(named) if named in KernelSpecManager().find_kernel_specs() else "python3"


def _outcome(cell: NotebookNode) -> Outcome:
    error = next((output for output in cell.outputs if output.output_type == "error"), None)
    if error is None:
        return Outcome(grade_id(cell), str(cell.get("id", "")), _points(cell), "passed")
    text = _COLOURS.sub("", "\n".join(error.traceback))
    return Outcome(grade_id(cell), str(cell.get("id", "")), _points(cell), "failed", _message(error), text)


def _message(error: NotebookNode) -> str:
    """What came back, as the lesson's assertion says it."""
    if error.ename == "NotImplementedError" and not error.evalue:
        return "Something that this test needs is not built yet."
    first = error.evalue.strip().partition("\n")[0][:400]
    return first if error.ename == "AssertionError" and first else f"{error.ename}: {first}".rstrip(": ")


def _not_run(cell: NotebookNode) -> Outcome:
    return Outcome(grade_id(cell), str(cell.get("id", "")), _points(cell), "not run", "The run ended before this test.")


def _points(cell: NotebookNode) -> int:
    return int(grader(cell).get("points", 0))


def _shown(cell: NotebookNode) -> str:
    return grade_id(cell) or repr(cell.source.partition("\n")[0][:60])


def _to_record(tested: Tested) -> record.Tests:
    failures = tuple(record.Failure(o.grade_id, o.message) for o in tested.outcomes if o.state != "passed")
    return record.Tests(
        tested.passed, len(tested.outcomes), tested.points, tested.max_points,
        datetime.now(UTC).isoformat(timespec="seconds"), tested.code, failures,
    )  # fmt: skip
