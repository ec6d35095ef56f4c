"""The rules that judge what happened when the lesson ran."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tinytorch_lab.course.check.cell_runner import run_cell
from tinytorch_lab.course.check.check import check_runs
from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.check.mutation import worker
from tinytorch_lab.course.check.runs import CellRun, NotebookRun, Probe, Runs, ScriptRun

Write = Callable[[str], Lesson]
SOLUTION, TEST, PLAIN, MEASURED = 5, 6, 7, (9, 11)


@pytest.fixture
def lesson(write: Write, good: str) -> Lesson:
    return write(good)


@pytest.fixture
def fine(lesson: Lesson) -> Runs:
    """Everything went as it should."""
    solved = tuple(CellRun(cell.number) for cell in lesson.code)
    unsolved = tuple(CellRun(cell.number, "NotImplementedError: " if cell.is_test else "") for cell in lesson.code)
    shown = frozenset(cell.number for cell in lesson.code if cell.is_measuring)
    assert shown == set(MEASURED)
    return Runs(ScriptRun(), NotebookRun(1.0, 1.0, solved, {}, shown, {"x.nbytes": Probe(8192.0)}), solved, unsolved)


def with_cell(cells: tuple[CellRun, ...], number: int, **changes: Any) -> tuple[CellRun, ...]:
    return tuple(replace(one, **changes) if one.number == number else one for one in cells)


def rules(lesson: Lesson, runs: Runs) -> list[tuple[str, int, str]]:
    return [(finding.rule, finding.cell, finding.severity) for finding in check_runs(lesson, runs)]


def test_a_run_that_went_well_breaks_nothing(lesson: Lesson, fine: Runs) -> None:
    assert rules(lesson, fine) == []


@pytest.mark.parametrize("script", [ScriptRun(1, "ValueError: x"), ScriptRun(None), ScriptRun(0, "a warning")])
def test_a_script_that_fails_hangs_or_complains(lesson: Lesson, fine: Runs, script: ScriptRun) -> None:
    assert rules(lesson, replace(fine, script=script)) == [("M002", 0, "error")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"stderr": {7: "a warning"}}, [("M003", 7, "error")]),
        ({"shown": frozenset({9})}, [("M003", 11, "error")]),
        ({"wall_s": 21.0, "cpu_s": 20.5}, [("M003", 0, "error")]),
        ({"wall_s": 21.0, "cpu_s": 5.0}, [("M003", 0, "warning")]),
    ],
)
def test_a_notebook_that_complains_shows_nothing_or_is_slow(
    lesson: Lesson, fine: Runs, changes: dict[str, Any], expected: list[tuple[str, int, str]]
) -> None:
    assert rules(lesson, replace(fine, notebook=replace(fine.notebook, **changes))) == expected


def test_a_cell_that_raises_in_the_kernel(lesson: Lesson, fine: Runs) -> None:
    cells = with_cell(fine.notebook.cells, PLAIN, raised="NameError: z")
    assert rules(lesson, replace(fine, notebook=replace(fine.notebook, cells=cells))) == [("M003", PLAIN, "error")]


def test_an_exported_cell_that_raises_unsolved(lesson: Lesson, fine: Runs) -> None:
    unsolved = with_cell(fine.unsolved, SOLUTION, raised="NotImplementedError: ")
    assert rules(lesson, replace(fine, unsolved=unsolved)) == [("N002", SOLUTION, "error")]


def test_a_test_that_passes_unsolved(lesson: Lesson, fine: Runs) -> None:
    unsolved = with_cell(fine.unsolved, TEST, raised="")
    assert rules(lesson, replace(fine, unsolved=unsolved)) == [("N007", TEST, "error")]


def test_a_reference_that_fails_its_test(lesson: Lesson, fine: Runs) -> None:
    solved = with_cell(fine.solved, TEST, raised="AssertionError: no")
    assert rules(lesson, replace(fine, solved=solved)) == [("N007", TEST, "error")]


def test_a_process_that_ended_before_its_tests(lesson: Lesson, fine: Runs) -> None:
    assert {rule for rule, _, _ in rules(lesson, replace(fine, solved=()))} == {"N007"}


def test_slow_tests_by_the_smaller_of_cpu_and_wall_time(lesson: Lesson, fine: Runs) -> None:
    slow = with_cell(fine.solved, TEST, cpu_s=3.1, wall_s=3.2)
    assert rules(lesson, replace(fine, solved=slow)) == [("N007", TEST, "error")]
    waited = with_cell(fine.solved, TEST, cpu_s=0.1, wall_s=9.0)
    assert rules(lesson, replace(fine, solved=waited)) == []


def in_worker(code: str) -> None:
    worker.execute(code, 1, {"__name__": "lesson"})


def in_runner(code: str) -> None:
    assert run_cell(code, 1, {"__name__": "lesson"})["raised"] == ""


@pytest.mark.parametrize("run", [in_worker, in_runner])
def test_a_cell_is_compiled_as_a_notebook_compiles_it(run: Callable[[str], None]) -> None:
    run("def f(x: int): pass\nassert f.__annotations__ == {'x': int}")
