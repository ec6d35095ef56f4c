"""How long given cells may take, from what they take with the reference."""

from __future__ import annotations

import re
from dataclasses import replace

from small_module import NAMES, plain, solved, task, with_code

from tinytorch_lab.course.grading.engine import pace
from tinytorch_lab.course.grading.engine.run import grade_all, times
from tinytorch_lab.course.grading.model import NEEDS_MANUAL, TIMED_OUT, Limits, Task


def test_a_cell_may_take_a_hundred_times_as_long_as_with_the_reference_and_at_least_a_second() -> None:
    asked: list[Task] = []

    def told(one: Task) -> dict[str, float]:
        asked.append(one)
        return {"slow": 0.2, "quick": 0.001, "too-quick": 0.0}

    first, second = pace.limited([task({}, student="ada"), task({}, student="bob")], told)
    assert first.cell_cpu_s == second.cell_cpu_s == {"slow": 20.0, "quick": 1.0, "too-quick": 1.0}
    assert [(one.submitted, one.student) for one in asked] == [(first.source, "the reference")]


def test_where_cells_may_take_longer_so_may_the_quick_ones() -> None:
    (one,) = pace.limited([task({}, limits=Limits(cell_cpu_s=100.0))], lambda _: {"quick": 0.0})
    assert one.cell_cpu_s == {"quick": 5.0}


def test_only_cells_that_the_reference_passes_say_how_long_they_may_take() -> None:
    broken = replace(solved(), source=solved().source.replace("double(3)", "double(4)"))
    assert broken.source != solved().source
    took = times(replace(broken, submitted=broken.source))
    assert set(took) == {"helper", *NAMES, *(f"{name}-test" for name in NAMES if name != "double")}


def test_a_source_that_cannot_be_run_limits_nothing() -> None:
    assert times(replace(solved(), source="no notebook")) == {}


def test_an_endless_loop_in_a_test_ends_long_before_the_limit_of_a_cell() -> None:
    endless = solved(student="endless")
    text = endless.submitted.replace("return x * 3", "while True: pass")
    assert text != endless.submitted
    (graded,) = grade_all([replace(endless, submitted=text, limits=Limits(cell_cpu_s=40.0))], print, workers=1)
    assert (graded.state, graded.score) == (TIMED_OUT, 15.0)
    limit = re.search(r"more than (\S+) s of CPU time", graded.reason)
    assert limit is not None
    assert float(limit[1]) < 20  # a hundred times what the reference took, here and now


def test_an_endless_loop_behind_an_exercise_ends_early_and_costs_no_points() -> None:
    (graded,) = grade_all([with_code("while True: pass", limits=Limits(cell_cpu_s=40.0))], print, workers=1)
    assert (graded.state, graded.score) == (TIMED_OUT, 20.0)
    assert graded.cpu_s < 20  # 2 s, a twentieth of 40, where the reference is as quick as here


def test_a_cell_of_the_students_own_has_the_limit_of_any_cell() -> None:
    busy = "import time\nend = time.process_time() + 1.5\nwhile time.process_time() < end: pass"
    experiment = solved(lambda submission: submission["cells"].append(plain(busy)), limits=Limits())
    (graded,) = grade_all([experiment], print, workers=1)
    assert (graded.state, graded.score) == (NEEDS_MANUAL, 20.0)
    assert graded.cpu_s > 1.5
