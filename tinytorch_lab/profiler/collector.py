"""What Python's garbage collector does while a cell runs."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any

from tinytorch_lab.profiler.records import GarbageCollections


class CollectorWatch:
    """Counts collections and their pauses between ``start`` and ``stop``, those that begin while ``counting``."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.figures = GarbageCollections()
        self.counting = False
        self._clock = clock
        self._began: float | None = None
        self._callback = self._on_collection  # one bound method, so that it can be found again

    def start(self) -> None:
        """Count from now on."""
        gc.callbacks.append(self._callback)

    def stop(self) -> None:
        """Count no more; the cell may have removed the callback itself."""
        if self._callback in gc.callbacks:
            gc.callbacks.remove(self._callback)

    def _on_collection(self, phase: str, info: dict[str, Any]) -> None:
        if phase == "start":
            self._began = self._clock() if self.counting else None
        elif self._began is not None:
            self.figures.collections[info["generation"]] += 1
            self.figures.pause_s += self._clock() - self._began
            self._began = None
