"""The growth of time or memory over one size: the choice between classes as the record that is shown."""

from __future__ import annotations

import math

import numpy as np

from tinytorch_lab.scaling import thresholds as limit
from tinytorch_lab.scaling.choose import Choice, choose
from tinytorch_lab.scaling.classes import EXPONENTIAL, shape
from tinytorch_lab.scaling.exponent import exponent_of
from tinytorch_lab.scaling.fit import Data, Fit
from tinytorch_lab.scaling.result import Curve, Deciding, Growth, Knee, Term
from tinytorch_lab.scaling.words import amount, digits, listed, percent

_CURVE = 60


def growth_of(data: Data, name: str, unit: str) -> Growth | None:
    """How the cost in ``unit`` (``s`` or ``B``) grows with the size ``name``; None with fewer than three sizes."""
    if len(data.n) < 3:
        return None
    choice = choose(data)
    best = choice.best
    found = exponent_of(data, best)
    terms = terms_of(best)
    growth = Growth(
        best=best.name,
        decided=choice.decided,
        candidates=choice.candidates,
        confidence=round(choice.confidence, 3),
        exponent=None if found is None else found[0],
        interval=None if found is None else found[1],
        exponents={} if found is None else {name: found[0]},
        intervals={} if found is None else {name: found[1]},
        formula=formula(terms, best, name, unit),
        terms=terms,
        base=best.base if best.name == EXPONENTIAL else None,
        noise=choice.noise,
        weights=choice.weights,
        deciding=_deciding(data, choice, name),
        knees=_knees(data, best, name, unit),
        curves=[_curve(data, choice, name)],
    )
    _double(growth, data, best, name)
    growth.sentences = sentences(growth, name, unit)
    if data.busy > limit.SAID_BUSY:
        lost = percent(data.busy / (1 + data.busy))
        growth.sentences.append(f"Other processes held the processor for about {lost} of the time: this is less sure.")
    return growth


def terms_of(fit: Fit) -> list[Term]:
    """The formula that holds at the largest size, without terms that do not count there or at the smallest."""
    last = float(fit.n[-1])
    terms = [Term("1", float(fit.coefficients[0]))]
    if fit.units:
        own = fit.units[-1]
        if fit.name == EXPONENTIAL:
            own *= math.exp(-math.log(fit.base) * last)
        elif fit.exponent is not None:
            own *= last**-fit.exponent
        terms.append(Term(fit.name, own))
    if fit.lower:
        terms.insert(1, Term(fit.lower, float(fit.coefficients[-1])))
    kept = [term for term in terms if term.factor == fit.name or term.coefficient > 0]
    return [term for term in kept if term.factor == fit.name or _counts(term, fit)]


def _counts(term: Term, fit: Fit) -> bool:
    ends = np.array([fit.n[0], fit.n[-1]])
    share = term.coefficient * shape(term.factor, ends) / np.maximum(fit.cost(ends, float(fit.n[-1])), 1e-300)
    return bool((share > 0.01).any())


def formula(terms: list[Term], fit: Fit, name: str, unit: str) -> str:
    """Such as ``0.21 ms + 3.4 µs * n``, with the size's own name."""
    return " + ".join(_term(term, fit, name, unit) for term in terms)


def _term(term: Term, fit: Fit, name: str, unit: str) -> str:
    written = term.factor
    if written == EXPONENTIAL:
        written = f"{fit.base:.2f}^n"
    elif fit.exponent is not None and written == fit.name:
        written = f"n^{fit.exponent:.2f}"
    value = amount(term.coefficient, unit)
    return value if written == "1" else f"{value} * {called(written, name)}"


def called(written: str, name: str) -> str:
    """A class with the size's own name in place of n."""
    return " ".join(
        name + part[1:] if part[:1] == "n" else part.replace("^n", f"^{name}") for part in written.split(" ")
    )


