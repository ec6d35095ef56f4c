"""The joint fit over several sizes: cost = fixed + c * x^k * y^l, where the price of a unit drifts with the bytes a run works on.

The same idea as in walk.py: points are put in order of their bytes, and what caches do to all points of about the same bytes is
a drift, not growth. A slower product, with one power less of one size, may stand beside the one that rules.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinytorch_lab.scaling import thresholds as limit
from tinytorch_lab.scaling.classes import Values
from tinytorch_lab.scaling.exponent import t_95
from tinytorch_lab.scaling.walk import surprise, usual_steps, wider

Places = NDArray[np.intp]


@dataclass(frozen=True)
class Points:
    """Rows of sizes, their costs, how far each may be off (relative), page faults, and bytes that a run works on."""

    sizes: Values
    costs: Values
    noise: Values
    faults: Values
    working: Values | None = None

    def at(self, chosen: Places) -> Points:
        """Those at the chosen places."""
        working = None if self.working is None else self.working[chosen]
        return Points(self.sizes[chosen], self.costs[chosen], self.noise[chosen], self.faults[chosen], working)


@dataclass(frozen=True)
class Beside:
    """What is taken out before the powers are fitted: fixed cost, seconds of a page fault, and a slower product.

    The slower product has one power less of the size ``axis``, and makes up ``share`` of the largest cost.
    """

    fixed: float = 0.0
    fault_s: float = 0.0
    axis: int = 0
    share: float = 0.0

    def factor(self, sizes: Values, largest: Values) -> Values:
        """The cost with the slower product over that without."""
        return np.asarray(1 - self.share + self.share * largest[self.axis] / sizes[:, self.axis])


@dataclass
class Joint:
    """The fitted fixed cost, coefficient, exponents with half the width of their intervals, and relative residuals."""

    beside: Beside
    coefficient: float
    powers: Values
    half: Values
    residuals: Values
    score: float
    largest: Values

    @property
    def fixed(self) -> float:
        """What a run costs whatever the sizes are."""
        return self.beside.fixed

    def cost(self, sizes: Values) -> Values:
        """The cost at rows of sizes."""
        product = self.coefficient * np.prod(sizes**self.powers, axis=1)
        return np.asarray(self.fixed + product * self.beside.factor(sizes, self.largest))


def fit_jointly(points: Points) -> Joint:
    """The likeliest joint fit."""
    points = _ordered(_inside(points))
    tried = (_fitted(points, beside) for beside in _besides(points))
    return min((joint for joint in tried if joint is not None), key=lambda joint: joint.score)


def _inside(points: Points) -> Points:
    """Without the points beyond all caches, if the others tell enough."""
    if points.working is None:
        return points
    near = np.flatnonzero(points.working <= limit.FAR_BYTES)
    costs = points.costs[near]
    enough = len(near) >= limit.JOINT_POINTS and costs.max() > limit.JOINT_RANGE * costs.min()
    apart = enough and all(len(set(column)) > 1 for column in points.sizes[near].T.tolist())
    return points.at(near) if apart else points


def _ordered(points: Points) -> Points:
    return points if points.working is None else points.at(np.argsort(points.working, kind="stable"))


def _besides(points: Points) -> Iterator[Beside]:
    slower = [(0, 0.0), *itertools.product(range(points.sizes.shape[1]), limit.SLOWER_SHARES)]
    touched = float((points.faults * limit.USUAL_FAULT_S / points.costs).max()) > limit.FAULTS_COUNT
    for fixed, fault_s in itertools.product(limit.FIXED_SHARES, limit.FAULT_S if touched else (0.0,)):
        for axis, share in slower:
            yield Beside(fixed * float(points.costs.min()), fault_s, axis, share)


def _fitted(points: Points, beside: Beside) -> Joint | None:
    """The fit of the powers; None if fixed cost and faults leave too few points."""
    rest = points.costs - beside.fixed - beside.fault_s * points.faults
    used = np.flatnonzero(rest > limit.LEAST_REST * points.costs)
    if len(used) < points.sizes.shape[1] + 2:
        return None
    lost, largest = len(rest) - len(used), points.sizes.max(axis=0)
    points, rest = points.at(used), rest[used]
    share = rest / points.costs
    columns = np.column_stack([np.ones(len(used)), np.log(points.sizes)])
    target = np.log(rest / beside.factor(points.sizes, largest))
    found, inverse, loss, off = _follow(points, columns, target, share)
    powers, half = found[1:], np.sqrt(np.diag(inverse))[1:]
    score = loss + limit.LOST * lost + (limit.SLOWER_COSTS if beside.share else 0.0)
    score += float((((powers - np.round(powers)) / limit.WHOLE_WITHIN) ** 2).sum())
    trust = limit.WHOLE_WITHIN**2 / (limit.WHOLE_WITHIN**2 + half**2)
    powers = np.round(powers) + trust * (powers - np.round(powers))
    free = max(1, len(used) - columns.shape[1] - 1)
    half = t_95(free) * half * np.sqrt(trust)
    constant = np.exp(np.mean(target - np.log(points.sizes) @ powers))
    return Joint(beside, float(constant), powers, half, off, score, largest)


def _follow(points: Points, columns: Values, target: Values, share: Values) -> tuple[Values, Values, float, Values]:
    """Coefficients of the logarithms, their covariance, -2 log likelihood, and relative residuals without the drift."""
    steps, chance = _variances(points)
    moves, alone = steps, chance
    for _ in range(limit.TURNS):
        drift = np.cumsum(moves)
        together = np.minimum(drift[:, None], drift[None, :])
        weights = np.linalg.inv((together + np.diag(alone)) / np.outer(share, share))
        inverse = np.linalg.pinv(columns.T @ weights @ columns)
        found = inverse @ columns.T @ weights @ target
        off = target - columns @ found
        drifted = (together / np.outer(share, share)) @ weights @ off
        went, rest = np.diff(drifted * share, prepend=0.0), (off - drifted) * share
        moves, alone = np.where(steps > 0, wider(steps, went), 0.0), wider(chance, rest)
    moved = steps > 0
    loss = surprise(steps[moved], went[moved]) + surprise(chance, rest)
    return found, np.asarray(inverse), loss, rest


def _variances(points: Points) -> tuple[Values, Values]:
    """Of the drift from each point to the next in order of bytes, and of each by itself."""
    if points.working is None:
        return np.zeros(len(points.costs)), points.noise**2
    doublings = np.diff(np.log2(points.working), prepend=np.log2(points.working[0]))
    return usual_steps(points.working) ** 2 * doublings, points.noise**2
