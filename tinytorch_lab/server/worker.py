"""Long work in a process of its own, which sends its messages as lines: JSON, one object each."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

from tinytorch_lab.course.errors import Cancelled, CourseError
from tinytorch_lab.course.stopping import ended_by
from tinytorch_lab.server.sender import Message, Sender

GRACE_S = 5.0
"""So long a worker may take to end when nobody wants its work any more."""


ENDS = ("done", "refused", "error", "stopped")
"""The kinds of last messages."""


def run(module: str, request: dict[str, Any], send: Sender, pass_on: Callable[[Message], None] | None = None) -> None:
    """Run ``python -m module``, give it ``request`` as JSON, and ``pass_on`` what it says (default: send it).

    It ends with its process group when who asked goes away. Raises CourseError if it stops without one of the ENDS.
    """
    last = None
    with (
        tempfile.TemporaryFile() as errors,
        _started(module, errors) as process,
        ended_by(send.stop, lambda: _end(process)),
    ):
        for message in _asked(process, request):
            last = message
            (pass_on or send)(message)
        status = process.wait()
        if send.stop.is_set():
            raise Cancelled
        if last is None or last.get("kind") not in ENDS:
            raise CourseError(_stopped(module, status, errors))


@contextmanager
def _started(module: str, errors: IO[bytes]) -> Iterator[subprocess.Popen[str]]:
    """The process; when this ends, so has it."""
    with subprocess.Popen(
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        encoding="utf-8",
        start_new_session=True,  # a group of its own: kernels that it started end with it
    ) as process:
        try:
            yield process
        finally:
            _end(process)


def _asked(process: subprocess.Popen[str], request: dict[str, Any]) -> Iterator[Message]:
    assert process.stdin is not None
    assert process.stdout is not None
    with (
        suppress(BrokenPipeError),
        process.stdin as asked,
    ):  # one that ended before it read tells why by its exit status
        asked.write(json.dumps(request))
    for line in process.stdout:
        yield _message(line)


def _message(line: str) -> Message:
    try:
        message = json.loads(line)
    except ValueError:
        message = None
    if not isinstance(message, dict):
        raise CourseError(
            f"What came from the work is no message: {line.strip()[:200]!r}. Nothing was half done; try again."
        )
    return message


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is not None:
        return
    _signal(process, signal.SIGTERM)
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
        process.wait()


def _signal(process: subprocess.Popen[str], number: int) -> None:
    if os.name == "posix":
        with suppress(ProcessLookupError):  # it has ended by itself meanwhile
            os.killpg(process.pid, number)
    else:
        process.terminate()


def _stopped(module: str, status: int, errors: IO[bytes]) -> str:
    """What to say about a worker that ended without an answer: its last words are the best that there is."""
    errors.seek(0)
    words = errors.read().decode("utf-8", "replace").strip().splitlines()
    said = f" It said last: {words[-1].strip()}" if words else ""
    return f"{module} ended without an answer (exit status {status}).{said} Nothing was half done; try again."
