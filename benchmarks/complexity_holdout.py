"""Thresholds of ``%%complexity`` set on some families of cells and judged on the one that was left out.

What was measured is kept as data to fit, so that every choice of thresholds is judged on the same points. Three thresholds that
weigh classes against each other are set, by search over a small grid; the others describe machines (sizes of caches, cost of a
page fault) or programs (how much of a cost a term has), and stay.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from complexity_cases import Case

from tinytorch_lab.scaling import thresholds as limit
from tinytorch_lab.scaling.choose import Choice, choose
from tinytorch_lab.scaling.fit import Data

GRID = {"GAP": (3.0, 1.5, 6.0), "LOG_PRIOR": (3.0, 0.0, 6.0), "STEPS": (1.0, 0.7, 1.4)}
"""STEPS multiplies the three lengths of the drift's steps. First what the product has: it is taken where others do as well."""
STEPS = ("STEP_SMALL", "STEP_MIDDLE", "STEP_LARGE")
WORTH = {"right": 1.0, "undecided": 0.0, "missed": -1.0, "wrong": -3.0, "sure and wrong": -10.0}
KEEP = """
def _keep(before):
    from tinytorch_lab.scaling import analysis
    measured = analysis.time_data
    def time_data(series, clock):
        kept.append(measured(series, clock))
        return kept[-1]
    analysis.time_data = time_data
kept = []
_keep(kept)
def _listed(data):
    return {key: getattr(value, 'tolist', lambda: value)() for key, value in vars(data).items()}
"""
"""Run in the kernel before a sweep: afterwards ``_listed(kept[-1])`` is the data of its time."""


@dataclass(frozen=True)
class Measured:
    """A cell with what its sweep measured."""

    case: Case
    data: Data


def data_of(listed: dict[str, Any]) -> Data:
    return Data(**{key: np.array(value) if isinstance(value, list) else value for key, value in listed.items()})


def verdict(choice: Choice, truth: str) -> str:
    if not choice.decided:
        return "undecided" if truth in choice.candidates else "missed"
    if choice.best.name == truth:
        return "right"
    return "sure and wrong" if choice.confidence >= 0.9 else "wrong"


@contextmanager
def thresholds(setting: dict[str, float]) -> Iterator[None]:
    """The thresholds as ``setting`` has them."""
    before = {name: getattr(limit, name) for name in ("GAP", "LOG_PRIOR", *STEPS)}
    changed = {"GAP": setting["GAP"], "LOG_PRIOR": setting["LOG_PRIOR"]}
    changed |= {name: before[name] * setting["STEPS"] for name in STEPS}
    try:
        for name, value in changed.items():
            setattr(limit, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(limit, name, value)


def leave_out(cells: list[Measured]) -> None:
    """Print, for each family, how its cells do with the thresholds that are best for all others."""
    settings = [dict(zip(GRID, values, strict=True)) for values in itertools.product(*GRID.values())]
    said: list[dict[str, str]] = []
    for setting in settings:
        with thresholds(setting):
            said.append({cell.case.id: verdict(choose(cell.data), cell.case.time) for cell in cells})
    total: Counter[str] = Counter()
    for family in sorted({cell.case.family for cell in cells}):
        best = max(range(len(settings)), key=lambda i: worth(said[i], (c for c in cells if c.case.family != family)))
        found = Counter(said[best][cell.case.id] for cell in cells if cell.case.family == family)
        total += found
        print(f"left out: {family:10} set on the others: {settings[best]}  {counted(found)}")
    print(f"left out, all families: {counted(total)}")


def worth(said: dict[str, str], cells: Iterable[Measured]) -> float:
    return sum(WORTH[said[cell.case.id]] for cell in cells)


def counted(found: Counter[str]) -> str:
    return ", ".join(f"{found[what]} {what}" for what in WORTH if found[what])
