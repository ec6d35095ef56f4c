"""The measurement as data: what a recorder fills, a renderer shows and a notebook keeps.

docs/measurement-format.md describes the stored form. Unknown is ``None``, never 0.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

FORMAT_VERSION = 1
"""Version of the stored form. History: 1, first release."""

Record = TypeVar("Record")


@dataclass
class Statement:
    """One top-level statement of the cell."""

    line: int
    """First line in the cell, from 1."""
    end_line: int
    """Last line in the cell, from 1."""
    source: str
    """First line of the source, at most 120 characters."""
    wall_s: float = 0.0
    """Wall clock, seconds."""
    cpu_s: float = 0.0
    """CPU time of the process, all threads, seconds."""
    peak_bytes: int | None = None
    """Highest traced memory above the start of the statement; None unless traced to its end."""
    net_bytes: int | None = None
    """Traced memory that the statement kept (negative: freed); None unless traced to its end."""
    done: bool = False
    """False while it runs, and when it raised."""


@dataclass
class Timeline:
    """Memory over time: lists of equal length, at most 500 points."""

    t_s: list[float] = field(default_factory=list)
    """Seconds since the start of the cell, display not counted."""
    rss_bytes: list[int | None] = field(default_factory=list)
    """Resident memory of the process, absolute."""
    traced_bytes: list[int | None] = field(default_factory=list)
    """Traced memory above the start of the cell; None where it was not traced."""
    longest_gap_s: float = 0.0
    """Longest time between two samples, seconds."""


@dataclass
class CellError:
    """The exception that ended the cell."""

    type: str
    """Name of the exception's class."""
    message: str
    """Its text, at most 300 characters."""
    line: int | None = None
    """Line in the cell, from 1; None if no line of the cell is known."""


@dataclass
class GarbageCollections:
    """What Python's garbage collector did while the cell ran."""

    collections: list[int] = field(default_factory=lambda: [0, 0, 0])
    """Number of collections of generations 0, 1 and 2."""
    pause_s: float = 0.0
    """Seconds spent in them."""


@dataclass
class Machine:
    """Where the cell ran."""

    python: str = ""
    """Python version, such as 3.12.1."""
    platform: str = ""
    """Operating system and processor, such as Linux x86_64."""
    cpus: int = 0
    """Processors that this process may use."""


@dataclass(repr=False)
class Measurement:
    """What one run of a cell (or of a ``with measure()`` block) took."""

    state: str = "running"
    """``running``, ``done``, ``error`` (it raised) or ``interrupted``."""
    mode: str = "default"
    """``default`` (traced for a while) or ``time`` (not traced)."""
    label: str | None = None
    """The label that was given, if any."""
    started: str = ""
    """Start, ISO 8601 in UTC."""
    wall_s: float = 0.0
    """Wall clock of the statements, seconds; showing values and tracebacks is not counted."""
    cpu_s: float = 0.0
    """CPU time of the process over the same time, all threads, seconds."""
    traced: bool = False
    """tracemalloc was on for a part of the time at least: the times carry its cost."""
    traced_s: float = 0.0
    """Seconds of the cell that were traced."""
    trace_complete: bool = False
    """The cell was traced to its end: peak_bytes and net_bytes speak of all of it."""
    peak_bytes: int | None = None
    """Highest Python and NumPy memory above the start of the cell, exact while traced."""
    net_bytes: int | None = None
    """The same at the end, what the cell keeps; None unless trace_complete."""
    rss_start_bytes: int | None = None
    """Resident memory of the process at the start, absolute."""
    rss_peak_bytes: int | None = None
    """Highest resident memory of the process while the cell ran, absolute."""
    rss_exact: bool = False
    """The peak is the operating system's own record, not the largest sample."""
    statements: list[Statement] = field(default_factory=list)
    """The top-level statements that were started, in order, at most 500."""
    statements_total: int = 0
    """How many top-level statements the cell has."""
    timeline: Timeline = field(default_factory=Timeline)
    """Memory over time."""
    error: CellError | None = None
    """The exception that ended the cell, if one did."""
    gc: GarbageCollections = field(default_factory=GarbageCollections)
    """Garbage collections during the cell."""
    notes: list[str] = field(default_factory=list)
    """Sentences on how to read the figures."""
    machine: Machine = field(default_factory=Machine)
    """Where the cell ran."""

    def __repr__(self) -> str:
        return f"<Measurement {self.state}: wall_s={self.wall_s:.4g}, peak_bytes={self.peak_bytes}>"

    def to_dict(self) -> dict[str, Any]:
        """The stored form: only dicts, lists, strings, numbers, booleans and None."""
        # Not dataclasses.asdict: it copies every number of the timeline by itself, too slow for a live update.
        return {
            "version": FORMAT_VERSION,
            **vars(self),
            "statements": [dict(vars(statement)) for statement in self.statements],
            "timeline": dict(vars(self.timeline)),
            "error": dict(vars(self.error)) if self.error else None,
            "gc": dict(vars(self.gc)),
            "notes": list(self.notes),
            "machine": dict(vars(self.machine)),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Measurement:
        """The inverse of :meth:`to_dict`.

        Raises:
            ValueError: if the version is unknown to this release, or if a key is missing.
        """
        version = data.get("version")
        if version != FORMAT_VERSION:
            raise ValueError(
                f"This measurement has format version {version!r}; this release of tinytorch-lab reads "
                f"version {FORMAT_VERSION}. Upgrade tinytorch-lab, or measure the cell again."
            )
        measurement = _record(cls, data)
        measurement.statements = [_record(Statement, item) for item in data["statements"]]
        measurement.timeline = _record(Timeline, data["timeline"])
        measurement.error = _record(CellError, data["error"]) if data["error"] else None
        measurement.gc = _record(GarbageCollections, data["gc"])
        measurement.machine = _record(Machine, data["machine"])
        return measurement


def _record(kind: type[Record], data: Mapping[str, Any]) -> Record:
    """An instance of the dataclass ``kind`` from the keys of ``data`` that are its fields."""
    names = [each.name for each in dataclasses.fields(kind)]  # type: ignore[arg-type]
    missing = [name for name in names if name not in data]
    if missing:
        raise ValueError(f"The stored {kind.__name__} has no {', '.join(missing)}: it is damaged. Measure again.")
    return kind(**{name: data[name] for name in names})
