"""The plan of a sweep over several sizes: up together, then each by itself from the largest point that fits."""

from __future__ import annotations

import itertools

from tinytorch_lab.scaling import thresholds as limit
from tinytorch_lab.scaling.axes import Axis
from tinytorch_lab.scaling.series import Series, predicted
from tinytorch_lab.scaling.sweep import At, Sweep

Steps = tuple[int, ...]


def sweep_several(sweep: Sweep) -> None:
    """Run the sweep over all of its sizes."""
    values = [_values(axis) for axis in sweep.axes]
    top = _climb(sweep, values)
    stop = sweep.stop
    if top is None or sweep.error is not None:
        return
    for steps in _around(top):
        at = _at(values, steps)
        if at not in sweep.series and not sweep.scout(at, _path(sweep, at)) and sweep.error is not None:
            return
    sweep.stop = stop
    if sweep.times:
        sweep.refine(_worth(sweep))


def _values(axis: Axis) -> list[int]:
    """The values of one size, from small to large."""
    values = axis.doublings()
    if axis.values or len(values) >= limit.FEW_VALUES:
        return values
    between = [size for low, high in itertools.pairwise(values) for size in axis.between(low, high)[:1]]
    return sorted({*values, *between})


def _at(values: list[list[int]], steps: Steps) -> At:
    return tuple(axis[step] for axis, step in zip(values, steps, strict=True))


def _path(sweep: Sweep, at: At) -> list[Series]:
    """What was measured with every size at most that of ``at``, smallest product first."""
    below = [key for key in sweep.series if all(a <= b for a, b in zip(key, at, strict=True))]
    ordered = sorted(below, key=lambda key: _product(key))
    kept: list[At] = []
    for key in ordered:
        if not kept or _product(key) > _product(kept[-1]):
            kept.append(key)
    return [sweep.series[key] for key in kept]


def _product(at: At) -> int:
    product = 1
    for size in at:
        product *= size
    return product


def _climb(sweep: Sweep, values: list[list[int]]) -> Steps | None:
    """All sizes upward together, then each while it fits; the steps of the last point that did."""
    steps: Steps = (0,) * len(values)
    if not sweep.scout(_at(values, steps), []):
        return None
    moving = list(range(len(values)))
    while moving:
        wanted = tuple(step + (i in moving) for i, step in enumerate(steps))
        room = [i for i in moving if steps[i] + 1 < len(values[i])]
        if room == moving and _far(sweep, _at(values, steps), _at(values, wanted)):
            moving = moving[:-1]
        elif room == moving and sweep.scout(_at(values, wanted), _path(sweep, _at(values, wanted))):
            steps = wanted
        elif sweep.error is not None or (sweep.stop is not None and sweep.stop.reason not in ("budget", "memory")):
            return steps
        else:
            moving = room if room != moving else moving[:-1]
    if all(step + 1 == len(axis) for step, axis in zip(steps, values, strict=True)):
        sweep.end("range", "All sizes were measured.")
    return steps


def _far(sweep: Sweep, at: At, wanted: At) -> bool:
    """Whether the next point would work beyond all caches, and growth was seen; then ``stop`` says so."""
    last, path = sweep.series[at], _path(sweep, wanted)
    known = [
        (_product(each.sizes), float(each.input_bytes + (each.peak or 0))) for each in path if each.peak is not None
    ]
    grown = last.run_s > limit.FAR_GROWTH_SEVERAL * min(each.run_s for each in sweep.series.values())
    if not grown or predicted(known, _product(wanted)) <= limit.FAR_BYTES:
        return False
    where = ", ".join(f"{name} = {size}" for name, size in zip(sweep.names, wanted, strict=True))
    sweep.end("caches", f"{where} would work beyond the caches, where memory rules, and growth was seen.", wanted)
    return True


def _around(top: Steps) -> list[Steps]:
    """Each size by itself downward from the top, then downward in pairs and all together."""
    count = len(top)
    found = []
    for down in range(1, limit.STAR_STEPS + 1):
        for group in range(1, count + 1):
            for chosen in itertools.combinations(range(count), group):
                steps = tuple(step - down if i in chosen else step for i, step in enumerate(top))
                if min(steps) >= 0:
                    found.append(steps)
    return found[: limit.MOST_GRID]


def _worth(sweep: Sweep) -> list[At]:
    """The points whose time is not too far below the largest, and the cheapest few."""
    timed = sorted((key for key in sweep.series if sweep.series[key].samples), key=lambda key: sweep.series[key].run_s)
    top = sweep.series[timed[-1]].run_s
    return [key for i, key in enumerate(timed) if i < limit.CHEAPEST or sweep.series[key].run_s > top / limit.FAR_BELOW]
