"""Fits one growth class to sizes and costs: relative errors, coefficients of at least 0, outliers counted less."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from tinytorch_lab.scaling import thresholds as limit
from tinytorch_lab.scaling.classes import EXPONENTIAL, LOWER, Values, shape


@dataclass(frozen=True)
class Data:
    """What is fitted: sizes, costs, and how far each cost may be off by chance, relative to it."""

    n: Values
    y: Values
    noise: Values
    floor: float
    """No fit is rewarded for being closer than this, relative."""
    faults: Values
    """Page faults of a run: their cost is no growth of the code's own."""
    bytes: bool = False
    """The costs are bytes, not seconds."""
    cold: bool = False
    """Runs were timed one by one, each after its set-up."""
    working: Values | None = None
    """Bytes that a run works on, input included: where caches can matter. None: not known."""
    busy: float = 0.0
    """By how much the clock ran ahead of CPU time, relative: others had the processor, and filled its caches."""


@dataclass
class Fit:
    """One model: columns of functions with their coefficients."""

    name: str
    kind: str
    """``plain`` (fixed cost and class), ``lower`` (with a slower term), ``faults`` (with page faults) or ``knee`` (another
    cost per unit above a size)."""
    columns: Values
    coefficients: Values
    residuals: Values
    n: Values
    scale: float
    score: float
    loss: float
    """Sum of squared residuals in units of the noise, far ones cut."""
    lower: str | None = None
    knees: list[float] = field(default_factory=list)
    base: float = 2.0
    exponent: float | None = None

    def cost(self, n: Values, last: float) -> Values:
        """The fitted cost at the sizes ``n``; ``last`` is the largest measured one."""
        own = self.own(n, last)
        above = [np.ones_like(n), *(1 / (1 + (at / n) ** 2) for at in self.knees), np.zeros_like(n)]
        total = np.full_like(n, self.coefficients[0])
        for unit, (low, high) in zip(self.units, itertools.pairwise(above), strict=False):
            total = total + unit * own * (low - high)
        rest = self.coefficients[1 + len(self.units) :]
        if len(rest) and self.lower:
            total = total + rest[0] * shape(self.lower, n)
        elif len(rest):
            faults = np.interp(n, self.n, self.columns[:, -1])
            beyond = self.columns[-1, -1] * own / max(float(self.own(np.array([last]), last)[0]), 1e-300)
            total = total + rest[0] * np.where(n > last, beyond, faults)
        return np.asarray(total)

    def own(self, n: Values, last: float) -> Values:
        """The class's function, in the scale that its coefficient is for."""
        if self.name == EXPONENTIAL:
            with np.errstate(over="ignore"):
                return np.asarray(np.exp(math.log(self.base) * (n - last)))
        if self.exponent is not None:
            return np.asarray((n / last) ** self.exponent)
        return shape(self.name, n)

    @property
    def units(self) -> list[float]:
        """Cost of one unit of the class, below the first knee, between the knees, and above the last."""
        return [] if self.name == "1" else [float(value) for value in self.coefficients[1 : 2 + len(self.knees)]]

    @property
    def share(self) -> float:
        """How much of the largest cost is the class's own."""
        return self.share_at(-1)

    def share_at(self, i: int) -> float:
        """The same at the i-th size."""
        parts = self.columns[i] * self.coefficients
        return float(parts[1 : 2 + len(self.knees)].sum() / max(parts.sum(), 1e-300)) if len(parts) > 1 else 1.0


def nonnegative(columns: Values, target: Values) -> Values:
    """The coefficients of at least 0 with the least squared error, for the few columns that a model has."""
    products, towards = columns.T @ columns, columns.T @ target
    products += np.eye(len(towards)) * (1e-12 * products.trace())
    kept = list(range(len(towards)))
    while True:
        found = np.linalg.solve(products[np.ix_(kept, kept)], towards[kept])
        if len(kept) == 1 or found.min() >= 0:
            break
        kept.pop(int(np.argmin(found * np.sqrt(np.diag(products)[kept]))))
    result = np.zeros(len(towards))
    result[kept] = np.maximum(found, 0)
    return result


def robust(data: Data, columns: Values) -> tuple[Values, Values, float]:
    """Coefficients, relative residuals, and the loss; a point far off counts less."""
    weights = 1 / np.hypot(data.noise, data.floor)
    relative = columns / data.y[:, None]
    scale_of = np.abs(relative).max(axis=0)
    relative = relative / scale_of
    trust = np.ones(len(data.y))
    for _ in range(limit.PASSES):
        each = weights * np.sqrt(trust)
        found = nonnegative(relative * each[:, None], each)
        residuals = relative @ found - 1
        units = residuals * weights
        spread = max(1.0, math.sqrt(float((trust * units**2).sum() / trust.sum())))
        trust = 1 / (1 + (units / (limit.FAR * spread)) ** 2)
    loss = float(np.minimum(units**2, (limit.FAR * 2 * spread) ** 2).sum())
    return found / scale_of, residuals, loss


