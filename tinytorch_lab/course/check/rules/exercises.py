"""S003, N002, N003: solution cells, their markers, scaffolding and tests."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from difflib import get_close_matches

from tinytorch_lab.course.check.cells import MARKERS, Cell, Definition
from tinytorch_lab.course.check.findings import ERROR, WARNING, Finding
from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.lesson import BEGIN_HIDDEN, BEGIN_SOLUTION, END_HIDDEN, END_SOLUTION

SCAFFOLDING = ("# TODO: ", "# APPROACH: ", "# HINTS: ")
CLOSE_ENOUGH = 0.75


def one_component(lesson: Lesson) -> Iterator[Finding]:
    """A solution cell asks for one function or class; several (a family of small ones) are a warning."""
    for cell in lesson.code:
        asked = [node.name for node in cell.defined() if _asks(cell, node)]
        if cell.is_solution and (len(asked) > 1 or not cell.defined()):  # without a region it breaks N002
            names = ", ".join(asked) or "nothing"
            severity = WARNING if asked else ERROR
            yield lesson.finding(
                "S003",
                f"The solution cell asks for {names}.",
                "Ask for one function or class a cell.",
                cell,
                severity=severity,
            )


def _asks(cell: Cell, node: Definition) -> bool:
    """Whether a region begins in the definition."""
    lines = cell.source.split("\n")[node.lineno - 1 : node.end_lineno]
    return any(line.strip() == BEGIN_SOLUTION for line in lines)


def introduced(lesson: Lesson) -> Iterator[Finding]:
    """Prose before a solution says what and why; given code may stand between."""
    said = False
    for cell in lesson.cells:
        if cell.is_solution and not said:
            yield lesson.finding(
                "S003",
                "No prose stands before the solution cell.",
                "Say in a cell before it what is built and why.",
                cell,
            )
        said = cell.kind == "markdown" or (said and not cell.is_solution and not cell.is_test)


def tested_at_once(lesson: Lesson) -> Iterator[Finding]:
    """The next code cell behind a solution is its test, with at most one cell of prose between."""
    for cell in lesson.cells:
        if not cell.is_solution:
            continue
        behind = lesson.cells[cell.number :]
        after = next((one for one in behind if one.kind == "code"), None)
        if after is None or not after.is_test:
            yield lesson.finding(
                "S003", "No graded test follows the solution.", "Put its test into the next code cell.", cell
            )
        elif after.number - cell.number > 2:
            yield lesson.finding(
                "S003", "More than one cell of prose parts solution and test.", "Leave one at most.", after
            )


def markers(lesson: Lesson) -> Iterator[Finding]:
    """Markers are spelt right, in pairs, in cells of their kind."""
    for cell in lesson.cells:
        yield from _misspelt(lesson, cell)
        solution, test = bool(cell.grading.get("solution")), cell.is_test
        yield from _pairs(lesson, cell, BEGIN_SOLUTION, END_SOLUTION, solution)
        yield from _pairs(lesson, cell, BEGIN_HIDDEN, END_HIDDEN, test)
        if solution and BEGIN_SOLUTION not in cell.source:
            yield lesson.finding(
                "N002", "The solution cell has no region.", f"Put it between {BEGIN_SOLUTION} and its end.", cell
            )


def _misspelt(lesson: Lesson, cell: Cell) -> Iterator[Finding]:
    for number, line in enumerate(cell.source.split("\n"), 1):
        text = " ".join(line.split())
        words = re.sub(r"[^A-Z ]", "", text.upper()).strip()
        near = get_close_matches(f"### {words}", MARKERS, 1, CLOSE_ENOUGH) if text.startswith("#") else []
        if near and line.strip() != near[0] and words.startswith(("BEG", "END")) and len(words.split()) <= 3:
            yield lesson.finding(
                "N002", f"'{line.strip()}' is no marker.", f"Write '{near[0]}' on a line of its own.", cell, number
            )


def _pairs(lesson: Lesson, cell: Cell, begin: str, end: str, allowed: bool) -> Iterator[Finding]:
    opened = 0
    for number, line in enumerate(cell.source.split("\n"), 1):
        mark = line.strip()
        if mark in (begin, end) and not allowed:
            yield lesson.finding(
                "N002", f"'{mark}' stands in a cell of another kind.", "Move it or mend the metadata.", cell, number
            )
        elif (mark == begin and opened) or (mark == end and not opened):
            yield lesson.finding(
                "N002", f"'{mark}' has no partner.", "Markers come in pairs and do not nest.", cell, number
            )
        opened = number if mark == begin else 0 if mark == end else opened
    if opened and allowed:
        yield lesson.finding("N002", f"'{begin}' has no '{end}'.", "Close the region.", cell, opened)


def documented(lesson: Lesson) -> Iterator[Finding]:
    """What a student fills in has a docstring, outside of the region."""
    for cell in lesson.code:
        if not cell.is_solution:
            continue
        begins = [n for n, line in enumerate(cell.source.split("\n"), 1) if line.strip() == BEGIN_SOLUTION]
        for node in _around(cell, begins):
            doc = node.body[0]
            if ast.get_docstring(node) is None:
                yield lesson.finding(
                    "N003", f"{node.name} has no docstring.", "Document shapes, units and errors.", cell, node.lineno
                )
            elif isinstance(node, ast.FunctionDef) and any(node.lineno < b < doc.lineno for b in begins):
                yield lesson.finding(
                    "N003", f"The docstring of {node.name} stands in the region.", "Move it above.", cell, doc.lineno
                )


def _around(cell: Cell, begins: list[int]) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """The functions (and the classes that hold them) in which a region begins, but for ``__init__`` and its like."""
    for node in ast.walk(cell.tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            holds = any(node.lineno < begin <= (node.end_lineno or 0) for begin in begins)
            if holds and not node.name.startswith("__"):
                yield node


def scaffolding(lesson: Lesson) -> Iterator[Finding]:
    """TODO, APPROACH and HINTS stand as comments before a region, and nowhere behind it."""
    for cell in lesson.code:
        if not cell.is_solution:
            continue
        before = [line.strip() for line in cell.source.partition(BEGIN_SOLUTION)[0].split("\n")]
        missing = [head for head in SCAFFOLDING if not any(line.startswith(head.strip()) for line in before)]
        if missing:
            yield lesson.finding(
                "N003", f"The scaffolding lacks {', '.join(h.strip('# ') for h in missing)}",
                "Write them as comment lines between docstring and region.", cell,
            )  # fmt: skip
