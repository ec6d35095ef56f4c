"""What students may see of a graded notebook: hidden tests, and what shows them, are taken out."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence, Set

from nbformat import NotebookNode, v4

from tinytorch_lab.course.lesson import BEGIN_HIDDEN, END_HIDDEN

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_FRAME = re.compile(r"In ?\[(\d+)\], line (\d+)")
_SIGNS = re.compile(r"[\\'\"\s]")
"""What differs in how a line is shown: by itself, in a list, in JSON."""
TELLING = 12
"""A hidden line with so many letters and signs is none that stands in an output by chance."""
HIDDEN_FAILED = "A hidden test of this cell failed: it tries other values than those that you see."
HIDDEN_SHOWN = "An output was taken out: it showed hidden tests."


def without_hidden_tests(cells: Sequence[NotebookNode]) -> None:
    """Cut hidden regions out of the cells, out of their outputs all that could show them, and elsewhere what does show them."""
    telling = _telling(cells)
    for cell in cells:
        lines = cell.source.split("\n")
        if hidden := _hidden_lines(lines):
            cell.source = "\n".join(line for number, line in enumerate(lines, 1) if number not in hidden)
            errors = [output for output in cell.get("outputs", []) if output.output_type == "error"]
            cell.outputs = [_shown(error, hidden) for error in errors]
        elif any(_shows(output, telling) for output in cell.get("outputs", [])):
            kept = [output for output in cell.outputs if not _shows(output, telling)]
            cell.outputs = [*kept, v4.new_output("stream", text=f"{HIDDEN_SHOWN}\n")]


def _telling(cells: Sequence[NotebookNode]) -> frozenset[str]:
    """The hidden lines that stand nowhere else, without what differs in how they are shown; ``In`` and ``%history`` show them."""
    hidden: set[str] = set()
    seen: set[str] = set()
    for cell in cells:
        lines = cell.source.split("\n")
        inside = _hidden_lines(lines)
        for number, line in enumerate(lines, 1):
            (hidden if number in inside else seen).add(_bare(line))
    return frozenset(line for line in hidden - seen if len(line) >= TELLING)


def _shows(output: NotebookNode, telling: Set[str]) -> bool:
    text = json.dumps(output, ensure_ascii=False)
    shown = _bare(text.replace("\\n", "").replace("\\t", ""))
    return any(line in shown for line in telling)


def _bare(line: str) -> str:
    return _SIGNS.sub("", line)


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
