"""What holds for every lesson beside the standard (test_checker.py): what the student's version is made of."""

import sys
from pathlib import Path

import jupytext
import pytest
from nbformat import NotebookNode

from tinytorch_lab.course.lesson import grader, read_lesson
from tinytorch_lab.course.source import catalogue
from tinytorch_lab.course.student import student_notebook

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted(ROOT.glob("modules/[0-9][0-9]_*/*_dev.py"))

pytestmark = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.parent.name)


def is_solution(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(grader(cell).get("solution"))


def test_every_stub_raises_not_implemented_error(lesson: Path) -> None:
    stubs = [cell for cell in student_notebook(lesson).cells if is_solution(cell)]
    assert stubs
    for cell in stubs:
        assert "raise NotImplementedError()" in cell.source, grader(cell)["grade_id"]
        assert '"""' in cell.source.partition("raise NotImplementedError()")[0], grader(cell)["grade_id"]


def test_every_solution_has_its_scaffolding_and_the_student_gets_hints_as_metadata(lesson: Path) -> None:
    for cell in filter(is_solution, read_lesson(lesson).cells):
        scaffolding = cell.source.partition("### BEGIN SOLUTION")[0]
        for heading in ("# TODO: ", "# APPROACH: ", "# HINTS: "):
            assert heading in scaffolding, (grader(cell)["grade_id"], heading)
    for cell in filter(is_solution, student_notebook(lesson).cells):
        assert "HINTS" not in cell.source, grader(cell)["grade_id"]
        assert "# APPROACH: " in cell.source, grader(cell)["grade_id"]
        assert cell.metadata["tinytorch"]["hints"], grader(cell)["grade_id"]


def test_the_notebook_keeps_its_text_through_jupytext(lesson: Path) -> None:
    cells = read_lesson(lesson).cells
    again = jupytext.reads(jupytext.writes(read_lesson(lesson), fmt="py:percent"), fmt="py:percent").cells
    assert [(c.cell_type, c.source) for c in again] == [(c.cell_type, c.source) for c in cells]


def test_what_is_timed_beside_the_reference_runs(lesson: Path) -> None:
    (module,) = [module for module in catalogue().modules if module.id == lesson.parent.name]
    prepare, statement = module.compare
    namespace: dict[str, object] = {}
    exec(prepare, namespace)
    exec(statement, namespace)
    assert f"tinytorch.{module.exports}" in sys.modules
