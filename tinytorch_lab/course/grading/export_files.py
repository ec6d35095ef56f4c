"""A folder or a zip as an LMS exports it, read without trusting it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading import clock
from tinytorch_lab.course.grading.archives import MAX_FILE, is_clutter, read_file, read_zip
from tinytorch_lab.course.grading.sent import FILE, Left, Sent


def read_export(origin: Path) -> Iterator[Sent | Left]:
    """All that was sent in ``origin``. Raises CourseError if there is nothing at that place."""
    if origin.is_dir():
        return _from_folder(origin)
    if not origin.is_file():
        raise CourseError(f"There is nothing at {origin}. Name the folder or the zip that your LMS exported.")
    return read_zip(str(origin), origin.name, clock.file_time(origin))


def _from_folder(origin: Path) -> Iterator[Sent | Left]:
    for folder, names, files in os.walk(origin, followlinks=False):
        names.sort()
        for name in sorted(files):
            path = Path(folder) / name
            place = path.relative_to(origin).as_posix()
            if not is_clutter(place):
                yield from _from_file(path, f"{origin.name}/{place}")


def _from_file(path: Path, place: str) -> Iterator[Sent | Left]:
    content = read_own(path)
    if isinstance(content, str):
        yield Left(place, content)
    else:
        yield from read_file(place, content, clock.file_time(path), FILE)


def read_own(path: Path) -> bytes | str:
    """The content of a regular file of reasonable size, or why it was not read.

    A link could point to the solutions, and what is collected is given back with the feedback: links are not followed.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        return "it is a link, which is not followed" if path.is_symlink() else f"it cannot be read ({error.strerror})"
    with os.fdopen(handle, "rb") as file:
        if path.is_symlink() or not stat.S_ISREG(os.fstat(handle).st_mode):
            return "it is no ordinary file"
        content = file.read(MAX_FILE + 1)
    return content if len(content) <= MAX_FILE else f"it is larger than {MAX_FILE / 2**20:.0f} MiB"
