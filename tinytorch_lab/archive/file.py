"""The file of the history: one SQLite database, opened for each use, that gives up rather than let a cell wait."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

SCHEMA_VERSION = 1
"""Stored as SQLite's user_version. History: 1, first."""

LOCK_WAIT_S = 0.1
"""How long to wait for another kernel that is writing, at most, each for reading and for writing."""

SCHEMA = (
    """CREATE TABLE runs (
        id INTEGER PRIMARY KEY, started TEXT, notebook TEXT, cell_id TEXT, source_hash TEXT, machine TEXT, session TEXT,
        cold INTEGER, kind TEXT, mode TEXT, label TEXT, state TEXT, wall_s REAL, cpu_s REAL, traced_s REAL,
        traced_wall_s REAL, peak_bytes INTEGER, net_bytes INTEGER, data BLOB)""",
    "CREATE INDEX runs_by_text ON runs (source_hash, id)",
    "CREATE TABLE sources (source_hash TEXT PRIMARY KEY, text TEXT)",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)

Result = TypeVar("Result")


class HistoryError(Exception):
    """The history cannot be used. The message is a sentence for the user."""


class HistoryFile:
    """The history in ``path``. ``notes`` collects what the user should hear of, such as a damaged file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes: list[str] = []

    def use(self, action: Callable[[sqlite3.Connection], Result]) -> Result:
        """What ``action`` returns for an open connection; the file is made if it is missing.

        A damaged file is renamed, and ``action`` gets a new one. Raises HistoryError for everything else that is wrong:
        locked for too long, read-only, disk full, made by a newer release.
        """
        try:
            inode = self._inode()
            try:
                return self._use(action)
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                self._set_aside(inode)
                return self._use(action)
        except (sqlite3.Error, OSError) as error:
            raise HistoryError(self._sentence(error)) from error

    def delete(self) -> None:
        """Delete every measurement, with the files that were set aside as damaged. Raises HistoryError."""
        try:
            for old in self._aside():
                old.unlink()
        except OSError as error:
            raise HistoryError(self._sentence(error)) from error
        if self.path.exists():
            self.use(_empty)
            for damaged in self._aside():
                damaged.unlink(missing_ok=True)

    def _use(self, action: Callable[[sqlite3.Connection], Result]) -> Result:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Transactions are begun and ended by hand: isolation_level=None keeps the module's own ones away.
        with closing(sqlite3.connect(self.path, timeout=LOCK_WAIT_S, isolation_level=None)) as connection:
            # A killed process does no harm, and no cell waits for a disk; after a power cut the file may be damaged.
            connection.execute("PRAGMA synchronous = OFF")
            self._prepare(connection)
            return action(connection)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        version = _version(connection)
        if version > SCHEMA_VERSION:
            raise HistoryError(
                f"{self.path} was written by a newer tinytorch-lab (history version {version}, this one knows "
                f"{SCHEMA_VERSION}) and is left alone: this run was not kept. Upgrade it: pip install -U tinytorch-lab"
            )
        if version < SCHEMA_VERSION:
            with transaction(connection):
                if _version(connection) < SCHEMA_VERSION:  # another kernel may have been first
                    for statement in SCHEMA:
                        connection.execute(statement)

    def _inode(self) -> int | None:
        with suppress(OSError):
            return self.path.stat().st_ino
        return None

    def _set_aside(self, inode: int | None) -> None:
        """Rename the damaged file, unless another kernel has done so already; only the newest of them is kept."""
        if self._inode() != inode:
            return
        for old in self._aside():
            old.unlink(missing_ok=True)
        stamp = datetime.now().strftime("%Y-%m-%d-%H%M%S")
        aside = self.path.with_name(f"{self.path.name}.damaged-{stamp}")
        journal = self.path.with_name(f"{self.path.name}-journal")
        with suppress(FileNotFoundError):  # first of all, or SQLite would roll it back into the new file
            journal.rename(journal.with_name(f"{aside.name}-journal"))
        self.path.rename(aside)
        self.notes.append(f"The history of measurements was damaged: it is now {aside}, and a new one was begun.")

    def _aside(self) -> list[Path]:
        return sorted(self.path.parent.glob(f"{self.path.name}.damaged-*"))

    def _sentence(self, error: Exception) -> str:
        if isinstance(error, sqlite3.OperationalError) and _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return f"The history of measurements was in use by another kernel for too long ({self.path})."
        reason = error.strerror if isinstance(error, OSError) else error
        return (
            f"The history of measurements cannot be used: {reason} ({self.path}). "
            "Mend that, or switch it off: TINYTORCH_LAB_HISTORY=off."
        )


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing of what is written inside."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):  # a full disk has ended it already
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _empty(connection: sqlite3.Connection) -> None:
    with transaction(connection):
        connection.execute("DELETE FROM runs")
        connection.execute("DELETE FROM sources")
    connection.execute("VACUUM")  # or the texts would stay readable in free pages of the file


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 if the error is not from SQLite itself."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _is_damage(error: sqlite3.Error) -> bool:
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
