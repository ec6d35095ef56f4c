# mypy: allow-untyped-calls
"""In the submission's process: run cells one by one as the grader sends them."""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any, NoReturn

from tinytorch_lab.course.grading.engine.guard import Guard
from tinytorch_lab.course.grading.engine.shell import GradingShell, Stream
from tinytorch_lab.course.grading.engine.wire import receive, send


class CellTimeLimit(KeyboardInterrupt):
    """The cell has used up its time. A KeyboardInterrupt, so that ``except Exception`` does not catch it."""


def serve(channel: socket.socket, shell: GradingShell, limits: dict[str, Any], guard: Guard | None) -> None:
    """Answer each cell with its outputs until the grader ends the conversation."""
    while (cell := receive(channel)) is not None:
        mended = guard.restore() if guard and cell["given"] else []
        started = time.process_time()
        _run(shell, cell["code"], limits | {"cell_cpu_s": cell["cpu_s"]})
        answer = {"token": cell["token"], "outputs": shell.recorder.finished(), "count": shell.execution_count - 1}
        send(channel, {**answer, "cpu_s": time.process_time() - started, "mended": mended})


def _run(shell: GradingShell, code: str, limits: dict[str, Any]) -> None:
    shell.recorder.begin(limits["output_bytes"])
    try:
        with _streams(shell), _time_limit(limits["cell_cpu_s"], limits["cell_wall_s"]):
            result = shell.run_cell(code, store_history=True)
        error = result.error_in_exec if result.error_before_exec is None else result.error_before_exec
    except BaseException as struck:  # the limit, outside of the cell's own code
        error = struck
    if error is not None:
        _tell(shell, error)


def _tell(shell: GradingShell, error: BaseException) -> None:
    """Make sure that the cell has an error: IPython shows some only on stderr, and none whose message cannot be made."""
    name = "CellTimeLimit" if isinstance(error, CellTimeLimit) else type(error).__name__
    message = error.args[0] if error.args and type(error.args[0]) is str else ""
    shell.recorder.fail(name, message, [f"{name}: {message}"])


@contextlib.contextmanager
def _streams(shell: GradingShell) -> Iterator[None]:
    sys.stdout, sys.stderr = Stream("stdout", shell.recorder), Stream("stderr", shell.recorder)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__


@contextlib.contextmanager
def _time_limit(cpu_s: float, wall_s: float) -> Iterator[None]:
    """Raise CellTimeLimit in the cell once its time is over. A cell that swallows it is ended by the grader."""

    def over(number: int, frame: FrameType | None) -> NoReturn:
        used, kind = (cpu_s, "CPU time") if number == signal.SIGPROF else (wall_s, "time")
        raise CellTimeLimit(f"The cell used more than {used:g} s of {kind}, the limit for one cell.")

    signal.signal(signal.SIGPROF, over)
    signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_PROF, cpu_s)
    signal.setitimer(signal.ITIMER_REAL, wall_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
