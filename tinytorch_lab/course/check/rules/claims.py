"""prose: every measured figure names where it comes from, and is still true."""

from __future__ import annotations

from collections.abc import Iterator

from tinytorch_lab.course.check.cells import Cell
from tinytorch_lab.course.check.figures import Figure, figures
from tinytorch_lab.course.check.findings import ERROR, WARNING, Finding
from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.check.runs import Runs
from tinytorch_lab.course.lesson import BEGIN_SOLUTION


def figures_have_sources(lesson: Lesson) -> Iterator[Finding]:
    """Behind each figure stands an expression that the lesson can evaluate, or a source."""
    for cell, figure in claims(lesson):
        if figure.source is None:
            yield lesson.finding(
                "prose", f"Nothing stands behind the figure '{figure.text}'.",
                "Write the expression that gives it behind it, (`views.peak_bytes`), or (source: ...).", cell, figure.line,
            )  # fmt: skip


def figures_are_true(lesson: Lesson, happened: Runs) -> Iterator[Finding]:
    """What the expression gives after the last cell is what the prose states."""
    for cell, figure in claims(lesson):
        probe = happened.notebook.probes.get(figure.source or "")
        if probe is None:
            continue
        if probe.value is None:
            reason = "it was not measured this time" if probe.unknown else probe.failed or "it is no number"
            yield lesson.finding(
                "prose",
                f"`{figure.source}` gives no figure: {reason}.",
                "Name what a cell of the lesson binds.",
                cell,
                figure.line,
                WARNING if probe.unknown else ERROR,
            )
        elif not figure.agrees(probe.value):
            yield lesson.finding(
                "prose",
                f"The prose states '{figure.text}', `{figure.source}` is {probe.value:.6g}, stated {figure.value:.6g}.",
                "Change the sentence, or find out why the figure changed.",
                cell,
                figure.line,
            )


def claims(lesson: Lesson) -> Iterator[tuple[Cell, Figure]]:
    """The measured figures of the lesson's prose; of a question those of its solution, what it asks about is its own."""
    for cell in lesson.prose:
        for figure in figures(cell.source):
            if not (cell.is_question and figure.line < _solution_line(cell)):
                yield cell, figure


def _solution_line(cell: Cell) -> int:
    lines = cell.source.split("\n")
    return lines.index(BEGIN_SOLUTION) + 1 if BEGIN_SOLUTION in lines else 0
