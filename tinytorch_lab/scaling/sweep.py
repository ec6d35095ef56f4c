"""Run a piece of code at growing sizes, as long as a budget of time and memory allows."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from tinytorch_lab.scaling import thresholds as limit
from tinytorch_lab.scaling.alarm import TooLong, limited
from tinytorch_lab.scaling.axes import Axis
from tinytorch_lab.scaling.job import Job
from tinytorch_lab.scaling.memory import traced_run
from tinytorch_lab.scaling.result import Stop
from tinytorch_lab.scaling.room import available_bytes, resident_bytes
from tinytorch_lab.scaling.series import Series, predicted, used
from tinytorch_lab.scaling.timing import Timer

At = tuple[int, ...]


class Sweep:
    """One sweep: ``run`` fills ``series`` and says in ``stop`` why it ended; ``error`` is what a run raised, if that ended it."""

    def __init__(
        self,
        job: Job,
        axes: list[Axis],
        budget_s: float,
        *,
        time_runs: bool = True,
        memory_runs: bool = True,
        report: Callable[[str], None] = lambda doing: None,
    ) -> None:
        """``report`` is called between runs with what is done next."""
        self.axes = axes
        self.names = [axis.name for axis in axes]
        self.series: dict[At, Series] = {}
        self.stop: Stop | None = None
        self.error: BaseException | None = None
        self._job = job
        self._budget = budget_s
        self.times, self.memory = time_runs, memory_runs
        self._report = report
        self._timer = Timer()
        self._wall = time.perf_counter()
        self._cpu = time.thread_time()
        self._traced_s = 0.0
        self.traces = memory_runs
        self._resident = resident_bytes()

    @property
    def wall_s(self) -> float:
        """Wall clock since the start, seconds."""
        return time.perf_counter() - self._wall

    def _left(self) -> float:
        """Of the budget, seconds: CPU time, and not all too much more by the clock."""
        return self._budget - max(time.thread_time() - self._cpu, self.wall_s / limit.WALL_FACTOR)

    def visit(self, at: At, most_runs: int = limit.VISIT_RUNS) -> None:
        """Time some runs at one size."""
        sizes = dict(zip(self.names, at, strict=True))
        series = self.series.setdefault(at, Series(at))
        until = time.perf_counter() + limit.VISIT_S
        for count in range(most_runs):
            if count and time.perf_counter() > until:
                break
            wall, cpu = time.perf_counter(), time.thread_time()
            self._job.prepare(sizes)
            prepared = used(time.thread_time() - cpu, time.perf_counter() - wall)
            series.prepare_s = min(series.prepare_s, prepared) if series.samples else prepared
            expected = series.run_s if series.samples else 0.0
            row = 1
            if series.samples and expected < limit.STRETCH_S and self._job.repeatable():
                row = min(limit.STRETCH_RUNS, math.ceil(limit.STRETCH_S / max(expected, 1e-8)))
            series.samples.append(self._timer.time(self._job.work, row, expected * row))

    def trace(self, at: At) -> None:
        """Take the traced peak at one size."""
        traced = traced_run(self._job, dict(zip(self.names, at, strict=True)))
        peak, seconds = traced.peak, traced.wall_s
        self._traced_s += seconds
        series = self.series.setdefault(at, Series(at))
        series.input_bytes = traced.held
        series.traced_s = seconds if series.traced_s is None else min(seconds, series.traced_s)
        if peak is None:
            self.traces = False
        elif series.peak is None or peak < series.peak:
            series.peak = peak

    def attempt(self, at: At, doing: str, work: Callable[[], None]) -> bool:
        """Whether ``work`` at a size went well; else ``stop`` says what happened."""
        where = ", ".join(f"{name} = {size}" for name, size in zip(self.names, at, strict=True))
        self._report(f"{where}: {doing}")
        left = max(0.2, self._budget * (limit.WALL_FACTOR if self.series else 1.0) - self.wall_s)
        known = at in self.series and bool(self.series[at].samples)
        try:
            limited(left, work)
            return True
        except TooLong:
            self.end("too long", f"A run at {where} did not end within {left:.2g} s, and was stopped.", at)
        except RecursionError:
            self.end("recursion", f"Python's limit of recursion was reached at {where}.", at)
        except MemoryError:
            self.end("memory error", f"There was not enough memory at {where}.", at)
        except Exception as error:
            self.error = error
            self.end("error", f"It raised at {where}: {type(error).__name__}: {str(error)[:200]}", at)
        if not known:
            self.series.pop(at, None)
        return False

    def end(self, reason: str, text: str, at: At | None = None) -> None:
        """Note why the sweep ends; ``at`` is the size that was not measured."""
        sizes = {} if at is None else dict(zip(self.names, at, strict=True))
        self.stop = Stop(reason, text, sizes)

    def affordable(self, at: At, cost_s: float, need: float) -> bool:
        """Whether a size may be tried whose run costs and needs what was predicted; else ``stop`` says why not."""
        where = ", ".join(f"{name} = {size}" for name, size in zip(self.names, at, strict=True))
        if need > limit.MEMORY_FRACTION * available_bytes():
            self.end(
                "memory", f"{where} would need about {need / 2**30:.1f} GiB, over half of the memory that is left.", at
            )
            return False
        if cost_s > min(self._budget * limit.CAP_SHARE, self._left()):
            self.end("budget", f"{where} was predicted to take too long for the budget of {self._budget:g} s.", at)
            return False
        return True

    def scout(self, at: At, along: list[Series]) -> bool:
        """Run a size for the first time, if its cost as predicted from the sizes ``along`` the way allows it."""
        path = [(math.prod(series.sizes), series) for series in along]
        here = math.prod(at)
        cost = self._cost(path, here)
        need = predicted([(place, max(limit.MEMORY_FLOOR, each.held + (each.peak or 0))) for place, each in path], here)
        if cost == math.inf or not self.affordable(at, cost, need):
            return False
        if not self.attempt(at, "first runs", lambda: self.visit(at, 2 if cost < 0.02 else 1)):
            return False
        if cost > 1e-3:
            self.series[at].held = max(0, resident_bytes() - self._resident)
        return self._scout_memory(at, along)

    def _cost(self, path: list[tuple[int, Series]], here: int) -> float:
        """What a run costs as predicted; where that is too much, only after the last sizes were timed again."""
        timed = [(place, each) for place, each in path if each.samples]
        cost = predicted([(place, each.cost_s) for place, each in timed], here)
        if cost <= self._budget * limit.CAP_SHARE:
            return cost
        for _, each in timed[-3:]:
            if len(each.samples) < limit.SURE_RUNS and not self.time_again(each.sizes, 2):
                return math.inf
        return predicted([(place, each.cost_s) for place, each in timed], here)

    def _scout_memory(self, at: At, along: list[Series]) -> bool:
        if not (self.memory and self.traces):
            return True
        slower = [each.traced_s / max(each.cost_s, 1e-6) for each in along if each.traced_s is not None][-2:]
        cost = self.series[at].cost_s * max(slower, default=1.0)
        share_left = self._budget * limit.MEMORY_SHARE - self._traced_s
        if len(slower) == 2 and cost > min(self._budget * limit.TRACED_CAP_SHARE, share_left):
            return True
        runs = 2 if cost < limit.TRACED_TWICE_S else 1
        return all(self.attempt(at, "memory", lambda: self.trace(at)) for _ in range(runs))

    def time_again(self, at: At, most_runs: int = limit.VISIT_RUNS) -> bool:
        """Time some more runs at a size; whether that went well."""
        return self.attempt(at, "time", lambda: self.visit(at, most_runs))

    def refine(self, grid: list[At]) -> None:
        """Time the sizes of ``grid`` again and again, in turns, until the budget is used."""
        stop = self.stop
        for turn in range(limit.MOST_ROUNDS):
            for at in sorted(grid, reverse=turn % 2 == 1):  # the cheap ones first: they cost nothing
                if self.series[at].cost_s * 1.2 > self._left():
                    if turn >= 1:
                        return
                    continue
                if not self.time_again(at):
                    self.stop, self.error = stop, None  # it did go well before: what ended the climb still counts
                    return
