"""Wall clock and CPU time with pauses."""

from __future__ import annotations

import time
from collections.abc import Callable


class Stopwatch:
    """Adds up the time between ``resume`` and ``pause``. Any thread may read it."""

    def __init__(
        self,
        wall_clock: Callable[[], float] = time.perf_counter,
        cpu_clock: Callable[[], float] = time.process_time,
    ) -> None:
        self._wall_clock = wall_clock
        self._cpu_clock = cpu_clock
        # Sums of wall and CPU seconds, and both clocks at the last resume (None: paused). One tuple, so
        # that a thread that reads while another one writes sees the old state or the new one.
        self._state: tuple[float, float, tuple[float, float] | None] = (0.0, 0.0, None)

    @property
    def running(self) -> bool:
        """Whether time counts now."""
        return self._state[2] is not None

    def resume(self) -> None:
        """Go on counting."""
        wall, cpu, _ = self._state
        cpu_now = self._cpu_clock()
        self._state = (wall, cpu, (self._wall_clock(), cpu_now))

    def pause(self) -> None:
        """Stop counting; does nothing when paused already."""
        self._state = (*self.read(), None)

    def read(self) -> tuple[float, float]:
        """Wall clock and CPU time so far, seconds."""
        wall, cpu, since = self._state
        if since is None:
            return wall, cpu
        wall_now = self._wall_clock()
        return wall + wall_now - since[0], cpu + self._cpu_clock() - since[1]
