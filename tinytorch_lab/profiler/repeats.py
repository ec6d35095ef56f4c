"""Mode ``repeat``: several untraced runs for the time, one traced run more for the memory, joined to one measurement."""

from __future__ import annotations

import copy
from statistics import median

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import Run, Statement


class Repeats:
    """The runs of one cell: ``count`` untraced ones, and the traced one last."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.untraced: list[Measurement] = []

    @property
    def last(self) -> bool:
        """Whether the run that is due, or under way, is the traced one."""
        return len(self.untraced) >= self.count

    @property
    def mode(self) -> str:
        """Mode of the run that is due."""
        return "memory" if self.last else "time"

    def running(self, snapshot: Measurement) -> Measurement:
        """What to show while a run is under way."""
        number = len(self.untraced) + 1
        what = "traced, for the memory" if self.last else "not traced, for the time"
        snapshot.mode, snapshot.runs = "repeat", [_run(each) for each in self.untraced]
        snapshot.notes = [f"Run {number} of {self.count + 1} ({what})."]
        return snapshot

    def joined(self, last: Measurement) -> Measurement:
        """Times of the untraced runs, memory of the traced one; ``last`` is the run that ended it all.

        If that is an untraced one, because it raised or was stopped, the memory is not known.
        """
        untraced = self.untraced or [last]
        middle = sorted(untraced, key=lambda each: each.wall_s)[len(untraced) // 2]
        runs = [*self.untraced, last]
        joined = copy.copy(last)
        joined.mode, joined.started = "repeat", runs[0].started
        joined.runs = [_run(each) for each in runs]
        joined.wall_s = median(each.wall_s for each in untraced)
        joined.cpu_s = median(each.cpu_s for each in untraced)
        joined.traced = any(each.traced for each in untraced)
        joined.traced_s = middle.traced_s
        joined.statements = _statements(untraced, last)
        joined.rss_start_bytes = runs[0].rss_start_bytes
        joined.rss_peak_bytes = max((each.rss_peak_bytes for each in runs if each.rss_peak_bytes), default=None)
        joined.rss_exact = all(each.rss_exact for each in runs)
        joined.gc, joined.process = middle.gc, copy.copy(middle.process)
        joined.process.child_processes = max(each.process.child_processes for each in runs)
        joined.process.tracer_bytes = last.process.tracer_bytes
        joined.notes = list(dict.fromkeys([*self._notes(last), *middle.notes, *last.notes]))
        return joined

    def _notes(self, last: Measurement) -> list[str]:
        done = len(self.untraced)
        if last.state != "done":
            what = f"the times are the median of the {done} before it" if done else "the times are its own"
            verb = "was stopped" if last.state == "interrupted" else "raised"
            return [f"Run {done + 1} of {self.count + 1} {verb}: {what}."]
        plural = "" if done == 1 else "s"
        return [
            f"Times are the median of {done} untraced run{plural}; memory and timeline are of one more, traced run."
        ]


def _run(measurement: Measurement) -> Run:
    return Run(measurement.wall_s, measurement.cpu_s, measurement.traced)


def _statements(untraced: list[Measurement], last: Measurement) -> list[Statement]:
    """The statements of ``last`` with the median times of those runs that came to each of them."""
    joined = []
    for i, statement in enumerate(last.statements):
        same = [each.statements[i] for each in untraced if i < len(each.statements)] or [statement]
        merged = copy.copy(statement)
        merged.wall_s = median(each.wall_s for each in same)
        merged.cpu_s = median(each.cpu_s for each in same)
        joined.append(merged)
    return joined
