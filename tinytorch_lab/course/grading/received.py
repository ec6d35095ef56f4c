"""How each submission came in: ``grading/NN_name/received.json``, so that feedback can go back under the LMS's own names."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.files import write_atomic
from tinytorch_lab.course.grading.model import ClassPaths

if TYPE_CHECKING:
    from tinytorch_lab.course.grading.collect import Collected

VERSION = 1


@dataclass(frozen=True)
class Received:
    """The place in the export that it came from, its time (UTC, ISO) and what that time was taken from."""

    place: str
    at: str
    clock: str


def remember(paths: ClassPaths, taken: Iterable[Collected]) -> None:
    """Keep where the submissions that count came from."""
    by_module: dict[str, dict[str, Received]] = {}
    for one in taken:
        if not one.outcome.startswith("older"):
            kept = by_module.setdefault(one.module, {})
            kept[one.student] = Received(one.place, one.at.isoformat(timespec="seconds"), one.clock)
    for module, kept in by_module.items():
        rows = {student: vars(row) for student, row in sorted((load(paths, module) | kept).items())}
        write_atomic(_file(paths, module), json.dumps({"version": VERSION, "received": rows}, indent=1) + "\n")


def load(paths: ClassPaths, module: str) -> dict[str, Received]:
    """By student; empty if nothing was collected. Raises CourseError if the file is damaged or newer."""
    file = _file(paths, module)
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        if data["version"] > VERSION:
            raise CourseError(f"{file} was written by a newer tinytorch-lab. Upgrade it: pip install -U tinytorch-lab")
        return {str(student): Received(**row) for student, row in data["received"].items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CourseError(
            f"{file} is damaged. Move it away and collect once more; nothing else depends on it."
        ) from None


def _file(paths: ClassPaths, module: str) -> Path:
    return paths.grading(module) / "received.json"
