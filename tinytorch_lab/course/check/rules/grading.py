"""N001, N004, N005: ids, test cells and points."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tinytorch_lab.course.check.cells import Cell
from tinytorch_lab.course.check.findings import Finding
from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.lesson import BEGIN_HIDDEN, grader, read_lesson


def ids(lesson: Lesson) -> Iterator[Finding]:
    """Every graded or solution cell has an id that begins with the module's number and stands once in the course."""
    taken = dict(_other_ids(lesson))
    for cell in lesson.cells:
        if not (cell.grading.get("grade") or cell.grading.get("solution")):
            continue
        if not cell.grade_id.startswith(f"{lesson.module.number}-"):
            yield lesson.finding(
                "N001", f"The grade_id is {cell.grade_id!r}.", f"Begin it with '{lesson.module.number}-'.", cell
            )
        elif cell.grade_id in taken:
            yield lesson.finding(
                "N001",
                f"The grade_id {cell.grade_id} stands in {taken[cell.grade_id]} too.",
                "Give one another id.",
                cell,
            )
        taken[cell.grade_id] = "this lesson"


def _other_ids(lesson: Lesson) -> Iterator[tuple[str, str]]:
    for module in lesson.catalogue.modules:
        path = lesson.root / module.source
        if module is lesson.module or not path.is_file():
            continue
        try:
            cells = read_lesson(path).cells
        except CourseError:
            continue  # that lesson's own check says what is wrong with it
        for cell in cells:
            if grader(cell).get("grade_id"):
                yield grader(cell)["grade_id"], module.id


def test_cells(lesson: Lesson) -> Iterator[Finding]:
    """Test cells are locked, have points, hide a part, speak when they fail, and call their test last."""
    for cell in lesson.code:
        if not cell.is_test:
            continue
        if not cell.grading.get("locked") or cell.grading.get("solution"):
            yield lesson.finding("N004", "The test cell is not locked.", 'Set "locked": true, "solution": false.', cell)
        if BEGIN_HIDDEN not in cell.source:
            yield lesson.finding(
                "N004", "The test cell hides nothing.", f"Put other cases behind {BEGIN_HIDDEN}.", cell
            )
        for node in _silent(cell):
            yield lesson.finding(
                "N004", "A visible assertion has no message.", "Say what was expected and what came.", cell, node.lineno
            )


def called(lesson: Lesson) -> Iterator[Finding]:
    """The last statement of a test cell calls its test: a number there would be taken for points."""
    for cell in lesson.code:
        if not cell.is_test:
            continue
        names = [node.name for node in cell.defined()]
        last = cell.tree.body[-1] if cell.tree.body else None
        value = last.value if isinstance(last, ast.Expr) else None
        if not (isinstance(value, ast.Call) and ast.unparse(value.func) in names):
            yield lesson.finding(
                "N007", "The test cell does not end by calling its test.", "Call it on the last line.", cell
            )


def _silent(cell: Cell) -> list[ast.Assert]:
    shown = len(cell.visible.split("\n"))
    return [n for n in ast.walk(cell.tree) if isinstance(n, ast.Assert) and n.msg is None and n.lineno < shown]


def points(lesson: Lesson) -> Iterator[Finding]:
    """Every graded cell has points, and they add up to what course.toml says."""
    graded = [cell for cell in lesson.cells if cell.grading.get("grade")]
    for cell in graded:
        value = cell.grading.get("points")
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
            yield lesson.finding("N005", f"The cell has {value!r} points.", "Give it points above 0.", cell)
            return
    total = sum(cell.grading["points"] for cell in graded)
    if total != lesson.module.points:
        yield lesson.finding(
            "N005",
            f"The points add up to {total}.",
            f"They should add up to {lesson.module.points}, as course.toml says.",
        )
