"""What a submission is graded with: the tests of the release, without the modules that it builds, on the class's own others."""

import hashlib
import subprocess
import sys

import pytest

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading import tasks

LESSON = '''# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %%
#| default_exp core.pair
#| export
"""Pairs."""

# %%
#| export
def add(a, b):
    return a + b
'''


@pytest.fixture
def handed_in(paths):
    for module in ("01_pair", "02_next"):
        place = paths.source(module)
        place.parent.mkdir(parents=True)
        place.write_text(f"the source of {module}")
        place = paths.submitted("ada", module)
        place.parent.mkdir(parents=True)
        place.write_bytes(b"\xff submitted")
    (paths.submitted("alan", "01_pair").parent).mkdir(parents=True)  # a folder without a notebook is no submission
    hidden = paths.submitted(".ipynb_checkpoints", "01_pair")
    hidden.parent.mkdir(parents=True)
    hidden.write_bytes(b"what Jupyter leaves")
    return paths


def test_a_task_holds_the_source_the_submission_and_what_may_not_be_imported(handed_in) -> None:
    assert tasks.modules_in(handed_in) == ("01_pair", "02_next")
    assert tasks.students_of(handed_in, "01_pair") == ("ada",)
    exercise = tasks.exercise(handed_in, "01_pair")
    (work,) = tasks.works(exercise, ("ada",))
    assert work.submission == hashlib.sha256(b"\xff submitted").hexdigest()
    task = exercise.task("ada")
    assert (task.source, task.submitted) == ("the source of 01_pair", "\ufffd submitted")
    assert set(task.masked) == {"core.pair", "core.next"}
    assert task.library == {}


def test_later_modules_are_graded_on_the_classs_own_earlier_ones(handed_in) -> None:
    lesson = handed_in.root / "modules" / "01_pair" / "pair_dev.py"
    lesson.parent.mkdir()
    lesson.write_text(LESSON)
    task = tasks.exercise(handed_in, "02_next").task("ada")
    assert task.masked == ("core.next",)
    assert list(task.library) == ["core/pair.py"]
    assert "def add(a, b):" in task.library["core/pair.py"]


def test_what_is_missing_is_a_sentence(handed_in) -> None:
    with pytest.raises(CourseError, match="alan, kay handed in nothing for 01_pair"):
        tasks.works(tasks.exercise(handed_in, "01_pair"), ("ada", "alan", "kay"))
    handed_in.source("01_pair").unlink()
    with pytest.raises(CourseError, match="was not released from this class folder"):
        tasks.exercise(handed_in, "01_pair")


@pytest.mark.parametrize("command", ["grade", "grades", "feedback"])
def test_without_nbgrader_the_commands_say_what_to_install(handed_in, command: str) -> None:
    (handed_in.gradebook).write_text("")
    results = handed_in.grading("01_pair") / "results.json"
    results.parent.mkdir(parents=True)
    results.write_text('{"version": 1, "results": {"ada": {"state": "graded", "cells": [], "notes": [], "isolation": [], '
                       '"submission": "", "source": "", "at": ""}}}')  # fmt: skip
    code = (
        "import sys; sys.modules['nbgrader'] = None; from tinytorch_lab.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    asked = [sys.executable, "-c", code, command, "01", "--course", str(handed_in.root)]
    ran = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "pip install 'tinytorch-lab[instructor]'" in ran.stderr
    assert "Traceback" not in ran.stderr
