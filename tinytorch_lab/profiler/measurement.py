"""The measurement as data: what a recorder fills, a renderer shows and a notebook keeps.

docs/measurement-format.md describes the stored form. Unknown is ``None``, never 0.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tinytorch_lab.profiler.records import (
    CellError,
    CellIdentity,
    Earlier,
    GarbageCollections,
    Insight,
    Layer,
    Line,
    LineProfile,
    Machine,
    Op,
    Process,
    Roofline,
    Run,
    Site,
    Statement,
    TensorMemory,
    Timeline,
)

FORMAT_VERSION = 2
"""Version of the stored form. History: 1, first; 2, runs, lines, sites, ops, layers, process, history, understanding."""

Record = TypeVar("Record")


@dataclass(repr=False)
class Measurement:
    """What one run of a cell (or of a ``with measure()`` block) took."""

    state: str = "running"
    """``running``, ``done``, ``error`` (it raised) or ``interrupted``."""
    mode: str = "default"
    """``default`` (traced for a while), ``time`` (not traced), ``memory`` (traced to the end) or ``repeat`` (several runs)."""
    label: str | None = None
    """The label that was given, if any."""
    started: str = ""
    """Start, ISO 8601 in UTC."""
    wall_s: float = 0.0
    """Wall clock of the statements, seconds; showing values and tracebacks is not counted.

    Of ``repeat``: the median of the untraced runs."""
    cpu_s: float = 0.0
    """CPU time of the process over the same time, all threads, seconds."""
    runs: list[Run] = field(default_factory=list)
    """The single runs of mode ``repeat``, the traced one last; empty in the other modes."""
    traced: bool = False
    """The times above carry the cost of tracemalloc, which was on for a part of them at least."""
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
    lines: list[LineProfile] = field(default_factory=list)
    """Line by line, with ``--lines``."""
    sites: list[Site] = field(default_factory=list)
    """Where the memory that the cell kept was allocated, largest first, at most 10 of each kind; traced cells only."""
    timeline: Timeline = field(default_factory=Timeline)
    """Memory over time."""
    ops: list[Op] = field(default_factory=list)
    """Operations of tinytorch, costliest first, at most 50."""
    layers: list[Layer] = field(default_factory=list)
    """Modules of tinytorch in the order of their first call, at most 100."""
    tensors: TensorMemory | None = None
    """Memory of tensors by role; None if the cell ran no operation of tinytorch."""
    roofline: Roofline | None = None
    """Limits of this machine; None if the cell ran no operation with known flops, or if they were never measured."""
    error: CellError | None = None
    """The exception that ended the cell, if one did."""
    gc: GarbageCollections = field(default_factory=GarbageCollections)
    """Garbage collections during the cell."""
    process: Process = field(default_factory=Process)
    """The process and its surroundings."""
    cell: CellIdentity = field(default_factory=CellIdentity)
    """Which cell this was."""
    earlier: Earlier | None = None
    """Comparison with earlier runs; None while it runs, and where there is no history."""
    understand: list[Insight] = field(default_factory=list)
    """What follows from the figures."""
    notes: list[str] = field(default_factory=list)
    """Sentences on how to read the figures."""
    machine: Machine = field(default_factory=Machine)
    """Where the cell ran."""

    def __repr__(self) -> str:
        return f"<Measurement {self.state}: wall_s={self.wall_s:.4g}, peak_bytes={self.peak_bytes}>"

    def to_dict(self) -> dict[str, Any]:
        """The stored form: only dicts, lists, strings, numbers, booleans and None."""
        # Not dataclasses.asdict: it copies every number of the timeline by itself, too slow for a live update.
        return {"version": FORMAT_VERSION, **_plain(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Measurement:
        """The inverse of :meth:`to_dict`; reads version 1 too, whose newer fields are then empty.

        Raises:
            ValueError: if the version is unknown to this release, or if a key is missing.
        """
        version = data.get("version") if isinstance(data, Mapping) else None
        if version not in (1, FORMAT_VERSION) or isinstance(version, bool):
            raise ValueError(
                f"This measurement has format version {version!r}; this release of tinytorch-lab reads versions up to "
                f"{FORMAT_VERSION}. Upgrade tinytorch-lab, or measure the cell again."
            )
        if version == 1:
            data = {**_plain(cls()), **data}
        return _record(cls, data)


def _plain(record: Any) -> dict[str, Any]:
    """A dataclass instance as dicts and lists, some levels deep."""
    return {name: _plain_value(value) for name, value in vars(record).items()}


def _plain_value(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return _plain(value)
    if isinstance(value, list):
        return [_plain(item) for item in value] if value and dataclasses.is_dataclass(value[0]) else list(value)
    return dict(value) if isinstance(value, dict) else value


def _record(kind: type[Record], data: Mapping[str, Any]) -> Record:
    """An instance of the dataclass ``kind`` from the keys of ``data`` that are its fields."""
    names = [each.name for each in dataclasses.fields(kind)]  # type: ignore[arg-type]
    missing = [name for name in names if name not in data]
    if missing:
        raise ValueError(f"The stored {kind.__name__} has no {', '.join(missing)}: it is damaged. Measure again.")
    return kind(**{name: _value(_PARTS.get((kind, name)), data[name]) for name in names})


def _value(part: type[Any] | None, value: Any) -> Any:
    if part is None or value is None:
        return value
    return [_record(part, item) for item in value] if isinstance(value, list) else _record(part, value)


_PARTS: dict[tuple[type[Any], str], type[Any]] = {
    (Measurement, "runs"): Run,
    (Measurement, "statements"): Statement,
    (Measurement, "lines"): LineProfile,
    (LineProfile, "lines"): Line,
    (Measurement, "sites"): Site,
    (Measurement, "timeline"): Timeline,
    (Measurement, "ops"): Op,
    (Measurement, "layers"): Layer,
    (Measurement, "tensors"): TensorMemory,
    (Measurement, "roofline"): Roofline,
    (Measurement, "error"): CellError,
    (Measurement, "gc"): GarbageCollections,
    (Measurement, "process"): Process,
    (Measurement, "cell"): CellIdentity,
    (Measurement, "earlier"): Earlier,
    (Measurement, "understand"): Insight,
    (Measurement, "machine"): Machine,
}
