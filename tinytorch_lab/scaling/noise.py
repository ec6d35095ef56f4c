"""The points of a sweep as data to fit, each with what chance may have done to it."""

from __future__ import annotations

import statistics

import numpy as np

from tinytorch_lab.scaling import thresholds as limit
from tinytorch_lab.scaling.classes import Values
from tinytorch_lab.scaling.fit import Data
from tinytorch_lab.scaling.series import Series


def waits(series: list[Series]) -> bool:
    """Whether the code mostly waits (sleeps, other threads, files), so that the clock tells its cost and CPU time does not."""
    top = [each for each in series if each.samples][-3:]
    return bool(top) and all(
        min(s.wall_s for s in each.samples) > limit.WAITING * min(s.cpu_s for s in each.samples) + limit.WAITING_S
        for each in top
    )


def time_data(series: list[Series], clock: str) -> Data:
    """Size, time and its uncertainty at each timed size of a sweep over one size."""
    timed = [each for each in series if each.samples]
    times = [each.typical(clock) for each in timed]
    noise = uncertain(timed, clock)
    faults = [statistics.median(sample.faults for sample in each.samples) for each in timed]
    return Data(
        np.array([float(each.sizes[0]) for each in timed]),
        np.array(times),
        np.array(noise),
        limit.TIME_FLOOR,
        np.array(faults),
        cold=not any(sample.runs > 1 for each in timed for sample in each.samples),
        working=_working(timed),
        busy=busy(timed) if clock == "cpu" else 0.0,
    )


def busy(series: list[Series]) -> float:
    """By how much the clock ran ahead of the CPU time of the longer runs, relative: what other processes took."""
    samples = [sample for each in series for sample in each.samples]
    ahead = [s.wall_s / s.cpu_s - 1 for s in samples if s.cpu_s * s.runs > limit.BUSY_FROM_S]
    return min(limit.MOST_BUSY, max(0.0, statistics.median(ahead))) if ahead else 0.0


def _working(series: list[Series]) -> Values | None:
    """Bytes that a run works on at each size: as traced, and beyond the traced sizes as the last ones grew."""
    traced = [(each.sizes[0], each.input_bytes + each.peak) for each in series if each.peak is not None]
    if len(traced) < 3:
        return None
    sizes, known = np.log([size for size, _ in traced]), np.log([max(64, total) for _, total in traced])
    n = np.log([float(each.sizes[0]) for each in series])
    slope = max(0.0, float((known[-1] - known[-3]) / (sizes[-1] - sizes[-3])))
    return np.asarray(np.exp(np.interp(n, sizes, known) + slope * np.maximum(0.0, n - sizes[-1])))


def memory_data(series: list[Series]) -> Data:
    """Size, traced peak and its uncertainty, for the larger sizes."""
    traced = [each for each in series if each.peak is not None]
    if traced:
        from_size = traced[-1].sizes[0] / limit.MEMORY_WINDOW
        window = [each for each in traced if each.sizes[0] >= from_size]
        traced = window if len(window) >= limit.MEMORY_POINTS else traced[-limit.MEMORY_POINTS :]
    peaks = np.array([float(max(1, each.peak or 0)) for each in traced])
    sizes = np.array([float(each.sizes[0]) for each in traced])
    return Data(
        sizes, peaks, limit.MEMORY_NOISE / peaks, limit.MEMORY_FLOOR_RELATIVE, np.zeros(len(traced)), bytes=True
    )


def uncertain(series: list[Series], clock: str) -> list[float]:
    """How far each typical time may be off, relative.

    From the spread of the shorter half of its runs, and of the runs at all sizes, since a few runs may agree by chance.
    """
    spreads = [_spread(each.times(clock)) for each in series]
    usual = statistics.median(spreads) if spreads else 0.0
    return [
        max(spread, usual) / max(1.0, len(each.samples) / limit.VISIT_RUNS) ** 0.5
        + limit.FEW / len(each.samples) ** 2
        + _jitter(each) / each.typical(clock)
        for spread, each in zip(spreads, series, strict=True)
    ]


def _spread(times: list[float]) -> float:
    half = times[: (len(times) + 1) // 2]
    return (half[-1] - half[0]) / 2 / statistics.median(half)


def _jitter(series: Series) -> float:
    """Seconds that the clock and cold caches may add to a run."""
    if any(sample.runs > 1 for sample in series.samples):
        return limit.ROW_JITTER_S
    return min(limit.COLD_JITTER_S, limit.ALONE_JITTER_S + limit.COLD_SHARE * series.prepare_s)
