from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tinytorch_lab.archive import remember
from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import CellError, CellIdentity, Earlier, Line, LineProfile, Machine, Run

from .measurements import measured, traced

SOURCE = "x = f()"


@pytest.fixture(autouse=True)
def _in_a_history_of_its_own(history_path: Path) -> None:
    pass


def earlier_of(measurement: Measurement, source: str = SOURCE) -> Earlier | None:
    remember(measurement, source)
    assert measurement.notes == []
    return measurement.earlier


def run(*times: float, **fields: Any) -> Earlier:
    """What the last of some runs in a row says."""
    found = [earlier_of(measured(time, **fields)) for time in times][-1]
    assert found is not None
    return found


def test_the_first_run_has_nothing_to_be_compared_with() -> None:
    assert run(2.0) == Earlier(runs=0, verdict="first", untraced_wall_s=2.0)


def test_earlier_runs_are_counted_listed_and_summarised() -> None:
    found = run(1.0, 2.0, 3.0, 4.0, 5.0, 99.0)
    assert (found.runs, found.wall_s) == (5, [1.0, 2.0, 3.0, 4.0, 5.0])
    assert (found.median_wall_s, found.low_wall_s, found.high_wall_s) == (3.0, 2.0, 4.0)
    assert found.untraced_wall_s == 3.5  # of all six


def test_only_the_last_twenty_times_are_listed() -> None:
    found = run(*(float(i) for i in range(1, 31)))
    assert found.runs == 29
    assert found.wall_s == [float(i) for i in range(10, 30)]


def test_a_slower_and_a_faster_run_are_called_so() -> None:
    assert run(*[1.0] * 5).verdict == "too few"
    assert run(2.0).verdict == "slower"
    assert run(0.5).verdict == "faster"
    assert run(1.01).verdict == "same"


def test_traced_runs_are_compared_with_traced_ones_only() -> None:
    run(*[1.0] * 6)
    found = earlier_of(traced(4.0))
    assert found is not None
    assert (found.runs, found.verdict) == (0, "first")


def test_time_is_joined_from_untraced_and_memory_from_traced_runs() -> None:
    run(1.0, 3.0)
    for peak in (100, 300):
        earlier_of(traced(8.0, peak_bytes=peak, net_bytes=peak // 10))
    found = run(2.0)
    assert (found.untraced_wall_s, found.traced_wall_s, found.tracing_factor) == (2.0, 8.0, 4.0)
    assert (found.peak_bytes, found.net_bytes) == (200, 20)


def test_partly_traced_runs_are_alike_if_as_many_seconds_were_traced() -> None:
    part = {"traced": True, "trace_complete": False, "net_bytes": None, "peak_bytes": 7}
    earlier_of(measured(9.0, traced_s=1.5, **part))
    found = earlier_of(measured(9.0, traced_s=1.52, **part))
    other = earlier_of(measured(9.0, traced_s=5.0, **part))
    assert found is not None
    assert other is not None
    assert (found.runs, other.runs) == (1, 0)
    assert found.peak_bytes is None  # of 1.5 s, not of the cell
    assert found.traced_wall_s is None


def test_repeated_runs_count_as_untraced_and_give_memory_from_their_traced_one() -> None:
    run(1.0)
    runs = [Run(2.0, 2.0), Run(2.0, 2.0), Run(2.0, 2.0), Run(6.0, 6.0, traced=True)]
    repeat = measured(2.0, mode="repeat", runs=runs, trace_complete=True, peak_bytes=50, net_bytes=5)
    found = earlier_of(repeat)
    assert found is not None
    assert (found.runs, found.untraced_wall_s, found.traced_wall_s, found.tracing_factor) == (1, 1.5, 6.0, 4.0)
    assert (found.peak_bytes, found.net_bytes) == (50, 5)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "error", "error": CellError("ValueError", "")},
        {"state": "interrupted"},
        {"lines": [LineProfile("cell", True, [Line(1, "x", 1, 1.0)])]},
        {"traced": True, "peak_bytes": None},
    ],
)
def test_what_cannot_be_compared_is_kept_but_neither_gets_nor_enters_a_comparison(fields: dict[str, Any]) -> None:
    assert earlier_of(measured(1.0, **fields)) is None
    assert run(1.0).runs == 0


@pytest.mark.parametrize(
    "other",
    [
        {"cell": CellIdentity("lesson.ipynb", "b2")},
        {"cell": CellIdentity("copy.ipynb", "a1")},
        {"cell": CellIdentity()},
        {"machine": Machine("3.13.0", "Linux x86_64", 2)},
        {"machine": Machine("3.12.1", "Linux x86_64", 8)},
    ],
)
def test_another_cell_or_machine_is_not_compared(other: dict[str, Any]) -> None:
    run(1.0)
    assert run(1.0, **other).runs == 0
    assert run(1.0, 1.0, **other).runs == 2


def test_a_changed_text_is_not_compared_but_white_space_around_it_is_no_change() -> None:
    run(1.0)
    changed, same = earlier_of(measured(), "x = g()"), earlier_of(measured(), f"\n{SOURCE}\n\n")
    assert changed is not None
    assert same is not None
    assert (changed.runs, same.runs) == (0, 1)


def test_a_block_without_text_is_kept_but_not_compared() -> None:
    assert earlier_of(measured(), "") is None
    assert earlier_of(measured(), "  \n") is None


def test_a_cold_run_is_not_called_slower_than_warm_ones(new_kernel: Any) -> None:
    run(3.0, *[1.0] * 8)
    new_kernel()
    assert run(3.0).verdict == "too few"
    assert run(3.0).verdict == "slower"  # the second run in that kernel is warm


def test_cold_runs_are_compared_with_cold_ones_once_there_are_enough(new_kernel: Any) -> None:
    for _ in range(5):
        new_kernel()
        run(3.0, 1.0, 1.0)
    new_kernel()
    assert run(3.0).verdict == "same"
    new_kernel()
    assert run(4.0).verdict == "slower"


def test_a_median_of_several_runs_is_not_cold(new_kernel: Any) -> None:
    run(*[1.0] * 9)
    new_kernel()
    assert run(2.0, mode="repeat", runs=[Run(2.0, 2.0)] * 3).verdict == "slower"
