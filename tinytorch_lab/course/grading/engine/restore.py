"""A submission made fit for grading: given cells as they were given, each once, none missing; of the rest only the text.

It does what nbgrader's ClearOutput, DeduplicateIds, OverwriteKernelspec, OverwriteCells and CheckCellMetadata do, but loses no
submission: of a repeated cell it keeps the one that was given, and metadata are the source's, whatever the submission says.
"""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode

from tinytorch_lab.course.grading.engine.source import Given
from tinytorch_lab.course.lesson import grader
from tinytorch_lab.course.notebooks import grade_id, parse_notebook

CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


MAX_NODES, MAX_CELLS = 2_000_000, 5_000


def read_submission(text: str) -> NotebookNode:
    """The notebook that was handed in. Raises ValueError if it is none, or one that would fill the memory."""
    if text.count("[") + text.count("{") > MAX_NODES:  # each takes a hundred times its two characters
        raise ValueError(f"more than {MAX_NODES} lists and mappings")
    try:
        notebook = parse_notebook(text)
    except RecursionError:
        raise ValueError("lists in lists in lists") from None
    if len(notebook.cells) > MAX_CELLS:
        raise ValueError(f"more than {MAX_CELLS} cells")
    return notebook


@dataclass(frozen=True)
class Restored:
    """The notebook to run, a sentence for each thing that was put right, and whether a given cell was among them."""

    notebook: NotebookNode
    notes: tuple[str, ...]
    tampered: bool


def restore(given: Given, submitted: NotebookNode) -> Restored:
    """The submission with the source's given cells. Changes nothing that it is passed."""
    kept, notes = _choose(given, submitted.cells)
    cells, edited = [], []
    for number, cell in enumerate(submitted.cells):
        name = grade_id(cell)
        if kept.get(name) != number:
            cells.append(_plain(cell))
            continue
        if _was_edited(given, cell):
            edited.append(name)
        cells.append(_given_cell(given.cells[name], cell))
    missing = _insert_missing(given, cells)
    notes += [f"The given cell {name} was edited; it was put back." for name in edited]
    notes += [f"The given cell {name} was missing; it was put back." for name in missing]
    return Restored(_notebook(given, cells), tuple(notes), bool(edited or missing))


def is_locked(cell: NotebookNode) -> bool:
    """Whether the student was not to change the cell."""
    info = grader(cell)
    return not info.get("solution") and bool(info.get("grade") or info.get("locked"))


def _choose(given: Given, cells: list[NotebookNode]) -> tuple[dict[str, int], list[str]]:
    """For each given cell the number of the submitted cell that stands for it."""
    found: dict[str, list[int]] = {}
    for number, cell in enumerate(cells):
        if grade_id(cell) in given.cells:
            found.setdefault(grade_id(cell), []).append(number)
    notes = [
        f"The cell {name} is there {len(numbers)} times; one counts."
        for name, numbers in found.items()
        if len(numbers) > 1
    ]
    return {name: _best(given, name, numbers, cells) for name, numbers in found.items()}, notes


def _best(given: Given, name: str, numbers: list[int], cells: list[NotebookNode]) -> int:
    """Of repeated cells: the first as given, if it is one to leave alone; the first with an answer, if it is one to fill in."""
    locked = is_locked(given.cells[name])
    as_given = {number: cells[number].source == given.released[name] for number in numbers}
    return next((number for number in numbers if as_given[number] == locked), numbers[0])


def _was_edited(given: Given, cell: NotebookNode) -> bool:
    name = grade_id(cell)
    same = cell.source.replace("\r\n", "\n") in (given.released[name], given.cells[name].source)
    as_given = same and cell.cell_type == given.cells[name].cell_type
    return is_locked(given.cells[name]) and not as_given and not _of_another_release(cell)


def _of_another_release(cell: NotebookNode) -> bool:
    """Whether the cell is as nbgrader once released it, before its test was mended: it carries the checksum of its text."""
    from nbgrader.utils import compute_checksum

    try:
        return bool(grader(cell).get("checksum") == compute_checksum(cell))
    except (AttributeError, KeyError, TypeError, ValueError):
        return False  # metadata that nbgrader would not have written


def _given_cell(source: NotebookNode, cell: NotebookNode) -> NotebookNode:
    """The source's cell, with the student's text if it is one to fill in."""
    made = copy.deepcopy(source)
    if not is_locked(source):
        made.source = _text(cell)
    if made.cell_type != "code":
        _attach(made, cell)  # pictures in a written answer
    return made


def _plain(cell: NotebookNode) -> NotebookNode:
    make = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }
    made = make[cell.cell_type](_text(cell))
    if isinstance(cell.get("id"), str) and CELL_ID.fullmatch(cell.id):
        made.id = cell.id
    if cell.cell_type == "markdown":
        _attach(made, cell)
    return made


def _attach(made: NotebookNode, cell: NotebookNode) -> None:
    """Take over the cell's pictures: each a name and its data by type."""
    given = cell.get("attachments")
    bundles = given.items() if isinstance(given, dict) else ()
    kept = {
        name: data
        for name, data in bundles
        if isinstance(data, dict) and data and all(isinstance(one, str) for one in data.values())
    }
    if kept:
        made.attachments = kept


def _text(cell: NotebookNode) -> str:
    """The cell's text as valid Unicode: JSON can hold halves of characters."""
    return str(cell.source).encode("utf-8", "replace").decode()


def _insert_missing(given: Given, cells: list[NotebookNode]) -> list[str]:
    """Put each missing cell behind the one that stands before it in the source; the names of those that were put in."""
    present = {grade_id(cell) for cell in cells}
    missing = []
    before = ""
    for name, source in given.cells.items():
        if name not in present and (is_locked(source) or grader(source).get("grade") or grader(source).get("task")):
            at = next((number + 1 for number, cell in enumerate(cells) if before and grade_id(cell) == before), 0)
            cells.insert(at, copy.deepcopy(source))
            missing.append(name)
        if name in present or name in missing:
            before = name
    return missing


def _notebook(given: Given, cells: list[NotebookNode]) -> NotebookNode:
    """A notebook of ``cells``, each with an id of its own."""
    taken: set[str] = set()
    for number, cell in enumerate(cells):
        wanted = str(cell.get("id", f"cell-{number}"))
        cell.id = wanted if wanted not in taken else f"cell-{number}-again"
        taken.add(cell.id)
    return nbformat.v4.new_notebook(cells=cells, metadata=json.loads(json.dumps(given.metadata)))
