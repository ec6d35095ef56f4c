"""The executed notebook of a submission, where nbgrader's Formgrader and feedback look for it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from typing import Any

import nbformat
from nbformat import NotebookNode

from tinytorch_lab.course.files import write_bytes_atomic
from tinytorch_lab.course.grading import clock
from tinytorch_lab.course.grading.measuring import text_of, with_measuring
from tinytorch_lab.course.grading.model import ClassPaths, Graded


def write_executed(paths: ClassPaths, graded: Graded) -> None:
    """Write ``autograded/STUDENT/NN_name/name.ipynb``; where there is none, an earlier one goes: it is of other work."""
    place = paths.autograded(graded.student, graded.module)
    if graded.notebook is None:
        if place.parent.exists():
            shutil.rmtree(place.parent)
        return
    submitted = paths.submitted(graded.student, graded.module)
    clock.write_stamp(place.parent, clock.handed_in(submitted))
    whole = with_measuring(graded.notebook, text_of(submitted.read_bytes()))
    text = json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
    write_bytes_atomic(place, text.encode("utf-8", "replace"))  # JSON can hold halves of characters, UTF-8 cannot


def unanswered(graded: Graded, checksums: Mapping[str, str | None]) -> frozenset[str]:
    """The solution cells that are as they were given: nbgrader's remark on them is "No response."."""
    from nbgrader.utils import compute_checksum

    cells = graded.notebook["cells"] if graded.notebook else []
    solutions = [_node(cell) for cell in cells if cell.get("metadata", {}).get("nbgrader", {}).get("solution")]
    names = ((cell.metadata.nbgrader["grade_id"], compute_checksum(cell)) for cell in solutions)
    return frozenset(name for name, checksum in names if checksums.get(name) == checksum)


def _node(cell: Mapping[str, Any]) -> NotebookNode:
    """As nbformat reads a cell: its text may be a list of lines in the data."""
    source = cell["source"]
    return nbformat.from_dict({**cell, "source": source if isinstance(source, str) else "".join(source)})
