"""Scores of an executed notebook, as nbgrader's ``determine_grade`` has them where it is right.

Where it is not: a warning on stderr costs nothing, a trailing number is partial credit only within 0 and the points, and a test
that never ran is an error (nbgrader gives it full points).
"""

from __future__ import annotations

import math

import nbformat
from nbformat import NotebookNode

from tinytorch_lab.course.grading.engine.execution import Execution
from tinytorch_lab.course.grading.model import WITHOUT_SCORE, CellScore
from tinytorch_lab.course.grading.printable import printable
from tinytorch_lab.course.lesson import grader
from tinytorch_lab.course.notebooks import grade_id, is_test

NOT_RUN = "NotRun"


def fill(notebook: NotebookNode, execution: Execution) -> None:
    """Put the outputs into the notebook; a code cell that never ran gets an error that says so."""
    from nbgrader.preprocessors import LimitOutput

    limit = LimitOutput()
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        ran = execution.ran.get(number)
        cell.outputs = ran.outputs if ran else [_not_run(execution.reason)]
        cell.execution_count = ran.count if ran else None
        limit.preprocess_cell(cell, {}, number)


def _not_run(reason: str) -> NotebookNode:
    why = f"This cell did not run. {reason}".strip()
    return nbformat.v4.new_output("error", ename=NOT_RUN, evalue=why, traceback=[f"{NOT_RUN}: {why}"])


def scores(notebook: NotebookNode, execution: Execution) -> tuple[CellScore, ...]:
    """A score for each graded cell, in the notebook's order. ``notebook`` has its outputs already."""
    return tuple(
        _test(cell, number, execution) if is_test(cell) else _manual(cell)
        for number, cell in enumerate(notebook.cells)
        if grader(cell).get("grade") or grader(cell).get("task")
    )


def _manual(cell: NotebookNode) -> CellScore:
    """An answer to be read: 0 if it was left as given, else not known yet."""
    from nbgrader.utils import compute_checksum

    info = grader(cell)
    untouched = bool(info.get("solution")) and info.get("checksum") == compute_checksum(cell)
    return CellScore(grade_id(cell), "manual", float(info["points"]), 0.0 if untouched else None)


def _test(cell: NotebookNode, number: int, execution: Execution) -> CellScore:
    points = float(grader(cell)["points"])
    ran = execution.ran.get(number)
    if ran is None:
        unknown = execution.state in WITHOUT_SCORE
        return CellScore(grade_id(cell), "test", points, None if unknown else 0.0, cell.outputs[0].evalue)
    if ran.error:
        return CellScore(grade_id(cell), "test", points, 0.0, _first_line(*ran.error), ran.cpu_s)
    return CellScore(grade_id(cell), "test", points, _credit(cell, points), "", ran.cpu_s)


def _first_line(name: str, message: str) -> str:
    first = message.strip().partition("\n")[0][:400]
    return printable(f"{name[:100]}: {first}" if first else name[:100])


def _credit(cell: NotebookNode, points: float) -> float:
    """All points, or what the cell's value says if that is a number within them."""
    value = next((one for one in cell.outputs if one.output_type == "execute_result"), None)
    try:
        credit = float(str(value.data.get("text/plain", ""))) if value else math.nan
    except ValueError:
        return points
    return credit if 0 <= credit <= points else points
