"""Measuring cells (``%%measure``, ``%%complexity``) are not run for grading: what the student measured stays as it was handed in.

They would cost most of the time, and would show other figures than those that the written answers are about. No score depends
on them: a release is proven, and a student's own Test runs, without them. Cells that count are run whatever they begin with.
"""

from __future__ import annotations

import json
from typing import Any

import nbformat
from nbformat import NotebookNode

from tinytorch_lab.course.grading.engine.execution import checked
from tinytorch_lab.course.grading.engine.restore import CELL_ID, read_submission
from tinytorch_lab.course.lesson import grader
from tinytorch_lab.course.notebooks import is_measuring

MAX_OUTPUT = 2**20
"""Characters of output (as JSON) that a measuring cell keeps; a larger one is not taken over."""


def text_of(content: bytes) -> str:
    """A notebook's file as text, without the mark that Windows puts in front.

    Bytes that are no UTF-8 cannot come out of Jupyter; the rest of such a file still counts.
    """
    return content.decode("utf-8-sig", errors="replace")


def without_measuring(submitted: str) -> str:
    """The notebook's text without its measuring cells; unchanged if there are none, or if it is no notebook."""
    try:
        notebook = read_submission(submitted)
    except ValueError:
        return submitted  # the engine says what is wrong with it
    kept = [cell for cell in notebook.cells if not _measures(cell)]
    if len(kept) == len(notebook.cells):
        return submitted
    return json.dumps({**notebook, "cells": kept}, ensure_ascii=False)


def with_measuring(executed: dict[str, Any], submitted: str) -> dict[str, Any]:
    """The executed notebook with the measuring cells of the submission in their places, outputs as they were handed in."""
    after: dict[str, list[NotebookNode]] = {}
    before, taken = "", {str(cell.get("id", "")) for cell in executed["cells"]}
    try:
        handed_in = read_submission(submitted).cells
    except ValueError:
        return executed  # another file was collected meanwhile; the next run grades that one
    for cell in handed_in:
        if _measures(cell):
            after.setdefault(before, []).append(_as_handed_in(cell, taken))
        else:
            before = str(cell.get("id", ""))
    cells = after.pop("", [])
    for cell in executed["cells"]:
        cells += [cell, *after.pop(str(cell.get("id", "")), [])]
    rest = [cell for moved in after.values() for cell in moved]
    return {**executed, "cells": cells + rest}


def _measures(cell: NotebookNode) -> bool:
    return is_measuring(cell) and not grader(cell)


def _as_handed_in(cell: NotebookNode, taken: set[str]) -> NotebookNode:
    """The cell's text, outputs and id; of outputs only what is one, since the file may hold anything. No id is given twice."""
    given = cell.get("outputs")
    outputs = checked([_joined(one) for one in given] if isinstance(given, list) else [])
    small = len(json.dumps(outputs)) <= MAX_OUTPUT
    made = nbformat.v4.new_code_cell(cell.source, outputs=outputs if small else [])
    wanted = str(cell.get("id", ""))
    made.id = wanted if CELL_ID.fullmatch(wanted) and wanted not in taken else made.id
    taken.add(made.id)
    return made


def _joined(output: Any) -> Any:
    """The output with its texts in one piece, which are lists of lines in the file."""
    if not isinstance(output, dict):
        return output
    made = {name: _text(value) if name == "text" else value for name, value in output.items()}
    if isinstance(data := output.get("data"), dict):
        made["data"] = {kind: value if str(kind).endswith("json") else _text(value) for kind, value in data.items()}
    return made


def _text(value: Any) -> Any:
    lines = isinstance(value, list) and all(isinstance(line, str) for line in value)
    return "".join(value) if lines else value
