"""``with measure() as m:`` in scripts and notebooks."""

from __future__ import annotations

import linecache
import os
import sys
from pathlib import PurePath
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

from tinytorch_lab.kernel.complete import complete
from tinytorch_lab.kernel.errors import describe, is_interrupt
from tinytorch_lab.profiler import Recorder, check_settings
from tinytorch_lab.profiler.cellcode import CellCode
from tinytorch_lab.profiler.settings import TRACE_BUDGET_S

if TYPE_CHECKING:
    from tinytorch_lab.profiler import Measurement


class measure:
    """Measures a block of code.

    ``with measure("label") as m: ...``; afterwards ``m`` has the figures, also if the block raised,
    and in a notebook they are shown. ``mode`` is ``default``, ``time`` or ``memory``, the budget is in
    seconds of tracing; both mean what they mean for ``%%measure``.

    Raises:
        ValueError: if the mode is none of these (a block cannot be repeated) or the budget is negative.
    """

    def __init__(
        self, label: str | None = None, *, mode: str = "default", trace_budget: float = TRACE_BUDGET_S
    ) -> None:
        check_settings(mode, trace_budget)
        self._label = label
        self._mode = mode
        self._trace_budget = trace_budget
        self._recorders: list[
            tuple[Recorder, str, CellCode]
        ] = []  # a stack: the same object may be entered again inside

    def __enter__(self) -> Measurement:
        shell, caller = _shell(), sys._getframe(1)
        code = None if shell is None else _code(shell, caller)
        recorder = Recorder(mode=self._mode, label=self._label, trace_budget=self._trace_budget, code=code)
        # The text of the block is not known: its label and place tell it from others. The file name of a
        # cell's code ends with a hash of its text, behind a folder that is another one in each kernel.
        place = f"{PurePath(caller.f_code.co_filename).name}:{caller.f_lineno}"
        named = code or CellCode(caller.f_code.co_filename)
        self._recorders.append((recorder, f"measure {self._label or ''} {place}", named))
        self._pid = os.getpid()
        recorder.start()
        recorder.begin()
        return recorder.measurement

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        recorder, identity, code = self._recorders.pop()
        recorder.end(done=error is None)
        if os.getpid() != self._pid:
            return  # a forked child: the parent shows its own figures
        described = describe(error, code) if error is not None else None
        recorder.stop(described, interrupted=is_interrupt(error))
        shell = _shell()
        complete(recorder.measurement, shell, identity)
        if shell is not None:
            from tinytorch_lab.kernel.live import LiveDisplay

            LiveDisplay(shell).close(recorder.measurement)


def _code(shell: Any, caller: FrameType) -> CellCode | None:
    """The code of the cell that the block stands in, if it stands in one."""
    from tinytorch_lab.kernel.functions import cell_name
    from tinytorch_lab.kernel.run import code_of

    filename = caller.f_code.co_filename
    return None if cell_name(shell, filename) is None else code_of(shell, filename, linecache.getlines(filename))


def _shell() -> Any:
    """The IPython shell, if this is one; a script does not import IPython for it."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None
