"""A released module of four cells that count, submissions of it, and an engine whose results the test decides."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest

from tinytorch_lab.course.grading import clock
from tinytorch_lab.course.grading.model import GRADED, NEEDS_MANUAL, CellScore, ClassPaths, Graded, Task
from tinytorch_lab.course.release.generate import Job, generate

from ...small_course import COURSE

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
MODULE = "01_pair"
ADD, ADD_TEST = (
    "def add(a, b):\n    ### BEGIN SOLUTION\n    return a + b\n    ### END SOLUTION",
    "assert add(1, 2) == 3",
)
HIDDEN = "\n### BEGIN HIDDEN TESTS\nassert add(-7, 2) == -5, 'minus seven'\n### END HIDDEN TESTS"
MUL, MUL_TEST = ADD.replace("add", "mul").replace("+", "*"), "assert mul(2, 3) == 6"
POINTS = {"01-add-test": 2, "01-mul-test": 3, "01-why": 5}


def cell(kind: str, source: str, name: str, *, grade: bool, solution: bool) -> nbformat.NotebookNode:
    made = nbformat.v4.new_code_cell(source) if kind == "code" else nbformat.v4.new_markdown_cell(source)
    made.id = name
    marks = {"schema_version": 3, "grade": grade, "solution": solution, "task": False, "locked": not solution}
    made.metadata["nbgrader"] = {**marks, "grade_id": name} | ({"points": POINTS[name]} if grade else {})
    return made


def source() -> nbformat.NotebookNode:
    why = "Why?\n\n### BEGIN SOLUTION\nBecause.\n### END SOLUTION"
    cells = [
        cell("code", ADD, "01-add", grade=False, solution=True),
        cell("code", ADD_TEST + HIDDEN, "01-add-test", grade=True, solution=False),
        cell("code", MUL, "01-mul", grade=False, solution=True),
        cell("code", MUL_TEST, "01-mul-test", grade=True, solution=False),
        cell("markdown", why, "01-why", grade=True, solution=True),
    ]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=kernel)


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class folder in which the module was released; not to be changed."""
    root = tmp_path_factory.mktemp("released")
    paths = ClassPaths(root)
    paths.source(MODULE).parent.mkdir(parents=True)
    nbformat.write(source(), paths.source(MODULE))
    (root / "modules").mkdir()
    (root / "modules" / "course.toml").write_text(COURSE.replace("points = 100", "points = 10"))
    (root / ".tinytorch-lab.json").write_text('{"kind": "class", "version": 1}')
    generate(Job(str(root), MODULE))
    return root


class Class:
    """A class folder of its own for a test, and what a test does with it."""

    def __init__(self, root: Path) -> None:
        self.paths = ClassPaths(root)
        self.scores: dict[str, tuple[float, float]] = {}
        self.asked: list[str] = []

    def hand_in(self, student: str, add: str = "a + b", mul: str = "a * b", why: str = "", at: datetime = AT) -> Path:
        """A submission made from what was released, with these expressions in its functions."""
        given = nbformat.read(self.paths.root / "release" / MODULE / "pair.ipynb", as_version=4)
        for one in given.cells:
            if one.id in ("01-add", "01-mul"):
                body = add if one.id == "01-add" else mul
                one.source = f"def {one.id[3:]}(a, b):\n    return {body}" if body else one.source
            elif one.id == "01-why" and why:
                one.source = why
        place = self.paths.submitted(student, MODULE)
        clock.write_stamp(place.parent, at)
        nbformat.write(given, place)
        return place

    def engine(self, tasks: list[Task]) -> Iterator[Graded]:
        """Gives each student the points in ``scores`` (default: all), or the state that stands there."""
        for task in tasks:
            self.asked.append(task.student)
            said = self.scores.get(task.student, (2.0, 3.0))
            if isinstance(said, str):
                yield Graded(task.module, task.student, said, f"reason of {task.student}")
                continue
            notebook = json.loads(task.submitted)
            answered = "YOUR ANSWER HERE" not in task.submitted
            cells = (
                CellScore("01-add-test", "test", 2.0, said[0], "" if said[0] else "AssertionError", 0.1),
                CellScore("01-mul-test", "test", 3.0, said[1]),
                CellScore("01-why", "manual", 5.0, None if answered else 0.0),
            )
            yield Graded(
                task.module, task.student, NEEDS_MANUAL if answered else GRADED, cells=cells, notebook=notebook
            )

    def gradebook(self):
        from nbgrader.api import Gradebook

        return Gradebook(f"sqlite:///{self.paths.gradebook}", "tiny")

    def rows(self) -> dict[str, dict[str, tuple]]:
        """By student and cell what nbgrader reads: scores, whether it waits for a person, and the remark."""
        found: dict[str, dict[str, tuple]] = {}
        with self.gradebook() as book:
            for submission in book.assignment_submissions(MODULE):
                notebook = submission.notebooks[0]
                cells = {
                    one.name: (one.auto_score, one.manual_score, one.needs_manual_grade) for one in notebook.grades
                }
                cells |= {f"{one.name} comment": (one.auto_comment,) for one in notebook.comments}
                cells["late"] = (submission.timestamp, notebook.late_submission_penalty)
                found[submission.student.id] = cells
        return found


@pytest.fixture
def class_(released: Path, tmp_path: Path) -> Class:
    shutil.copytree(released, tmp_path / "class")
    return Class(tmp_path / "class")


@pytest.fixture
def by_hand(class_: Class) -> Callable[[str, str, float], None]:
    """A person grades a cell, as Formgrader does."""

    def give(student: str, name: str, score: float) -> None:
        with class_.gradebook() as book:
            grade = book.find_grade(name, "pair", MODULE, student)
            grade.manual_score, grade.needs_manual_grade = score, False
            book.db.commit()

    return give
