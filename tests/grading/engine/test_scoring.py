"""Scores of cells: nbgrader's where it is right."""

from __future__ import annotations

import json
from typing import Any

import pytest
from small_module import PAIR, cell, notebook, released, solved, task, with_code

from tinytorch_lab.course.grading.engine.run import grade_one
from tinytorch_lab.course.grading.model import Graded


def score(graded: Graded, name: str) -> float | None:
    return next(one.score for one in graded.cells if one.grade_id == name)


def with_test(text: str) -> Graded:
    """A right submission to a module whose ``double-test`` reads so."""
    source = notebook()
    cell(source, "double-test")["source"] = text
    return grade_one(task(released(source), source=source))


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("double(1)", 2.0),  # a number within the points is partial credit
        ("0", 0.0),
        ("5.0", 5.0),
        ("5.5", 5.0),  # nbgrader loses the whole submission
        ("-1", 5.0),
        ("float('nan')", 5.0),
        ("'text'", 5.0),
        ("True", 5.0),
        ("3;", 5.0),  # shows nothing
        ("print(1)", 5.0),
        ("import sys; print('careful', file=sys.stderr)", 5.0),  # nbgrader: 0
        ("np.float64(1) / np.float64(0) == 1; import warnings; warnings.warn('careful')", 5.0),
        ("assert False", 0.0),
        ("raise SystemExit", 0.0),
        ("1; assert False", 0.0),
        ("def broken(:", 0.0),
    ],
)
def test_a_test_cell_s_score(text: str, points: float) -> None:
    graded = with_test(text)
    assert (score(graded, "double-test"), score(graded, "quintuple-test")) == (points, 5.0), graded.reason


def test_the_first_line_of_what_a_test_raised_is_kept() -> None:
    graded = with_test("raise ValueError('first\\nsecond')")
    assert next(one.error for one in graded.cells if one.grade_id == "double-test") == "ValueError: first"


def test_a_written_answer_is_zero_if_untouched_and_unknown_if_written() -> None:
    assert score(grade_one(task(released(notebook(), answers=False))), "why") == 0.0
    written = grade_one(solved())
    assert (score(written, "why"), written.state) == (None, "needs manual grade")


def test_after_its_process_has_died_a_submission_has_no_score_and_no_test_passes() -> None:
    graded = grade_one(with_code("import os; os._exit(0)", "triple"))
    assert (graded.state, graded.score, graded.max_score) == ("kernel died", None, 24.0)
    assert graded.reason == "Its process ended in the cell triple (exit code 0)."
    assert [one.score for one in graded.cells] == [5.0, None, None, None, None]
    assert graded.notebook is not None
    assert cell(graded.notebook, "triple-test")["outputs"][0]["ename"] == "NotRun"


def test_after_a_cell_that_could_not_be_stopped_the_rest_is_zero() -> None:
    swallow = "more = 1\nwhile more:\n    try:\n        while more: pass\n    except KeyboardInterrupt: pass"
    graded = grade_one(with_code(swallow, "triple"))
    assert (graded.state, graded.score) == ("timed out", 5.0)
    assert next(one.error for one in graded.cells if one.grade_id == "triple-test").startswith("This cell did not run.")


def test_a_cell_that_is_stopped_costs_only_itself() -> None:
    graded = grade_one(with_code("while True: pass", "triple"))
    assert (graded.state, graded.score) == ("timed out", 20.0)
    assert graded.reason == "The cell used more than 1 s of CPU time, the limit for one cell."


def test_sleeping_is_limited_by_wall_time() -> None:
    from dataclasses import replace

    from small_module import QUICK

    slow = with_code("import time; time.sleep(60)", limits=replace(QUICK, cell_wall_s=0.3))
    assert grade_one(slow).reason == "The cell used more than 0.3 s of time, the limit for one cell."


def test_cells_take_the_time_that_they_took() -> None:
    graded = grade_one(with_code("x = sum(range(3_000_000))", "triple"))
    assert graded.cpu_s > 0.01
    assert all(one.cpu_s >= 0 for one in graded.cells)


def test_the_executed_notebook_is_plain_data_with_its_outputs_in_order() -> None:
    graded = grade_one(with_code("print('a'); print('b')\n1 + 1", "double"))
    assert graded.notebook == json.loads(json.dumps(graded.notebook))
    shown: list[dict[str, Any]] = cell(graded.notebook or {}, "double")["outputs"]
    assert shown[0] == {"name": "stdout", "output_type": "stream", "text": "a\nb\n"}
    assert shown[1]["data"] == {"text/plain": "2"}


def test_long_output_is_cut_and_says_so() -> None:
    graded = grade_one(with_code("print('x' * 2**20)", "double"))
    text = str(cell(graded.notebook or {}, "double")["outputs"])
    assert len(text) < 2**17
    assert "the rest of the output was cut" in text
    assert graded.score == 20.0


def test_the_module_of_these_tests_has_hidden_tests() -> None:
    assert "BEGIN HIDDEN TESTS" in PAIR
    assert "HIDDEN" not in json.dumps(released(notebook()))
