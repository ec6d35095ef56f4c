"""The exponent of a cost with its interval, with everything else that its best fit needed."""

from __future__ import annotations

import itertools
import math

import numpy as np

from tinytorch_lab.scaling import thresholds as limit
from tinytorch_lab.scaling.classes import EXPONENTIAL, Values, shape
from tinytorch_lab.scaling.fit import Data, Fit, robust

_STEP, _COARSE = 0.02, 0.2


def exponent_of(data: Data, best: Fit) -> tuple[float, tuple[float, float]] | None:
    """The exponent k of n^k in place of the best fit's class, and its 95 % interval; None for exponential growth."""
    if best.name == EXPONENTIAL:
        return None
    coarse = np.arange(limit.LEAST_EXPONENT, limit.MOST_EXPONENT, _COARSE)
    near = float(coarse[int(np.argmin([_loss(data, best, float(k)) for k in coarse]))])
    powers = np.unique(np.concatenate([coarse, np.clip(np.arange(-10, 11) * _STEP + near, 0, None)]))
    losses: Values = np.array([_loss(data, best, float(k)) for k in powers])
    at = int(np.argmin(losses))
    free = max(1, len(data.n) - best.columns.shape[1] - 1)
    unit = max(1.0, losses[at] / free)
    inside = powers[losses <= losses[at] + unit * t_95(free) ** 2]
    low, high = float(inside.min()), float(inside.max())
    return float(powers[at]), (low - _STEP / 2, high + _STEP / 2)


def _loss(data: Data, best: Fit, k: float) -> float:
    own = (data.n / data.n[-1]) ** k
    above: list[Values] = [np.ones_like(own), *(1 / (1 + (at / data.n) ** 2) for at in best.knees), np.zeros_like(own)]
    columns = [np.ones_like(own), *(own * (low - high) for low, high in itertools.pairwise(above))]
    if best.lower and best.share < limit.RULES:
        columns.append(shape(best.lower, data.n))
    if best.kind == "faults":
        columns.append(data.faults)
    return robust(data, np.stack(columns, 1))[2]


def t_95(free: float) -> float:
    """About the two-sided 95 % quantile of Student's t: 12.7 at 1 degree of freedom, 4.3 at 2, 2.23 at 10, 1.96 at many."""
    return 1.96 + 2.4 / free + 8.3 / math.pow(free, 2.7)
