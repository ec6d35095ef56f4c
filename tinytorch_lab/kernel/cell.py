"""Measures a whole cell: finds out that it is to be measured, and wraps the shell while it runs.

The cell runs exactly as IPython runs it: the ``%%measure`` line becomes a comment, and while the
cell runs, the methods of the shell that run its statements are wrapped on the shell instance. So
``await``, errors, ``Out[n]`` and line numbers are IPython's own.
"""

from __future__ import annotations

import linecache
import re
import sys
from collections.abc import Callable
from contextlib import nullcontext
from types import FrameType
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.inputtransformer2 import cell_magic
from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult, InteractiveShell

if TYPE_CHECKING:
    import ast

    from tinytorch_lab.kernel.options import Options
    from tinytorch_lab.kernel.run import MeasuredRun

MEASURE_LINE = re.compile(r"%%measure(?=\s|$)(.*)")
Parse = Callable[[str], "Options"]
_MISSING = object()


def in_cell() -> bool:
    """Whether the caller runs inside a cell, and not while IPython prepares one."""
    frame = sys._getframe(1)
    code = InteractiveShell.run_code.__code__
    while frame is not None and frame.f_code is not code:
        frame = frame.f_back  # type: ignore[assignment]
    return frame is not None


class MeasureLine:
    """Input transformer: makes a comment of a first line ``%%measure OPTIONS``.

    Wrong options are left to the ordinary magic, which refuses them, and so is a ``%%measure`` that
    stands below another magic, whose body is transformed while the cell runs.
    """

    has_side_effects = True
    """Not applied when IPython only asks whether the input is complete: it then sees a cell magic."""

    def __init__(self, parse: Parse) -> None:
        self._parse = parse

    def __call__(self, lines: list[str]) -> list[str]:
        """The lines of a cell, as many as before unless another cell magic follows."""
        match = MEASURE_LINE.match(lines[0]) if lines else None
        if match is None or in_cell():
            return lines
        try:
            self._parse(match.group(1))
        except UsageError:
            return lines
        rest = lines[1:]
        start = next((i for i, line in enumerate(rest) if line.strip()), 0)
        return ["# " + lines[0], *rest[:start], *cell_magic(rest[start:])]  # type: ignore[no-untyped-call]


