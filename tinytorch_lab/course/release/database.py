"""The class's gradebook, an SQLite file that other programs (Formgrader, a grading run) may have open while we are at work."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tinytorch_lab.course.errors import CourseError

GRADEBOOK = "gradebook.db"
WAIT_S = 5.0


def copy_database(origin: Path, target: Path) -> None:
    """A consistent copy of the gradebook ``origin``, also while somebody writes; none if there is none.

    Into a ``target`` that is there already it is written in one transaction, not by another file in its place: a program that
    has it open goes on with the new rows. Raises CourseError if one of them cannot be read, or is locked.
    """
    if not origin.exists():
        return
    with _said_of(origin), closing(sqlite3.connect(origin, timeout=WAIT_S)) as old:
        old.execute("BEGIN")
        old.execute(
            "SELECT count(*) FROM sqlite_master"
        ).fetchone()  # waits for a writer, and finds what is no database
        with closing(sqlite3.connect(target, timeout=WAIT_S)) as new:
            old.backup(new, progress=_impatient(target))


def _impatient(path: Path) -> _Progress:
    """SQLite would try for ever to get at a file that somebody holds."""
    return _Progress(path, time.monotonic() + WAIT_S)


class _Progress:
    def __init__(self, path: Path, until: float) -> None:
        self.path, self.until = path, until

    def __call__(self, status: int, remaining: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > self.until:
            raise sqlite3.OperationalError("database is locked")


@contextmanager
def _said_of(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise CourseError(f"{path} is in use by another program. Close it (or wait), and try again.") from None
        raise CourseError(f"{path} cannot be copied ({error}). Free space on its disk, or mend its rights.") from None
    except sqlite3.DatabaseError as error:
        raise CourseError(
            f"{path} is no gradebook that can be read ({error}). Put a backup in its place, or move it away."
        ) from None
