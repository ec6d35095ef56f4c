"""A new version of a notebook and a student's work on the old one: cell by cell, nothing of the student's is lost.

Three versions meet: ``base`` (what the student was given), ``mine`` (what it has become) and ``new``. A cell is known again by
its grade_id, else by its cell id. What the student left alone becomes the new version; what the student wrote stays; tests
are the course's and become the new version in any case; cells that the student added follow the cell that they followed.
"""

from __future__ import annotations

import copy
import secrets
from dataclasses import dataclass, field

from nbformat import NotebookNode

from tinytorch_lab.course.lesson import grader
from tinytorch_lab.course.notebooks import grade_id

Key = tuple[str, str]


@dataclass
class Merged:
    """The merged notebook, and the names of the cells that became new, were added or dropped, and were kept.

    ``kept`` are those that both sides changed: the student's text stands, the course's is only in the given notebook.
    """

    notebook: NotebookNode
    updated: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed."""
        return not (self.updated or self.added or self.dropped)


def merge(base: NotebookNode | None, mine: NotebookNode, new: NotebookNode) -> Merged:
    """Merge; the three stay as they are. Without ``base``, only tests and new cells come from ``new``."""
    merged = Merged(copy.deepcopy(mine))
    before = _by_key(base) if base is not None else {}
    own = _by_key(mine)
    ahead = _by_key(new)
    cells: list[NotebookNode] = []
    for key, cell in ahead.items():
        if key in own:
            cells.append(_choose(before.get(key), own[key], cell, merged))
        elif key not in before or is_locked(cell) or not same_text(before[key], cell):
            cells.append(copy.deepcopy(cell))
            merged.added.append(name_of(cell))
    _put_back(mine, cells, before, ahead, merged)
    merged.notebook.cells = cells
    return merged


def is_locked(cell: NotebookNode) -> bool:
    """Whether the cell is the course's: a test, or given and locked."""
    return bool(grader(cell).get("locked")) and not grader(cell).get("solution")


def same_text(one: NotebookNode, other: NotebookNode) -> bool:
    """Whether two cells read the same, whatever their outputs."""
    return bool(one.cell_type == other.cell_type and one.source.rstrip() == other.source.rstrip())


def name_of(cell: NotebookNode) -> str:
    """How a person finds the cell: its grade_id, else its first line."""
    first = next((line for line in cell.source.splitlines() if line.strip()), "an empty cell")
    return grade_id(cell) or first.strip()[:60]


def _by_key(notebook: NotebookNode) -> dict[Key, NotebookNode]:
    """The cells in their order; of cells with the same key the first."""
    found: dict[Key, NotebookNode] = {}
    for number, cell in enumerate(notebook.cells):
        found.setdefault(_key(cell, number), cell)
    return found


def _key(cell: NotebookNode, number: int) -> Key:
    if grade_id(cell):
        return ("grade", grade_id(cell))
    return ("id", str(cell["id"])) if cell.get("id") else ("text", f"{number}:{cell.source}")


def _choose(base: NotebookNode | None, mine: NotebookNode, new: NotebookNode, merged: Merged) -> NotebookNode:
    if same_text(mine, new):
        return _with_metadata_of(new, mine)
    if is_locked(new) or (base is not None and same_text(base, mine)):
        merged.updated.append(name_of(new))
        return copy.deepcopy(new)
    if base is None or not same_text(base, new):
        merged.kept.append(name_of(new))
    return _with_metadata_of(new, mine)


def _with_metadata_of(new: NotebookNode, mine: NotebookNode) -> NotebookNode:
    """The student's cell with the course's say in how it is graded and what hints it has."""
    cell = copy.deepcopy(mine)
    for name in ("nbgrader", "tinytorch", "deletable", "editable"):
        if name in new.metadata:
            cell.metadata[name] = copy.deepcopy(new.metadata[name])
    return cell


def _put_back(
    mine: NotebookNode, cells: list[NotebookNode], before: dict[Key, NotebookNode], ahead: dict[Key, NotebookNode],
    merged: Merged,
) -> None:  # fmt: skip
    """Insert the student's cells that the new version does not have, each after the one that it stood behind."""
    own = {id(cell) for cell in _by_key(mine).values()}  # without copies that carry somebody else's key
    place = -1
    for number, cell in enumerate(mine.cells):
        key = _key(cell, number)
        if id(cell) in own and key in ahead:
            place = next(at for at, kept in enumerate(cells) if _key(kept, at) == key)
        elif id(cell) in own and key in before and same_text(before[key], cell):
            merged.dropped.append(name_of(cell))
        else:
            place += 1
            cells.insert(place, copy.deepcopy(cell))
    _make_ids_unique(cells)


def _make_ids_unique(cells: list[NotebookNode]) -> None:
    taken: set[str] = set()
    for cell in cells:
        if cell.get("id") in taken:
            cell["id"] = secrets.token_hex(4)
        if cell.get("id"):
            taken.add(str(cell["id"]))
