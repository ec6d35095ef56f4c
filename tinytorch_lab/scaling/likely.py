"""How likely each growth class is for measured times, by the best of its curves."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tinytorch_lab.scaling import thresholds as limit
from tinytorch_lab.scaling.classes import EXPONENTIAL, LOWER, Values, shape
from tinytorch_lab.scaling.fit import Data
from tinytorch_lab.scaling.walk import follow, walk_of


@dataclass(frozen=True)
class _Candidate:
    """A curve of a class: its columns are a fixed cost, the class's function, and perhaps page faults or a slower term."""

    name: str
    columns: Values
    chosen: float = 0.0
    """Parameters beside the coefficients that the data chose."""
    last: str = ""
    """What the last column is, if there is a third: ``faults`` or ``lower``, a slower term."""


def scores(data: Data) -> dict[str, float]:
    """-2 log likelihood of each class, with what its parameters cost; the least is the likeliest. Impossible ones are left out."""
    walk = walk_of(data)
    found: dict[str, float] = {}
    for each in _candidates(data):
        coefficients, loss = follow(data, walk, each.columns)
        if _rules(each, data.n, each.columns * coefficients) and _possible(each.name, data.n[-1], coefficients):
            cost = limit.PARAMETER * (each.columns.shape[1] + each.chosen) * math.log(len(data.n))
            found[each.name] = min(loss + cost + _prior(each.name), found.get(each.name, math.inf))
    return found


def _possible(name: str, last: float, coefficients: Values) -> bool:
    """Whether a processor can do so many units of the class in that time."""
    if name == "1" or name == EXPONENTIAL:
        return True
    each = coefficients[1] / last ** limit.POWERS[name] if name in limit.POWERS else coefficients[1]
    return bool(each >= limit.LEAST_UNIT_S)


def _prior(name: str) -> float:
    if name in limit.POWERS:
        return limit.POWER_PRIOR
    if name == "sqrt n":
        return limit.SQRT_PRIOR
    return limit.LOG_PRIOR if "log" in name and name != "log n" else 0.0


def _candidates(data: Data) -> Iterator[_Candidate]:
    ones = np.ones_like(data.n)
    yield _Candidate("1", ones[:, None])
    touched = float((data.faults * limit.USUAL_FAULT_S / data.y).max()) > limit.FAULTS_COUNT
    for name, slower in LOWER.items():
        own = shape(name, data.n)
        yield _Candidate(name, np.stack([ones, own], 1))
        if touched:
            yield _Candidate(name, np.stack([ones, own, data.faults], 1), last="faults")
        for each in slower:
            yield _Candidate(name, np.stack([ones, own, shape(each, data.n)], 1), last="lower")
    for name, power in limit.POWERS.items():
        yield _Candidate(name, np.stack([ones, (data.n / data.n[-1]) ** power], 1))
    yield from _exponentials(data, ones)


def _exponentials(data: Data, ones: Values) -> Iterator[_Candidate]:
    """Those bases that could make up enough of the cost at several sizes."""
    if len(data.n) <= limit.EXPONENTIAL_POINTS:
        return
    at = -limit.EXPONENTIAL_POINTS
    for base in np.geomspace(limit.LEAST_BASE, limit.MOST_BASE, limit.BASES):
        own = np.exp(math.log(base) * (data.n - data.n[-1]))
        if 2 * own[at] * data.y[-1] >= limit.EXPONENTIAL_SHARE * data.y[at]:
            yield _Candidate(EXPONENTIAL, np.stack([ones, own], 1), 1.0)


def _rules(candidate: _Candidate, n: Values, parts: Values) -> bool:
    """Whether the class's own term makes up enough of the cost for it to be the growth."""
    if candidate.name == "1":
        return True
    counted = parts[:, :2] if candidate.last == "faults" else parts
    shares = parts[:, 1] / np.maximum(counted.sum(axis=1), 1e-300)
    if candidate.name == EXPONENTIAL:
        return bool(shares[-limit.EXPONENTIAL_POINTS] >= limit.EXPONENTIAL_SHARE)
    if candidate.last == "lower" and "log" not in candidate.name:
        third = int(np.argmax(n >= n[-1] / 3))
        return bool(shares[-1] >= limit.SHARE_LOWER and shares[third] >= limit.SHARE_THIRD)
    return bool(shares[-1] >= limit.SHARE.get(candidate.name, limit.SHARE_ELSE))
