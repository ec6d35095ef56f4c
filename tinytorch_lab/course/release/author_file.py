"""The author's file as it is read for a release: every fault that keeps it from being a notebook is one of R2 or R4."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jupytext
from nbformat import NotebookNode

from tinytorch_lab.course.check.cells import Cell, read_cells
from tinytorch_lab.course.release.model import Fault

_OTHER_LINE_ENDS = re.compile("[\x00\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_BEGINS = re.compile("# ?%%")
MAX_BYTES = 10 * 2**20
MAX_CELLS = 2_000
MAX_CELL_LENGTH = 2**20
MAX_CELL_LINES = 10_000
"""What a lesson stays far below; above it, checking would take minutes."""
_LONGEST_NAME = 100


@dataclass(frozen=True, eq=False)
class AuthorFile:
    """A module's source: its notebook as jupytext reads it, and its cells with their lines in the file."""

    path: Path
    notebook: NotebookNode
    cells: tuple[Cell, ...]

    def fault(self, rule: str, found: str, mend: str, cell: Cell, line: int = 0, severity: str = "error") -> Fault:
        """A fault in ``cell``; ``line`` counts inside of it, from 1."""
        name = (
            cell.grade_id[:_LONGEST_NAME].encode("utf-8", "backslashreplace").decode()
        )  # JSON may hold half a character
        return Fault(cell.line + max(line - 1, 0), cell.number, rule, name, found, mend, severity)


def read_author_file(path: Path) -> AuthorFile | tuple[Fault, ...]:
    """The file at ``path``, which is never written; or the faults because of which it cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return (_whole(f"The file cannot be read ({error.strerror}).", "Mend its rights."),)
    if len(content) > MAX_BYTES:
        return (_whole(f"The file has {len(content) / 2**20:.0f} MiB.", f"Keep it below {MAX_BYTES / 2**20:.0f} MiB."),)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return (_whole(f"The file is not UTF-8 text ({error.reason}).", "Save it as UTF-8.", line),)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if faults := (*_odd_characters(text), *_too_large(text)):
        return faults
    return _read(path, text)


def _read(path: Path, text: str) -> AuthorFile | tuple[Fault, ...]:
    try:
        notebook = jupytext.reads(text, fmt="py:percent")
    except Exception as error:  # jupytext and the YAML reader raise many kinds about a header that they cannot take
        said = str(error).strip().partition("\n")[0] or type(error).__name__
        return (
            _whole(f"The file's header cannot be read: {said}.", "Mend the lines between the first two '# ---'.", 1),
        )
    if faults := (*_header(notebook), *_no_mappings(notebook, text)):
        return faults
    return AuthorFile(path, notebook, read_cells(notebook, text))


def _header(notebook: NotebookNode) -> Iterator[Fault]:
    """The header is one of a notebook, and of percent format; what jupytext cannot make sense of becomes a first cell."""
    reader = notebook.metadata.get("jupytext")
    written = reader.get("text_representation") if isinstance(reader, dict) else None
    format_name = written.get("format_name") if isinstance(written, dict) else None
    if format_name != "percent":
        yield _whole(f"The header names the format {format_name!r}.", "A module is of the format 'percent'.", 1)
    elif notebook.cells and notebook.cells[0].cell_type == "raw" and notebook.cells[0].source.startswith("---\n"):
        yield _whole("The file's header is none of a notebook.", "Mend the lines between the first two '# ---'.", 1)


def _no_mappings(notebook: NotebookNode, text: str) -> Iterator[Fault]:
    """Cells whose nbgrader metadata are JSON, but no mapping: nothing could read them."""
    wrong = [
        (n, cell) for n, cell in enumerate(notebook.cells, 1) if not isinstance(cell.metadata.get("nbgrader", {}), dict)
    ]
    given = [cell.metadata.pop("nbgrader") for _, cell in wrong]
    lines = [cell.line for cell in read_cells(notebook, text)] if wrong else []
    for (number, _), value in zip(wrong, given, strict=True):
        found = f"The nbgrader metadata are {str(value)[:60]!r}, which is no mapping."
        yield Fault(lines[number - 1], number, "R4", "", found, 'Write nbgrader={"grade": true, ...}.')


def _too_large(text: str) -> Iterator[Fault]:
    """Too many cells, or one that is too long; found before anything is parsed."""
    begins = [0, *(n for n, line in enumerate(text.split("\n"), 1) if _BEGINS.match(line))]
    if len(begins) > MAX_CELLS:
        yield _whole(f"The file has {len(begins) - 1} cells.", f"Keep it below {MAX_CELLS}.")
        return
    lines = text.split("\n")
    for begin, end in zip(begins, [*begins[1:], len(lines) + 1], strict=True):
        length = sum(map(len, lines[begin : end - 1]))
        if length > MAX_CELL_LENGTH or end - begin > MAX_CELL_LINES:
            yield _whole(
                f"The cell has {end - begin - 1} lines and {length / 2**20:.1f} MiB.",
                f"Keep a cell below {MAX_CELL_LINES} lines and {MAX_CELL_LENGTH // 2**20} MiB: let it read a file.", max(begin, 1),
            )  # fmt: skip


def _odd_characters(text: str) -> Iterator[Fault]:
    """What some programs take for the end of a line and others do not: there a cut would go wrong."""
    for number, line in enumerate(text.split("\n"), 1):
        if odd := _OTHER_LINE_ENDS.search(line):
            yield _whole(f"The line holds the character U+{ord(odd[0]):04X}.", "Write it as an escape.", number)


def _whole(found: str, mend: str, line: int = 0) -> Fault:
    return Fault(line, 0, "R2", "", found, mend)
