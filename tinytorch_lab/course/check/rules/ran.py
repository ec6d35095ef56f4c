"""M002, M003, N002, N007: what happened when the lesson ran."""

from __future__ import annotations

from collections.abc import Iterator

from tinytorch_lab.course.check.findings import WARNING, Finding
from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.check.runs import Runs

NOTEBOOK_S = 20
TESTS_S = 3


def script(lesson: Lesson, happened: Runs) -> Iterator[Finding]:
    """The file runs as a script and says nothing on stderr."""
    ran = happened.script
    last = ran.stderr.strip().rpartition("\n")[2]
    if ran.status is None:
        yield lesson.finding("M002", "The script does not end.", "Find the endless loop.")
    elif ran.status:
        yield lesson.finding("M002", f"The script ends with status {ran.status}: {last}.", "Run it and mend that.")
    elif last:
        yield lesson.finding("M002", f"The script writes on stderr: {last}", "A lesson writes nothing there.")


def notebook(lesson: Lesson, happened: Runs) -> Iterator[Finding]:
    """The notebook runs top to bottom; every measuring cell shows its result."""
    ran = happened.notebook
    for one in ran.cells:
        cell = lesson.cells[one.number - 1]
        if one.raised:
            yield lesson.finding("M003", f"The cell raises {one.raised}.", "The reference must run.", cell)
        elif cell.is_measuring and one.number not in ran.shown:
            yield lesson.finding("M003", "The measuring cell shows no result.", "Run it by hand and see why.", cell)
    for number, text in ran.stderr.items():
        yield lesson.finding(
            "M003", f"The cell writes on stderr: {text.strip()[:200]}", "nbgrader takes that for a failure.",
            lesson.cells[number - 1],
        )  # fmt: skip


def notebook_time(lesson: Lesson, happened: Runs) -> Iterator[Finding]:
    """At most 20 s. A busy machine makes the wall clock run on: then it is a warning."""
    ran = happened.notebook
    if ran.wall_s > NOTEBOOK_S:
        severity = WARNING if ran.cpu_s <= NOTEBOOK_S else "error"
        yield lesson.finding(
            "M003", f"The notebook ran {ran.wall_s:.1f} s, {ran.cpu_s:.1f} s of CPU.",
            f"It should take at most {NOTEBOOK_S} s: measure smaller sizes.", severity=severity,
        )  # fmt: skip


def student_version_imports(lesson: Lesson, happened: Runs) -> Iterator[Finding]:
    """The exported cells of the student's version run: only calling a stub raises."""
    for one in happened.unsolved:
        cell = lesson.cells[one.number - 1]
        if cell.exported and one.raised:
            yield lesson.finding(
                "N002",
                f"Unsolved, the cell raises {one.raised}.",
                "It may only define: call nothing unsolved there.",
                cell,
            )


def tests_can_fail(lesson: Lesson, happened: Runs) -> Iterator[Finding]:
    """Every graded cell passes with the solution and fails without."""
    solved = {one.number: one.raised for one in happened.solved}
    unsolved = {one.number: one.raised for one in happened.unsolved}
    for cell in lesson.code:
        if not cell.is_test:
            continue
        if solved.get(cell.number, "It was not reached"):
            yield lesson.finding(
                "N007",
                f"The reference fails its test: {solved.get(cell.number, 'the process ended before')}",
                "Mend one of them.",
                cell,
            )
        if unsolved.get(cell.number, "reached?") == "":
            yield lesson.finding(
                "N007",
                "The test passes on the unsolved version.",
                "Test what the student writes, and call the test.",
                cell,
            )


def tests_time(lesson: Lesson, happened: Runs) -> Iterator[Finding]:
    """All graded tests together run in 3 s of CPU time at most."""
    tests = frozenset(cell.number for cell in lesson.code if cell.is_test)
    seconds = tests_seconds(happened, tests)
    if seconds > TESTS_S:
        slowest = max((one for one in happened.solved if one.number in tests), key=lambda one: one.cpu_s)
        yield lesson.finding(
            "N007", f"The graded tests run {seconds:.1f} s, this one {slowest.cpu_s:.1f} s.",
            f"All of them should take at most {TESTS_S} s.", lesson.cells[slowest.number - 1],
        )  # fmt: skip


def tests_seconds(happened: Runs, tests: frozenset[int]) -> float:
    """What the graded cells took with the solutions, seconds; CPU time where the wall clock ran on without it."""
    return sum(min(one.cpu_s, one.wall_s) for one in happened.solved if one.number in tests)
