"""What the routes of an instructor answer, as plain data; knows no tornado.

What needs the extra ``[instructor]`` is imported where it is used: a student's server has no nbgrader.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinytorch_lab.course.class_folder import find_class, open_class
from tinytorch_lab.server import worker
from tinytorch_lab.server.sender import Sender
from tinytorch_lab.server.statuses import statuses

if TYPE_CHECKING:
    from tinytorch_lab.course.release.model import ModuleStatus

RELEASE_WORKER = "tinytorch_lab.course.release.worker"


@dataclass(frozen=True)
class Place:
    """Where a server works: ``root`` is the folder that it serves, ``setting`` the class folder of its configuration or ""."""

    root: Path
    setting: str

    @property
    def folder(self) -> Path:
        """The class folder. Raises CourseError if there is none."""
        if self.setting:
            return open_class(Path(self.setting).expanduser().resolve()).root
        return find_class(self.root).root

    def api_path(self, path: Path) -> str | None:
        """``path`` as the browser's file API names it; None if it lies outside of what the server serves."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else None


def the_class(place: Place) -> dict[str, Any]:
    """The modules of the class, each with its state, faults and points."""
    folder = place.folder
    return {"folder": folder.name, "modules": [_row(status, folder, place) for status in statuses(folder)]}


def preview(place: Place, module: str) -> dict[str, Any]:
    """What a release would give students; ``refused`` is a sentence, with ``faults``, if there is nothing to give."""
    from tinytorch_lab.course.release.model import ReleaseRefused
    from tinytorch_lab.course.release.preview import preview as preview_of

    try:
        return asdict(preview_of(module, place.folder)) | {"refused": None, "faults": []}
    except ReleaseRefused as error:
        nothing = {"module": module, "cells": [], "stubs": 0, "removed_lines": 0}
        return nothing | {"refused": error.sentence, "faults": [asdict(fault) for fault in error.faults]}


def release(place: Place, module: str, mend: bool, edition: bool, send: Sender) -> None:
    """Release the module, in a process of its own; sends a message a step, and one with how it ended.

    ``mend`` and ``edition`` say what is to become of submissions that are in, as in tinytorch_lab.course.release.
    """
    request = {"module": module, "course": str(place.folder), "mend": mend, "edition": edition}
    worker.run(RELEASE_WORKER, request, send)


def zip_releases(place: Place, modules: list[str]) -> dict[str, Any]:
    """Make one file with these modules' releases, with all of them if none is named."""
    from tinytorch_lab.course.release.out import zip_release

    folder = place.folder
    made = zip_release(folder, tuple(modules))
    return {"file": made.relative_to(folder).as_posix(), "path": place.api_path(made)}


def _row(status: ModuleStatus, folder: Path, place: Place) -> dict[str, Any]:
    return asdict(status) | {"reason": status.reason, "path": place.api_path(folder / status.file)}
