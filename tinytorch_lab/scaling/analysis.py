"""From what a sweep measured to the result that is shown."""

from __future__ import annotations

from tinytorch_lab.scaling.growth import growth_of
from tinytorch_lab.scaling.noise import memory_data, time_data, waits
from tinytorch_lab.scaling.result import Complexity, Point
from tinytorch_lab.scaling.series import Series
from tinytorch_lab.scaling.several import growth_of_several
from tinytorch_lab.scaling.stated import parse_stated
from tinytorch_lab.scaling.sweep import Sweep
from tinytorch_lab.scaling.timing import fine_clock
from tinytorch_lab.scaling.verdict import prediction_of


def points_of(sweep: Sweep, clock: str) -> list[Point]:
    """The points in order of size."""
    return [_point(sweep.names, sweep.series[at], clock) for at in sorted(sweep.series) if sweep.series[at].samples]


def _point(names: list[str], series: Series, clock: str) -> Point:
    point = Point(dict(zip(names, series.sizes, strict=True)), peak_bytes=series.peak)
    times = series.times(clock)
    if times:
        point.time_s = series.typical(clock)
        point.low_s, point.high_s = times[0], times[(3 * len(times)) // 4]
        point.runs = sum(sample.runs for sample in series.samples)
    return point


def fill_in(result: Complexity, sweep: Sweep, predict: str | None) -> None:
    """Complete ``result`` with the points and the growth of a sweep that has ended."""
    series = [sweep.series[at] for at in sorted(sweep.series)]
    waiting = not fine_clock() or waits(series)
    result.clock = "wall" if waiting else "cpu"
    result.points = points_of(sweep, result.clock)
    result.stopped = sweep.stop
    if len(sweep.axes) == 1:
        (name,) = sweep.names
        result.time = growth_of(time_data(series, result.clock), name, "s") if sweep.times else None
        result.memory = growth_of(memory_data(series), name, "B") if sweep.memory else None
    else:
        result.time = growth_of_several(series, sweep.names, result.clock) if sweep.times else None
        result.memory = growth_of_several(series, sweep.names, None) if sweep.memory else None
    if predict is not None:
        result.prediction = prediction_of(predict, parse_stated(predict, sweep.names), result)
    result.notes += _notes(result, sweep)
    result.progress.doing = ""
    result.progress.spent_s = sweep.wall_s


def _notes(result: Complexity, sweep: Sweep) -> list[str]:
    notes = []
    if result.clock == "wall" and fine_clock():
        notes.append("The code mostly waits, so times are by the clock, not CPU time.")
    if sweep.memory and not sweep.traces:
        notes.append("The code turned memory tracing off: memory is not known.")
    if sweep.times and result.time is None:
        notes.append("Fewer than three sizes were measured: no growth can be told.")
    return notes
