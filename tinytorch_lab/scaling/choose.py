"""Chooses between growth classes: which one is likeliest, which others remain, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tinytorch_lab.scaling import thresholds as limit
from tinytorch_lab.scaling.classes import CLASSES, EXPONENTIAL, power_name
from tinytorch_lab.scaling.fit import Data, Fit, models, power


@dataclass
class Choice:
    """The fits of all classes, best first, and what follows from them."""

    fits: list[Fit]
    candidates: list[str]
    weights: dict[str, float]
    confidence: float
    noise: float

    @property
    def best(self) -> Fit:
        """The fit of the best class."""
        return self.fits[0]

    @property
    def decided(self) -> bool:
        """One candidate is left."""
        return len(self.candidates) == 1


def choose(data: Data) -> Choice:
    """The choice for at least three points."""
    fits = sorted(_best_of_each(data), key=lambda fit: fit.score)
    free = power(data)
    if _is_power(free, fits, data):
        free.name = power_name(free.exponent or 0.0)
        fits.insert(0, free)
    noise = float(np.median(np.hypot(data.noise, data.floor)))
    gap = limit.GAP + limit.GAP_NOISE * max(0.0, noise - limit.QUIET) * 100
    candidates = [fit.name for fit in fits if fit.score <= fits[0].score + gap]
    if data.bytes and _flat(data):
        fits.sort(key=lambda fit: fit.name != "1")
        candidates = ["1"]
    candidates = list(dict.fromkeys([*candidates, *_doubts(fits, candidates, data)]))
    weights = _weights(fits)
    quality = (
        1
        / (1 + limit.DOUBT_NOISE * max(0.0, noise - limit.QUIET))
        / (1 + limit.DOUBT_MISFIT * max(0.0, fits[0].scale - 1))
    )
    confidence = weights[fits[0].name] * quality
    if len(candidates) > 1:
        confidence = min(confidence, limit.UNDECIDED)
    return Choice(fits, candidates, weights, confidence, noise)


def _best_of_each(data: Data) -> list[Fit]:
    best = []
    for name in CLASSES:
        fits = [fit for fit in models(data, name) if _rules(fit) and (not data.bytes or _enough_bytes(fit))]
        for fit in fits:
            fit.score += (limit.MEMORY_PRIOR if data.bytes else limit.LOG_PRIOR).get(name, 0.0)
        if fits:
            best.append(min(fits, key=lambda fit: fit.score))
    return best


def _rules(fit: Fit) -> bool:
    """Whether the class's own term makes up enough of the largest cost for it to be the growth."""
    if fit.name == EXPONENTIAL:
        enough = len(fit.n) > limit.EXPONENTIAL_POINTS
        return enough and fit.share_at(-limit.EXPONENTIAL_POINTS) >= limit.EXPONENTIAL_SHARE
    if fit.lower and fit.name not in ("n log n", "n^2 log n"):
        third = fit.n >= fit.n[-1] / 3
        return fit.share >= limit.SHARE_LOWER and fit.share_at(int(np.argmax(third))) >= limit.SHARE_THIRD
    return fit.share >= limit.SHARE.get(fit.name, limit.SHARE_ELSE)


def _enough_bytes(fit: Fit) -> bool:
    if not fit.units or fit.name == EXPONENTIAL:
        return True
    return min(fit.units) >= limit.LEAST_BYTES.get(fit.name, limit.LEAST_BYTES_ELSE)


def _flat(data: Data) -> bool:
    """Whether a peak does not grow, over sizes that differ enough to see it."""
    spread = float(data.y.max() - data.y.min())
    return data.n[-1] / data.n[0] >= limit.FLAT_RANGE and (
        spread < limit.FLAT_BYTES or float(data.y.max() / data.y.min()) < limit.FLAT_RATIO
    )


def _is_power(free: Fit, fits: list[Fit], data: Data) -> bool:
    """Whether a power that no class has fits much better than every class."""
    k = free.exponent or 0.0
    near = min(abs(k - known) for known in limit.KNOWN_POWERS)
    in_caches = data.working is not None and data.working[-1] < limit.LARGE_CACHE
    gap = limit.POWER_GAP_CACHES if not in_caches else limit.POWER_GAP_LOWER if free.lower else limit.POWER_GAP
    return (
        len(data.n) >= limit.POWER_POINTS
        and k > limit.LEAST_POWER
        and near > limit.POWER_AWAY
        and free.share > 0.5
        and free.score + gap < fits[0].score
        and free.scale < limit.POWER_SCALE
    )


