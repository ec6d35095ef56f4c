"""A lesson's cells with their place in the source file and their syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nbformat import NotebookNode

from tinytorch_lab.course.lesson import BEGIN_HIDDEN, BEGIN_SOLUTION, END_HIDDEN, END_SOLUTION, grader, is_exported

Definition = ast.FunctionDef | ast.ClassDef
MEASURING = ("%%measure", "%%complexity")
MARKERS = (BEGIN_SOLUTION, END_SOLUTION, BEGIN_HIDDEN, END_HIDDEN)


@dataclass(frozen=True, eq=False)
class Cell:
    """One cell. ``number`` counts from 1; ``line`` is the line of the file on which ``source`` begins, from 1."""

    number: int
    kind: str
    source: str
    line: int
    heading: str
    grading: dict[str, Any]
    exported: bool

    @property
    def grade_id(self) -> str:
        """nbgrader's id, "" for an ordinary cell."""
        return str(self.grading.get("grade_id", ""))

    @property
    def is_solution(self) -> bool:
        """Whether the student writes code here."""
        return self.kind == "code" and bool(self.grading.get("solution"))

    @property
    def is_test(self) -> bool:
        """Whether nbgrader runs this cell for points."""
        return self.kind == "code" and bool(self.grading.get("grade"))

    @property
    def is_question(self) -> bool:
        """Whether the student answers here in words, for points."""
        return self.kind == "markdown" and bool(self.grading.get("grade"))

    @property
    def is_measuring(self) -> bool:
        """Whether the cell is measured."""
        return self.kind == "code" and self.source.startswith(MEASURING)

    @cached_property
    def code(self) -> str:
        """The cell's Python: a line that is a magic is blank, so that lines keep their numbers."""
        lines = self.source.split("\n")
        if self.kind == "code" and lines[0].startswith("%%"):
            lines[0] = ""
        return "\n".join("" if number in self.magic_lines else line for number, line in enumerate(lines, 1))

    @cached_property
    def magic_lines(self) -> tuple[int, ...]:
        """The lines, from 1, that are magics or shell commands, but for the first one of a measuring cell."""
        lines = ["", *self.source.split("\n")[1:]] if self.is_measuring else self.source.split("\n")
        if self.kind != "code" or _parses("\n".join(lines)):
            return ()
        return tuple(number for number, line in enumerate(lines, 1) if line.lstrip().startswith(("%", "!")))

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree of ``code``; empty for prose, and for what does not parse (rule M001 says so)."""
        return ast.parse(self.code if self.kind == "code" and _parses(self.code) else "")

    @cached_property
    def visible(self) -> str:
        """``code`` up to the hidden tests."""
        return self.code.partition(BEGIN_HIDDEN)[0]

    def defined(self) -> list[Definition]:
        """The functions and classes that the cell defines at its top."""
        return [node for node in self.tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]


def read_cells(notebook: NotebookNode, text: str) -> tuple[Cell, ...]:
    """The cells of ``notebook``, which was read from the percent-format file ``text``."""
    lines = text.replace("\r\n", "\n").split("\n")
    cells, at, heading = [], 0, ""
    for number, node in enumerate(notebook.cells, 1):
        begin = _find(node.source.split("\n"), lines, at)
        at = begin + node.source.count("\n") + 1
        if node.cell_type == "markdown":
            heading = next(headings(node.source), (0, heading))[1]
        cells.append(Cell(number, node.cell_type, node.source, begin + 1, heading, grader(node), is_exported(node)))
        if node.cell_type == "markdown":
            heading = ([heading] + [words for _, words in headings(node.source)])[-1]
    return tuple(cells)


def headings(prose: str) -> Iterator[tuple[int, str]]:
    """The headings of a markdown cell: the line's index and the words, without the signs."""
    fenced = False
    for index, line in enumerate(prose.split("\n")):
        fenced ^= line.startswith("```")
        words = line.lstrip("#")
        if not fenced and line.startswith("#") and words.startswith(" ") and line.strip() not in MARKERS:
            yield index, words.strip()


def _parses(code: str) -> bool:
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True


def _find(wanted: list[str], lines: list[str], start: int) -> int:
    """The index from which ``lines`` hold ``wanted``, as they are or as comments (prose, magics)."""
    for begin in range(start, len(lines) - len(wanted) + 1):
        if all(_same(line, want) for line, want in zip(lines[begin : begin + len(wanted)], wanted, strict=True)):
            return begin
    return min(start, len(lines) - 1)


def _same(line: str, want: str) -> bool:
    return line.rstrip() in (want.rstrip(), f"# {want}".rstrip(), f"#{want}".rstrip())
