"""The plan of a sweep over one size: up to the largest that the budget allows, then again over all that tell something."""

from __future__ import annotations

import itertools
import math

from tinytorch_lab.scaling import thresholds as limit
from tinytorch_lab.scaling.axes import Axis
from tinytorch_lab.scaling.series import Series
from tinytorch_lab.scaling.sweep import Sweep


def sweep_one(sweep: Sweep) -> None:
    """Run the sweep over its only size."""
    (axis,) = sweep.axes
    climb(sweep, axis)
    if sweep.error is not None and len(sweep.series) < 3:
        return
    fill(sweep, axis)
    if sweep.times:
        sweep.refine([each.sizes for each in known(sweep) if each.samples])


def climb(sweep: Sweep, axis: Axis) -> None:
    """Doubling sizes until one does not fit."""
    for size in axis.doublings():
        if axis.free and sweep.series and enough(known(sweep)):
            text = f"{axis.name} = {size} would work beyond the caches, where memory rules, and growth was seen."
            sweep.end("caches", text, (size,))
            return
        if sweep.scout((size,), known(sweep)):
            continue
        early = axis.free and not sweep.series and size <= limit.FIRST_FAILURES
        if not (early and sweep.stop is not None and sweep.stop.reason == "error"):
            return
    if sweep.series:
        sweep.error = None
        sweep.end("range", "All sizes were measured.")


def known(sweep: Sweep) -> list[Series]:
    """What was measured, in order of size."""
    return [sweep.series[at] for at in sorted(sweep.series)]


def fill(sweep: Sweep, axis: Axis) -> None:
    """Sizes between those measured, and a little beyond, where there are few that say something."""
    stop, error = sweep.stop, sweep.error
    series = known(sweep)
    if len(series) >= 2 and not axis.values:
        if steep(series) and _surely(sweep, series[-3:]) and steep(series):
            _climb_steps(sweep, axis)
        else:
            _climb_between(sweep, axis)
    sweep.stop, sweep.error = stop, error


def steep(series: list[Series]) -> bool:
    """Whether the cost grows faster than any power that is likely, and ever faster."""
    slopes = [
        math.log(max(1e-9, b.run_s) / max(1e-9, a.run_s)) / math.log(b.sizes[0] / a.sizes[0])
        for a, b in itertools.pairwise(series)
    ]
    if len(slopes) < 2 or series[-1].run_s < limit.STEEP_S:
        return False
    return slopes[-1] > limit.STEEP and 2.0 < slopes[-2] < slopes[-1] - 0.5


def _surely(sweep: Sweep, series: list[Series]) -> bool:
    """Time these sizes again; whether that went well."""
    return all(sweep.time_again(each.sizes) for each in series)


def _climb_steps(sweep: Sweep, axis: Axis) -> None:
    """Equal steps upward from the largest size, then downward."""
    last = known(sweep)[-1].sizes[0]
    step = max(1, last // 20)
    size = last + step
    while size <= axis.high and sweep.scout((size,), known(sweep)):
        size += step
    top = known(sweep)[-1].sizes[0]
    for size in range(top - step, max(axis.low, top // 3), -step):
        if (size,) not in sweep.series and not sweep.scout((size,), _below(sweep, size)):
            return


def _climb_between(sweep: Sweep, axis: Axis) -> None:
    top = known(sweep)[-1].sizes[0]
    for more in () if axis.free and enough(known(sweep)) else (top * 3 // 2, top * 5 // 4):
        if top < more <= axis.high and sweep.scout((more,), known(sweep)):
            break
    useful = [each.sizes[0] for each in growing(known(sweep))]
    if len(useful) >= limit.ENOUGH_POINTS:
        return
    for low, high in zip(reversed(useful[:-1]), reversed(useful[1:]), strict=True):
        for size in axis.between(low, high)[:1]:
            if (size,) not in sweep.series and not sweep.scout((size,), _below(sweep, size)):
                return


def _below(sweep: Sweep, size: int) -> list[Series]:
    return [each for each in known(sweep) if each.sizes[0] < size]


def growing(series: list[Series]) -> list[Series]:
    """Those whose time is well above that of the smallest sizes; all, where there is no growth."""
    floor = min(each.run_s for each in series if each.samples)
    above = [each for each in series if each.samples and each.run_s > 1.3 * floor]
    return above if len(above) >= 3 else [each for each in series if each.samples]


def enough(series: list[Series]) -> bool:
    """Whether larger sizes would tell more of main memory than of the code: beyond all caches, and growth has long been seen."""
    timed = [each for each in series if each.samples]
    last = timed[-1]
    far = last.input_bytes + (last.peak or 0) > limit.FAR_BYTES
    return far and last.run_s > limit.FAR_GROWTH * min(each.run_s for each in timed)