def _doubts(fits: list[Fit], candidates: list[str], data: Data) -> list[str]:
    """Further candidates, where the best class does not fit well, or where the data do not reach far enough."""
    best = fits[0]
    others = [fit for fit in fits if fit.name not in candidates]
    if data.bytes and candidates == ["1"]:
        return []
    found = [] if data.bytes else [*_not_there_yet(best, others, data), *_bent_near_top(best, others, data)]
    if data.cold and best.name in limit.SLOW and float(np.ptp(data.y)) < limit.COLD_GROWTH_S:
        found += [fit.name for fit in others if fit.name in limit.SLOW]
    if len(candidates) > 1 or not others:
        return found
    if not data.bytes:
        near = [fit for fit in others if fit.name == limit.NEIGHBOURS.get(best.name)]
        least = limit.GAP_SQUARE if best.name.startswith("n^2") else limit.GAP_NEIGHBOUR
        gap = least + (limit.GAP_KNEE if _slowed(best) else 0.0)
        if len(best.knees) > 1 and _slowed(best):
            gap = limit.GAP_TWO_KNEES
        if _reach(best, data) < limit.LOG_REACH:
            gap = limit.GAP_SHORT
        bent = _mostly_lower(best) or _quickened(best) or _hardly_grows(best, data)
        if near and (near[0].score < best.score + gap or bent):
            found.append(near[0].name)
    few = len(data.n) < limit.LEAST_POINTS or data.n[-1] / data.n[0] < limit.LEAST_RANGE
    if best.scale > (limit.MISFIT_BYTES if data.bytes else limit.MISFIT) or (few and best.name != EXPONENTIAL):
        found.append(others[0].name)
    return list(dict.fromkeys(found))


def _reach(best: Fit, data: Data) -> float:
    """By which factor the sizes differ at which the fixed cost does not rule."""
    fixed = float(best.coefficients[0]) if best.units else 0.0
    growing = data.n[data.y > 2 * fixed]
    return float(growing[-1] / growing[0]) if len(growing) else 1.0


def _bent_near_top(best: Fit, others: list[Fit], data: Data) -> list[str]:
    """The class on the other side, where caches may just have begun to slow the largest sizes down."""
    around = limit.ONE_POWER.get(best.name)
    if around is None:
        return []
    below, above = around
    name = above if any(knee * limit.TOP_KNEE > data.n[-1] for knee in best.knees) else None
    if name is None and data.working is not None and data.working[-1] > limit.LARGE_CACHE:
        fits_inside = data.n[data.working <= limit.LARGE_CACHE]
        if len(fits_inside) and fits_inside[-1] * limit.TOP_KNEE > data.n[-1]:
            name = below
    return [fit.name for fit in others if fit.name == name and fit.score < best.score + limit.GAP_BENT]


def _not_there_yet(best: Fit, others: list[Fit], data: Data) -> list[str]:
    """Slower classes, where the largest sizes grow more slowly than the best class: it may or may not rule further on."""
    if best.name in ("1", EXPONENTIAL) or _slowed(best):
        return []
    top = data.n >= data.n[-1] / limit.TOP
    if top.sum() < 3:
        return []
    x = np.log(data.n[top])
    rest = np.maximum(data.y[top] - best.coefficients[0], 0.05 * data.y[top])
    slope = float(np.polyfit(x, np.log(rest), 1)[0])
    own = float(np.polyfit(x, np.log(best.own(data.n[top], float(data.n[-1]))), 1)[0])
    if slope > own - limit.SLOPE_OFF:
        return []
    return [fit.name for fit in others if slope - limit.SLOPE_OFF < growth_power(fit.name) < own]


def growth_power(name: str) -> float:
    """The power that a class grows by, logarithms as a tenth."""
    if name in limit.CLASS_POWERS:
        return limit.CLASS_POWERS[name]
    return 9.0 if name == EXPONENTIAL else float(name.removeprefix("n^"))


def _slowed(fit: Fit) -> bool:
    return len(fit.units) > 1 and fit.units[-1] > limit.KNEE_SHOWN * fit.units[0]


def _quickened(fit: Fit) -> bool:
    """Whether a class with a logarithm fits only if its units get cheaper, as if there were no logarithm."""
    return "log" in fit.name and min(fit.units[1:], default=fit.units[0]) < fit.units[0] / limit.KNEE_SHOWN


def _hardly_grows(fit: Fit, data: Data) -> bool:
    return fit.name == "log n" and float(data.y.max() / data.y.min()) < limit.LOG_GROWS


def _mostly_lower(fit: Fit) -> bool:
    """Whether a class with a logarithm needs much of the same class without it."""
    return fit.lower is not None and fit.name.replace(" log n", "") == fit.lower and fit.share < limit.SHARE_LOG


def _weights(fits: list[Fit]) -> dict[str, float]:
    raw = [math.exp(-(fit.score - fits[0].score) / 2 * limit.TEMPER) for fit in fits]
    return {fit.name: value / sum(raw) for fit, value in zip(fits, raw, strict=True)}
