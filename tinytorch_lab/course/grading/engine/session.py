"""One submission on a fork server: send its cells one by one, watch it, and tell how it ended."""

from __future__ import annotations

import contextlib
import math
import secrets
import socket
import time
from dataclasses import asdict
from typing import Any

from nbformat import NotebookNode

from tinytorch_lab.course.grading.engine.execution import Execution, Ran, checked, number, seconds
from tinytorch_lab.course.grading.engine.processes import Use, use
from tinytorch_lab.course.grading.engine.restore import is_locked
from tinytorch_lab.course.grading.engine.servers import Server
from tinytorch_lab.course.grading.engine.wire import Inbox, WireError, receive, send
from tinytorch_lab.course.grading.model import DIED, OUT_OF_MEMORY, TIMED_OUT, Limits, Task
from tinytorch_lab.course.notebooks import grade_id

LOOK_AFTER_S, LOOK_EVERY_S = 0.1, 0.05
"""A cell that is quicker than the first is never looked at from outside."""
GRACE_S = 0.25
"""CPU seconds that a cell has at most to end by itself after it was told that its time is over."""
WALL_GRACE_S = 10.0
CELLS_AT_LIMIT = 10
"""Cells of the student's own run until all cells took as long as so many may: thousands of slow ones would hold up a class."""
MESSAGE_ROOM = 1 << 20


class Stopped(Exception):
    """The submission cannot go on: the state and the reason."""

    def __init__(self, state: str, reason: str) -> None:
        super().__init__(state, reason)
        self.state, self.reason = state, reason


def execute(server: Server, notebook: NotebookNode, task: Task) -> Execution:
    """Run the notebook's code cells in a process of their own; says in the result how it ended."""
    limits, library = task.limits, task.library
    if library:
        server.write_library(library)
    code = [at for at, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    given = sum(bool(grade_id(notebook.cells[at])) for at in code)
    cpu_s = (limits.cell_cpu_s + _grace(limits)) * (min(len(code), CELLS_AT_LIMIT + given) + 1)
    report, channel = server.start({"limits": asdict(limits) | {"cpu_s": cpu_s}, "own_library": bool(library)})
    with report, channel:
        session = Session(report, channel, task, watched="watch" in server.kind.layers)
        execution = Execution()
        try:
            for at in code:
                if not grade_id(notebook.cells[at]) and (spent := session.spent(execution)):
                    execution.reason = spent
                else:
                    execution.keep(at, session.run(notebook.cells[at]))
        except Stopped as stopped:
            execution.state, execution.reason = stopped.state, stopped.reason
        execution.cpu_s = session.end().get("cpu_s", 0.0)
    return execution


class Session:
    """The conversation with one submission."""

    def __init__(self, report: socket.socket, channel: socket.socket, task: Task, watched: bool) -> None:
        self._report, self._channel, self._task, self._watched = report, channel, task, watched
        self._limits = limits = task.limits
        self._inbox = Inbox(channel, 2 * limits.output_bytes + MESSAGE_ROOM)
        started = receive(report) or {"failed": "the fork server ended"}
        if started["failed"]:
            raise RuntimeError(f"The submission's process could not be set up: {started['failed']}")
        self._pid = int(started["pid"])
        self._at_start = use(self._pid)
        self._began = time.monotonic()
        channel.settimeout(limits.cell_wall_s)

    def run(self, cell: NotebookNode) -> Ran:
        """Run one cell. Raises Stopped if the submission's process did not come to the cell's end."""
        token = secrets.token_hex(16)
        try:
            given, cpu_s = is_locked(cell), self._cpu_s(cell)
            send(self._channel, {"token": token, "code": cell.source, "given": given, "cpu_s": cpu_s})
            answer = self._answer(cell)
        except (ConnectionError, TimeoutError):
            raise self._died(cell) from None
        except WireError as error:
            raise Stopped(DIED, f"In {_shown(cell)} it wrote on the grader's own channel ({error}).") from None
        if not secrets.compare_digest(str(answer.get("token")).encode(), token.encode()):
            raise Stopped(
                DIED, f"In {_shown(cell)} it wrote on the grader's own channel (an answer without the token)."
            )
        mended = answer.get("mended")
        names = tuple(str(name)[:80] for name in mended[:20]) if isinstance(mended, list) else ()
        return Ran(checked(answer.get("outputs")), number(answer.get("count")), seconds(answer.get("cpu_s")), names)

    def spent(self, execution: Execution) -> str:
        """A sentence if all cells so far took so long together that none of the student's own runs any more, else nothing."""
        cpu_s, wall_s = sum(ran.cpu_s for ran in execution.ran.values()), time.monotonic() - self._began
        most = (CELLS_AT_LIMIT * self._limits.cell_cpu_s, CELLS_AT_LIMIT * self._limits.cell_wall_s)
        for used, allowed, kind in ((cpu_s, most[0], "CPU time"), (wall_s, most[1], "time")):
            if used > allowed:
                return f"The cells before it used more than {allowed:g} s of {kind}; only exercises and given cells run then."
        return ""

    def end(self) -> dict[str, Any]:
        """End the submission's process, if it has not ended; what its supervisor says of it."""
        with contextlib.suppress(OSError):  # it has ended by itself
            self._report.shutdown(socket.SHUT_WR)
        self._ended = getattr(self, "_ended", None) or receive(self._report) or {}
        return self._ended

    def _answer(self, cell: NotebookNode) -> dict[str, Any]:
        began = time.monotonic()
        before: Use | None = None
        answer = self._inbox.wait(LOOK_AFTER_S)
        while answer is None:
            if self._inbox.ended:
                raise self._died(cell)
            if self._watched:
                now = use(self._pid)
                before = before or now
                self._check(now, now.cpu_s - before.cpu_s, time.monotonic() - began, cell)
            answer = self._inbox.wait(LOOK_EVERY_S)
        return answer

    def _check(self, now: Use, cpu_s: float, wall_s: float, cell: NotebookNode) -> None:
        """Raise Stopped if the cell uses too much."""
        limits, where, allowed_s = self._limits, f"In {_shown(cell)}", self._cpu_s(cell)
        memory = now.resident_bytes - now.count * self._at_start.resident_bytes
        if cpu_s > allowed_s + _grace(limits):
            raise Stopped(TIMED_OUT, f"{where} more than {allowed_s:g} s of CPU time were used; it did not stop.")
        if wall_s > limits.cell_wall_s + WALL_GRACE_S:
            raise Stopped(TIMED_OUT, f"{where} more than {limits.cell_wall_s:g} s passed; it did not stop.")
        if memory > limits.memory_bytes:
            allowed = f"{limits.memory_bytes / 2**20:.0f} MiB"
            raise Stopped(OUT_OF_MEMORY, f"{where} all its processes together used more than {allowed}.")
        if now.count > limits.processes:
            raise Stopped(DIED, f"{where} more than {limits.processes} processes were started.")

    def _cpu_s(self, cell: NotebookNode) -> float:
        """What the cell may take: what the task says of it, and never more than any cell may."""
        return min(self._task.cell_cpu_s.get(grade_id(cell), math.inf), self._limits.cell_cpu_s)

    def _died(self, cell: NotebookNode) -> Stopped:
        code = self.end().get("exit", "unknown")
        return Stopped(DIED, f"Its process ended in {_shown(cell)} (exit code {code}).")


def _grace(limits: Limits) -> float:
    return min(GRACE_S, limits.cell_cpu_s)


def _shown(cell: NotebookNode) -> str:
    return f"the cell {grade_id(cell) or repr(cell.source.partition(chr(10))[0][:60])}"
