"""Why a test misses a name: which cell should have defined it, and how that cell failed."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from nbformat import NotebookNode

from tinytorch_lab.course.kernel_run import name_of

NOT_BUILT = "Something that this test needs is not built yet."
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_DEFINED = re.compile(r"^(?:(?:async )?def|class)\s+(\w+)|^(\w+)\s*=", re.MULTILINE)
_MISSED = re.compile(r"name '(\w+)' is not defined")


@dataclass(frozen=True)
class Cause:
    """A cell that failed although no test stands in it, in words and with its traceback."""

    cell_id: str
    message: str
    traceback: str


class Causes:
    """The cells that have failed so far, by the names that they should have defined."""

    def __init__(self) -> None:
        self._by_name: dict[str, Cause] = {}

    def note(self, cell: NotebookNode) -> None:
        """A cell without a test has ended."""
        error = error_of(cell)
        if error is None:
            return
        cause = self.of(error) or Cause(str(cell.get("id", "")), _in_words(cell, error), traceback_of(error))
        for names in _DEFINED.findall(cell.source):
            self._by_name["".join(names)] = cause

    def of(self, error: NotebookNode) -> Cause | None:
        """The cell because of which a name is missing; None if ``error`` is another one."""
        missed = _MISSED.match(error.evalue) if error.ename == "NameError" else None
        return self._by_name.get(missed[1]) if missed else None


def error_of(cell: NotebookNode) -> NotebookNode | None:
    """The error that ended the cell, None if it ran to its end."""
    return next((output for output in cell.outputs if output.output_type == "error"), None)


def traceback_of(error: NotebookNode) -> str:
    """The traceback as plain text."""
    return _COLOURS.sub("", "\n".join(error.traceback))


def _in_words(cell: NotebookNode, error: NotebookNode) -> str:
    if error.ename == "NotImplementedError" and not error.evalue:
        return NOT_BUILT
    if mistake := _mistake(cell.source):
        what = f"{type(mistake).__name__} in line {mistake.lineno}: {mistake.msg}"
    else:
        what = f"{error.ename}: {error.evalue.strip().partition(chr(10))[0][:400]}".rstrip(": ")
    return f"The cell {name_of(cell)} does not run: {what}"


def _mistake(code: str) -> SyntaxError | None:
    """What Python itself says about code that it cannot read; IPython says of an open bracket no more than "incomplete input"."""
    try:
        ast.parse(code)
    except SyntaxError as error:
        return error
    return None
