"""What grading passes around: one submission in, one graded submission out. Plain data that can be pickled."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GRADED = "graded"
NEEDS_MANUAL = "needs manual grade"
RESTORED = "restored"
"""Test cells were edited or missing and were put back; the scores are those of the restored notebook."""
TIMED_OUT = "timed out"
OUT_OF_MEMORY = "out of memory"
DIED = "kernel died"
FAILED = "grading failed"
STATES = (GRADED, NEEDS_MANUAL, RESTORED, TIMED_OUT, OUT_OF_MEMORY, DIED, FAILED)
WITHOUT_SCORE = (DIED, FAILED)
"""States in which the total is unknown: exported as an empty field with the reason, never as 0."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use. CPU time counts, so that grades do not depend on the machine's load."""

    cell_cpu_s: float = 20.0
    cell_wall_s: float = 200.0
    memory_bytes: int = 3 * 2**30
    file_bytes: int = 64 * 2**20
    processes: int = 64
    output_bytes: int = 1 * 2**20


@dataclass(frozen=True)
class Task:
    """One submission to grade, with all that is needed for it.

    ``source`` is the text of the source notebook (solutions and hidden tests in it, as nbgrader's ``source/`` holds it),
    ``submitted`` that of the student's; ``masked`` are the modules of tinytorch that must not be importable (``core.tensor``);
    ``library`` the student's own earlier modules by file name relative to ``tinytorch/`` (``core/tensor.py``); ``cell_cpu_s`` are
    tighter limits of given cells by their ``grade_id``, CPU seconds.
    """

    module: str
    student: str
    source: str
    submitted: str
    masked: tuple[str, ...] = ()
    library: dict[str, str] = field(default_factory=dict)
    limits: Limits = Limits()
    cell_cpu_s: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class CellScore:
    """One graded cell. ``kind`` is "test" or "manual"; ``score`` is None where it is not known (yet).

    ``error`` is the first line of what the test raised ("" if nothing); ``cpu_s`` what the cell took.
    """

    grade_id: str
    kind: str
    points: float
    score: float | None
    error: str = ""
    cpu_s: float = 0.0


@dataclass(frozen=True)
class Graded:
    """How one submission ended: a state of STATES, a sentence for it where it is not ``graded``, the cells in their order.

    ``notebook`` is the executed notebook (nbformat 4 as plain data), None if there is none; ``notes`` are sentences about what
    was restored or resolved; ``isolation`` names the layers that stood around the run; ``cpu_s`` counts all its processes.
    """

    module: str
    student: str
    state: str
    reason: str = ""
    cells: tuple[CellScore, ...] = ()
    notebook: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()
    isolation: tuple[str, ...] = ()
    cpu_s: float = 0.0
    wall_s: float = 0.0

    @property
    def score(self) -> float | None:
        """Points of all cells with a score; None in a state without one."""
        return None if self.state in WITHOUT_SCORE else sum(cell.score or 0.0 for cell in self.cells)

    @property
    def max_score(self) -> float:
        """Points of all graded cells."""
        return sum(cell.points for cell in self.cells)


@dataclass(frozen=True)
class ClassPaths:
    """Where nbgrader keeps things in a class folder: its own layout, so that its Formgrader and exporters work."""

    root: Path

    @property
    def gradebook(self) -> Path:
        """nbgrader's database."""
        return self.root / "gradebook.db"

    def source(self, module: str) -> Path:
        """The source notebook that ``release`` wrote, with solutions and hidden tests."""
        return self.root / "source" / module / f"{module[3:]}.ipynb"

    def submitted(self, student: str, module: str) -> Path:
        """The student's notebook as it came in."""
        return self.root / "submitted" / student / module / f"{module[3:]}.ipynb"

    def autograded(self, student: str, module: str) -> Path:
        """The executed notebook."""
        return self.root / "autograded" / student / module / f"{module[3:]}.ipynb"

    def feedback(self, student: str, module: str) -> Path:
        """The page that the student gets."""
        return self.root / "feedback" / student / module / f"{module[3:]}.html"

    def grading(self, module: str) -> Path:
        """Our own books of the module: results, how submissions came in, and earlier submissions."""
        return self.root / "grading" / module

    def older(self, student: str, module: str) -> Path:
        """Submissions of the student that a newer one has replaced."""
        return self.grading(module) / "older" / student
