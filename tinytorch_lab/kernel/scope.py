"""``with measure() as m:`` in scripts and notebooks."""

from __future__ import annotations

import os
import sys
from types import TracebackType
from typing import TYPE_CHECKING

from tinytorch_lab.profiler import CellError, Recorder, check_settings

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from tinytorch_lab.profiler import Measurement


class measure:
    """Measures a block of code.

    ``with measure("label") as m: ...``; afterwards ``m`` has the figures, also if the block raised,
    and in a notebook they are shown. Modes and budget (seconds of tracing) are those of ``%%measure``.

    Raises:
        ValueError: if the mode is unknown or the budget is negative.
    """

    def __init__(self, label: str | None = None, *, mode: str = "default", trace_budget: float = 1.5) -> None:
        check_settings(mode, trace_budget)
        self._label = label
        self._mode = mode
        self._trace_budget = trace_budget
        self._recorders: list[Recorder] = []  # a stack: the same object may be entered again inside

    def __enter__(self) -> Measurement:
        recorder = Recorder(mode=self._mode, label=self._label, trace_budget=self._trace_budget)
        self._recorders.append(recorder)
        self._pid = os.getpid()
        recorder.start()
        recorder.begin()
        return recorder.measurement

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        recorder = self._recorders.pop()
        recorder.end(done=error is None)
        if os.getpid() != self._pid:
            return  # a forked child: the parent shows its own figures
        described = CellError(type(error).__name__, str(error)[:300]) if error is not None else None
        recorder.stop(described, interrupted=isinstance(error, KeyboardInterrupt))
        shell = _shell()
        if shell is not None:
            from tinytorch_lab.kernel.live import LiveDisplay

            LiveDisplay(shell).close(recorder.measurement)


def _shell() -> InteractiveShell | None:
    """The IPython shell, if this is one; a script does not import IPython for it."""
    ipython = sys.modules.get("IPython")
    shell: InteractiveShell | None = ipython.get_ipython() if ipython is not None else None
    return shell
