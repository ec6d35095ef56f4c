"""R3: markers are spelt exactly, stand alone on a comment line, come in pairs, in cells of their kind."""

from __future__ import annotations

import io
import re
import tokenize
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from tinytorch_lab.course.check.cells import Cell
from tinytorch_lab.course.lesson import (
    BEGIN_HIDDEN,
    BEGIN_SCHEME,
    BEGIN_SOLUTION,
    END_HIDDEN,
    END_SCHEME,
    END_SOLUTION,
)
from tinytorch_lab.course.release.author_file import AuthorFile
from tinytorch_lab.course.release.model import WARNING, Fault

PAIRS = {BEGIN_SOLUTION: END_SOLUTION, BEGIN_HIDDEN: END_HIDDEN, BEGIN_SCHEME: END_SCHEME}
ALL = (*PAIRS, *PAIRS.values())
WORDS = tuple(marker.removeprefix("### ") for marker in ALL)
"""What nbgrader looks for, anywhere in a line."""
_SUBJECTS = ("SOLUTION", "HIDDENTESTS", "MARKSCHEME")
_LONGEST = 60


def faults(file: AuthorFile) -> Iterator[Fault]:
    """All faults of all cells."""
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
        elif near := _meant(line, cell.kind):
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


def _meant(line: str, kind: str) -> str | None:
    """The marker that the line contains or seems to mean, None if it is an ordinary line."""
    plain = unicodedata.normalize("NFKC", line)
    contained = next((marker for marker, words in zip(ALL, WORDS, strict=True) if words in plain), None)
    if contained or len(plain) > 2000:
        return contained
    before, sign, comment = plain.partition("#")
    if not sign or (kind != "code" and before.strip()):
        return None
    return _closest(re.findall(r"[^\W\d_]+", comment.upper()))


def _closest(words: list[str]) -> str | None:
    """The marker that these words are close to: BEGIN or END, then what begins; written together or apart."""
    joined = "".join(words)
    if not 8 <= len(joined) <= 20 or len(words) > 4:
        return None
    for marker in ALL:
        verb, subject = marker.removeprefix("### ").split(" ", 1)
        subject = subject.replace(" ", "")
        if len(words) == 1:
            if _like(joined, verb + subject) >= 0.85:
                return marker
        elif _like(words[0], verb) >= 0.7 and _like("".join(words[1:]), subject) >= 0.75:
            return marker
    return None


def _like(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _pairs(file: AuthorFile, cell: Cell, begin: str, end: str) -> Iterator[Fault]:
    opened = 0
    allowed = _allowed(cell, begin)
    for number, line in enumerate(cell.source.split("\n"), 1):
        mark = line.strip()
        if mark not in (begin, end):
            continue
        if not allowed:
            yield file.fault("R3", f"'{mark}' stands in a cell of another kind.", _kind_needed(begin), cell, number)
        elif (mark == begin) == bool(opened):
            yield file.fault("R3", f"'{mark}' has no partner.", "Markers come in pairs and do not nest.", cell, number)
        elif mark == begin and (other := _open_region(cell, number)):
            yield file.fault("R3", f"'{mark}' stands inside of '{other}'.", "Regions do not overlap.", cell, number)
        opened = number if mark == begin else 0
    if opened and allowed:
        yield file.fault("R3", f"'{begin}' has no '{end}' after it.", "Close the region in its cell.", cell, opened)


def _open_region(cell: Cell, line: int) -> str | None:
    """The marker of another region that is open just above ``line``."""
    opened: str | None = None
    for text in cell.source.split("\n")[: line - 1]:
        mark = text.strip()
        opened = mark if mark in PAIRS else None if mark in PAIRS.values() else opened
    return opened


def _allowed(cell: Cell, begin: str) -> bool:
    solution, graded = bool(cell.grading.get("solution")), bool(cell.grading.get("grade"))
    if begin == BEGIN_SOLUTION:
        return solution
    return graded or (begin == BEGIN_SCHEME and bool(cell.grading.get("task")))


def _kind_needed(begin: str) -> str:
    kind = '"solution": true' if begin == BEGIN_SOLUTION else '"grade": true'
    return f"Give the cell {kind} in its nbgrader metadata, or take the marker out."


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
