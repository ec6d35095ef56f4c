"""The student's version of a lesson: solutions become stubs, hidden tests go, hints move into the metadata."""

from __future__ import annotations

import copy
import hashlib
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.lesson import (
    BEGIN_HIDDEN,
    BEGIN_SCHEME,
    BEGIN_SOLUTION,
    END_HIDDEN,
    END_SCHEME,
    END_SOLUTION,
    grader,
    read_lesson,
)

# nbgrader's own stubs, so that a release through nbgrader reads the same.
CODE_STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")
TEXT_STUB = ("YOUR ANSWER HERE",)
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_HEADING = re.compile(r"# *(TODO|APPROACH|HINTS?)\b[:.]? *(.*)")


def student_notebook(lesson: Path) -> NotebookNode:
    """What a student gets of the lesson at ``lesson``: a notebook without outputs, the same for the same source.

    Raises CourseError for a marker without its partner or outside of a cell of its kind.
    """
    return stripped(source_notebook(read_lesson(lesson)), str(lesson))


def source_notebook(lesson: NotebookNode) -> NotebookNode:
    """The lesson with its solutions as a notebook that nbgrader can release: hints in the metadata, stable ids, nothing else."""
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": KERNELSPEC})
    taken: set[str] = set()
    for cell in lesson.cells:
        made = new_cell(cell.cell_type, cell.source, taken, grader(cell))
        if cell.cell_type == "code" and grader(cell).get("solution"):
            made.source, hints = _split_hints(made.source)
            if hints:
                made.metadata["tinytorch"] = {"hints": hints}
        notebook.cells.append(made)
    nbformat.validate(notebook)
    return notebook


def stripped(source: NotebookNode, name: str) -> NotebookNode:
    """A copy of ``source`` (see ``source_notebook``) without solutions, hidden tests and mark schemes.

    Raises CourseError, which begins with ``name``, for a marker without its partner or outside of a cell of its kind.
    """
    notebook = copy.deepcopy(source)
    for cell in notebook.cells:
        try:
            cell.source = _stripped_text(cell)
        except CourseError as error:
            first = cell.source.partition("\n")[0]
            raise CourseError(f"{name}, cell that begins with {first!r}: {error}") from None
    return notebook


def to_text(notebook: NotebookNode) -> str:
    """The notebook as the text of an ``.ipynb`` file."""
    return str(nbformat.writes(notebook)) + "\n"


def _stripped_text(cell: NotebookNode) -> str:
    """What is left of the cell's text; a solution cell without a region is a stub from its first to its last line."""
    solution, graded = bool(grader(cell).get("solution")), bool(grader(cell).get("grade"))
    text = _replace(cell.source, BEGIN_SOLUTION, END_SOLUTION, _stub(cell), solution)
    if solution and text == cell.source:
        text = "\n".join(_stub(cell))
    text = _replace(text, BEGIN_HIDDEN, END_HIDDEN, (), graded)
    return _replace(text, BEGIN_SCHEME, END_SCHEME, (), graded or bool(grader(cell).get("task")))


def new_cell(kind: str, source: str, taken: set[str], grading: dict[str, object]) -> NotebookNode:
    """A cell with a stable id and nbgrader's locks (as its LockCells sets them)."""
    make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    cell = make.get(kind, nbformat.v4.new_raw_cell)(source)
    cell.id = _stable_id(str(grading.get("grade_id", "")), source, taken)
    if grading:
        cell.metadata["nbgrader"] = grading
        cell.metadata["deletable"] = False
        if grading.get("locked") or (grading.get("grade") and not grading.get("solution")):
            cell.metadata["editable"] = False
    return cell


def _stable_id(grade_id: str, source: str, taken: set[str]) -> str:
    """An id that depends on the cell alone, so that an unchanged lesson makes an identical file."""
    wanted = re.sub(r"[^A-Za-z0-9_-]", "-", grade_id)[:60] or hashlib.sha256(source.encode()).hexdigest()[:12]
    made, count = wanted, 1
    while made in taken:
        count += 1
        made = f"{wanted}-{count}"
    taken.add(made)
    return made


def _stub(cell: NotebookNode) -> tuple[str, ...]:
    return CODE_STUB if cell.cell_type == "code" else TEXT_STUB


def _replace(source: str, begin: str, end: str, stub: tuple[str, ...], allowed: bool) -> str:
    """Replace each region from ``begin`` to ``end``, markers included, by the stub at the marker's indentation."""
    kept: list[str] = []
    inside = False
    for line in source.split("\n"):
        if begin in line:
            if inside or not allowed:
                raise CourseError(
                    f"'{begin}' stands " + ("inside of another region." if inside else "in a cell of another kind.")
                )
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            kept += [indent + part for part in stub]
        elif end in line:
            if not inside:
                raise CourseError(f"'{end}' has no '{begin}' before it.")
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        raise CourseError(f"'{begin}' has no '{end}' after it.")
    return "\n".join(kept)


def _split_hints(source: str) -> tuple[str, list[str]]:
    """The source without the HINTS in its scaffolding, and the hints, one string each; comments in a region are no scaffolding."""
    kept: list[str] = []
    hints: list[str] = []
    inside = sealed = False
    for line in source.split("\n"):
        text = line.strip()
        sealed = text == BEGIN_SOLUTION or (sealed and text != END_SOLUTION)
        heading = _HEADING.fullmatch(text)
        if sealed:
            inside = False
        elif heading:
            inside = heading[1].startswith("HINT")
        elif not text.startswith("#") or text.startswith("###"):
            inside = False
        if inside:
            _collect(heading[2] if heading else text.lstrip("# "), hints)
        else:
            kept.append(line)
    return "\n".join(kept), hints


def _collect(text: str, hints: list[str]) -> None:
    """Add one comment line to the hints: ``- `` or a heading's own words begin a new one, other lines go on."""
    begins = text.startswith("- ") or not hints
    words = text.removeprefix("- ").strip()
    if not words:
        return
    if begins:
        hints.append(words)
    else:
        hints[-1] += " " + words
