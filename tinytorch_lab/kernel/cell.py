"""Measures a whole cell: wraps the shell while it runs.

The cell runs exactly as IPython runs it: the ``%%measure`` line becomes a comment, and while the
cell runs, the methods of the shell that run its statements are wrapped on the shell instance. So
``await``, errors, ``Out[n]`` and line numbers are IPython's own.
"""

from __future__ import annotations

import copy
import linecache
import sys
from contextlib import nullcontext
from types import FrameType
from typing import TYPE_CHECKING, Any

from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult, InteractiveShell

from tinytorch_lab.kernel.measureline import without_measure_line
from tinytorch_lab.kernel.replacement import Replacement

if TYPE_CHECKING:
    import ast

    from tinytorch_lab.kernel.hidden import HiddenOutput
    from tinytorch_lab.kernel.options import Options
    from tinytorch_lab.kernel.run import MeasuredRun


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
        self._hidden: HiddenOutput | None = None
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
        error: BaseException | None = None
        try:
            self._open(nodelist, cell_name)
            while self._run is not None and self._run.hidden:
                # IPython may append to the list of nodes: each run gets its own.
                if await self._run_hidden(copy.deepcopy(nodelist), cell_name, *args, **kwargs):
                    return True
                if not self._next_run():
                    break
            return await self._run_ast_nodes(nodelist, cell_name, *args, **kwargs)
        except BaseException as raised:  # an interrupt between two runs
            error = raised
            raise
        finally:
            self._close(result.error_in_exec or result.error_before_exec or error)

    async def _run_hidden(self, *args: Any, **kwargs: Any) -> Any:
        from tinytorch_lab.kernel.hidden import HiddenOutput

        self._hidden = HiddenOutput(self._shell)
        failed = True
        try:
            self._hidden.hide()
            failed = await self._run_ast_nodes(*args, **kwargs)
            return failed
        finally:
            if failed:
                self._hidden.reveal()
            else:
                self._hidden.drop()

    def _next_run(self) -> bool:
        from tinytorch_lab.kernel.run import complain

        assert self._run is not None
        try:
            self._run.next_run()
        except Exception as failure:
            complain(failure)
            return False
        return True

    def _open(self, nodelist: list[ast.stmt], cell_name: str) -> None:
        import bdb  # noqa: F401  (IPython imports it when it runs the first statement: it would count as the cell's)

        from tinytorch_lab.kernel.run import MeasuredRun, code_of, complain, statements_of

        statements = statements_of(nodelist, linecache.getlines(cell_name), self._raw_lines)
        try:
            code = code_of(self._shell, cell_name, self._raw_lines)
            source = without_measure_line(self._raw_lines)
            self._run = MeasuredRun(self._shell, self._options, statements, code, source)
            self._run_code = self._wrap(self._shell, "run_code", self._around_statement)
            self._showtraceback = self._wrap(self._shell, "showtraceback", self._around_traceback)
            self._displayhook = self._wrap(sys, "displayhook", self._around_value)
            self._run.open()
        except Exception as failure:  # the cell runs in any case
            complain(failure)

    def _close(self, error: BaseException | None) -> None:
        try:
            if self._run is not None:
                self._run.close(error)
        finally:
            self._run = None
            self.disarm()

    async def _around_statement(self, code: Any, result: Any = None, **kwargs: Any) -> Any:
        run = self._run
        if run is None or result is not self._result:
            return await self._run_code(code, result, **kwargs)
        failed = True
        code = run.watched(code)
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
        caller = sys._getframe(1)
        ends_cell = self._ends_cell(caller)
        if self._hidden is not None and self._hidden.active:
            if not ends_cell:
                return None
            self._hidden.reveal()
        if ends_cell:
            # Rendering a traceback takes long, and much longer while traced.
            if caller.f_code is InteractiveShell.run_code.__code__:
                run.recorder.end(done=False)
            run.recorder.finish()
        with run.recorder.uncounted():
            return self._showtraceback(*args, **kwargs)

    def _ends_cell(self, caller: FrameType) -> bool:
        """Whether IPython shows a traceback because a statement of this cell raised, or cannot be compiled."""
        callers = InteractiveShell.run_code.__code__, InteractiveShell.run_ast_nodes.__code__
        return caller.f_code in callers and caller.f_locals.get("result") is self._result

    def _around_value(self, value: Any) -> Any:
        run = self._run
        if self._hidden is not None and self._hidden.active:
            return None
        with run.recorder.showing_value() if run else nullcontext():
            if run is not None and run.display and value is not None:
                run.display.before_output()
            return self._displayhook(value)
