"""How long given cells may take, from what they take with the reference."""

from __future__ import annotations

import re
from dataclasses import replace

from small_module import solved, task, with_code

from tinytorch_lab.course.grading.engine import pace
from tinytorch_lab.course.grading.engine.run import grade_all
from tinytorch_lab.course.grading.model import NEEDS_MANUAL, TIMED_OUT, CellScore, Graded, Limits, Task


def test_a_test_may_take_a_hundred_times_as_long_as_with_the_reference_and_at_least_a_second() -> None:
    asked: list[Task] = []

    def run(one: Task) -> Graded:
        asked.append(one)
        cells = [
            CellScore("slow", "test", 5, 5.0, cpu_s=0.2),
            CellScore("quick", "test", 5, 5.0, cpu_s=0.001),
            CellScore("failed", "test", 5, 0.0, cpu_s=0.2),
            CellScore("too-quick", "test", 5, 5.0, cpu_s=0.0),
            CellScore("written", "manual", 5, None),
        ]
        return Graded(one.module, one.student, "graded", cells=tuple(cells))

    first, second = pace.limited([task({}, student="ada"), task({}, student="bob")], run)
    assert first.cell_cpu_s == second.cell_cpu_s == {"slow": 20.0, "quick": 1.0, "too-quick": 1.0}
    assert [(one.submitted, one.student) for one in asked] == [(first.source, "the reference")]


def test_an_endless_loop_in_a_test_ends_long_before_the_limit_of_a_cell() -> None:
    endless = solved(student="endless")
    text = endless.submitted.replace("return x * 3", "while True: pass")
    assert text != endless.submitted
    (graded,) = grade_all([replace(endless, submitted=text, limits=Limits(cell_cpu_s=120.0))], print, workers=1)
    assert (graded.state, graded.score) == (TIMED_OUT, 15.0)
    limit = re.search(r"more than (\S+) s of CPU time", graded.reason)
    assert limit is not None
    assert float(limit[1]) < 60  # a hundred times what the reference took, here and now


def test_a_cell_of_the_students_own_has_the_limit_of_any_cell() -> None:
    busy = "import time\nend = time.process_time() + 1.5\nwhile time.process_time() < end: pass"
    (graded,) = grade_all([with_code(busy, limits=Limits())], print, workers=1)
    assert (graded.state, graded.score) == (NEEDS_MANUAL, 20.0)
    assert graded.cpu_s > 1.5
