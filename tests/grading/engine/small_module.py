"""A small module to grade: its source in percent format, the student's version, and submissions that differ from it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import jupytext
import nbformat

from tinytorch_lab.course.grading.model import Limits, Task

HEAD = """\
# %% [markdown]
# # A small module
# %%
import numpy as np
# %% nbgrader={"grade": false, "grade_id": "helper", "locked": true, "solution": false}
def gives(expected, got):
    assert np.allclose(expected, got), f"expected {expected}, got {got}"
"""
PAIR = """\
# %% nbgrader={"grade": false, "grade_id": "NAME", "locked": false, "solution": true}
def NAME(x):
    ### BEGIN SOLUTION
    return x * NUMBER
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "NAME-test", "locked": true, "points": 5, "solution": false}
CHECK(1)
### BEGIN HIDDEN TESTS
CHECK(3)
### END HIDDEN TESTS
"""
ANSWER = """\
# %% [markdown] nbgrader={"grade": true, "grade_id": "why", "locked": false, "points": 4, "solution": true}
# ### BEGIN SOLUTION
# Because.
# ### END SOLUTION
"""
NAMES = ("double", "triple", "quadruple", "quintuple")
QUICK = Limits(
    cell_cpu_s=1.0, cell_wall_s=8.0, memory_bytes=512 * 2**20, file_bytes=2**20, processes=20, output_bytes=2**16
)


def pair(name: str, number: int) -> str:
    """An exercise and its test: by the given helper, that of ``triple`` by plain asserts."""
    check = "assert NAME(@) == @ * NUMBER" if name == "triple" else "gives(@ * NUMBER, NAME(@))"
    made = PAIR
    for argument in ("1", "3"):
        made = made.replace(f"CHECK({argument})", check.replace("@", argument))
    return made.replace("NAME", name).replace("NUMBER", str(number))


PERCENT = HEAD + "".join(pair(name, number) for number, name in enumerate(NAMES, 2)) + ANSWER


def notebook(percent: str = PERCENT) -> dict[str, Any]:
    made = jupytext.reads(percent, fmt="py:percent")
    made.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    for number, cell in enumerate(made.cells):
        cell.id = f"cell-{number}"
        graded = cell.metadata.get("nbgrader")
        cell.metadata = {"nbgrader": {**graded, "schema_version": 3, "task": False}} if graded else {}
    return json.loads(json.dumps(made))


def released(source: dict[str, Any], answers: bool = True) -> dict[str, Any]:
    """The student's version: with right answers, or as it was given."""
    from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions, ComputeChecksums, LockCells

    made = nbformat.from_dict(copy.deepcopy(source))
    for step in (LockCells, *([] if answers else [ClearSolutions]), ComputeChecksums, ClearHiddenTests):
        made, _ = step().preprocess(made, {})
    return json.loads(json.dumps(made))


def cell(submission: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in submission["cells"] if one["metadata"].get("nbgrader", {}).get("grade_id") == name)


def plain(text: str) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": text, "outputs": [], "execution_count": None, "id": "added"}


def task(
    submission: dict[str, Any], student: str = "ada", source: dict[str, Any] | None = None, **settings: Any
) -> Task:
    settings = {"limits": QUICK, **settings}
    return Task("01_small", student, json.dumps(source or notebook()), json.dumps(submission), **settings)


def solved(change: Callable[[dict[str, Any]], None] | None = None, student: str = "ada", **settings: Any) -> Task:
    """A right submission, changed by ``change``."""
    submission = released(notebook())
    if change:
        change(submission)
    return task(submission, student, **settings)


def with_code(code: str, name: str = "double", student: str = "ada", **settings: Any) -> Task:
    """A right submission with ``code`` behind the function ``name``."""

    def change(submission: dict[str, Any]) -> None:
        cell(submission, name)["source"] += "\n" + code

    return solved(change, student, **settings)
