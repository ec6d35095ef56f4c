"""Measuring cells (``%%measure``, ``%%complexity``) are not run for grading: what the student measured stays as it was handed in.

They would cost most of the time, and would show other figures than those that the written answers are about. No score depends
on them: a release is proven, and a student's own Test runs, without them. Cells that count are run whatever they begin with.
"""

from __future__ import annotations

import json
from typing import Any

from nbformat import NotebookNode

from tinytorch_lab.course.lesson import grader
from tinytorch_lab.course.notebooks import is_measuring, parse_notebook

MAX_OUTPUT = 2**20
"""Characters of output (as JSON) that a measuring cell keeps; a larger one is not taken over."""


def without_measuring(submitted: str) -> str:
    """The notebook's text without its measuring cells; unchanged if there are none, or if it is no notebook."""
    try:
        notebook = parse_notebook(submitted)
    except (ValueError, RecursionError):
        return submitted  # the engine says what is wrong with it
    kept = [cell for cell in notebook.cells if not _measures(cell)]
    if len(kept) == len(notebook.cells):
        return submitted
    return json.dumps({**notebook, "cells": kept}, ensure_ascii=False)


def with_measuring(executed: dict[str, Any], submitted: str) -> dict[str, Any]:
    """The executed notebook with the measuring cells of the submission in their places, outputs as they were handed in."""
    after: dict[str, list[NotebookNode]] = {}
    before = ""
    try:
        handed_in = parse_notebook(submitted).cells
    except (ValueError, RecursionError):
        return executed  # another file was collected meanwhile; the next run grades that one
    for cell in handed_in:
        if _measures(cell):
            after.setdefault(before, []).append(_small(cell))
        else:
            before = str(cell.get("id", ""))
    cells = after.pop("", [])
    for cell in executed["cells"]:
        cells += [cell, *after.pop(str(cell.get("id", "")), [])]
    rest = [cell for moved in after.values() for cell in moved]
    return {**executed, "cells": cells + rest}


def _measures(cell: NotebookNode) -> bool:
    return is_measuring(cell) and not grader(cell)


def _small(cell: NotebookNode) -> NotebookNode:
    if len(json.dumps(cell.get("outputs", []))) > MAX_OUTPUT:
        cell["outputs"] = []
    return cell
