"""How well a curve explains measured times, where what a unit costs drifts from size to size: caches, allocators, branches.

log(time) = log(curve) + drift + chance. The drift is a random walk from the smallest size to the largest; its steps are short
where a run works in small caches and long where it does not, and now and then one is much longer (Student's t, as for chance).
So a jump at a cache costs every class the same, and only what goes on over many sizes speaks for one of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinytorch_lab.scaling import thresholds as limit
from tinytorch_lab.scaling.classes import Values
from tinytorch_lab.scaling.fit import Data, nonnegative


@dataclass(frozen=True)
class Walk:
    """Variances, relative: of the drift from each size to the next, the first is 0, and of each time by itself."""

    steps: Values
    chance: Values


def walk_of(data: Data) -> Walk:
    """What is usual for these sizes."""
    working = limit.UNIT_BYTES * data.n if data.working is None else data.working
    usual = usual_steps(working) ** 2
    if data.cold:
        usual = usual + np.where(working > limit.SMALL_CACHE, (limit.COLD_STEP_S / data.y) ** 2, 0.0)
    doublings = np.diff(np.log2(data.n), prepend=np.log2(data.n[0]))
    return Walk(usual * doublings, data.noise**2 + limit.TIME_FLOOR**2)


def usual_steps(working: Values) -> Values:
    """How far the cost of a unit usually drifts in a doubling of the size, where runs work on so many bytes."""
    inside = np.where(working < limit.SMALL_CACHE, limit.STEP_SMALL, limit.STEP_MIDDLE)
    return np.asarray(np.where(working > limit.LARGE_CACHE, limit.STEP_LARGE, inside))


def follow(data: Data, walk: Walk, columns: Values) -> tuple[Values, float]:
    """The coefficients of at least 0 that explain the times best, and by how much they fail: -2 log likelihood, from 0 up."""
    model: Values = data.y.copy()
    moves, alone = walk.steps, walk.chance
    for turn in range(limit.TURNS):
        drift = np.cumsum(moves)
        together = np.minimum(drift[:, None], drift[None, :])
        root = np.linalg.cholesky(together + np.diag(alone))
        coefficients = _weighted(root, columns / model[:, None], np.log(data.y / model) + 1)
        found: Values = np.clip(columns @ coefficients, data.y / limit.FARTHEST, data.y * limit.FARTHEST)
        model = np.asarray(found if turn else np.sqrt(model * found))
        off = np.log(data.y / model)
        drifted = together @ np.linalg.solve(root.T, np.linalg.solve(root, off))
        went, rest = np.diff(drifted, prepend=0.0), off - drifted
        moves = np.asarray(np.where(walk.steps > 0, wider(walk.steps, went), 0.0))
        alone = wider(walk.chance, rest)
    return coefficients, surprise(walk.steps[1:], went[1:]) + surprise(walk.chance, rest)


def _weighted(root: Values, columns: Values, target: Values) -> Values:
    whitened, aim = np.asarray(np.linalg.solve(root, columns)), np.asarray(np.linalg.solve(root, target))
    largest = np.maximum(np.abs(whitened).max(axis=0), 1e-300)
    return np.asarray(nonnegative(np.asarray(whitened / largest), aim) / largest)


def wider(variance: Values, found: Values) -> Values:
    """The variance, given that one so far off was found: large ones were likely drawn from a wider distribution."""
    return np.asarray((limit.TAIL * variance + found**2) / (limit.TAIL + 1))


def surprise(variance: Values, found: Values) -> float:
    """-2 log likelihood of what was found, from 0 up."""
    return float(((limit.TAIL + 1) * np.log1p(found**2 / (limit.TAIL * np.maximum(variance, 1e-12)))).sum())
