"""Notebooks of a student folder, read without trusting them."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.lesson import grader

MAX_BYTES = 100 * 2**20


def read_notebook(path: Path) -> NotebookNode:
    """The notebook at ``path``. Raises CourseError, and leaves the file as it is, if it is none of nbformat 4.

    What it returns is the caller's own to change.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CourseError(f"{path} has {path.stat().st_size / 2**20:.0f} MiB. Clear its outputs and try again.")
        return parse_notebook(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(f"There is no notebook at {path}.") from None
    except ValueError as error:
        raise CourseError(
            f"{path} is not a readable notebook ({error}). It was left as it is; backups/ may hold an older one."
        ) from None


def parse_notebook(text: str) -> NotebookNode:
    """The notebook whose file reads ``text``. Raises ValueError if it is none of nbformat 4."""
    data = json.loads(text)
    if not isinstance(data, dict) or data.get("nbformat") != 4 or not isinstance(data.get("cells"), list):
        raise ValueError("no list of cells of nbformat 4")
    for number, cell in enumerate(data["cells"], 1):
        _check_cell(cell, number)
    return nbformat.from_dict(data)


def _check_cell(cell: Any, number: int) -> None:
    if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        raise ValueError(f"cell {number} is no cell")
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise ValueError(f"cell {number} has no text")
    cell["source"] = source
    metadata = cell.setdefault("metadata", {})
    if not isinstance(metadata, dict) or not isinstance(metadata.get("nbgrader", {}), dict):
        raise ValueError(f"the metadata of cell {number} are no mapping")


def is_exercise(cell: NotebookNode) -> bool:
    """Whether the student writes code here."""
    return cell.cell_type == "code" and bool(grader(cell).get("solution"))


def is_test(cell: NotebookNode) -> bool:
    """Whether the cell is a graded test."""
    return cell.cell_type == "code" and bool(grader(cell).get("grade")) and not grader(cell).get("solution")


def is_measuring(cell: NotebookNode) -> bool:
    """Whether the cell only measures. One with ``%%time`` or ``%%writefile`` does not: others may need what it defines."""
    return bool(cell.cell_type == "code" and cell.source.split(maxsplit=1)[:1] in (["%%measure"], ["%%complexity"]))


def grade_id(cell: NotebookNode) -> str:
    """nbgrader's name of the cell; empty for an ordinary one."""
    return str(grader(cell).get("grade_id", ""))


def code_hash(notebook: NotebookNode) -> str:
    """A fingerprint of the notebook's code cells: what the outcome of its tests depends on."""
    digest = hashlib.sha256()
    for cell in notebook.cells:
        if cell.cell_type == "code" and not is_measuring(cell):
            digest.update(cell.source.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


@lru_cache(maxsize=64)
def _read_once(path: Path, stamp: tuple[int, int]) -> NotebookNode:
    return read_notebook(path)


def peek(path: Path) -> NotebookNode:
    """``read_notebook`` for who only looks: read again only if the file has changed."""
    try:
        seen = path.stat()
    except FileNotFoundError:
        raise CourseError(f"There is no notebook at {path}.") from None
    return _read_once(path, (seen.st_mtime_ns, seen.st_size))
