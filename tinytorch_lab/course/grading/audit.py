"""The audit: some submissions, and every zero, graded once more by plain nbgrader, cell by cell.

It runs in a copy of the class folder that holds just these submissions. nbgrader runs them with the rights of who calls it, which
is why the copy has no other work in it, and why memory is limited.
"""

from __future__ import annotations

import math
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tinytorch_lab.course.class_folder import ClassFolder
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading import gradebook, results
from tinytorch_lab.course.grading.late import read_policy
from tinytorch_lab.course.grading.model import WITHOUT_SCORE, ClassPaths, Graded
from tinytorch_lab.course.release import prove

SHARE = 0.02


@dataclass(frozen=True)
class Difference:
    """One cell that nbgrader scores differently; None: no score. Without a cell, nbgrader could not grade the submission."""

    student: str
    grade_id: str
    ours: float | None
    nbgraders: float | None

    def __str__(self) -> str:
        if not self.grade_id:
            return f"{self.student}: nbgrader could not grade this submission at all"
        ours, theirs = ("none" if score is None else f"{score:g}" for score in (self.ours, self.nbgraders))
        return f"{self.student}, {self.grade_id}: {ours} here, {theirs} by nbgrader"


@dataclass(frozen=True)
class Audit:
    """Who was graded once more, and where it differs."""

    students: tuple[str, ...]
    differences: tuple[Difference, ...]


def audit(paths: ClassPaths, module: str, chance: random.Random | None = None) -> Audit:
    """Compare. Raises CourseError if nothing was graded, or nbgrader itself fails."""
    graded = {student: result.graded for student, result in results.load_results(paths, module).items()}
    chosen = choose(graded, chance or random.SystemRandom())
    if not chosen:
        raise CourseError(f"Nothing of {module} has a score yet, so there is nothing to audit.")
    with tempfile.TemporaryDirectory(prefix="tinytorch-audit-") as place:
        copy = ClassPaths(Path(place))
        _copy(paths, copy, module, chosen)
        said = _autograde(paths, copy, module)
        with gradebook.opened(copy.gradebook, module) as book:
            theirs = {
                student: {name: mark.auto for name, mark in marks.items()}
                for student, marks in book.marks().items()
                if copy.autograded(student, module).is_file()
            }
    if not theirs:
        raise CourseError(f"nbgrader graded none of {', '.join(chosen)}. It said at the end:\n{said[-2000:]}")
    found = [one for student in chosen for one in _compare(graded[student], theirs.get(student))]
    return Audit(chosen, tuple(found))


def choose(graded: Mapping[str, Graded], chance: random.Random) -> tuple[str, ...]:
    """Everybody whose tests gave nothing, and 2 % of the others, at least one."""
    scored = {student: one for student, one in graded.items() if one.state not in WITHOUT_SCORE}
    zeros = [student for student, one in scored.items() if not any(cell.score for cell in one.cells)]
    others = sorted(set(scored) - set(zeros))
    count = min(len(others), max(1, math.ceil(SHARE * len(scored))))
    return tuple(sorted(zeros + chance.sample(others, count)))


def _copy(paths: ClassPaths, copy: ClassPaths, module: str, students: tuple[str, ...]) -> None:
    shutil.copytree(paths.source(module).parent, copy.source(module).parent)
    with closing(sqlite3.connect(paths.gradebook)) as old, closing(sqlite3.connect(copy.gradebook)) as new:
        old.backup(new)
    for student in students:
        place = copy.submitted(student, module)
        place.parent.mkdir(parents=True)
        shutil.copyfile(paths.submitted(student, module), place)


def _autograde(paths: ClassPaths, copy: ClassPaths, module: str) -> str:
    """Run nbgrader in the copy; returns what it said. It ends with an error if one submission fails, which is no error here."""
    limits = read_policy(paths.root / "grading.toml").limits
    command = [
        sys.executable, "-m", "nbgrader", "autograde", module, "--force", f"--CourseDirectory.root={copy.root}",
        f"--Execute.timeout={limits.cell_cpu_s:.0f}", "--OverwriteCells.add_missing_cells=True",
    ]  # fmt: skip
    folder = ClassFolder(paths.root)
    with prove.surroundings(folder, folder.catalogue.find(module)) as surroundings:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])  # nbgrader calls alembic
        ran = subprocess.run(
            [*_limited(limits.memory_bytes), *command], cwd=copy.root, env={**surroundings, "PATH": path},
            capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
    return ran.stderr


def _limited(memory_bytes: int) -> list[str]:
    """In front of the command where the system can limit memory: nbgrader itself limits nothing."""
    if sys.platform == "win32":
        return []
    return ["/bin/sh", "-c", f'ulimit -d {memory_bytes // 1024}; exec "$@"', "sh"]


def _compare(ours: Graded, theirs: Mapping[str, float | None] | None) -> list[Difference]:
    if theirs is None:
        return [Difference(ours.student, "", ours.score, None)]
    return [
        Difference(ours.student, cell.grade_id, cell.score, theirs.get(cell.grade_id))
        for cell in ours.cells
        if cell.score != theirs.get(cell.grade_id)
    ]