def _curve(data: Data, choice: Choice, name: str) -> Curve:
    first, last = float(data.n[0]), float(data.n[-1])
    beyond = last + limit.BEYOND_STEPS if choice.best.name == EXPONENTIAL else last * limit.BEYOND
    n = np.unique(np.concatenate([np.geomspace(first, last, _CURVE // 2), np.geomspace(last, beyond, _CURVE // 2)]))
    values = choice.best.cost(n, last)
    fits = [fit for fit in choice.fits if fit.name in choice.candidates]
    around = [np.minimum(fit.cost(n, last), limit.MOST_DRAWN) for fit in fits]
    width = 1 + 2 * max(data.floor, float(np.sqrt(np.mean(choice.best.residuals**2))))
    low, high = np.min(around, axis=0) / width, np.max(around, axis=0) * width
    drawn = [np.minimum(each, limit.MOST_DRAWN).tolist() for each in (values, low, high)]
    return Curve(name, n.tolist(), *drawn)


def _double(growth: Growth, data: Data, best: Fit, name: str) -> None:
    last = float(data.n[-1])
    now, then = best.cost(np.array([last, 2 * last]), last)
    if then < 1e300 and now > 0:
        growth.doubling, growth.doubled = {name: float(then / now)}, {name: float(then)}


def _deciding(data: Data, choice: Choice, name: str) -> Deciding | None:
    """How much the cost grew over the widest stretch on which fixed costs do not count, beside what two classes say."""
    best, fixed = choice.best, float(choice.best.coefficients[0]) if choice.best.units else 0.0
    above = [
        i for i, cost in enumerate(data.y) if cost > 3 * fixed and (not best.knees or data.n[i] > 2 * best.knees[-1])
    ]
    if len(choice.fits) < 2 or len(above) < 2:
        return None
    start, end = above[0], len(data.n) - 1
    ends, last = np.array([data.n[start], data.n[end]]), float(data.n[-1])
    expected = {}
    for fit in choice.fits[:2]:
        small, large = fit.own(ends, last) if fit.units else np.ones(2)
        expected[fit.name] = float(large / max(small, 1e-300))
    factor = float((data.y[end] - fixed) / (data.y[start] - fixed))
    text = (
        f"From {name} = {ends[0]:,.0f} to {ends[1]:,.0f}, without its fixed part, it grew by {digits(factor)}; "
        + listed([f"{called(key, name)} grows by {digits(value)}" for key, value in expected.items()])
        + "."
    )
    return Deciding(int(ends[0]), int(ends[1]), factor, expected, text)


def _knees(data: Data, best: Fit, name: str, unit: str) -> list[Knee]:
    knees = []
    fixed = float(best.coefficients[0])
    if best.units and fixed > 0:
        growing = data.y - fixed
        above = [float(n) for n, cost in zip(data.n, growing, strict=True) if cost > fixed]
        if above and above[0] > data.n[0]:
            text = f"Below {name} = {above[0]:,.0f} the fixed cost of {amount(fixed, unit)} is more than half of all."
            knees.append(Knee(name, int(above[0]), "overhead", text))
    for at, before, after in zip(best.knees, best.units, best.units[1:], strict=False):
        slower = after > before
        factor = after / before if slower else before / after
        if factor > limit.KNEE_SHOWN:
            kind = "slower" if slower else "faster"
            times = f"{digits(factor)} times what it does" if slower else f"1/{digits(factor)} of what it does"
            text = f"From about {name} = {at:,.0f} on, each unit costs {times} below."
            knees.append(Knee(name, int(at), kind, text))
    if best.kind == "faults" and best.coefficients[-1] * best.columns[-1, -1] > 0.1 * data.y[-1]:
        first = next(float(n) for n, faults in zip(data.n, data.faults, strict=True) if faults >= limit.FAULTS)
        text = f"From about {name} = {first:,.0f} on, the first touch of new memory adds to each run (page faults)."
        knees.append(Knee(name, int(first), "slower", text))
    return knees


def sentences(growth: Growth, name: str, unit: str) -> list[str]:
    """The answer in words, with how sure it is and what decides."""
    said = []
    classes = [called(each, name) for each in growth.candidates]
    if growth.decided:
        said.append(f"Grows like {classes[0]} (confidence {percent(growth.confidence)}).")
    else:
        said.append(
            f"Undecided between {listed(classes[:4])}; {classes[0]} fits best (confidence {percent(growth.confidence)})."
        )
    said.append(f"Fit: {growth.formula}.")
    if growth.exponent is not None and growth.interval is not None:
        low, high = growth.interval
        said.append(f"As a power: {name}^{growth.exponent:.2f} (95 % interval {max(0.0, low):.2f} to {high:.2f}).")
    if growth.doubling:
        said.append(
            f"Doubling {name} once more multiplies it by {digits(growth.doubling[name])}, to {amount(growth.doubled[name], unit)}."
        )
    if growth.deciding is not None:
        said.append(growth.deciding.text)
    said += [knee.text for knee in growth.knees]
    if growth.noise > limit.NOISY:
        said.append(
            f"The points vary by about {percent(growth.noise)} by chance: a quieter machine or a larger --budget says more."
        )
    return said
