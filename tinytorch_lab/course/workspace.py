"""The student folder: found by its marker file, made once, never overwritten."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from tinytorch_lab.course import offered, source
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.files import write_atomic
from tinytorch_lab.course.given import give

MARKER = ".tinytorch-lab.json"
VERSION = 1
KINDS = ("student", "class")


@dataclass(frozen=True)
class Folder:
    """A folder with a marker file. ``kind`` is "student" or "class"."""

    path: Path
    kind: str
    version: int

    def require(self, kind: str) -> None:
        """Raise CourseError unless the folder is of this kind."""
        if self.kind != kind:
            raise CourseError(
                f"{self.path} is a {self.kind} folder; this needs a {kind} folder. Go there and try again."
            )


def read_marker(path: Path) -> Folder:
    """The folder whose marker is at ``path/.tinytorch-lab.json``. Raises CourseError if it is malformed or newer."""
    marker = path / MARKER
    try:
        data = json.loads(marker.read_text(encoding="utf-8"))
        kind, version = data["kind"], data["version"]
    except (ValueError, KeyError, TypeError):
        raise CourseError(
            f'{marker} is damaged. It should read {{"kind": "student", "version": {VERSION}}}: write that into it.'
        ) from None
    if kind not in KINDS or not isinstance(version, int):
        raise CourseError(f"{marker} names the kind {kind!r} and version {version!r}; kinds are student and class.")
    if version > VERSION:
        raise CourseError(
            f"{path} was made by a newer tinytorch-lab (folder version {version}, this one knows {VERSION}). "
            "Upgrade it: pip install -U tinytorch-lab"
        )
    return Folder(path, kind, version)


def find_folder(start: Path) -> Folder | None:
    """The nearest folder with a marker, from ``start`` upwards; None if there is none."""
    for path in (start, *start.parents):
        if (path / MARKER).is_file():
            return read_marker(path)
    return None


def new_student_folder(path: Path) -> list[Path]:
    """Make a student folder at ``path`` with every lesson's student notebook and the milestones; returns the files written.

    In a folder that is one already, notebooks that are missing are added and nothing else is touched. Raises CourseError if
    ``path`` is a file, holds something else, or belongs to a class.
    """
    _check_place(path)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)  # on a shared machine, the work is the student's alone
    written = []
    for module in source.catalogue().modules:
        notebook = path / module.notebook
        if source.has_lesson(module) and not notebook.exists():
            give(path, module)
            written.append(notebook)
    for name in source.milestones():
        if not (path / name).exists():
            write_atomic(path / name, source.milestone_text(name))
            written.append(path / name)
    for package in ("core", "perf"):
        (path / "tinytorch" / package).mkdir(parents=True, exist_ok=True)
    if not (path / MARKER).exists():
        # Last, so that a half-made folder is not taken for a whole one.
        write_atomic(path / MARKER, json.dumps({"kind": "student", "version": VERSION}) + "\n")
        written.append(path / MARKER)
    return written


def open_notebook(folder: Folder, word: str) -> Path:
    """The student's notebook of module ``word``, made from the lesson if it is not there yet."""
    module = offered.offered(folder.path).find(word)
    notebook = folder.path / module.notebook
    if not notebook.exists():
        give(folder.path, module)
    return notebook


def _check_place(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise CourseError(f"{path} is a file. Name a folder that is new or empty.")
    if (path / MARKER).exists():
        read_marker(path).require("student")
    elif path.exists() and any(path.iterdir()) and not _half_made(path):
        raise CourseError(f"{path} is not empty and is no student folder. Name a new folder; nothing was changed.")


def _half_made(path: Path) -> bool:
    """Whether the folder holds only what an interrupted ``new`` leaves behind."""
    return {entry.name for entry in path.iterdir()} <= {"modules", "milestones", "tinytorch", ".tinytorch-lab"}
