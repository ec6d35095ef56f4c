"""The instructor's feedback on a module, and the grade that stands in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tinytorch_lab.course.catalogue import Module

MAX_BYTES = 20 * 2**20
_NUMBER = r"(-?[0-9]+(?:\.[0-9]+)?)"
_SCORE = re.compile(rf"\(Score: {_NUMBER} / {_NUMBER}\)")


@dataclass(frozen=True)
class Grade:
    """Points of how many; what a late submission cost is taken off."""

    points: float
    max_points: float


def page(folder: Path, module: Module) -> Path | None:
    """The page with the feedback, ``feedback/NN_name/name.html``; None if there is none."""
    found = folder / "feedback" / module.id / f"{module.name}.html"
    return found if found.is_file() else None


def grade(found: Path) -> Grade | None:
    """The grade in a page of nbgrader's: the first score, in its heading, is the notebook's, the penalty taken off.

    None if it names none.
    """
    seen = found.stat()
    return _grade(found, (seen.st_mtime_ns, seen.st_size)) if seen.st_size <= MAX_BYTES else None


@lru_cache(maxsize=64)
def _grade(found: Path, stamp: tuple[int, int]) -> Grade | None:
    text = found.read_text(encoding="utf-8", errors="replace")
    score = _SCORE.search(text)
    return Grade(float(score[1]), float(score[2])) if score else None
