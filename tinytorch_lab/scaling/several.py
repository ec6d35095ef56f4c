"""The joint fit over several sizes: a fixed cost and one product of powers, cost = a + c * x^k * y^l."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

import numpy as np

from tinytorch_lab.scaling import thresholds as limit
from tinytorch_lab.scaling.classes import Values
from tinytorch_lab.scaling.exponent import t_95
from tinytorch_lab.scaling.noise import uncertain
from tinytorch_lab.scaling.result import Curve, Growth, Term
from tinytorch_lab.scaling.series import Series
from tinytorch_lab.scaling.words import amount, digits, listed, percent


@dataclass
class Joint:
    """The fitted fixed cost, coefficient, exponents with half the width of their intervals, and relative residuals."""

    fixed: float
    coefficient: float
    powers: Values
    half: Values
    residuals: Values
    loss: float

    def cost(self, sizes: Values) -> Values:
        """The cost at rows of sizes."""
        return np.asarray(self.fixed + self.coefficient * np.prod(sizes**self.powers, axis=1))


def growth_of_several(series: list[Series], names: list[str], clock: str | None) -> Growth | None:
    """How time by ``clock``, or memory if that is None, grows with all sizes; None if there are too few points."""
    used = [each for each in series if (each.samples if clock else each.peak is not None)]
    if len(used) < len(names) + 3:
        return None
    sizes = np.array([[float(size) for size in each.sizes] for each in used])
    if any(len(set(column)) < 2 for column in sizes.T.tolist()):
        return None
    if clock:
        costs = np.array([each.typical(clock) for each in used])
        noise = np.hypot(uncertain(used, clock), limit.TIME_FLOOR)
        faults = np.array([statistics.median(sample.faults for sample in each.samples) for each in used])
    else:
        costs = np.array([float(max(1, each.peak or 0)) for each in used])
        noise = np.hypot(limit.MEMORY_NOISE / costs, limit.MEMORY_FLOOR_RELATIVE)
        faults = np.zeros(len(used))
    if float(costs.max() / costs.min()) < limit.GROWS:
        joint = Joint(
            float(np.median(costs)),
            0.0,
            np.zeros(len(names)),
            np.full(len(names), 0.1),
            costs / np.median(costs) - 1,
            0.0,
        )
    else:
        joint = fit_jointly(sizes, costs, noise, faults)
    return _growth(joint, sizes, names, "s" if clock else "B", float(np.median(noise)))


def fit_jointly(sizes: Values, costs: Values, noise: Values, faults: Values) -> Joint:
    """The joint fit with the least relative error."""
    tried = [
        _at(sizes, costs, noise, faults * fault, fixed)
        for fault in (limit.FAULT_S if faults.max() >= limit.FAULTS else (0.0,))
        for fixed in np.concatenate([[0.0], np.linspace(0.1, 0.98, 23)]) * costs.min()
    ]
    return min(tried, key=lambda joint: joint.loss)


def _at(sizes: Values, costs: Values, noise: Values, faults_s: Values, fixed: float) -> Joint:
    rest = costs - fixed - faults_s
    used = (rest > 0.02 * costs) & (costs > limit.JOINT_FROM * costs.max())
    columns = np.column_stack([np.ones(int(used.sum())), np.log(sizes[used])])
    target, share = np.log(rest[used]), rest[used] / costs[used]
    trust = np.ones(len(target))
    for _ in range(5):
        weights = share / noise[used] * np.sqrt(trust)
        found, *_ = np.linalg.lstsq(columns * weights[:, None], target * weights, rcond=None)
        misfit = (columns @ found - target) * share / noise[used]
        trust = 1 / (1 + (misfit / limit.FAR) ** 2)
    free = max(1, len(target) - columns.shape[1] - 1)
    spread = max(1.0, float(np.sqrt((trust * misfit**2).sum() / free)))
    inverse = np.linalg.pinv((columns * weights[:, None]).T @ (columns * weights[:, None]))
    half = t_95(free) * spread * np.sqrt(np.diag(inverse))[1:]
    lost = (~used).sum() * 4.0
    loss = float(np.minimum(misfit**2, 36.0).sum() + lost)
    return Joint(fixed, float(np.exp(found[0])), found[1:], half, (np.exp(columns @ found - target) - 1) * share, loss)


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
