"""What a release is made of, as plain data: faults, steps, what was released, what the panel shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tinytorch_lab.course.errors import CourseError

ERROR = "error"
WARNING = "warning"
DRAFT, READY, RELEASED, CHANGED = "draft", "ready", "released", "changed"
"""Has faults; could be released; is what students have; differs from what students have."""


@dataclass(frozen=True, order=True)
class Fault:
    """One place in an author's file that stands in the way (error) or should be looked at (warning).

    ``line`` counts the file's lines from 1 (0: the file as a whole), ``cell`` its cells from 1 (0: none), ``grade_id`` is
    nbgrader's name of the cell ("" for an ordinary one); ``rule`` is R1 to R9, or a rule of the lesson standard.
    """

    line: int
    cell: int
    rule: str
    grade_id: str
    found: str
    mend: str
    severity: str = ERROR

    def __str__(self) -> str:
        """``line 40, cell 7 (01-add): R3: what was found. What to do.``"""
        places = [f"line {self.line}"] * bool(self.line) + [f"cell {self.cell}"] * bool(self.cell)
        name = f" ({self.grade_id})" if self.grade_id else ""
        place = ", ".join(places) + name + ": " if places else ""
        warning = "warning: " if self.severity == WARNING else ""
        return f"{place}{self.rule}: {warning}{self.found} {self.mend}"


class ReleaseRefused(CourseError):
    """The module was not released; ``faults`` say why, all at once. What students had, they have still."""

    def __init__(self, sentence: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__("\n".join([sentence, *(f"  {fault}" for fault in faults)]))
        self.sentence = sentence
        self.faults = faults


@dataclass(frozen=True)
class Step:
    """One step of a release that begins: its name for the reader, its number from 1, and how many there are."""

    name: str
    number: int
    total: int


Say = Callable[[Step], object]
"""Called as each step begins."""


@dataclass(frozen=True)
class Points:
    """What a module's graded cells are worth: tests that run, and answers that a person reads."""

    auto: float = 0.0
    manual: float = 0.0

    @property
    def total(self) -> float:
        """Both."""
        return self.auto + self.manual


@dataclass(frozen=True)
class Released:
    """A release that stands: ``version`` counts from 1; ``at`` is its time (UTC, ISO); ``sha256`` is the notebook's.

    ``unchanged`` says that students have exactly this already: nothing was published again.
    """

    module: str
    version: int
    at: str
    sha256: str
    notebook: Path
    points: Points
    warnings: tuple[Fault, ...] = ()
    unchanged: bool = False


@dataclass(frozen=True)
class ModuleStatus:
    """One module of a class: ``state`` is draft, ready, released or changed.

    ``file`` is the author's file relative to the class folder; ``faults`` are those that reading it shows (a release also runs
    it); ``submissions`` counts those of this edition; ``changed_graded`` are the graded cells that differ from the release,
    ``reshaped`` those of them that are new, gone or of other points: with these, submissions cannot be kept.
    """

    id: str
    title: str
    file: str
    state: str
    version: int | None = None
    at: str | None = None
    points: Points = Points()
    faults: tuple[Fault, ...] = ()
    submissions: int = 0
    changed_graded: tuple[str, ...] = ()
    reshaped: tuple[str, ...] = ()

    @property
    def reason(self) -> str | None:
        """Why Release is disabled; None if it is not."""
        wrong = sum(fault.severity == ERROR for fault in self.faults)
        return f"{wrong} fault{'' if wrong == 1 else 's'} in {self.file}" if wrong else None


@dataclass(frozen=True)
class PreviewCell:
    """One cell side by side: what students have now (None: not there) and what they would get."""

    kind: str
    grade_id: str
    now: str | None
    then: str | None


@dataclass(frozen=True)
class Preview:
    """What a release would give students; ``stubs`` and ``removed_lines`` count what takes the place of solutions."""

    module: str
    cells: tuple[PreviewCell, ...]
    stubs: int
    removed_lines: int