def _fit(data: Data, name: str, kind: str, columns: Values, extra: float) -> Fit:
    """``extra``: how many parameters beside the coefficients were chosen by the data."""
    coefficients, residuals, loss = robust(data, columns)
    count = len(data.y)
    scale = max(limit.BEST_SCALE, math.sqrt(loss / max(1, count - columns.shape[1] - extra)))
    score = 2 * count * math.log(scale) + (columns.shape[1] + extra) * math.log(count)
    return Fit(name, kind, columns, coefficients, residuals, data.n, scale, score, loss)


def models(data: Data, name: str) -> Iterator[Fit]:
    """Everything that counts as growth of this class."""
    ones = np.ones_like(data.n)
    if name == "1":
        yield _fit(data, name, "plain", ones[:, None], 0)
        return
    if name == EXPONENTIAL:
        yield from _exponential(data)
        return
    own = shape(name, data.n)
    yield _fit(data, name, "plain", np.stack([ones, own], 1), 0)
    if data.bytes:
        yield _below_zero(_fit(data, name, "plain", np.stack([-ones, own], 1), 0))
    for lower in LOWER[name]:
        fit = _fit(data, name, "lower", np.stack([ones, own, shape(lower, data.n)], 1), 0)
        fit.lower = lower
        yield fit
    extra = [] if data.faults.max() < limit.FAULTS else [data.faults]
    if extra:
        yield _fit(data, name, "faults", np.stack([ones, own, *extra], 1), 0)
    first = _best_knee(data, name, own, [], extra)
    if first is not None:
        yield first
        second = _best_knee(data, name, own, first.knees, extra)
        if second is not None:
            yield second


def _below_zero(fit: Fit) -> Fit:
    """The same with a fixed cost that may be negative: a table that is freed counts less than one that stays."""
    fit.columns[:, 0] *= -1
    fit.coefficients[0] *= -1
    return fit


def _best_knee(data: Data, name: str, own: Values, others: list[float], extra: list[Values]) -> Fit | None:
    """The best place for one more knee beside ``others``: from there on a unit costs another amount."""
    found: Fit | None = None
    for at in data.n[limit.KNEE_POINTS - 1 : len(data.n) - limit.KNEE_POINTS + 1]:
        if any(0.4 < at / other < 2.5 for other in others) or at * limit.KNEE_BELOW_TOP > data.n[-1]:
            continue
        fit = _with_knees(data, name, own, sorted([*others, float(at)]), extra)
        if fit is not None and (found is None or fit.score < found.score):
            found = fit
    return found


def _with_knees(data: Data, name: str, own: Values, knees: list[float], extra: list[Values]) -> Fit | None:
    above = [1 / (1 + (at / data.n) ** 2) for at in knees]
    shares = [low - high for low, high in zip([np.ones_like(own), *above], [*above, np.zeros_like(own)], strict=True)]
    columns = [np.ones_like(own), *(own * share for share in shares), *extra]
    fit = _fit(data, name, "knee", np.stack(columns, 1), limit.KNEE_COST * len(knees))
    fit.knees = knees
    units = fit.units
    if min(units) <= 0:
        return None
    steps = [after / before for before, after in itertools.pairwise(units)]
    most = [_slower_at(data, at) for at in knees]
    faster = limit.KNEE_SMALL if "log" in name else limit.KNEE_FASTER
    possible = all(1 / faster < step < high for step, high in zip(steps, most, strict=True))
    return fit if possible and units[-1] / units[0] < limit.KNEE_SLOWER else None


def _slower_at(data: Data, at: float) -> float:
    """By how much a unit may cost more above a size: caches matter only where there is enough data."""
    if data.working is None:
        return limit.KNEE_SLOWER
    working = float(np.interp(at, data.n, data.working))
    if working < limit.SMALL_CACHE:
        return limit.KNEE_SMALL
    return limit.KNEE_SLOWER if working > limit.LARGE_CACHE else limit.KNEE_MIDDLE


def _exponential(data: Data) -> Iterator[Fit]:
    ones = np.ones_like(data.n)

    def at(log_base: float) -> Fit:
        with np.errstate(over="ignore", invalid="ignore"):
            own = np.exp(log_base * (data.n - data.n[-1]))
        fit = _fit(data, EXPONENTIAL, "plain", np.stack([ones, own], 1), 1)
        fit.base = math.exp(log_base)
        return fit

    yield golden(at, math.log(limit.LEAST_BASE), math.log(limit.MOST_BASE))


def golden(at: object, low: float, high: float) -> Fit:
    """The fit with the least loss between two values of its free number."""
    call = at
    assert callable(call)
    grid = np.linspace(low, high, 25)
    scores = [call(float(value)).loss for value in grid]
    best = int(np.argmin(scores))
    a, b = float(grid[max(0, best - 1)]), float(grid[min(len(grid) - 1, best + 1)])
    ratio = (math.sqrt(5) - 1) / 2
    for _ in range(24):
        left, right = b - ratio * (b - a), a + ratio * (b - a)
        if call(left).loss < call(right).loss:
            b = right
        else:
            a = left
    found: Fit = call((a + b) / 2)
    return found


def power_at(data: Data, name: str, k: float) -> Fit:
    """a + b n^k with a given k."""
    own = (data.n / data.n[-1]) ** k
    fit = _fit(data, name, "plain", np.stack([np.ones_like(own), own], 1), 1)
    fit.exponent = k
    return fit
