"""What was sent: one notebook with its place, its time and what says whose it is; and what had to be left, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tinytorch_lab.course.grading.printable import printable

MANIFEST, ENTRY, FILE, EXCHANGE = "manifest", "zip entry", "file time", "exchange"
"""Where a time of handing in comes from, the most trusted first."""


@dataclass(frozen=True)
class Sent:
    """One notebook as it was found.

    ``place`` is where, for the reader and for the names in it; ``clock`` says where the time ``at`` comes from; ``module`` and
    ``student`` are filled where something other than the place's names says them (a manifest, the exchange); ``secret`` is
    what nbgrader needs to give feedback back through its exchange; ``remark`` is something the instructor should know.
    """

    place: str
    content: bytes
    at: datetime
    clock: str
    module: str | None = None
    student: str | None = None
    secret: bytes | None = None
    remark: str = ""


@dataclass(frozen=True)
class Left:
    """Something that was not collected, and why."""

    place: str
    reason: str

    def __str__(self) -> str:
        return printable(f"{self.place}: {self.reason}")
