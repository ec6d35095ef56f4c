"""Sentences that follow from the figures of a measurement, by rules. docs/understand.md lists them."""

from __future__ import annotations

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import Insight


def explain(measurement: Measurement) -> list[Insight]:
    """The sentences that the figures support, the most useful first."""
    return []
