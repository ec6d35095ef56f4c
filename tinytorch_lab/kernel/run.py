"""One measured run in IPython: a recorder, its display, and the name that gets the result."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tinytorch_lab.history import remember
from tinytorch_lab.kernel.live import LiveDisplay
from tinytorch_lab.profiler import CellError, Recorder, Statement
from tinytorch_lab.understand import explain

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from tinytorch_lab.kernel.options import Options

_SOURCE_LENGTH = 120
_MESSAGE_LENGTH = 300


class MeasuredRun:
    """Measures the statements of one cell: ``open``, then the recorder is used, then ``close``."""

    def __init__(self, shell: InteractiveShell, options: Options, statements: Sequence[Statement], source: str) -> None:
        """``source`` is the text of the cell without its ``%%measure`` line."""
        self._shell: Any = shell
        self._source = source
        self._name = options.name
        self.display = None if options.quiet else LiveDisplay(shell, self._show_again)
        self.recorder = Recorder(
            mode=options.mode,
            label=options.label,
            trace_budget=options.trace_budget,
            statements=statements,
            live=self.display.update if self.display else None,
        )
        self._pid = os.getpid()

    def open(self) -> None:
        """Show the display and switch the recorder on."""
        if self.display:
            self.display.open(self.recorder.snapshot())
        self.recorder.start()

    def _show_again(self) -> None:
        assert self.display is not None
        with self.recorder.uncounted():
            self.display.update(self.recorder.snapshot())

    def close(self, error: BaseException | None, filename: str, line_offset: int = 0) -> None:
        """Switch off, bind the name, show the final figures. ``filename`` is that of the cell's code.

        Does nothing in a forked child. A failure in here is told on stdout: it must not become the cell's.
        """
        if os.getpid() != self._pid:
            return
        described = describe(error, filename, line_offset) if error is not None else None
        try:
            self._close(described, is_interrupt(error))
        except KeyboardInterrupt:
            self._close(described, True)  # stopped in the last moment: do not leave figures that seem to run
            raise
        except Exception as failure:
            complain(failure)

    def _close(self, error: CellError | None, interrupted: bool) -> None:
        self.recorder.stop(error, interrupted=interrupted)
        measurement = self.recorder.measurement
        remember(measurement, self._source)
        measurement.understand = explain(measurement)
        if self._name:
            self._shell.push({self._name: measurement})
        if self.display:
            self.display.close(measurement)


def complain(failure: Exception) -> None:
    """Say that measuring failed, though the cell did not; on stdout, since nbgrader takes points off for stderr."""
    sys.stdout.write(f"tinytorch-lab could not measure this cell: {type(failure).__name__}: {failure}\n")


def statements_of(nodes: Sequence[ast.stmt], lines: Sequence[str], raw_lines: Sequence[str]) -> list[Statement]:
    """The top-level statements of a cell.

    ``lines`` are the cell after IPython's transformations, which the nodes belong to; ``raw_lines``
    as typed. Leading empty lines, which IPython removes, count in the line numbers.
    """
    offset = leading_empty(raw_lines)
    return [
        Statement(node.lineno + offset, (node.end_lineno or node.lineno) + offset, _source(node, lines, raw_lines))
        for node in nodes
    ]


def leading_empty(lines: Sequence[str]) -> int:
    """How many empty lines a cell begins with."""
    return next((i for i, line in enumerate(lines) if line.strip()), 0)


def _source(node: ast.stmt, lines: Sequence[str], raw_lines: Sequence[str]) -> str:
    if not node.lineno <= len(lines):
        return ""
    line = lines[node.lineno - 1].encode()
    end = node.end_col_offset if node.end_lineno == node.lineno else None
    source = line[node.col_offset : end].decode(errors="replace").rstrip()
    if source.startswith("get_ipython()."):
        # A magic or a shell command: show what was typed, if it still stands on the same line.
        index = node.lineno - 1 + leading_empty(raw_lines)
        typed = raw_lines[index].strip() if index < len(raw_lines) else ""
        source = typed if typed.startswith(("%", "!")) else source
    return source[:_SOURCE_LENGTH]


def describe(error: BaseException, filename: str, line_offset: int) -> CellError:
    """The error for the measurement, with the line of the code in ``filename`` where it came from."""
    try:
        message = str(error)
    except Exception:  # an exception's own __str__ may fail
        message = ""
    line = _line_of(error, filename)
    return CellError(type(error).__name__, message[:_MESSAGE_LENGTH], None if line is None else line + line_offset)


def is_interrupt(error: BaseException | None) -> bool:
    """Whether the user stopped the cell; an awaiting cell sees that as cancellation."""
    return isinstance(error, KeyboardInterrupt) or type(error).__name__ == "CancelledError"


def _line_of(error: BaseException, filename: str) -> int | None:
    if isinstance(error, SyntaxError) and error.filename == filename:
        return error.lineno
    line = None
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == filename:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line
