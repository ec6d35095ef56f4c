"""How long a cell may take: so many times what it takes with the reference, so that an endless loop ends early."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from tinytorch_lab.course.grading.model import Limits, Task

TIMES = 100.0
LEAST_S, LEAST_SHARE = 1.0, 1 / 20
"""A cell that is over at once with the reference may take this long, or this share of what any cell may: code in plain loops
is a thousand times slower."""


def limited(tasks: Iterable[Task], times: Callable[[Task], dict[str, float]]) -> Iterator[Task]:
    """The tasks with limits for tests and exercises; ``times`` runs the reference of each module once: CPU seconds by grade_id."""
    known: dict[str, dict[str, float]] = {}
    for task in tasks:
        if task.source not in known:
            known[task.source] = times(replace(task, student="the reference", submitted=task.source))
        own = {name: _limit(cpu_s, task.limits) for name, cpu_s in known[task.source].items()}
        yield replace(task, cell_cpu_s={**own, **task.cell_cpu_s})


def _limit(cpu_s: float, limits: Limits) -> float:
    return max(LEAST_S, LEAST_SHARE * limits.cell_cpu_s, TIMES * cpu_s)
