"""Times of handing in: kept in nbgrader's ``timestamp.txt`` beside the notebook, always UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tinytorch_lab.course.files import write_atomic

NAME = "timestamp.txt"
_FORMAT = "%Y-%m-%d %H:%M:%S.%f UTC"


def write_stamp(folder: Path, at: datetime) -> None:
    """Write the time as nbgrader does."""
    write_atomic(folder / NAME, at.astimezone(UTC).strftime(_FORMAT) + "\n")


def read_stamp(folder: Path) -> datetime | None:
    """The time that stands in the folder; None if none that can be read does."""
    try:
        return parse(
            (folder / NAME).read_text(encoding="utf-8", errors="replace"),
        )
    except FileNotFoundError:
        return None


def handed_in(notebook: Path) -> datetime:
    """When a notebook was handed in: its ``timestamp.txt``, else the time of the file."""
    return read_stamp(notebook.parent) or file_time(notebook)


def file_time(path: Path) -> datetime:
    """When the file was last written."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def parse(text: str) -> datetime | None:
    """``2026-11-30 13:48:20.5 Europe/Berlin``, ``... +0100`` or ISO 8601, without a zone taken as UTC; None if it is none."""
    words = text.split()
    try:
        if len(words) == 3 and words[2][:1] not in "+-":
            at = datetime.fromisoformat(" ".join(words[:2]))
            return at.replace(tzinfo=ZoneInfo(words[2])).astimezone(UTC)
        at = datetime.fromisoformat(" ".join(words[:2]) + "".join(words[2:]))
    except (ValueError, OverflowError, ZoneInfoNotFoundError):
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
