"""Measures one cell: puts clocks, tracing, resident memory and the sampler together."""

from __future__ import annotations

import copy
import math
import os
import platform
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

from tinytorch_lab.profiler import tracing
from tinytorch_lab.profiler.collector import CollectorWatch
from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.notes import Circumstances, notes_on
from tinytorch_lab.profiler.ops import OpsWatch
from tinytorch_lab.profiler.records import CellError, Machine, Statement
from tinytorch_lab.profiler.resident import ResidentMemory
from tinytorch_lab.profiler.samples import CAPACITY, Samples
from tinytorch_lab.profiler.stopwatch import Stopwatch
from tinytorch_lab.profiler.ticker import Ticker

MODES = ("default", "time")
SAMPLE_INTERVAL_S = 0.01
LONG_CELL_S = 1.0
LONG_CELL_INTERVAL_S = 0.02  # a long cell has points enough, and each sample takes the interpreter from the cell
LIVE_INTERVAL_S = 0.12
LIVE_POINTS = 120
LIVE_STATEMENTS = 50
KEPT_STATEMENTS = 500


class Recorder:
    """One measurement from start to stop.

    ``start``; then ``begin`` and ``end`` around each statement (a block without statements: once
    around all of it), with ``uncounted`` around what shall not count; then ``stop``.
    ``measurement`` is filled at the end, ``snapshot`` gives the figures so far. In a forked child
    every method does nothing: the measurement is the parent's.
    """

    def __init__(
        self,
        *,
        mode: str = "default",
        label: str | None = None,
        trace_budget: float = 1.5,
        statements: Sequence[Statement] = (),
        live: Callable[[Measurement], None] | None = None,
    ) -> None:
        """``trace_budget`` in seconds; ``live`` gets a snapshot every LIVE_INTERVAL_S, from a thread.

        Raises:
            ValueError: if the mode is unknown or the budget is negative.
        """
        check_settings(mode, trace_budget)
        self.measurement = Measurement(mode=mode, label=label, statements_total=len(statements))
        self._statements = list(statements)
        self._trace_budget = trace_budget
        self._live = live
        self._live_failure: str | None = None
        self._next_live_s = LIVE_INTERVAL_S
        self._showing = False
        self._finished = False
        self._begun = 0
        self._lap = (0.0, 0.0)
        self._traced_s: float | None = None  # seconds traced, once tracing is over
        self._stopwatch = Stopwatch()
        self._traced = tracing.TracedMemory()
        self._own_starts = 0
        self._resident = ResidentMemory()
        self._samples = Samples()
        self._collector = CollectorWatch()
        self._ops = OpsWatch()
        self._ticker = Ticker(self._tick, SAMPLE_INTERVAL_S)
        self._undo = ExitStack()
        self._pid = os.getpid()

    def start(self) -> None:
        """Switch everything on; nothing counts before ``begin`` or ``resume``."""
        measurement = self.measurement
        measurement.started = datetime.now(UTC).isoformat(timespec="milliseconds")
        measurement.machine = _machine()
        measurement.rss_start_bytes = self._resident.read()
        self._undo.callback(self._collector.stop)
        self._collector.start()
        self._undo.callback(self._resident.stop)
        self._resident.start()
        self._undo.callback(self._traced.detach)
        measurement.traced = self._traced.attach(start=measurement.mode == "default" and self._trace_budget > 0)
        self._own_starts = tracing.own_starts()
        self._samples.add(0.0, measurement.rss_start_bytes, self._traced.current())
        self._undo.callback(self._ops.stop)
        self._ops.start()
        self._undo.callback(self._ticker.stop)
        self._ticker.start()

    def begin(self) -> None:
        """The next statement starts."""
        self._begun += 1
        self._lap = self._stopwatch.read()
        self._traced.new_lap()
        self._count()

    def end(self, *, done: bool) -> None:
        """The statement is over; ``done`` is False if it raised."""
        self._halt()
        if not self._mine or self._begun > len(self._statements):
            return
        statement = self._statements[self._begun - 1]
        wall, cpu = self._stopwatch.read()
        statement.wall_s, statement.cpu_s = wall - self._lap[0], cpu - self._lap[1]
        statement.done = done
        if not self._finished and self._traced.attached and not self._traced.lost:
            statement.peak_bytes, statement.net_bytes = self._traced.lap

    def pause(self) -> bool:
        """Stop counting; True if it was counting."""
        counting = self._halt()
        if counting:
            self._resident.pause()
        return counting

    def resume(self) -> None:
        """Count on."""
        if self._mine:
            self._resident.resume()
            self._count()

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """For what is done meanwhile, such as showing a value, but is not the cell's own work."""
        counting = self.pause()
        try:
            yield
        finally:
            if counting:
                self.resume()

    def snapshot(self) -> Measurement:
        """The figures so far, small enough to be sent several times a second."""
        self._resident.note()
        snapshot = copy.copy(self.measurement)
        begun = self._begun
        snapshot.statements = [copy.copy(each) for each in self._statements[max(0, begun - LIVE_STATEMENTS) : begun]]
        self._fill(snapshot, LIVE_POINTS)
        if snapshot.statements and not snapshot.statements[-1].done:
            snapshot.statements[-1].wall_s = snapshot.wall_s - self._lap[0]
            snapshot.statements[-1].cpu_s = snapshot.cpu_s - self._lap[1]
        return snapshot

    def finish(self) -> None:
        """The cell is over: switch everything off, whatever fails. Once is enough."""
        if not self._mine or self._finished:
            return
        self._finished = True
        with self._undo:
            self._halt()
            self._ticker.stop()
            self._end_showing()
            self._sample()
            self.measurement.trace_complete = self._traced.attached and not self._traced.lost
            if tracemalloc.is_tracing() or tracing.own_starts() != self._own_starts:
                self.measurement.traced = True

    def stop(self, error: CellError | None = None, *, interrupted: bool = False) -> None:
        """``finish``, and fill ``measurement``."""
        if not self._mine:
            return
        self.finish()
        measurement = self.measurement
        measurement.error = error
        measurement.state = "interrupted" if interrupted else "error" if error else "done"
        measurement.statements = self._statements[: min(self._begun, KEPT_STATEMENTS)]
        self._fill(measurement, CAPACITY)
        self._ops.fill(measurement)
        measurement.notes = notes_on(measurement, self._circumstances())

    @property
    def _mine(self) -> bool:
        return os.getpid() == self._pid

    def _count(self) -> None:
        if self._mine:
            self._ops.resume()
            self._traced.resume()
            self._stopwatch.resume()

    def _halt(self) -> bool:
        if not self._mine or not self._stopwatch.running:
            return False
        self._stopwatch.pause()
        self._traced.pause()
        self._ops.pause()
        return True

    def _fill(self, target: Measurement, points: int) -> None:
        target.wall_s, target.cpu_s = self._stopwatch.read()
        if target.traced:
            target.traced_s = target.wall_s if self._traced_s is None else self._traced_s
        if self._traced.used and not self._traced.lost:
            target.peak_bytes = self._traced.peak
            target.net_bytes = self._traced.net if target.trace_complete else None
        target.rss_peak_bytes = self._resident.peak
        target.rss_exact = self._resident.exact
        target.timeline = self._samples.timeline(points)
        target.gc = copy.deepcopy(self._collector.figures)

    def _tick(self) -> None:
        self._end_showing()
        if not self._stopwatch.running:
            return
        self._sample()
        elapsed = self._samples.last_s
        if elapsed > LONG_CELL_S:
            self._ticker.interval_s = LONG_CELL_INTERVAL_S
        if elapsed > self._trace_budget and self._traced.attached and not self._traced.foreign:
            self._traced_s = elapsed
            self._traced.detach()
        if self._live is not None and elapsed >= self._next_live_s:
            self._show()
            self._next_live_s = elapsed + LIVE_INTERVAL_S

    def _sample(self) -> None:
        rss = self._resident.read()
        if not self._resident.exact:
            self._resident.take(rss)
        self._samples.add(self._stopwatch.read()[0], rss, self._traced.current())

    def _show(self) -> None:
        assert self._live is not None
        # It ends with the next tick: by then the message that is queued now is sent and its memory free.
        self._showing = True
        tracing.begin_own_work()
        try:
            self._live(self.snapshot())
        except Exception as error:  # the display may be gone: the measurement goes on and says so
            self._live = None
            self._live_failure = f"{type(error).__name__}: {error}"

    def _end_showing(self) -> None:
        if self._showing:
            self._showing = False
            tracing.end_own_work()

    def _circumstances(self) -> Circumstances:
        return Circumstances(
            trace_budget=self._trace_budget,
            foreign_tracing=self._traced.foreign,
            tracing_lost=self._traced.lost,
            tracer_bytes=self._traced.tracer_bytes,
            sampling_failure=self._ticker.failure,
            live_failure=self._live_failure,
        )


def check_settings(mode: str, trace_budget: float) -> None:
    """Raises ValueError if the mode is unknown, or if the budget (seconds) is negative or not a number."""
    if mode not in MODES:
        raise ValueError(f"mode is {mode!r}; it must be one of {', '.join(map(repr, MODES))}.")
    if not isinstance(trace_budget, int | float) or math.isnan(trace_budget) or trace_budget < 0:
        raise ValueError(f"trace_budget is {trace_budget!r}; it must be a number of seconds, 0 or more.")


def _machine() -> Machine:
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    cpus = len(affinity(0)) if affinity else os.cpu_count() or 0
    return Machine(platform.python_version(), f"{platform.system()} {platform.machine()}", cpus)
