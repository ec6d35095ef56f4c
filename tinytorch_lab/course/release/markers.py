"""R3: markers are spelt exactly, stand alone on a comment line, come in pairs, in cells of their kind."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from tinytorch_lab.course.check.cells import Cell
from tinytorch_lab.course.lesson import BEGIN_SCHEME, BEGIN_SOLUTION, END_SOLUTION
from tinytorch_lab.course.release.author_file import AuthorFile
from tinytorch_lab.course.release.misspelt import ALL, PAIRS, meant
from tinytorch_lab.course.release.model import WARNING, Fault

AUTOTEST = "AUTOTEST"
"""nbgrader writes a test for such a line from what the solution answers; that would be neither proven nor scanned."""
_LONGEST = 60
MAX_SEALED = 5_000


def faults(file: AuthorFile) -> Iterator[Fault]:
    """All faults of all cells."""
    hidden = sum(1 for _ in sealed_lines(file))
    if hidden > MAX_SEALED:
        yield Fault(0, 0, "R2", "", f"The file hides {hidden} lines.", f"Keep it below {MAX_SEALED}.")
        return
    for cell in file.cells:
        yield from _spelling(file, cell)
        for begin, end in PAIRS.items():
            yield from _pairs(file, cell, begin, end)
        if cell.is_solution and BEGIN_SOLUTION not in cell.source:
            yield file.fault(
                "R3", "The solution cell has no region, so all of it would be erased.",
                f"Put what students write between '{BEGIN_SOLUTION}' and '{END_SOLUTION}'; around all of it if that is meant.",
                cell,
            )  # fmt: skip


def warnings(file: AuthorFile) -> Iterator[Fault]:
    """Questions of which nothing but the stub stays."""
    for cell in file.cells:
        if cell.is_question and cell.grading.get("solution") and BEGIN_SOLUTION not in cell.source:
            yield file.fault(
                "R3", "The answer cell has no region: students get 'YOUR ANSWER HERE' and nothing else of it.",
                f"Put the model answer between '{BEGIN_SOLUTION}' and '{END_SOLUTION}' if more should stay.",
                cell, severity=WARNING,
            )  # fmt: skip


def _spelling(file: AuthorFile, cell: Cell) -> Iterator[Fault]:
    comments = _comment_lines(cell)
    for number, line in enumerate(cell.source.split("\n"), 1):
        text = line.strip()
        if text in ALL:
            if comments is not None and number not in comments:
                yield file.fault(
                    "R3", f"'{text}' stands inside of a string, where it would cut the code.", "Write it otherwise.",
                    cell, number,
                )  # fmt: skip
        elif cell.kind == "code" and text.startswith("#") and AUTOTEST in text:
            yield file.fault("R3", f"'{AUTOTEST}' lines are not supported.", "Write the test out.", cell, number)
        elif near := meant(line, cell.kind == "code", bool(cell.grading)):
            yield file.fault(
                "R3", f"'{text[:_LONGEST]}' is taken for a marker by nbgrader, or is one that is misspelt.",
                f"Write '{near}' alone on its line, or other words.", cell, number,
            )  # fmt: skip


def _comment_lines(cell: Cell) -> frozenset[int] | None:
    """The lines of a code cell that are comments; None where that cannot be told (prose, what is not Python)."""
    if cell.kind != "code":
        return None
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(cell.code).readline))
    except (tokenize.TokenError, SyntaxError):
        return None
    return frozenset(token.start[0] for token in tokens if token.type == tokenize.COMMENT)


def _pairs(file: AuthorFile, cell: Cell, begin: str, end: str) -> Iterator[Fault]:
    opened = 0
    allowed = _allowed(cell, begin)
    others = _open_above(cell)
    for number, line in enumerate(cell.source.split("\n"), 1):
        mark = line.strip()
        if mark not in (begin, end):
            continue
        if not allowed:
            yield file.fault("R3", f"'{mark}' stands in a cell of another kind.", _kind_needed(begin), cell, number)
        elif (mark == begin) == bool(opened):
            yield file.fault("R3", f"'{mark}' has no partner.", "Markers come in pairs and do not nest.", cell, number)
        elif mark == begin and (other := others[number]):
            yield file.fault("R3", f"'{mark}' stands inside of '{other}'.", "Regions do not overlap.", cell, number)
        opened = number if mark == begin else 0
    if opened and allowed:
        yield file.fault("R3", f"'{begin}' has no '{end}' after it.", "Close the region in its cell.", cell, opened)


def _open_above(cell: Cell) -> dict[int, str | None]:
    """For each line that is a marker: the marker of the region that is open just above it."""
    above: dict[int, str | None] = {}
    opened: str | None = None
    for number, text in enumerate(cell.source.split("\n"), 1):
        mark = text.strip()
        if mark in ALL:
            above[number] = opened
            opened = mark if mark in PAIRS else None
    return above


def _allowed(cell: Cell, begin: str) -> bool:
    flag = {BEGIN_SOLUTION: "solution", BEGIN_SCHEME: "task"}.get(begin, "grade")
    return bool(cell.grading.get(flag))


def _kind_needed(begin: str) -> str:
    flag = {BEGIN_SOLUTION: "solution", BEGIN_SCHEME: "task"}.get(begin, "grade")
    return f'Give the cell "{flag}": true in its nbgrader metadata, or take the marker out.'


@dataclass(frozen=True)
class Sealed:
    """One line that students must not see: its text with single spaces, where it stands, and in which kind of region."""

    text: str
    cell: Cell
    line: int
    begin: str


def sealed_lines(file: AuthorFile) -> Iterator[Sealed]:
    """Every line of every region, and of solution cells without one."""
    for cell in file.cells:
        region = BEGIN_SOLUTION if cell.grading.get("solution") and BEGIN_SOLUTION not in cell.source else None
        for number, line in enumerate(cell.source.split("\n"), 1):
            mark = line.strip()
            if mark in ALL:
                region = mark if mark in PAIRS else None
            elif region and mark:
                yield Sealed(" ".join(line.split()), cell, number, region)
