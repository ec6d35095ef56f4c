"""What students may see of a graded notebook: hidden tests, and what shows them, are taken out."""

from __future__ import annotations

import re
from collections.abc import Set

from nbformat import NotebookNode, v4

from tinytorch_lab.course.lesson import BEGIN_HIDDEN, END_HIDDEN

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_FRAME = re.compile(r"In ?\[(\d+)\], line (\d+)")
HIDDEN_FAILED = "A hidden test of this cell failed: it tries other values than those that you see."


def without_hidden_tests(cell: NotebookNode) -> None:
    """Cut hidden regions out of a cell, and out of its outputs all that could show them; other cells stay as they are."""
    lines = cell.source.split("\n")
    hidden = _hidden_lines(lines)
    if not hidden:
        return
    cell.source = "\n".join(line for number, line in enumerate(lines, 1) if number not in hidden)
    errors = [output for output in cell.get("outputs", []) if output.output_type == "error"]
    cell.outputs = [_shown(error, hidden) for error in errors]


def _hidden_lines(lines: list[str]) -> set[int]:
    """The numbers, from 1, of all lines from BEGIN to END, both included."""
    found: set[int] = set()
    inside = False
    for number, line in enumerate(lines, 1):
        inside = inside or BEGIN_HIDDEN in line
        if inside:
            found.add(number)
        inside = inside and END_HIDDEN not in line
    return found


def _shown(error: NotebookNode, hidden: Set[int]) -> NotebookNode:
    """The error without its traceback, which shows the lines around; of a hidden line, only that there was one."""
    frames = _FRAME.findall(_COLOURS.sub("", "\n".join(error.traceback)))
    own = {int(line) for cell, line in frames if cell == frames[0][0]}  # the outermost frame is the cell itself
    if not own or own & hidden:
        return v4.new_output("error", ename=error.ename, evalue="", traceback=[HIDDEN_FAILED])
    words = f"{error.ename}: {error.evalue}" if error.evalue else error.ename
    return v4.new_output("error", ename=error.ename, evalue=error.evalue, traceback=[words])
