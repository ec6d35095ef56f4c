"""Where the student folder is, seen from the folder that the server was started in."""

from __future__ import annotations

from pathlib import Path

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.workspace import MARKER, Folder, find_folder, read_marker


def student_folder(root: Path) -> Folder:
    """The student folder that a server started in ``root`` serves: ``root`` itself, above it, or in it (see ``below``).

    Raises CourseError if there is none.
    """
    require_there(root)
    folder = find_folder(root) or below(root)
    if folder is None:
        raise CourseError(f"There is no student folder at {root}. Make one in a terminal: tinytorch-lab new course")
    folder.require("student")
    return folder


def require_there(root: Path) -> None:
    """Raise CourseError if the folder that the server serves has gone."""
    if not root.is_dir():
        raise CourseError(
            f"{root}, where this JupyterLab was started, is not there any more: the folder was renamed or moved. Give it its "
            "old name back; or stop JupyterLab and start it in the new place: tinytorch-lab lab. Your work is in that folder."
        )


def below(root: Path) -> Folder | None:
    """``root/course``, or, since a folder may be renamed, the only student folder in ``root``; None if there is none."""
    if (root / "course" / MARKER).is_file():
        return read_marker(root / "course")
    found = [read_marker(marker.parent) for marker in sorted(root.glob(f"*/{MARKER}"))]
    students = [folder for folder in found if folder.kind == "student"]
    if len(students) > 1:
        names = ", ".join(folder.path.name for folder in students)
        raise CourseError(f"{root} holds several student folders: {names}. Start JupyterLab in one: tinytorch-lab lab")
    return students[0] if students else None


def api_path(path: Path, root: Path) -> str:
    """``path`` as the browser's file API names it. Raises CourseError if that is none."""
    if not path.is_relative_to(root):
        raise CourseError(
            f"{path} lies outside of {root}, where this server was started. Start it in the student folder."
        )
    return path.relative_to(root).as_posix()
