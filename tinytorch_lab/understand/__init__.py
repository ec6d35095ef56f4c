"""Sentences that follow from the figures of a measurement, by rules. docs/understand.md lists them."""

from __future__ import annotations

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import Insight
from tinytorch_lab.understand.rules import RULES

__all__ = ["RULES", "explain"]


def explain(measurement: Measurement) -> list[Insight]:
    """The sentences that the figures support, the most useful first. None for a cell that did not end well."""
    if measurement.state != "done":
        return []
    found = [(name, rule(measurement)) for name, rule in RULES.items()]
    return [Insight(name, finding.text, finding.figures) for name, finding in found if finding is not None]
