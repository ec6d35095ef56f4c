"""Item analysis: for each graded cell how many solved it, what it took, and what went wrong first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import StatisticsError, correlation, mean, median

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading.csv_text import csv_text, number
from tinytorch_lab.course.grading.model import WITHOUT_SCORE, CellScore, Graded

FEW, ALL = 20.0, 100.0
"""Percent of students who pass: at most FEW, and the exercise or its test may be broken; ALL, and it tells nobody apart."""
LEAST = 5
"""Below so many submissions nothing is remarked: it would be chance."""

COLUMNS = (
    "cell", "points", "submissions", "pass_percent", "mean_score", "median_cpu_s", "discrimination",
    "most_common_first_error", "times", "remark",
)  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One test cell over all submissions with a score.

    ``pass_rate`` is the percentage that got full points, ``mean_score`` in points; ``cpu_s`` the median. ``discrimination`` is
    the correlation with the score of the other tests (None where one of them does not vary): near 0, it tells nobody apart;
    well below 0, good students fail it. ``first_error`` is the most common first line of what failed, ``times`` how often.
    """

    grade_id: str
    points: float
    count: int
    pass_rate: float
    mean_score: float
    cpu_s: float
    discrimination: float | None
    first_error: str = ""
    times: int = 0

    @property
    def remark(self) -> str:
        """What an instructor should look at; empty if nothing."""
        if self.count < LEAST:
            return ""
        # Two standard errors of a correlation of unrelated scores: what is below is hardly chance.
        if self.discrimination is not None and self.discrimination < -2 / math.sqrt(self.count):
            return "those who are good at the other tests fail this one: is it broken?"
        if self.pass_rate <= FEW:
            return "few pass: is it broken, or too hard?"
        return "everybody passes" if self.pass_rate >= ALL else ""


def analyse(graded: Sequence[Graded]) -> list[Item]:
    """An item for each test cell, in the notebook's order. Raises CourseError if there is no submission with a score."""
    scored = [one for one in graded if one.state not in WITHOUT_SCORE]
    if not scored:
        raise CourseError(
            "No submission has a score yet, so there is nothing to analyse. Grade first: tinytorch-lab grade"
        )
    tests = [{cell.grade_id: cell for cell in one.cells if cell.kind == "test"} for one in scored]
    names = dict.fromkeys(name for cells in tests for name in cells)
    return [_item(name, [cells for cells in tests if name in cells]) for name in names]


def _item(name: str, tests: Sequence[Mapping[str, CellScore]]) -> Item:
    cells = [one[name] for one in tests]
    scores = [cell.score or 0.0 for cell in cells]
    rest = [sum(cell.score or 0.0 for other, cell in one.items() if other != name) for one in tests]
    passed = sum(cell.score == cell.points for cell in cells)
    errors = Counter(cell.error for cell in cells if cell.error)
    error, times = errors.most_common(1)[0] if errors else ("", 0)
    return Item(
        name, cells[0].points, len(cells), 100 * passed / len(cells), mean(scores), median(cell.cpu_s for cell in cells),
        _correlation(scores, rest), error, times,
    )  # fmt: skip


def _correlation(scores: Sequence[float], rest: Sequence[float]) -> float | None:
    try:
        return correlation(scores, rest)
    except StatisticsError:  # fewer than two, or all the same
        return None


def items_csv(items: Sequence[Item]) -> str:
    """The items as CSV."""
    return csv_text([COLUMNS, *(_row(item) for item in items)])


def _row(item: Item) -> list[object]:
    figures = [number(item.pass_rate, 1), number(item.mean_score), number(item.cpu_s, 3)]
    discrimination = None if item.discrimination is None else round(item.discrimination, 2)
    errors = [discrimination, item.first_error, item.times or "", item.remark]
    return [item.grade_id, number(item.points), item.count, *figures, *errors]


def plot(items: Sequence[Item], module: str, file: Path) -> None:
    """One bar for each cell: how many pass. Raises CourseError if the file's kind is none that matplotlib can write."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 1.2 + 0.3 * len(items)), layout="constrained")
    axes = figure.subplots()
    rates = [item.pass_rate for item in items]
    bars = axes.barh(range(len(items)), rates, color=["C3" if rate <= FEW else "C0" for rate in rates])
    axes.bar_label(bars, [f"{rate:.0f} %" for rate in rates], padding=3)
    axes.set_yticks(range(len(items)), [item.grade_id for item in items])
    axes.invert_yaxis()
    axes.set(xlim=(0, 112), xlabel="submissions that pass, in percent", title=f"{module}: {items[0].count} submissions")
    try:
        figure.savefig(file, dpi=150)
    except ValueError as error:
        raise CourseError(f"{file} cannot be drawn ({error}). Name a file that ends in .png, .svg or .pdf.") from None
