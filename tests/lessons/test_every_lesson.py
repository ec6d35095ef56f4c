"""What holds for every lesson: it runs in each of its forms, its tests can fail, and its parts stand where they belong."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jupytext
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from tinytorch_lab.course.lesson import grader, read_lesson
from tinytorch_lab.course.student import student_notebook

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted(ROOT.glob("modules/[0-9][0-9]_*/*_dev.py"))
LONG = {"01_tensor", "05_autograd"}  # these two may have 800 lines, the others 600

pytestmark = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.parent.name)


def run(notebook: NotebookNode) -> dict[str, BaseException | None]:
    """Execute the cells in one namespace; what each graded cell raised, None where it passed. Measuring cells run unmeasured."""
    namespace: dict[str, Any] = {"__name__": "lesson"}
    outcome: dict[str, BaseException | None] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        raised = None
        source = cell.source.partition("\n")[2] if cell.source.startswith("%%") else cell.source
        try:
            exec(compile(source, "cell", "exec"), namespace)
        except Exception as error:
            raised = error
        if grader(cell).get("grade"):
            outcome[grader(cell)["grade_id"]] = raised
    return outcome


def is_solution(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(grader(cell).get("solution"))


def is_test(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(grader(cell).get("grade"))


def test_it_runs_as_a_script_and_says_nothing_on_stderr(lesson: Path) -> None:
    environment = {**os.environ, "MPLBACKEND": "agg"}
    done = subprocess.run([sys.executable, str(lesson)], capture_output=True, text=True, env=environment, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


def test_it_runs_as_a_notebook_in_a_fresh_kernel_with_every_measurement(lesson: Path) -> None:
    notebook = read_lesson(lesson)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not [output for output in cell.outputs if output.get("name") == "stderr"], cell.source
        if cell.source.startswith("%%"):
            bundles = [output.data for output in cell.outputs if output.output_type == "display_data"]
            assert any("text/html" in data and "text/plain" in data for data in bundles), cell.source


def test_every_graded_cell_passes_solved_and_fails_unsolved(lesson: Path) -> None:
    solved = run(read_lesson(lesson))
    assert solved
    assert {grade_id: raised for grade_id, raised in solved.items() if raised} == {}
    unsolved = run(student_notebook(lesson))
    assert unsolved.keys() == solved.keys()
    assert [grade_id for grade_id, raised in unsolved.items() if raised is None] == []


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


def test_each_solution_is_followed_at_once_by_its_test(lesson: Path) -> None:
    cells = read_lesson(lesson).cells
    for place, cell in enumerate(cells):
        if is_solution(cell):
            after = next(c for c in cells[place + 1 :] if c.cell_type == "code")
            between = cells.index(after) - place - 1
            assert is_test(after), grader(cell)["grade_id"]
            assert between <= 1, grader(cell)["grade_id"]


def test_test_cells_call_their_test_hide_some_and_end_in_no_number(lesson: Path) -> None:
    for cell in filter(is_test, read_lesson(lesson).cells):
        last = cell.source.rstrip().splitlines()[-1]
        assert last.startswith("test_"), grader(cell)["grade_id"]
        assert f"def {last.removesuffix('()')}()" in cell.source, grader(cell)["grade_id"]
        assert "### BEGIN HIDDEN TESTS" in cell.source, grader(cell)["grade_id"]
        assert grader(cell)["locked"] is True, grader(cell)["grade_id"]


def test_points_add_up_to_100_and_questions_are_graded_by_hand(lesson: Path) -> None:
    graded = [cell for cell in read_lesson(lesson).cells if grader(cell).get("grade")]
    assert all(grader(cell)["points"] > 0 for cell in graded)
    assert sum(grader(cell)["points"] for cell in graded) == 100
    questions = [cell for cell in graded if cell.cell_type == "markdown"]
    assert 3 <= len(questions) <= 5
    assert all("Rubric" in cell.source.partition("### BEGIN SOLUTION")[2] for cell in questions)


def test_parts_stand_in_order_and_the_summary_is_last(lesson: Path) -> None:
    cells = read_lesson(lesson).cells
    headings = [
        line for c in cells if c.cell_type == "markdown" for line in c.source.splitlines() if line.startswith("#")
    ]
    expected = ["## Part 1", "## Part 2", "## Part 3", "## Integration", "## ML systems thinking", "## Summary"]
    found = [next((i for i, line in enumerate(headings) if line.startswith(part)), -1) for part in expected]
    assert headings[0].startswith(f"# Module {lesson.parent.name[:2]}: ")
    assert -1 not in found
    assert found == sorted(found)
    assert "## Summary" in cells[-1].source


def test_it_measures_time_memory_and_growth(lesson: Path) -> None:
    first = [cell.source.partition("\n")[0] for cell in read_lesson(lesson).cells if cell.source.startswith("%%")]
    assert any(line.startswith("%%measure") for line in first)
    assert any(line.startswith("%%complexity") for line in first)
    assert all(" -o " in line and "--predict" not in line for line in first)


def test_it_is_short_and_mostly_code(lesson: Path) -> None:
    lines = lesson.read_text(encoding="utf-8").splitlines()
    assert 300 <= len(lines) <= (800 if lesson.parent.name in LONG else 600)
    cells = read_lesson(lesson).cells
    prose = sum(len(cell.source.splitlines()) for cell in cells if cell.cell_type == "markdown")
    code = sum(len(cell.source.splitlines()) for cell in cells if cell.cell_type == "code")
    assert prose < code


def test_the_notebook_keeps_its_text_through_jupytext(lesson: Path) -> None:
    cells = read_lesson(lesson).cells
    again = jupytext.reads(jupytext.writes(read_lesson(lesson), fmt="py:percent"), fmt="py:percent").cells
    assert [(c.cell_type, c.source) for c in again] == [(c.cell_type, c.source) for c in cells]


def test_the_module_has_its_page(lesson: Path) -> None:
    text = (lesson.parent / "README.md").read_text(encoding="utf-8")
    for heading in ("You build", "You measure", "Prerequisites", "Time", "PyTorch"):
        assert heading in text


def test_grade_ids_are_unique_over_the_course_and_name_their_module(lesson: Path) -> None:
    ids = [grader(cell)["grade_id"] for path in LESSONS for cell in read_lesson(path).cells if grader(cell)]
    own = [grader(cell)["grade_id"] for cell in read_lesson(lesson).cells if grader(cell)]
    assert all(ids.count(grade_id) == 1 for grade_id in own)
    assert all(grade_id.startswith(lesson.parent.name[:2] + "-") for grade_id in own)
