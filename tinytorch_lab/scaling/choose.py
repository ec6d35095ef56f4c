"""Chooses between growth classes: which one is likeliest, which others remain, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tinytorch_lab.scaling import thresholds as limit
from tinytorch_lab.scaling.classes import CLASSES, EXPONENTIAL
from tinytorch_lab.scaling.fit import Data, Fit, models, power_at
from tinytorch_lab.scaling.likely import scores


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
    fits = sorted(_of_memory(data) if data.bytes else _of_time(data), key=lambda fit: fit.score)
    if data.bytes and flat(data):
        fits.sort(key=lambda fit: fit.name != "1")
        candidates = ["1"]
    else:
        gap = limit.GAP_BYTES if data.bytes else limit.GAP * (1 + data.busy)
        candidates = [fit.name for fit in fits if fit.score <= fits[0].score + gap]
        candidates = list(dict.fromkeys([*candidates, *_doubts(fits, data)]))
    noise = float(np.median(np.hypot(data.noise, data.floor)))
    weights = _weights(fits)
    return Choice(fits, candidates, weights, _confidence(fits, candidates, weights, noise, data), noise)


def _of_time(data: Data) -> list[Fit]:
    """For each class the fit that is drawn, with the score of the class."""
    found = []
    for name, score in scores(data).items():
        drawn = [power_at(data, name, limit.POWERS[name])] if name in limit.POWERS else models(data, name)
        fit = min(drawn, key=lambda fit: fit.score)
        fit.score = score
        found.append(fit)
    return found


def _of_memory(data: Data) -> list[Fit]:
    """The best fit of each class that could be memory."""
    best = []
    for name in CLASSES:
        fits = [fit for fit in models(data, name) if _holds_enough(fit)]
        for fit in fits:
            fit.score += limit.MEMORY_PRIOR.get(name, 0.0)
        if fits:
            best.append(min(fits, key=lambda fit: fit.score))
    return best


def _holds_enough(fit: Fit) -> bool:
    """Whether the class's own term makes up enough of the largest peak, and enough bytes for each unit."""
    if fit.name == EXPONENTIAL:
        enough = len(fit.n) > limit.EXPONENTIAL_POINTS
        return enough and fit.share_at(-limit.EXPONENTIAL_POINTS) >= limit.EXPONENTIAL_SHARE
    if fit.units and min(fit.units) < limit.LEAST_BYTES.get(fit.name, limit.LEAST_BYTES_ELSE):
        return False
    if fit.lower and "log" not in fit.name:
        third = fit.n >= fit.n[-1] / 3
        return fit.share >= limit.SHARE_LOWER and fit.share_at(int(np.argmax(third))) >= limit.SHARE_THIRD
    return fit.share >= limit.SHARE.get(fit.name, limit.SHARE_ELSE)


def flat(data: Data) -> bool:
    """Whether a peak does not grow: it hardly varies, and pointers to n things would have shown."""
    peaks = data.y
    if len(peaks) >= limit.FLAT_POINTS:  # one odd run, unless it is the largest
        peaks = np.delete(peaks, int(np.argmax(np.abs(peaks[:-1] - np.median(peaks)))))
    spread = float(peaks.max() - peaks.min())
    shows = limit.POINTER_BYTES * float(data.n[-1] - data.n[0])
    hardly = spread < limit.FLAT_BYTES or float(peaks.max() / peaks.min()) < limit.FLAT_RATIO
    return hardly and shows > limit.FLAT_TIMES * spread


def _doubts(fits: list[Fit], data: Data) -> list[str]:
    """A further candidate, where the data do not reach far enough or no class fits well."""
    best, others = fits[0], fits[1:]
    if not others:
        return []
    if not data.bytes and best.name == "log n" and float(data.y.max() / data.y.min()) < limit.LOG_GROWS:
        return ["1"]
    few = len(data.n) < limit.LEAST_POINTS or data.n[-1] / data.n[0] < limit.LEAST_RANGE
    misfit = data.bytes and best.scale > limit.MISFIT_BYTES
    return [others[0].name] if misfit or (few and best.name != EXPONENTIAL) else []


def _confidence(fits: list[Fit], candidates: list[str], weights: dict[str, float], noise: float, data: Data) -> float:
    best = fits[0]
    doubt = (1 + limit.DOUBT_NOISE * max(0.0, noise - limit.QUIET)) * (1 + limit.DOUBT_BUSY * data.busy)
    if data.bytes:
        doubt *= 1 + limit.DOUBT_MISFIT * max(0.0, best.scale - 1)
        sure = 1.0 if candidates == ["1"] and flat(data) else weights[best.name]
    else:
        sure = weights[best.name]
    half = best.lower is not None and best.name.replace(" log n", "") == best.lower and best.share < limit.SHARE_LOG
    most = limit.UNDECIDED if len(candidates) > 1 or (half and not data.bytes) else 1.0
    return min(sure / doubt, most)


def _weights(fits: list[Fit]) -> dict[str, float]:
    raw = [math.exp(-(fit.score - fits[0].score) / 2 * limit.TEMPER) for fit in fits]
    return {fit.name: value / sum(raw) for fit, value in zip(fits, raw, strict=True)}
