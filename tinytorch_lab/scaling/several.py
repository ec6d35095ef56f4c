"""The growth of time or memory over several sizes as the record that is shown."""

from __future__ import annotations

import statistics

import numpy as np

from tinytorch_lab.scaling import thresholds as limit
from tinytorch_lab.scaling.classes import Values
from tinytorch_lab.scaling.joint import Beside, Joint, Points, fit_jointly
from tinytorch_lab.scaling.noise import uncertain
from tinytorch_lab.scaling.result import Curve, Growth, Term
from tinytorch_lab.scaling.series import Series
from tinytorch_lab.scaling.words import amount, digits, listed, percent


def growth_of_several(series: list[Series], names: list[str], clock: str | None) -> Growth | None:
    """How time by ``clock``, or memory if that is None, grows with all sizes; None if there are too few points."""
    used = [each for each in series if (each.samples if clock else each.peak is not None)]
    if len(used) < len(names) + 3:
        return None
    points = _timed(used, clock) if clock else _traced(used)
    if any(len(set(column)) < 2 for column in points.sizes.T.tolist()):
        return None
    joint = _constant(points) if points.costs.max() < limit.GROWS * points.costs.min() else fit_jointly(points)
    return _growth(joint, points.sizes, names, "s" if clock else "B", float(np.median(points.noise)))


def _timed(series: list[Series], clock: str) -> Points:
    costs = np.array([each.typical(clock) for each in series])
    noise = np.hypot(uncertain(series, clock), limit.TIME_FLOOR)
    faults = np.array([statistics.median(sample.faults for sample in each.samples) for each in series])
    return Points(_sizes(series), costs, noise, faults, _working(series))


def _traced(series: list[Series]) -> Points:
    costs = np.array([float(max(1, each.peak or 0)) for each in series])
    noise = np.hypot(limit.MEMORY_NOISE / costs, limit.MEMORY_FLOOR_RELATIVE)
    return Points(_sizes(series), costs, noise, np.zeros(len(series)))


def _sizes(series: list[Series]) -> Values:
    return np.array([[float(size) for size in each.sizes] for each in series])


def _working(series: list[Series]) -> Values | None:
    """Bytes that a run works on, by a product of powers through those that were traced; None: too few were."""
    traced = [each for each in series if each.peak is not None]
    if len(traced) < len(series[0].sizes) + 2:
        return None
    logs = np.column_stack([np.ones(len(traced)), np.log(_sizes(traced))])
    known = np.log([max(64.0, float(each.input_bytes + (each.peak or 0))) for each in traced])
    found = np.linalg.lstsq(logs, known, rcond=None)[0]
    return np.asarray(np.exp(np.column_stack([np.ones(len(series)), np.log(_sizes(series))]) @ found))


def _constant(points: Points) -> Joint:
    count, usual = points.sizes.shape[1], float(np.median(points.costs))
    nothing, width = np.zeros(count), np.full(count, 0.1)
    return Joint(Beside(usual), 0.0, nothing, width, points.costs / usual - 1, 0.0, points.sizes.max(axis=0))


def _growth(joint: Joint, sizes: Values, names: list[str], unit: str, noise: float) -> Growth:
    powers = [float(power) for power in joint.powers]
    half = [float(width) for width in joint.half]
    best = product(names, powers)
    open_names = [name for name, width in zip(names, half, strict=True) if width > limit.EXPONENT_WIDTH]
    decided = not open_names and all(abs(power - round(power * 2) / 2) <= limit.ROUND_POWER for power in powers)
    width = max(half)
    confidence = (
        (0.98 if decided else limit.UNDECIDED) / (1 + max(0.0, width - 0.05)) / (1 + max(0.0, noise - limit.QUIET))
    )
    top = sizes[int(np.argmax(joint.cost(sizes)))]
    growth = Growth(
        best=best,
        decided=decided,
        candidates=[best] if decided else [best, *_other(names, powers, half, best)],
        confidence=round(confidence, 3),
        exponents=dict(zip(names, powers, strict=True)),
        intervals={n: (p - h, p + h) for n, p, h in zip(names, powers, half, strict=True)},
        terms=[Term("1", joint.fixed), Term(_exact(names, powers), joint.coefficient)],
        noise=float(np.sqrt(np.mean(joint.residuals**2))) if len(joint.residuals) else 0.0,
    )
    growth.formula = f"{amount(joint.fixed, unit)} + {amount(joint.coefficient, unit)} * {_exact(names, powers)}"
    for i, name in enumerate(names):
        twice = top.copy()
        twice[i] *= 2
        now, then = joint.cost(np.array([top, twice]))
        growth.doubling[name], growth.doubled[name] = float(then / now), float(then)
        growth.curves.append(_curve(joint, sizes, names, i))
    growth.sentences = _sentences(growth, unit)
    return growth


def product(names: list[str], powers: list[float]) -> str:
    """Such as ``batch * d^2``: powers as whole or half numbers where they are close to one."""
    parts = []
    for name, power in zip(names, powers, strict=True):
        half = round(power * 2) / 2
        shown = half if abs(power - half) <= limit.ROUND_POWER else round(power, 1)
        if shown:
            parts.append(name if shown == 1 else f"{name}^{shown:g}")
    return " * ".join(parts) or "1"


def _exact(names: list[str], powers: list[float]) -> str:
    return " * ".join(f"{name}^{power:.2f}" for name, power in zip(names, powers, strict=True))


def _other(names: list[str], powers: list[float], half: list[float], best: str) -> list[str]:
    """Products at the ends of the intervals."""
    ends = [product(names, [p + sign * h for p, h in zip(powers, half, strict=True)]) for sign in (-1, 1)]
    return [each for each in dict.fromkeys(ends) if each != best] or [_exact(names, powers)]


def _curve(joint: Joint, sizes: Values, names: list[str], i: int) -> Curve:
    largest = sizes.max(axis=0)
    n = np.geomspace(sizes[:, i].min(), sizes[:, i].max() * limit.BEYOND, 60)
    rows = np.tile(largest, (len(n), 1))
    rows[:, i] = n
    values = joint.cost(rows)
    reach = np.abs(np.log(n / largest[i])) * joint.half[i]
    wide = np.exp(reach) * (1 + 2 * float(np.sqrt(np.mean(joint.residuals**2))))
    others = {name: int(size) for name, size in zip(names, largest, strict=True) if name != names[i]}
    return Curve(names[i], n.tolist(), values.tolist(), (values / wide).tolist(), (values * wide).tolist(), others)


def _sentences(growth: Growth, unit: str) -> list[str]:
    powers = [f"{name}^{power:.1f}" for name, power in growth.exponents.items()]
    said = [f"~ {' * '.join(powers)} (confidence {percent(growth.confidence)})."]
    if not growth.decided:
        said[0] = f"Undecided: about {' * '.join(powers)} (confidence {percent(growth.confidence)})."
    spans = [f"{name}^{low:.2f} to {name}^{high:.2f}" for name, (low, high) in growth.intervals.items()]
    said.append(f"95 % intervals: {listed(spans)}.")
    said.append(f"Fit: {growth.formula}.")
    doubled = [
        f"{name} by {digits(factor)}, to {amount(growth.doubled[name], unit)}"
        for name, factor in growth.doubling.items()
    ]
    return [*said, f"Doubling from the largest point multiplies it: {'; '.join(doubled)}."]
