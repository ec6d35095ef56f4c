"""One at a time in a folder: two servers, two tabs, a button and a command in a terminal."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from tinytorch_lab.course.errors import Cancelled, CourseError
from tinytorch_lab.course.files import write_atomic

WAIT_S = 5.0


@contextmanager
def folder_lock(folder: Path, wait_s: float | None = None) -> Iterator[None]:
    """Hold the folder's lock; whoever holds it and dies gives it back. Raises CourseError if it stays held."""

    def held() -> str:
        return f"Another tinytorch-lab is at work in {folder}. Nothing was changed; try again when it has ended."

    with _held(folder / ".tinytorch-lab" / "lock", wait_s, held, threading.Event()):
        yield


@contextmanager
def run_lock(
    folder: Path, what: str, stop: threading.Event | None = None, wait_s: float | None = None
) -> Iterator[None]:
    """Be the only run of tests in the folder; ``what`` tells others what goes on, "Testing 01_tensor" say.

    Two runs at once would compete for processor and memory, so that cells time out which would not alone. A run that was
    cancelled needs a moment to end, which is waited for. Raises CourseError if another one goes on, Cancelled when ``stop`` is set.
    """
    note = folder / ".tinytorch-lab" / "run.json"

    def held() -> str:
        return f"{_noted(note)} Wait until it has ended, or cancel it there, and try again. Nothing was changed."

    with _held(folder / ".tinytorch-lab" / "run.lock", wait_s, held, stop or threading.Event()):
        write_atomic(note, json.dumps({"what": what, "since": datetime.now().strftime("%H:%M:%S")}) + "\n")
        yield


def _noted(note: Path) -> str:
    """What goes on, in words; the note may be missing or half another version's."""
    try:
        data = json.loads(note.read_text(encoding="utf-8"))
        return f"{data['what']} goes on since {data['since']}, in another tab or a terminal."
    except (OSError, ValueError, KeyError, TypeError):
        return "Tests go on in another tab or a terminal."


@contextmanager
def _held(place: Path, wait_s: float | None, held: Callable[[], str], stop: threading.Event) -> Iterator[None]:
    place.parent.mkdir(exist_ok=True)
    handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        until = time.monotonic() + (WAIT_S if wait_s is None else wait_s)
        while not _take(handle):
            if stop.wait(0.05):
                raise Cancelled
            if time.monotonic() >= until:
                raise CourseError(held())
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _take(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
