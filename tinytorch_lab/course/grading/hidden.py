"""What students may see of a graded notebook: hidden tests, and what shows them, are taken out."""

from __future__ import annotations

import re

from nbformat import NotebookNode, v4

from tinytorch_lab.course.lesson import BEGIN_HIDDEN, END_HIDDEN

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_LINE = re.compile(r"(?:In\[\d+\]|<[^>\n]*>|\.py\"?),? line:? ?(\d+)")
HIDDEN_FAILED = "A hidden test of this cell failed: it tries other values than those that you see."


def without_hidden_tests(cell: NotebookNode) -> None:
    """Cut the hidden region out of a cell, and out of its outputs all that could show it; other cells stay as they are."""
    lines = cell.source.split("\n")
    begin = next((number for number, line in enumerate(lines) if BEGIN_HIDDEN in line), None)
    if begin is None:
        return
    end = next((number for number, line in enumerate(lines) if number > begin and END_HIDDEN in line), len(lines) - 1)
    rest = "\n".join(lines[end + 1 :])
    cell.source = "\n".join(lines[:begin]).rstrip("\n") + ("\n" + rest if rest.strip() else "")
    cell.outputs = [_error(output, begin) for output in cell.get("outputs", []) if output.output_type == "error"]
    if BEGIN_HIDDEN in cell.source:
        without_hidden_tests(cell)


def _error(output: NotebookNode, begin: int) -> NotebookNode:
    """An error of a visible line without its traceback, which shows the lines around; of a hidden one, that there was one."""
    line = _LINE.search(_COLOURS.sub("", "\n".join(output.traceback)))
    visible = line is not None and int(line[1]) <= begin
    words = f"{output.ename}: {output.evalue}" if visible else HIDDEN_FAILED
    return v4.new_output("error", ename=output.ename, evalue=output.evalue if visible else "", traceback=[words])
