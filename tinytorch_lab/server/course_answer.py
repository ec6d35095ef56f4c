"""The course as the navigator shows it: the catalogue with the student's progress."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from tinytorch_lab.course import feedback, measured, milestones, record
from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.offered import offered
from tinytorch_lab.course.progress import Progress, course_progress
from tinytorch_lab.course.workspace import Folder
from tinytorch_lab.server.place import api_path, require_there, student_folder


def course(root: Path) -> dict[str, Any]:
    """The catalogue with the student's progress; ``problem`` is a sentence if there is no usable folder or progress file.

    Raises CourseError if ``root`` has gone, so that the browser keeps what it shows.
    """
    require_there(root)
    folder, problem = None, None
    try:
        folder = student_folder(root)
        problem = record.load(folder.path).problem
    except CourseError as error:
        problem = str(error)
    progress = course_progress(folder)
    spent = measured.seconds_measured(folder.path) if folder else {}
    catalogue = offered(folder.path if folder else None)
    return {
        "folder": {"kind": folder.kind, "version": folder.version} if folder else None,
        "problem": problem,
        "parts": list(catalogue.parts),
        "modules": [
            _row(module, progress[module.id], root, folder) | {"measuredSeconds": spent.get(module.id, 0.0)}
            for module in catalogue.modules
        ],
        "milestones": [asdict(one) | {"missing": list(one.missing)} for one in milestones.all_milestones(folder)],
    }


def _row(module: Module, progress: Progress, root: Path, folder: Folder | None) -> dict[str, Any]:
    openable = folder is not None and progress.state != "unavailable"
    tests = progress.tests
    return {
        "id": module.id,
        "number": module.number,
        "title": module.title,
        "part": module.part,
        "builds": list(module.builds),
        "question": module.question,
        "needs": list(module.needs),
        "missing": list(progress.missing),
        "points": module.points,
        "state": progress.state,
        "solved": progress.solved,
        "exercises": progress.exercises,
        "path": api_path(folder.path / module.notebook, root) if folder and openable else None,
        "source": "mine" if progress.mine else "reference",
        "completed": progress.completed,
        "tests": None
        if tests is None
        else {
            "passed": tests.passed,
            "total": tests.total,
            "points": tests.points,
            "maxPoints": tests.max_points,
            "at": tests.at,
            "stale": progress.stale,
        },
        "update": progress.update,
        "timesReference": progress.times_reference,
        **_feedback(folder, module, root),
        "problem": progress.problem,
    }


def _feedback(folder: Folder | None, module: Module, root: Path) -> dict[str, Any]:
    page = feedback.page(folder.path, module) if folder else None
    if page is None:
        return {"feedback": None, "grade": None}
    grade = feedback.grade(page)
    given = {"points": grade.points, "maxPoints": grade.max_points} if grade else None
    return {"feedback": api_path(page, root), "grade": given}
