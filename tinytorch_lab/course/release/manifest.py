"""What the class folder remembers of each release: ``.tinytorch-lab/releases/NN_name.json``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from tinytorch_lab.course.class_folder import ClassFolder
from tinytorch_lab.course.errors import CourseError

VERSION = 1


@dataclass(frozen=True)
class Manifest:
    """One release. ``author`` is the SHA-256 of the author's file, ``source`` and ``release`` those of the two notebooks."""

    module: str
    version: int
    at: str
    author: str
    source: str
    release: str
    auto: float
    manual: float
    format: int = VERSION


def place(folder: ClassFolder, module: str) -> Path:
    """Where the manifest stands."""
    return folder.root / ".tinytorch-lab" / "releases" / f"{module}.json"


def read(folder: ClassFolder, module: str) -> Manifest | None:
    """The manifest of the release that stands, None if there is none. Raises CourseError if it is damaged or newer."""
    file = place(folder, module)
    if not file.exists():
        return None
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        if data["format"] > VERSION:
            raise CourseError(f"{file} was written by a newer tinytorch-lab. Upgrade it: pip install -U tinytorch-lab")
        return Manifest(**data)
    except (ValueError, TypeError, KeyError):
        raise CourseError(
            f"{file} is damaged. Delete it and release {module} again: its version will count from 1."
        ) from None


def text(manifest: Manifest) -> str:
    """The manifest as the text of its file."""
    return json.dumps(asdict(manifest), indent=1, sort_keys=True) + "\n"
