"""The same submissions through nbgrader's own autograde: the same scores wherever nbgrader is right."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from small_module import cell, notebook, released, solved, task

from tinytorch_lab.course.grading.engine.run import grade_one
from tinytorch_lab.course.grading.model import Task


def tampers(submission: dict[str, Any]) -> None:
    cell(submission, "double")["source"] = "def double(x) return 2 * x"
    cell(submission, "triple-test")["source"] = "assert True"


def deletes(submission: dict[str, Any]) -> None:
    cell(submission, "triple")["source"] = "def triple(x): return 2 * x"
    cell(submission, "quadruple")["source"] += "\nraise KeyboardInterrupt"
    submission["cells"].remove(cell(submission, "quintuple-test"))


SAME = [
    solved(student="right"),
    solved(tampers, "tampers"),
    solved(deletes, "deletes"),
    task(released(notebook(), answers=False), "untouched"),
]

SCRIPT = """
import json, sys
from pathlib import Path
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config
config = Config()
config.CourseDirectory.root = "."
config.OverwriteCells.add_missing_cells = True
config.Application.log_level = 50
api = NbGraderAPI(config=config)
assert api.generate_assignment("01_small")["success"]
scores = {}
for student in json.loads(sys.argv[1]):
    assert api.autograde("01_small", student)["success"], student
    with Gradebook("sqlite:///gradebook.db") as book:
        grades = book.find_submission_notebook("small", "01_small", student).grades
        scores[student] = {grade.name: grade.auto_score for grade in grades}
print(json.dumps(scores))
"""


def nbgrader(place: Path, tasks: list[Task]) -> dict[str, dict[str, float | None]]:
    for name, text in (("source", tasks[0].source), *((f"submitted/{one.student}", one.submitted) for one in tasks)):
        file = place / name / "01_small" / "small.ipynb"
        file.parent.mkdir(parents=True)
        file.write_text(text)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # nbgrader starts `alembic`
    command = [sys.executable, "-c", SCRIPT, json.dumps([one.student for one in tasks])]
    ran = subprocess.run(command, cwd=place, env={**os.environ, "PATH": path}, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr[-2000:]
    found: dict[str, dict[str, float | None]] = json.loads(ran.stdout.splitlines()[-1])
    return found


def ours(one: Task) -> dict[str, float | None]:
    return {cell.grade_id: cell.score for cell in grade_one(one).cells}


def test_scores_are_nbgrader_s_but_for_warnings(tmp_path: Path) -> None:
    source = notebook()
    cell(source, "quintuple-test")["source"] = "gives(5, quintuple(1))\nquintuple(0.5)"
    warns = "def double(x):\n    import sys; print('note', file=sys.stderr)\n    return 2 * x"
    same = [Task(one.module, one.student, json.dumps(source), one.submitted, limits=one.limits) for one in SAME]
    loud = released(source)
    cell(loud, "double")["source"] = warns
    other = task(loud, "warns", source)
    theirs = nbgrader(tmp_path, [*same, other])
    for one in same:
        assert ours(one) == theirs[one.student], one.student
    assert ours(same[0])["quintuple-test"] == 2.5, "the comparison has a partial credit in it"
    assert (ours(other)["double-test"], theirs["warns"]["double-test"]) == (5.0, 0.0)
