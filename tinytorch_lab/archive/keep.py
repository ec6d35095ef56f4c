"""Compares a new measurement with the earlier ones, then keeps it."""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
import sqlite3
from collections.abc import Sequence

from tinytorch_lab.archive.compare import compared
from tinytorch_lab.archive.file import HistoryError, HistoryFile, transaction
from tinytorch_lab.archive.kinds import kind_of, traced_time
from tinytorch_lab.archive.place import history_file
from tinytorch_lab.archive.rows import Row, add, make_room, packed, similar
from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import Machine, Timeline

SESSION = secrets.token_hex(8)
"""This process, as far as the history can tell."""
_WARM_BY_ITSELF = 3  # the median of so many runs is no longer that of a cold one


def keep(measurement: Measurement, source: str) -> None:
    """Fill ``measurement.earlier``, then keep the measurement. What is wrong with the history becomes a note.

    ``source`` is the text of the cell; an empty one is kept too, but never compared.
    """
    cell = measurement.cell
    cell.source_hash = cell.source_hash or source_hash(source)
    path = history_file()
    if path is None:
        return

    def action(connection: sqlite3.Connection) -> None:
        row = _row(measurement)
        rows = similar(connection, row)
        row = dataclasses.replace(row, cold=_is_cold(measurement, rows))
        measurement.earlier = compared(row, rows, _own_runs(measurement)) if source.strip() else None
        with transaction(connection):
            add(connection, row, source)
            make_room(connection)

    history = HistoryFile(path)
    try:
        history.use(action)
    except HistoryError as error:
        measurement.notes.append(str(error))
    measurement.notes += history.notes


def source_hash(source: str) -> str | None:
    """SHA-256 of the text without white space around it, first 16 hexadecimal digits; None if it is empty."""
    text = source.strip()
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16] if text else None


def _row(measurement: Measurement) -> Row:
    cell = measurement.cell
    stored = dataclasses.replace(measurement, timeline=Timeline(), earlier=None)
    return Row(
        started=measurement.started,
        notebook=cell.notebook,
        cell_id=cell.cell_id,
        source_hash=cell.source_hash,
        machine=_machine(measurement.machine),
        session=SESSION,
        cold=False,
        kind=kind_of(measurement),
        mode=measurement.mode,
        label=measurement.label,
        state=measurement.state,
        wall_s=measurement.wall_s,
        cpu_s=measurement.cpu_s,
        traced_s=measurement.traced_s,
        traced_wall_s=traced_time(measurement),
        peak_bytes=measurement.peak_bytes,
        net_bytes=measurement.net_bytes,
        data=packed(stored.to_dict()),
    )


def _machine(machine: Machine) -> str:
    return f"Python {machine.python}, {machine.platform}, {machine.cpus} processors"


def _own_runs(measurement: Measurement) -> list[float]:
    return [run.wall_s for run in measurement.runs if not run.traced]


def _is_cold(measurement: Measurement, rows: Sequence[Row]) -> bool:
    first = all(row.session != SESSION for row in rows)
    return first and len(_own_runs(measurement)) < _WARM_BY_ITSELF
