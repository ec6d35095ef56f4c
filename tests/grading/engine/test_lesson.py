"""A real lesson: its reference gets every point that a machine can give, and the student's version none."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from small_module import released

from tinytorch_lab.course import source, testing
from tinytorch_lab.course.grading.engine.run import grade_one
from tinytorch_lab.course.grading.model import Task
from tinytorch_lab.course.lesson import read_lesson
from tinytorch_lab.course.student import KERNELSPEC

LESSON = Path(__file__).parents[3] / "modules" / "01_tensor" / "tensor_dev.py"


@pytest.mark.parametrize("answers", [True, False], ids=["the reference", "what students get"])
def test_lesson_01(answers: bool) -> None:
    module = next(one for one in source.catalogue().modules if one.id == "01_tensor")
    notebook = nbformat.v4.new_notebook(cells=read_lesson(LESSON).cells, metadata={"kernelspec": KERNELSPEC})
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    text = json.dumps(notebook)
    submission = json.dumps(released(json.loads(text), answers))
    graded = grade_one(Task(module.id, "reference", text, submission, tuple(testing.masked(module).split(","))))
    tests = [one for one in graded.cells if one.kind == "test"]
    wrong = [(one.grade_id, one.score, one.error) for one in tests if one.score != (one.points if answers else 0)]
    assert tests
    assert wrong == [], graded.reason
    assert graded.notes == ()