class LoneLine:
    """Input transformer: a cell of one line below ``%%measure`` gets what IPython does to cells of one line.

    That is automagic (``ls``, ``cd ..``) and autocall, which IPython gives to no other cells.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell: Any = shell

    def __call__(self, lines: list[str]) -> list[str]:
        """The lines of a cell, as many as before."""
        if len(lines) != 2 or not lines[0].startswith("# %%measure"):
            return lines
        with self._shell.builtin_trap:
            return [lines[0], self._shell.prefilter_manager.prefilter_lines(lines[1]) + "\n"]


class Replacement:
    """An attribute of an object that is replaced for a while."""

    def __init__(self, owner: Any, name: str, value: Any) -> None:
        self._owner, self._name, self._value = owner, name, value
        self._own = vars(owner).get(name, _MISSING)
        self.before = getattr(owner, name)
        setattr(owner, name, value)

    def undo(self) -> None:
        """Put back what was there, unless somebody has replaced ours in the meantime."""
        if vars(self._owner).get(self._name) is not self._value:
            return
        if self._own is _MISSING:
            delattr(self._owner, self._name)
        else:
            setattr(self._owner, self._name, self._own)


class MeasuredCell:
    """Measures the cell of ``info`` when the shell runs its statements; ``disarm`` ends it in any case.

    Somebody may keep a reference to a wrapper: outside the cell all of them only call the original.
    """

    def __init__(self, shell: InteractiveShell, options: Options, info: ExecutionInfo) -> None:
        self.info = info
        self._raw_lines = str(info.raw_cell).splitlines()
        self._shell: Any = shell
        self._options = options
        self._run: MeasuredRun | None = None
        self._result: ExecutionResult | None = None
        self._wrapped: list[Replacement] = []
        self._run_ast_nodes = self._wrap(shell, "run_ast_nodes", self._around_cell)

    def disarm(self) -> None:
        """Take all wrappers off."""
        while self._wrapped:
            self._wrapped.pop().undo()

    def _wrap(self, owner: Any, name: str, wrapper: Any) -> Any:
        """Replace an attribute until ``disarm``; returns the original."""
        replacement = Replacement(owner, name, wrapper)
        self._wrapped.append(replacement)
        return replacement.before

    async def _around_cell(self, nodelist: list[ast.stmt], cell_name: str, *args: Any, **kwargs: Any) -> Any:
        result = kwargs.get("result")
        if self._result is not None or result is None or result.info is not self.info:
            return await self._run_ast_nodes(nodelist, cell_name, *args, **kwargs)  # a cell inside the cell
        self._result = result
        try:
            self._open(nodelist, cell_name)
            return await self._run_ast_nodes(nodelist, cell_name, *args, **kwargs)
        finally:
            self._close(result, cell_name)

    def _open(self, nodelist: list[ast.stmt], cell_name: str) -> None:
        from tinytorch_lab.kernel.run import MeasuredRun, complain, statements_of

        statements = statements_of(nodelist, linecache.getlines(cell_name), self._raw_lines)
        try:
            self._run = MeasuredRun(self._shell, self._options, statements, _without_measure_line(self._raw_lines))
            self._run_code = self._wrap(self._shell, "run_code", self._around_statement)
            self._showtraceback = self._wrap(self._shell, "showtraceback", self._around_traceback)
            self._displayhook = self._wrap(sys, "displayhook", self._around_value)
            self._run.open()
        except Exception as failure:  # the cell runs in any case
            complain(failure)

    def _close(self, result: ExecutionResult, cell_name: str) -> None:
        from tinytorch_lab.kernel.run import leading_empty

        try:
            if self._run is not None:
                error = result.error_in_exec or result.error_before_exec
                self._run.close(error, cell_name, leading_empty(self._raw_lines))
        finally:
            self._run = None
            self.disarm()

    async def _around_statement(self, code: Any, result: Any = None, **kwargs: Any) -> Any:
        run = self._run
        if run is None or result is not self._result:
            return await self._run_code(code, result, **kwargs)
        failed = True
        run.recorder.begin()
        try:
            failed = await self._run_code(code, result, **kwargs)
            return failed
        finally:
            run.recorder.end(done=not failed)

    def _around_traceback(self, *args: Any, **kwargs: Any) -> Any:
        run = self._run
        if run is None:
            return self._showtraceback(*args, **kwargs)
        if self._ends_cell(sys._getframe(1)):
            # Rendering a traceback takes long, and much longer while traced.
            run.recorder.end(done=False)
            run.recorder.finish()
        with run.recorder.uncounted():
            return self._showtraceback(*args, **kwargs)

    def _ends_cell(self, caller: FrameType) -> bool:
        """Whether IPython shows a traceback because a statement of this cell raised."""
        return caller.f_code is InteractiveShell.run_code.__code__ and caller.f_locals.get("result") is self._result

    def _around_value(self, value: Any) -> Any:
        run = self._run
        if run is not None and run.display and value is not None:
            run.display.before_output()
        with run.recorder.uncounted() if run else nullcontext():
            return self._displayhook(value)


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
            return None if _measured_below(lines) else self._button()
        try:
            return self._parse(match.group(1))
        except UsageError:
            return None

    def _cleaned(self, cell: str) -> list[str]:
        """The lines of a cell as our transformer gets them: without empty lines and prompts at the start."""
        lines = cell.splitlines(keepends=True)
        for transform in self._shell.input_transformers_cleanup:
            if transform is not self._measure_line:
                lines = transform(lines)
        return lines

    def _button(self) -> Options | None:
        from tinytorch_lab.kernel.options import from_metadata

        get_parent = getattr(getattr(self._shell, "kernel", None), "get_parent", None)
        metadata = (get_parent() or {}).get("metadata") if get_parent else None
        ours = metadata.get("tinytorch") if isinstance(metadata, dict) else None
        return from_metadata(ours.get("measure")) if isinstance(ours, dict) else None


def _without_measure_line(lines: list[str]) -> str:
    """The text of a cell as the history knows it: the same with ``%%measure``, with the button and without both."""
    return "\n".join(line for line in lines if not MEASURE_LINE.match(line)).strip()


def _measured_below(lines: list[str]) -> bool:
    """Whether ``%%measure`` stands below other cell magics, where the ordinary magic measures."""
    for line in lines:
        if MEASURE_LINE.match(line):
            return True
        if line.strip() and not line.startswith("%%"):
            return False
    return False
