"""Finds out that a cell is to be measured: what is registered in the shell for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult, InteractiveShell

from tinytorch_lab.kernel import request
from tinytorch_lab.kernel.cell import MeasuredCell
from tinytorch_lab.kernel.measureline import MEASURE_LINE, LoneLine, MeasureLine, Parse, in_cell, measured_below

if TYPE_CHECKING:
    from tinytorch_lab.kernel.options import Options


class CellHooks:
    """What is registered in a shell so that its cells can be measured."""

    def __init__(self, shell: InteractiveShell, parse: Parse) -> None:
        self._shell: Any = shell
        self._parse = parse
        self._measure_line = MeasureLine(parse)
        self._lone_line = LoneLine(shell)
        self._armed: MeasuredCell | None = None

    def register(self) -> None:
        """Put everything in."""
        self._shell.input_transformers_cleanup.append(self._measure_line)
        self._shell.input_transformers_post.append(self._lone_line)
        self._shell.events.register("pre_run_cell", self._before_cell)
        self._shell.events.register("post_run_cell", self._after_cell)

    def unregister(self) -> None:
        """Take everything out again; a cell that is being measured is measured to its end."""
        for transformers, ours in (
            (self._shell.input_transformers_cleanup, self._measure_line),
            (self._shell.input_transformers_post, self._lone_line),
        ):
            if ours in transformers:
                transformers.remove(ours)
        for event, callback in (("pre_run_cell", self._before_cell), ("post_run_cell", self._after_cell)):
            if callback in self._shell.events.callbacks[event]:
                self._shell.events.unregister(event, callback)

    def _before_cell(self, info: ExecutionInfo) -> None:
        if in_cell():
            return
        self._disarm()
        options = self._wanted(str(info.raw_cell))
        if options is not None:
            self._armed = MeasuredCell(self._shell, options, info)

    def _after_cell(self, result: ExecutionResult | None) -> None:
        # A cell with a syntax error ends up here without having run.
        if not in_cell():
            self._disarm()

    def _disarm(self) -> None:
        if self._armed is not None:
            self._armed.disarm()
            self._armed = None

    def _wanted(self, cell: str) -> Options | None:
        """The options for a cell: those of its first line, else of the button; None if it is not to be measured."""
        lines = self._cleaned(cell)
        match = MEASURE_LINE.match(lines[0]) if lines else None
        if match is None:
            options = None if measured_below(lines) else without_line(self._shell)
        else:
            try:
                options = self._parse(match.group(1))
            except UsageError:
                return None
        return options.clean_time() if options is not None and request.wants_clean_time(self._shell) else options

    def _cleaned(self, cell: str) -> list[str]:
        """The lines of a cell as our transformer gets them: without empty lines and prompts at the start."""
        lines = cell.splitlines(keepends=True)
        for transform in self._shell.input_transformers_cleanup:
            if transform is not self._measure_line:
                lines = transform(lines)
        return lines


def without_line(shell: InteractiveShell) -> Options | None:
    """The options that the request gives for a cell without a ``%%measure`` line, if any."""
    from tinytorch_lab.kernel.options import Options

    wanted = request.button(shell)
    return Options() if wanted is None and request.wants_clean_time(shell) else wanted
