"""What the checker says about a lesson."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True, order=True)
class Finding:
    """One place that breaks a rule.

    ``file`` is relative to the folder that holds ``modules/``; ``line`` counts from 1, 0 means the file as a whole; ``cell``
    counts a notebook's cells from 1, 0 means none; ``heading`` is the last heading up to it; ``found`` says what is there and
    ``mend`` what to do; ``severity`` is "error" or "warning".
    """

    file: str
    line: int
    rule: str
    found: str
    mend: str
    cell: int = 0
    heading: str = ""
    severity: str = ERROR

    def __str__(self) -> str:
        """``file:line: rule severity, cell 7 (heading): what was found. What to do.``"""
        place = f"{self.file}:{self.line}" if self.line else self.file
        cell = f", cell {self.cell}" if self.cell else ""
        heading = f" ({self.heading})" if self.heading and self.cell else ""
        return f"{place}: {self.rule} {self.severity}{cell}{heading}: {self.found} {self.mend}"


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """Those that make the check fail."""
    return [finding for finding in findings if finding.severity == ERROR]


def count(number: int, word: str) -> str:
    """``1 error``, ``2 errors``."""
    return f"{number} {word}{'' if number == 1 else 's'}"
