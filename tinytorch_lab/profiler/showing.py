"""Live updates: when they are due, and what they allocate, which is not the cell's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tinytorch_lab.profiler import tracing
from tinytorch_lab.profiler.measurement import Measurement

INTERVAL_S = 0.12
LONGEST_S = 0.05  # longer than that nobody waits for an update
SENDING_S = 0.002  # for the thread that sends messages


class LiveUpdates:
    """Hands snapshots to ``show`` from the sampler's thread, at most one each INTERVAL_S.

    An update counts as under way until ``end``, with the next tick: by then its message is sent and its
    memory free.
    """

    def __init__(self, show: Callable[[Measurement], None] | None) -> None:
        self.failure: str | None = None
        """Why there are no more updates."""
        self.under_way = False
        self._show = show
        self._next_s = INTERVAL_S
        self._lock = threading.Lock()
        self._shown = threading.Event()

    def due(self, elapsed_s: float) -> bool:
        """Whether it is time for an update."""
        return self._show is not None and elapsed_s >= self._next_s

    def update(self, elapsed_s: float, snapshot: Callable[[], Measurement]) -> None:
        """Take a snapshot and show it. A failure ends all updates: the measurement goes on and says so."""
        assert self._show is not None
        self._shown.clear()
        self.under_way = True
        tracing.begin_own_work()
        try:
            self._show(snapshot())
        except Exception as error:  # the display may be gone
            self._show = None
            self.failure = f"{type(error).__name__}: {error}"
        finally:
            self._shown.set()
            self._next_s = elapsed_s + INTERVAL_S

    def wait(self) -> None:
        """Let an update end and its message be sent: its memory would count as kept by the statement that ends."""
        if self.under_way and self._shown.wait(LONGEST_S):
            time.sleep(SENDING_S)
            self.end()

    def end(self) -> None:
        """The last update is over, if there was one."""
        with self._lock:
            if self.under_way:
                self.under_way = False
                tracing.end_own_work()
