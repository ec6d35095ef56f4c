"""One kept measurement, and its table: add, find what is alike, thin out."""

from __future__ import annotations

import json
import sqlite3
import zlib
from dataclasses import dataclass, field
from typing import Any

from tinytorch_lab.profiler.measurement import Measurement

MAX_ROWS = 3000
MAX_FILE_BYTES = 8 << 20
KEPT_PER_TEXT = 5
"""So many newest runs of every text go last when room is made."""
FULL_PER_TEXT = 100
"""What a text has beyond so many runs goes first."""
MAX_SOURCE = 8192
"""Characters of a cell's text that are kept."""
_MADE_FREE = 0.1  # share of the limits that is made free at once, so that it need not be done for each measurement
_SIMILAR = 200


@dataclass(frozen=True)
class Row:
    """The figures of one kept measurement that are searched and compared; ``data`` has all of them."""

    started: str
    """ISO 8601 in UTC."""
    notebook: str | None
    """Path as Jupyter names it."""
    cell_id: str | None
    source_hash: str | None
    machine: str
    """Python, platform and processors: times are compared only if all are equal."""
    session: str
    """Which process it was."""
    cold: bool
    """The first run of the text in that process."""
    kind: str
    """See :mod:`tinytorch_lab.archive.kinds`."""
    mode: str
    label: str | None
    state: str
    wall_s: float
    cpu_s: float
    traced_s: float
    """Seconds of it that were traced."""
    traced_wall_s: float | None
    """Wall time of the run that was traced to its end."""
    peak_bytes: int | None
    net_bytes: int | None
    data: bytes = field(default=b"", repr=False)
    """The measurement as zlib-compressed JSON."""
    source: str = field(default="", repr=False)
    """The cell's text, or its beginning."""
    id: int = 0
    """Its number in the history; later ones are higher."""

    @property
    def title(self) -> str:
        """The label, else the first line of the text that says something."""
        lines = [line.strip() for line in self.source.splitlines() if line.strip()]
        code = [line for line in lines if not line.startswith(("#", "%", "import ", "from "))]
        return self.label or next(iter([*code, *lines]), "(no text)")

    def to_dict(self) -> dict[str, Any]:
        """The measurement in its stored form (docs/measurement-format.md), without its timeline."""
        return dict(json.loads(zlib.decompress(self.data)))

    def measurement(self) -> Measurement:
        """The measurement, without its timeline. Raises ValueError if a newer release stored it."""
        return Measurement.from_dict(self.to_dict())


_COLUMNS = [name for name in Row.__dataclass_fields__ if name not in ("source", "id")]
_FIGURES = [name for name in _COLUMNS if name != "data"]


def packed(data: dict[str, Any]) -> bytes:
    """The inverse of :meth:`Row.to_dict`."""
    return zlib.compress(json.dumps(data, separators=(",", ":")).encode())


def add(connection: sqlite3.Connection, row: Row, source: str) -> None:
    """Keep a measurement, with the cell's text if that is not there yet."""
    marks = ", ".join("?" * len(_COLUMNS))
    connection.execute(
        f"INSERT INTO runs ({', '.join(_COLUMNS)}) VALUES ({marks})", [getattr(row, name) for name in _COLUMNS]
    )
    if row.source_hash:
        connection.execute("INSERT OR IGNORE INTO sources VALUES (?, ?)", (row.source_hash, source[:MAX_SOURCE]))


def similar(connection: sqlite3.Connection, row: Row) -> list[Row]:
    """The latest runs of the same text in the same cell on the same machine, oldest first; without their data.

    Where notebook or cell are not known, they must be unknown in the earlier runs too.
    """
    found = connection.execute(
        f"SELECT {', '.join(_FIGURES)}, id FROM runs WHERE source_hash = ? AND notebook IS ? AND cell_id IS ? AND machine = ? "
        "ORDER BY id DESC LIMIT ?",
        (row.source_hash, row.notebook, row.cell_id, row.machine, _SIMILAR),
    ).fetchall()
    return [_row([*_FIGURES, "id"], values) for values in reversed(found)]


def all_rows(connection: sqlite3.Connection) -> list[Row]:
    """Everything, newest first."""
    found = connection.execute(
        f"SELECT {', '.join(_COLUMNS)}, runs.id, coalesce(sources.text, '') FROM runs LEFT JOIN sources USING (source_hash) "
        "ORDER BY runs.id DESC"
    ).fetchall()
    return [_row([*_COLUMNS, "id", "source"], values) for values in found]


def make_room(connection: sqlite3.Connection) -> None:
    """If there are too many measurements, delete some: of texts with very many runs first, then the oldest.

    The newest few of every text go last.
    """
    rows = connection.execute("SELECT count(*) FROM runs").fetchone()[0]
    size = _used_bytes(connection)
    if rows <= MAX_ROWS and size <= MAX_FILE_BYTES:
        return
    share = max(1 - (1 - _MADE_FREE) * MAX_ROWS / rows, 1 - (1 - _MADE_FREE) * MAX_FILE_BYTES / size)
    connection.execute(
        "DELETE FROM runs WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER "
        "(PARTITION BY source_hash, notebook, cell_id ORDER BY id DESC) AS age FROM runs) "
        "ORDER BY age > ? DESC, age > ? DESC, id LIMIT ?)",
        (FULL_PER_TEXT, KEPT_PER_TEXT, max(1, round(rows * share))),
    )
    connection.execute(
        "DELETE FROM sources WHERE source_hash NOT IN (SELECT source_hash FROM runs WHERE source_hash NOT NULL)"
    )


def _used_bytes(connection: sqlite3.Connection) -> int:
    """Size of the database without its free pages, which are used again."""
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _row(names: list[str], values: tuple[Any, ...]) -> Row:
    fields = dict(zip(names, values, strict=True))
    return Row(**{**fields, "cold": bool(fields["cold"])})
