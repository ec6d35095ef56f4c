"""What the routes answer, as plain data; knows no tornado."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tinytorch_lab.course import source
from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.progress import Progress, course_progress
from tinytorch_lab.course.workspace import Folder, find_folder, open_notebook


def student_folder(root: Path) -> Folder:
    """The student folder that a server started in ``root`` serves: ``root`` itself, above it, or ``root/course``.

    Raises CourseError if there is none.
    """
    folder = find_folder(root)
    if folder is None and (root / "course").is_dir():
        found = find_folder(root / "course")
        folder = found if found and found.path == root / "course" else None
    if folder is None:
        raise CourseError(f"There is no student folder at {root}. Make one in a terminal: tinytorch-lab new course")
    folder.require("student")
    return folder


def course(root: Path) -> dict[str, Any]:
    """The catalogue with the student's progress; ``problem`` is a sentence if there is no usable folder."""
    folder, problem = None, None
    try:
        folder = student_folder(root)
    except CourseError as error:
        problem = str(error)
    progress = course_progress(folder)
    catalogue = source.catalogue()
    return {
        "folder": {"kind": folder.kind, "version": folder.version} if folder else None,
        "problem": problem,
        "parts": list(catalogue.parts),
        "modules": [_row(module, progress[module.id], root, folder) for module in catalogue.modules],
    }


def open_module(root: Path, word: str) -> dict[str, str]:
    """The path of the module's notebook, made if it is not there, as the browser's file API names it."""
    folder = student_folder(root)
    return {"path": _api_path(open_notebook(folder, word), root)}


def _row(module: Module, progress: Progress, root: Path, folder: Folder | None) -> dict[str, Any]:
    openable = folder is not None and progress.state != "unavailable"
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
        "path": _api_path(folder.path / module.notebook, root) if folder and openable else None,
        "source": "mine" if progress.mine else "reference",
        "problem": progress.problem,
    }


def _api_path(path: Path, root: Path) -> str:
    if not path.is_relative_to(root):
        raise CourseError(
            f"{path} lies outside of {root}, where this server was started. Start it in the student folder."
        )
    return path.relative_to(root).as_posix()
