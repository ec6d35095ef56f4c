"""How long given cells may take: so many times what they take with the reference, so that an endless loop ends early."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from tinytorch_lab.course.grading.model import CellScore, Graded, Task

TIMES = 100.0
LEAST_S = 1.0
"""A test that is over at once with the reference may take this long: code in plain loops is a thousand times slower."""


def limited(tasks: Iterable[Task], run: Callable[[Task], Graded]) -> Iterator[Task]:
    """The tasks with the limits of their module's given cells; ``run`` grades the reference of each module once."""
    known: dict[str, dict[str, float]] = {}
    for task in tasks:
        if task.source not in known:
            reference = run(replace(task, student="the reference", submitted=task.source))
            known[task.source] = {cell.grade_id: _limit(cell) for cell in reference.cells if _passed(cell)}
        yield replace(task, cell_cpu_s={**known[task.source], **task.cell_cpu_s})


def _passed(cell: CellScore) -> bool:
    """Whether it says something about time: a test that the reference passes. A quick one's time may be told as 0."""
    return cell.kind == "test" and cell.score == cell.points


def _limit(cell: CellScore) -> float:
    return max(LEAST_S, TIMES * cell.cpu_s)
