"""A thread that calls a function over and over until it is told to stop."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable


class Ticker:
    """Calls ``tick`` each ``interval_s`` seconds in a daemon thread.

    The thread runs in a copy of the starter's context: what it displays belongs to the starter's cell.
    """

    def __init__(self, tick: Callable[[], None], interval_s: float) -> None:
        self.failure: str | None = None
        """Why ticking ended or never began, if it was not by ``stop``."""
        self._tick = tick
        self.interval_s = interval_s
        """Seconds between ticks; ``tick`` may change it."""
        self._done = threading.Event()
        self._thread = threading.Thread(
            target=contextvars.copy_context().run, args=(self._run,), name="tinytorch-lab sampler", daemon=True
        )

    def start(self) -> None:
        """Begin; a process that may have no more threads leaves a ``failure``."""
        try:
            self._thread.start()
        except RuntimeError as error:
            self.failure = str(error)

    def stop(self) -> None:
        """End the thread and wait for it, but not for ever: a display may hang."""
        self._done.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=2.0)

    def _run(self) -> None:
        try:
            while not self._done.wait(self.interval_s):
                self._tick()
        except Exception as error:  # a failing sampler must not print into the cell: it says so in a note
            self.failure = f"{type(error).__name__}: {error}"
