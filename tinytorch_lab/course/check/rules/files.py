"""M001 and size: a module's files, and how long its lesson is."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tinytorch_lab.course.check.findings import Finding
from tinytorch_lab.course.check.lesson import Lesson

PAGE = ("You build", "You measure", "Prerequisites", "Time", "PyTorch")
LONG = ("01_tensor", "05_autograd")
SHORTEST, LONGEST, LONGEST_OF_THE_LONG = 300, 600, 800


def encoding(lesson: Lesson) -> Iterator[Finding]:
    """UTF-8 without a byte order mark, LF, the jupytext header of the percent format."""
    data = lesson.path.read_bytes()
    if data.startswith(b"\xef\xbb\xbf"):
        yield lesson.finding("M001", "The file begins with a byte order mark.", "Save it as UTF-8 without one.", line=1)
    if b"\r\n" in data:
        line = data[: data.index(b"\r\n")].count(b"\n") + 1
        yield lesson.finding("M001", "Lines end in CR LF.", "Save the file with LF line ends.", line=line)
    if not lesson.text.startswith("# ---") or "format_name: percent" not in lesson.text.partition("# %%")[0]:
        yield lesson.finding(
            "M001", "The jupytext header is missing.", "Begin the file with the header of lesson 01.", line=1
        )


def parses(lesson: Lesson) -> Iterator[Finding]:
    """Every code cell is Python."""
    for cell in lesson.code:
        try:
            ast.parse(cell.code)
        except SyntaxError as error:
            line = error.lineno or 1
            yield lesson.finding("M001", f"The cell is not Python: {error.msg}.", "Mend the line.", cell, line)


def page(lesson: Lesson) -> Iterator[Finding]:
    """README.md is there and tells what a reader looks for."""
    file = lesson.path.parent / "README.md"
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    missing = [words for words in PAGE if words not in text]
    if missing:
        yield Finding(
            file.relative_to(lesson.root).as_posix(), 0, "M001",
            f"The module's page does not hold {', '.join(repr(words) for words in missing)}." if text
            else "The module has no page.",
            "Say on one page what the student builds and measures, prerequisites, time, and how it maps to PyTorch.",
        )  # fmt: skip


def lines(lesson: Lesson) -> Iterator[Finding]:
    """300 to 600 lines, 800 for the two long lessons."""
    number = len(lesson.text.splitlines())
    longest = LONGEST_OF_THE_LONG if lesson.module.id in LONG else LONGEST
    if not SHORTEST <= number <= longest:
        yield lesson.finding("size", f"The lesson has {number} lines.", f"It should have {SHORTEST} to {longest}.")


def prose_under_half(lesson: Lesson) -> Iterator[Finding]:
    """Less prose than code."""
    prose = sum(len(cell.source.splitlines()) for cell in lesson.prose)
    code = sum(len(cell.source.splitlines()) for cell in lesson.code)
    if prose >= code:
        yield lesson.finding(
            "size", f"{prose} lines of prose stand against {code} of code.", "Cut prose until it is under half."
        )
