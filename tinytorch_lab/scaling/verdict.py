"""Compares a stated growth with what was measured."""

from __future__ import annotations

import numpy as np

from tinytorch_lab.scaling import thresholds as limit
from tinytorch_lab.scaling.growth import called
from tinytorch_lab.scaling.result import Complexity, Curve, Growth, Prediction
from tinytorch_lab.scaling.stated import Stated
from tinytorch_lab.scaling.words import listed


def prediction_of(text: str, stated: Stated, result: Complexity) -> Prediction:
    """The prediction ``text``, understood as ``stated``, beside the growth of time, or of memory if only that was measured."""
    prediction = Prediction(text, str(stated))
    growth = result.time or result.memory
    if growth is None:
        return prediction
    single = len(result.names) == 1
    prediction.verdict = _single(stated, growth) if single else _several(stated, growth)
    what = "time" if result.time else "memory"
    found = listed([called(each, result.names[0]) if single else each for each in growth.candidates[:4]])
    prediction.sentence = {
        "agrees": f"Predicted {stated}: the {what} agrees.",
        "open": f"Predicted {stated}: it is among what the {what} leaves open ({found}).",
        "differs": f"Predicted {stated}: the {what} grows like {found}.",
    }[prediction.verdict]
    prediction.curves = [_line(stated, curve, result) for curve in growth.curves]
    return prediction


def _single(stated: Stated, growth: Growth) -> str:
    name = stated.name()
    if name in growth.candidates:
        return "agrees" if growth.decided else "open"
    if name.startswith("n^") and growth.best.startswith("n^") and growth.interval is not None:
        (factor,) = stated.factors.values()
        if not factor.logs and growth.interval[0] <= factor.power <= growth.interval[1]:
            return "agrees" if growth.decided else "open"
    return "differs"


def _several(stated: Stated, growth: Growth) -> str:
    states = []
    for name, (low, high) in growth.intervals.items():
        factor = stated.factors.get(name)
        power = 0.0 if factor is None else factor.power
        near = abs(power - growth.exponents[name]) <= limit.EXPONENT_AGREES
        inside = low <= power <= high
        states.append("agrees" if near else "open" if inside else "differs")
    return next(state for state in ("differs", "open", "agrees") if state in states)


def _line(stated: Stated, curve: Curve, result: Complexity) -> Curve:
    """The stated growth along a curve, through the largest measured point."""
    n = np.array(curve.sizes)
    sizes = {name: np.full_like(n, float(curve.others.get(name, 1))) for name in result.names} | {curve.name: n}
    last = max(point.sizes[curve.name] for point in result.points)
    costs = stated.cost(sizes)
    at = int(np.argmin(np.abs(n - last)))
    with np.errstate(over="ignore", invalid="ignore"):
        values = np.minimum(costs / costs[at] * curve.values[at], 1e300)
    return Curve(curve.name, curve.sizes, values.tolist(), [], [], curve.others)
