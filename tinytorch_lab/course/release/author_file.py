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
MAX_BYTES = 50 * 2**20


@dataclass(frozen=True, eq=False)
class AuthorFile:
    """A module's source: its notebook as jupytext reads it, and its cells with their lines in the file."""

    path: Path
    notebook: NotebookNode
    cells: tuple[Cell, ...]

    def fault(self, rule: str, found: str, mend: str, cell: Cell, line: int = 0, severity: str = "error") -> Fault:
        """A fault in ``cell``; ``line`` counts inside of it, from 1."""
        return Fault(cell.line + max(line - 1, 0), cell.number, rule, cell.grade_id, found, mend, severity)


def read_author_file(path: Path) -> AuthorFile | tuple[Fault, ...]:
    """The file at ``path``, which is never written; or the faults because of which it cannot be read."""
    content = path.read_bytes()
    if len(content) > MAX_BYTES:
        return (_whole(f"The file has {len(content) / 2**20:.0f} MiB.", f"Keep it below {MAX_BYTES / 2**20:.0f} MiB."),)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return (_whole(f"The file is not UTF-8 text ({error.reason}).", "Save it as UTF-8.", line),)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if faults := tuple(_odd_characters(text)):
        return faults
    notebook = jupytext.reads(text, fmt="py:percent")
    return AuthorFile(path, notebook, read_cells(notebook, text))


def _odd_characters(text: str) -> Iterator[Fault]:
    """What some programs take for the end of a line and others do not: there a cut would go wrong."""
    for number, line in enumerate(text.split("\n"), 1):
        if odd := _OTHER_LINE_ENDS.search(line):
            yield _whole(f"The line holds the character U+{ord(odd[0]):04X}.", "Write it as an escape.", number)


def _whole(found: str, mend: str, line: int = 0) -> Fault:
    return Fault(line, 0, "R2", "", found, mend)
