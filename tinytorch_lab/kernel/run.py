"""One measured run in IPython: a recorder, its display, and the name that gets the result."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Sequence
from copy import copy
from functools import partial
from types import CodeType
from typing import TYPE_CHECKING, Any

from tinytorch_lab.kernel import settings
from tinytorch_lab.kernel.complete import complete
from tinytorch_lab.kernel.errors import describe, is_interrupt
from tinytorch_lab.kernel.functions import cell_name, notebook_functions
from tinytorch_lab.kernel.live import LiveDisplay
from tinytorch_lab.profiler import CellError, Measurement, Recorder, Statement
from tinytorch_lab.profiler.cellcode import CellCode
from tinytorch_lab.profiler.lines import LineWatch
from tinytorch_lab.profiler.repeats import Repeats

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from tinytorch_lab.kernel.options import Options

_SOURCE_LENGTH = 120


class MeasuredRun:
    """Measures the statements of one cell: ``open``, then the recorder is used, then ``close``.

    With ``--repeat`` there are several runs: while ``hidden``, ``next_run`` follows each of them.
    """

    def __init__(
        self,
        shell: InteractiveShell,
        options: Options,
        statements: Sequence[Statement],
        code: CellCode,
        source: str,
    ) -> None:
        """``source`` is the text of the cell without its ``%%measure`` line."""
        self._shell: Any = shell
        self._options = options
        self._statements = statements
        self._code = code
        self._source = source
        self._repeats = Repeats(options.repeat) if options.mode == "repeat" else None
        self.display = None if options.quiet else LiveDisplay(shell, self._show_again)
        self._lines = LineWatch(code, partial(notebook_functions, shell)) if options.lines else None
        self.recorder = self._recorder()
        self._pid = os.getpid()

    @property
    def hidden(self) -> bool:
        """Whether this run shows nothing, since more runs follow."""
        return self._repeats is not None and not self._repeats.last

    def open(self) -> None:
        """Show the display and switch the recorder on."""
        if self.display:
            self.display.open(self._so_far(self.recorder.snapshot()))
        self.recorder.start()

    def next_run(self) -> None:
        """A run that was hidden is over: the next one begins."""
        assert self._repeats is not None
        if os.getpid() == self._pid:
            self.recorder.stop()
            self._repeats.untraced.append(self.recorder.measurement)
            self.recorder = self._recorder()
            self.recorder.start()

    def watched(self, code: CodeType) -> CodeType:
        """The code to run in place of the code of a statement."""
        return code if self._lines is None else self._lines.watched(code)

    def close(self, error: BaseException | None) -> None:
        """Switch off, bind the name, show the final figures.

        Does nothing in a forked child. A failure in here is told on stdout: it must not become the cell's.
        """
        if os.getpid() != self._pid:
            return
        described = describe(error, self._code) if error is not None else None
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
        if self._repeats is not None:
            measurement = self._repeats.joined(measurement)
        complete(measurement, self._shell, self._source)
        if self._options.name:
            self._shell.push({self._options.name: measurement})
        if self.display:
            self.display.close(measurement)

    def _recorder(self) -> Recorder:
        options = self._options
        return Recorder(
            mode=self._repeats.mode if self._repeats is not None else options.mode,
            label=options.label,
            trace_budget=options.trace_budget,
            frames=options.frames,
            sample_interval_s=settings.current.sampling_s,
            statements=[copy(each) for each in self._statements],
            code=self._code,
            lines=self._lines,
            live=self._show if self.display and settings.current.live else None,
        )

    def _show(self, snapshot: Measurement) -> None:
        assert self.display is not None
        self.display.update(self._so_far(snapshot))

    def _show_again(self) -> None:
        with self.recorder.uncounted():
            self._show(self.recorder.snapshot())

    def _so_far(self, snapshot: Measurement) -> Measurement:
        return snapshot if self._repeats is None else self._repeats.running(snapshot)


def code_of(shell: Any, filename: str, raw_lines: Sequence[str]) -> CellCode:
    """Where the code of a cell is; ``raw_lines`` as typed."""
    return CellCode(filename, raw_lines, leading_empty(raw_lines), partial(cell_name, shell))


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
    if "get_ipython()." in source:
        # A magic, a shell command or a question: show what was typed, if it still stands on the same line.
        index = node.lineno - 1 + leading_empty(raw_lines)
        typed = raw_lines[index].strip() if index < len(raw_lines) else ""
        source = typed if typed and "get_ipython()." not in typed else source
    return source[:_SOURCE_LENGTH]
