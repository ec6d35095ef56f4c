"""What happened when a lesson ran, in each of its forms."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class CellRun:
    """One cell that ran: its number, what it raised ("" if nothing) and the CPU and wall seconds that it took."""

    number: int
    raised: str = ""
    assertion: bool = False
    cpu_s: float = 0.0
    wall_s: float = 0.0


@dataclass(frozen=True)
class ScriptRun:
    """``python name_dev.py``: its exit status (None if it was stopped for its time) and what it wrote on stderr."""

    status: int | None = 0
    stderr: str = ""


@dataclass(frozen=True)
class Probe:
    """An expression of the prose, evaluated after the last cell.

    ``value`` if it is a number, else None; ``failed`` says why it could not be evaluated; ``unknown`` if it is None or goes
    through a None: a measurement that this machine did not get (a busy one runs out of its budget).
    """

    value: float | None = None
    failed: str = ""
    unknown: bool = False


@dataclass(frozen=True)
class NotebookRun:
    """The lesson in a fresh kernel, top to bottom, with every measurement."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    cells: tuple[CellRun, ...] = ()
    stderr: dict[int, str] = field(default_factory=dict)
    """What each cell that wrote there wrote on stderr, by the cell's number."""
    shown: frozenset[int] = frozenset()
    """The numbers of the measuring cells that displayed a result."""
    probes: dict[str, Probe] = field(default_factory=dict)


@dataclass(frozen=True)
class Runs:
    """All of it. ``solved`` and ``unsolved`` are the reference and the student's version, cell by cell in plain Python."""

    script: ScriptRun
    notebook: NotebookRun
    solved: tuple[CellRun, ...]
    unsolved: tuple[CellRun, ...]
