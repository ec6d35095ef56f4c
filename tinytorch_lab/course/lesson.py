"""A lesson's source: a percent-format Python file read as notebook cells."""

from __future__ import annotations

import copy
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import jupytext
from nbformat import NotebookNode

from tinytorch_lab.course.errors import CourseError

BEGIN_SOLUTION = "### BEGIN SOLUTION"
END_SOLUTION = "### END SOLUTION"
BEGIN_HIDDEN = "### BEGIN HIDDEN TESTS"
END_HIDDEN = "### END HIDDEN TESTS"
BEGIN_SCHEME = "### BEGIN MARK SCHEME"
END_SCHEME = "### END MARK SCHEME"
_EXPORT = re.compile(r"#\|\s*export\s*\n")
_TARGET = re.compile(r"#\|\s*default_exp\s+([a-z_]+(?:\.[a-z_]+)+)\s*\n")


def read_lesson(path: Path) -> NotebookNode:
    """The lesson at ``path`` (a ``*_dev.py``) as a notebook of nbformat 4. Raises CourseError if it cannot be read.

    What it returns is the caller's own to change.
    """
    try:
        seen = path.stat()
    except FileNotFoundError:
        raise CourseError(f"There is no lesson at {path}.") from None
    return copy.deepcopy(_read_once(path, (seen.st_mtime_ns, seen.st_size)))


@lru_cache(maxsize=64)
def _read_once(path: Path, stamp: tuple[int, int]) -> NotebookNode:
    """The lesson as it is now: each lesson's ids are compared with those of all others, so all are read many times."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CourseError(f"{path} is not UTF-8 text ({error}). Save it as UTF-8.") from None
    try:
        notebook = jupytext.reads(text.replace("\r\n", "\n"), fmt="py:percent")
    except Exception as error:  # jupytext and the YAML reader raise many kinds about a header that they cannot take
        said = str(error).strip().partition("\n")[0]
        raise CourseError(f"{path}: its header cannot be read ({said}). Mend it; nothing was changed.") from None
    for cell in notebook.cells:
        if "incorrectly_encoded_metadata" in cell.metadata or not isinstance(cell.metadata.get("nbgrader", {}), dict):
            line = cell.source.partition("\n")[0]
            raise CourseError(
                f"{path}: the metadata of the cell that begins with {line!r} is not valid JSON, or no mapping."
            )
    return notebook


def grader(cell: NotebookNode) -> dict[str, Any]:
    """The cell's nbgrader metadata; empty for an ordinary cell."""
    return dict(cell.metadata.get("nbgrader", {}))


def is_exported(cell: NotebookNode) -> bool:
    """Whether the cell goes into the library."""
    return cell.cell_type == "code" and _EXPORT.match(body(cell)) is not None


def export_target(notebook: NotebookNode, path: Path) -> str:
    """The dotted name that the lesson exports to, ``core.tensor`` say. Raises CourseError if it names none."""
    for cell in notebook.cells:
        match = _TARGET.match(cell.source + "\n")
        if cell.cell_type == "code" and match:
            return match[1]
    raise CourseError(f"{path} names no target: its first code cell needs a line such as `#| default_exp core.tensor`.")


def body(cell: NotebookNode) -> str:
    """The cell's text without a ``#| default_exp`` line, ending in a line break."""
    return _TARGET.sub("", cell.source.rstrip("\n") + "\n", count=1)


def exported_code(cell: NotebookNode) -> str:
    """An exported cell as it stands in the library: without directive, solution markers and scaffolding."""
    return _drop_scaffolding(_EXPORT.sub("", body(cell), count=1)).strip("\n") + "\n"


def _drop_scaffolding(code: str) -> str:
    """Drop marker lines and the block of comments that stands directly above each BEGIN SOLUTION."""
    kept: list[str] = []
    for line in code.splitlines():
        mark = line.strip()
        if mark == BEGIN_SOLUTION:
            while kept and (not kept[-1].strip() or kept[-1].lstrip().startswith("#")):
                kept.pop()
        elif mark != END_SOLUTION:
            kept.append(line)
    return "\n".join(kept)
