"""Listens to the operations of tinytorch while a cell runs, if it is loaded: nothing here imports it."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, Any

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.ops import observer
from tinytorch_lab.profiler.roofline import roofline_for

if TYPE_CHECKING:
    from tinytorch_lab.profiler.ops.events import EventCounts


class OpsWatch:
    """Listens between ``start`` and ``stop``, counts between ``resume`` and ``pause``."""

    def __init__(self) -> None:
        self.failure: str | None = None
        """Why it stopped counting, if it had to: an event that it did not understand."""
        self.own_s = 0.0
        """Seconds that counting took: they are in the cell's time, and in that of the modules, not in that of the operations."""
        self.layers_left_out = False
        """Whether more modules were called than are listed."""
        self._listening = False
        self._counting = False
        self._events: EventCounts | None = None

    def start(self) -> None:
        """Listen, if tinytorch is loaded."""
        self._listening = True
        observer.add(self)
        self._look()

    def resume(self) -> None:
        """Count again; tinytorch may have been loaded in the meantime. Nothing before ``start``."""
        if not self._listening:
            return
        self._look()
        self._counting = self.failure is None

    def pause(self) -> None:
        """What follows does not count."""
        self._counting = False

    def stop(self) -> None:
        """Listen no more; put back who listened before."""
        self._counting = self._listening = False
        observer.remove(self)
        if self._events is not None:
            self._events.release()

    def take(self, event: Any) -> None:
        """One event of tinytorch. Whatever is wrong with it, the operation goes on."""
        if not self._counting or self._events is None:
            return
        arrived = perf_counter()
        try:
            self._events.count(event, arrived)
        except Exception as failure:
            self._counting = False
            self.failure = f"{type(failure).__name__}: {failure}"
        self.own_s += perf_counter() - arrived

    def fill(self, measurement: Measurement, announce: Callable[[str], None] | None = None) -> None:
        """Write ops, layers, tensors and roofline into the measurement.

        The first time on a machine this may take as long as ``calibrate.BUDGET_S`` says: ``announce`` is told before.
        """
        if self._events is None:
            return
        self._events.fill(measurement)
        self.layers_left_out = self._events.layers_left_out
        measurement.roofline = roofline_for(measurement, announce)

    def _look(self) -> None:
        if not observer.look():
            return
        if self._events is None:
            from tinytorch_lab.profiler.ops.events import EventCounts

            self._events = EventCounts()
        self._events.prepare()
