"""Where the code of a measured cell is, so that memory and lines can be told by the lines that the user typed."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

SOURCE_LENGTH = 120


def _no_name(filename: str) -> str | None:
    return None


@dataclass(frozen=True)
class CellCode:
    """The code of one cell."""

    filename: str
    """File name of its compiled code."""
    lines: Sequence[str] = field(default_factory=list)
    """The cell as typed."""
    offset: int = 0
    """How many lines of the cell stand above line 1 of the compiled code."""
    name_of: Callable[[str], str | None] = _no_name
    """Name of the cell that a file name belongs to, such as ``In[3]``; None if it is no cell."""

    def line_of(self, line: int) -> int:
        """Line of the cell, from 1, of a line of the compiled code."""
        return line + self.offset

    def source(self, filename: str, line: int) -> str:
        """Text of a line of the compiled code in any file, indentation kept; empty if it is not known."""
        if filename == self.filename and 0 < self.line_of(line) <= len(self.lines):
            text = self.lines[self.line_of(line) - 1]
        else:
            text = linecache.getline(filename, line)
        return text.rstrip()[:SOURCE_LENGTH]
