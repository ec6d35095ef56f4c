"""Stops Python code that takes too long, between two of its bytecodes. A single call into C code cannot be stopped."""

from __future__ import annotations

import ctypes
import random
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

Value = TypeVar("Value")

AGAIN_S = 0.05  # code that catches the exception is asked again after so many seconds
PATIENCE = 3  # so often; then again at once, since code that catches everything can only be left between its handlers
AT_ONCE_S = 50e-6  # at most: the exact moment varies, so that one of them falls between two handlers


class TooLong(BaseException):
    """Raised in code whose time is up. Not an Exception, so that ``except Exception`` in it lets it pass."""


def limited(seconds: float, call: Callable[[], Value]) -> Value:
    """What ``call`` returns; raises TooLong in it once it has run for ``seconds`` of wall clock time.

    A timer signal does it in the main thread of POSIX systems: it ends a sleep too. Elsewhere a thread raises the exception, which
    takes effect when ``call`` is back from a call into C code.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if in_main and hasattr(signal, "setitimer"):
        return _signalled(max(seconds, 1e-3), call)
    return _watched(max(seconds, 1e-3), call)


def _signalled(seconds: float, call: Callable[[], Value]) -> Value:
    armed, rings = True, 0

    def ring(number: int, frame: FrameType | None) -> None:
        nonlocal rings
        if not armed:
            return
        rings += 1
        if rings > PATIENCE:
            signal.setitimer(signal.ITIMER_REAL, AT_ONCE_S * (0.2 + 0.8 * random.random()), AGAIN_S)
        raise TooLong

    before = signal.signal(signal.SIGALRM, ring)
    began = time.monotonic()
    theirs, interval = signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_S)
    try:
        try:
            return call()
        finally:
            armed = False
    finally:
        armed = False  # the timer may have rung just before the same line above
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if before is None else before)
        if theirs > 0:  # somebody else's timer goes on
            signal.setitimer(signal.ITIMER_REAL, max(1e-3, theirs - (time.monotonic() - began)), interval)


def _watched(seconds: float, call: Callable[[], Value]) -> Value:
    set_exception = ctypes.pythonapi.PyThreadState_SetAsyncExc
    thread = ctypes.c_ulong(threading.get_ident())
    lock, over = threading.Lock(), threading.Event()

    def watch() -> None:
        wait = seconds
        while not over.wait(wait):
            with lock:
                if not over.is_set():
                    set_exception(thread, ctypes.py_object(TooLong))
            wait = AGAIN_S

    watcher = threading.Thread(target=watch, name="tinytorch-lab alarm", daemon=True)
    watcher.start()
    try:
        try:
            return call()
        finally:
            _end(lock, over)
    finally:
        _end(lock, over)
        set_exception(thread, None)  # one that is still on its way
        watcher.join()


def _end(lock: threading.Lock, over: threading.Event) -> None:
    with lock:
        over.set()
