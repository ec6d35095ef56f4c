"""Measures one cell: puts clocks, tracing, resident memory and the sampler together."""

from __future__ import annotations

import copy
import math
import os
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

from tinytorch_lab.profiler import tracing
from tinytorch_lab.profiler.cellcode import CellCode
from tinytorch_lab.profiler.collector import CollectorWatch
from tinytorch_lab.profiler.lines import LineWatch
from tinytorch_lab.profiler.machine import this_machine
from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.notes import Circumstances, notes_on
from tinytorch_lab.profiler.ops import OpsWatch
from tinytorch_lab.profiler.process import ProcessWatch
from tinytorch_lab.profiler.records import CellError, Statement
from tinytorch_lab.profiler.resident import ResidentMemory
from tinytorch_lab.profiler.samples import CAPACITY, Samples
from tinytorch_lab.profiler.settings import SAMPLE_INTERVAL_S, TRACE_BUDGET_S, check_settings
from tinytorch_lab.profiler.showing import LiveUpdates
from tinytorch_lab.profiler.sites import AllocationSites
from tinytorch_lab.profiler.stopwatch import Stopwatch
from tinytorch_lab.profiler.ticker import Ticker

# A long cell has points enough, and each sample takes the interpreter from the cell.
SLOWER_AFTER_S = ((1.0, 0.02), (10.0, 0.05))
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
        trace_budget: float = TRACE_BUDGET_S,
        frames: int = 1,
        sample_interval_s: float = SAMPLE_INTERVAL_S,
        statements: Sequence[Statement] = (),
        code: CellCode | None = None,
        lines: LineWatch | None = None,
        live: Callable[[Measurement], None] | None = None,
    ) -> None:
        """``live`` gets snapshots while the cell runs, from a thread.

        Args:
            trace_budget: seconds of tracing in the default mode.
            frames: how deep tracing looks for the line that allocates.
            code: where the cell's code is, to tell the cell's lines from others.
            lines: counts the lines, if they are to be counted.

        Raises:
            ValueError: as :func:`check_settings`.
        """
        check_settings(mode, trace_budget, frames)
        self.measurement = Measurement(mode=mode, label=label, statements_total=len(statements))
        self._statements = list(statements)
        self._trace_budget = math.inf if mode == "memory" else trace_budget
        self._frames = frames
        self._live = LiveUpdates(live)
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
        self._process = ProcessWatch()
        self._sites = AllocationSites(code)
        self._lines = lines
        self._ops = OpsWatch()
        self._ticker = Ticker(self._tick, sample_interval_s)
        self._undo = ExitStack()
        self._pid = os.getpid()

    def start(self) -> None:
        """Switch everything on; nothing counts before ``begin`` or ``resume``."""
        measurement = self.measurement
        measurement.started = datetime.now(UTC).isoformat(timespec="milliseconds")
        measurement.machine = this_machine()
        measurement.rss_start_bytes = self._resident.read()
        self._undo.callback(self._process.stop)
        self._process.start()
        if self._lines is not None:
            self._undo.callback(self._lines.stop)
            self._lines.start()
        self._undo.callback(self._collector.stop)
        self._collector.start()
        self._undo.callback(self._resident.stop)
        self._resident.start()
        self._undo.callback(self._traced.detach)
        wanted = measurement.mode != "time" and self._trace_budget > 0
        measurement.traced = self._traced.attach(start=wanted, frames=self._frames)
        self._own_starts = tracing.own_starts()
        if measurement.traced and wanted:
            self._sites.start(fresh=self._traced.started)
        self._samples.add(0.0, measurement.rss_start_bytes, self._traced.current())
        if measurement.mode != "time":  # counting operations takes time, and --time promises the cell's own
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
        if not self._mine or not 0 < self._begun <= len(self._statements):
            return
        statement = self._statements[self._begun - 1]
        wall, cpu = self._stopwatch.read()
        statement.wall_s, statement.cpu_s = wall - self._lap[0], cpu - self._lap[1]
        statement.done = done
        if not self._finished and self._knows_memory:
            statement.peak_bytes, statement.net_bytes = self._traced.lap
            if self._sites.worth_a_look(statement.net_bytes, last=self._on_last):
                self._resident.pause()
                self._sites.after_statement(statement.line, statement.net_bytes, last=self._on_last)
                self._resident.resume()
            else:
                self._sites.skip_statement(statement.line, statement.net_bytes)

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
        began = time.perf_counter()
        counting = self.pause()
        try:
            yield
        finally:
            if counting:
                self.resume()
                if self._lines is not None:
                    self._lines.outside(time.perf_counter() - began)

    @contextmanager
    def showing_value(self) -> Iterator[None]:
        """``uncounted`` for showing the value of a statement, the last thing that it does."""
        with self.uncounted():
            if self._on_last and self._knows_memory:  # look before showing allocates
                self._sites.after_statement(self._statements[-1].line, self._traced.lap[1], last=True)
            yield

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
            self._live.end()
            self._sample()
            self._resident.pause()
            self.measurement.trace_complete = self._knows_memory
            if self.measurement.trace_complete:
                self._sites.finish()
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
        self._ops.fill(measurement, self._announce)
        measurement.process = self._process.figures
        if self._traced.used:
            measurement.process.tracer_bytes = self._traced.tracer_bytes
        measurement.sites = self._sites.sites()
        measurement.lines = self._lines.profiles() if self._lines is not None else []
        measurement.notes = notes_on(measurement, self._circumstances())

    @property
    def _knows_memory(self) -> bool:
        return self._traced.attached and not self._traced.lost

    @property
    def _on_last(self) -> bool:
        return 0 < self._begun == len(self._statements)

    @property
    def _mine(self) -> bool:
        return os.getpid() == self._pid

    def _count(self) -> None:
        if self._mine:
            self._ops.resume()
            self._process.resume()
            self._traced.resume()
            self._collector.counting = True
            self._stopwatch.resume()

    def _halt(self) -> bool:
        if not self._mine or not self._stopwatch.running:
            return False
        self._stopwatch.pause()
        self._collector.counting = False
        if self._traced.attached:
            self._live.wait()
        self._traced.pause()
        self._process.pause()
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
        self._live.end()
        if not self._stopwatch.running:
            return
        self._sample()
        elapsed = self._samples.last_s
        for after_s, interval_s in SLOWER_AFTER_S:
            if elapsed > after_s:
                self._ticker.interval_s = max(self._ticker.interval_s, interval_s)
        if self._process.due(elapsed):
            self._look_for_children(elapsed)
        if elapsed > self._trace_budget and self._traced.attached and not self._traced.foreign:
            self._traced_s = elapsed
            self._traced.detach()
        if self._live.due(elapsed):
            self._live.update(elapsed, self.snapshot)

    def _sample(self) -> None:
        rss = self._resident.read()
        if not self._resident.exact:
            self._resident.take(rss)
        self._samples.add(self._stopwatch.read()[0], rss, self._traced.current())

    def _look_for_children(self, elapsed: float) -> None:
        tracing.begin_own_work()
        try:
            self._process.look(elapsed)
        finally:
            tracing.end_own_work()

    def _circumstances(self) -> Circumstances:
        return Circumstances(
            trace_budget=self._trace_budget,
            foreign_tracing=self._traced.foreign,
            tracing_lost=self._traced.lost,
            tracer_bytes=self._traced.tracer_bytes,
            sampling_failure=self._ticker.failure,
            live_failure=self._live.failure,
            sites_left_out=self._sites.left_out and self.measurement.trace_complete,
            line_problem=self._lines.problem if self._lines is not None else None,
            seconds_per_line=self._lines.seconds_per_line if self._lines is not None else None,
            counting_failure=self._ops.failure,
            counting_s=self._ops.own_s,
            layers_left_out=self._ops.layers_left_out,
        )

    def _announce(self, sentence: str) -> None:
        """Show that something takes a moment after the cell."""
        snapshot = self.snapshot()
        snapshot.notes = [sentence]
        if self._live.due(math.inf):
            self._live.update(math.inf, lambda: snapshot)
            self._live.end()
