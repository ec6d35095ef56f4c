"""The steps of a module: what is built, measured and understood, in order, and which of them are done."""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

from nbformat import NotebookNode

from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.lesson import grader
from tinytorch_lab.course.notebooks import code_hash, grade_id, is_exercise, is_measuring, is_test, peek
from tinytorch_lab.course.record import load
from tinytorch_lab.course.student import CODE_STUB, TEXT_STUB
from tinytorch_lab.course.workspace import Folder

_NAME = re.compile(r"^\s*(?:def|class)\s+(\w+)", re.MULTILINE)
MIME = "application/vnd.tinytorch."


@dataclass(frozen=True)
class Step:
    """One step. ``kind`` is "build" (an exercise), "measure" (a measuring cell) or "understand" (a question).

    ``cell_id`` is where it stands in the notebook; ``section`` the heading above it. ``done``: the test after the exercise passed
    for this very code; the measuring cell shows its result; the question has an answer. ``message`` is what the test said
    when it failed. ``hints`` are to be shown one at a time.
    """

    kind: str
    title: str
    section: str
    cell_id: str
    done: bool
    message: str = ""
    points: int = 0
    hints: tuple[str, ...] = ()


def outline(folder: Folder, module: Module) -> list[Step]:
    """The steps of the student's notebook. Raises CourseError if it cannot be read."""
    notebook = peek(folder.path / module.notebook)
    tests = load(folder.path).of(module.id).tests
    failures = {failure.grade_id: failure.message for failure in tests.failures} if tests else {}
    current = tests is not None and tests.code == code_hash(notebook)
    steps: list[Step] = []
    section = ""
    for number, cell in enumerate(notebook.cells):
        section = _heading(cell) or section
        test = _test_after(notebook, number)
        if is_exercise(cell):
            passed = current and test is not None and grade_id(test) not in failures and not _holds_stub(cell)
            message = failures.get(grade_id(test), "") if test is not None and tests is not None else ""
            points = int(grader(test).get("points", 0)) if test is not None else 0
            steps.append(Step("build", _name(cell), section, _id(cell), passed, message, points, _hints(cell)))
        elif is_measuring(cell):
            steps.append(Step("measure", _measured(cell), section, _id(cell), _shows_result(cell)))
        elif _is_question(cell):
            points = int(grader(cell).get("points", 0))
            steps.append(
                Step("understand", _question(cell), section, _id(cell), TEXT_STUB[0] not in cell.source, "", points)
            )
    return steps


def _heading(cell: NotebookNode) -> str:
    if cell.cell_type != "markdown":
        return ""
    lines = [line.lstrip("#").strip() for line in cell.source.splitlines() if line.startswith("#")]
    return lines[-1] if lines else ""


def _test_after(notebook: NotebookNode, number: int) -> NotebookNode | None:
    """The next test, if no other exercise comes before it."""
    for cell in notebook.cells[number + 1 :]:
        if is_test(cell):
            return cell
        if is_exercise(cell):
            return None
    return None


def _holds_stub(cell: NotebookNode) -> bool:
    return CODE_STUB[1] in map(str.strip, cell.source.splitlines())


def _name(cell: NotebookNode) -> str:
    found = _NAME.search(cell.source)
    return found[1] if found else grade_id(cell)


def _measured(cell: NotebookNode) -> str:
    first = cell.source.lstrip().partition("\n")[0].strip()
    found = re.search(r"-o\s+(\w+)", first)
    return found[1] if found else first


def _shows_result(cell: NotebookNode) -> bool:
    outputs: list[Any] = cell.get("outputs") or []
    return any(
        isinstance(output, dict) and any(str(kind).startswith(MIME) for kind in output.get("data", {}))
        for output in outputs
    )


def _is_question(cell: NotebookNode) -> bool:
    return bool(cell.cell_type == "markdown" and grader(cell).get("grade") and grader(cell).get("solution"))


def _question(cell: NotebookNode) -> str:
    """The question's first sentence, without marks and number."""
    text = " ".join(line for line in cell.source.splitlines() if not line.startswith("#"))
    words = re.sub(r"^\d+\.\s*", "", re.sub(r"[*`]", "", text).strip())
    return shorten(re.split(r"(?<=[.?!])\s", words)[0], 120, placeholder="…")


def _hints(cell: NotebookNode) -> tuple[str, ...]:
    kept = cell.metadata.get("tinytorch", {})
    hints = kept.get("hints", ()) if isinstance(kept, dict) else ()
    return tuple(map(str, hints)) if isinstance(hints, list) else ()


def _id(cell: NotebookNode) -> str:
    return str(cell.get("id", ""))
