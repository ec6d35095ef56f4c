"""Which measurements are alike, so that their times may be compared."""

from __future__ import annotations

from tinytorch_lab.profiler.measurement import Measurement

UNTRACED = "untraced"
"""The cell's own time: ``--time``, and ``--repeat``, whose time is the median of its untraced runs."""
TRACED = "traced"
"""Traced from the start to the end."""
PARTLY = "partly traced"
"""Traced for the first seconds only; comparable if these were about equally many."""
NEVER = "not compared"
"""Ended by an error or the user, timed line by line, or traced for nobody knows how long."""


def kind_of(measurement: Measurement) -> str:
    """One of the four kinds above."""
    if measurement.state != "done" or measurement.lines:
        return NEVER
    if not measurement.traced:
        return UNTRACED
    if measurement.peak_bytes is None:
        return NEVER
    return TRACED if measurement.trace_complete else PARTLY


def traced_time(measurement: Measurement) -> float | None:
    """Wall time of the run that was traced to its end, seconds; None if there was none."""
    kind = kind_of(measurement)
    if kind == TRACED:
        return measurement.wall_s
    traced = [run.wall_s for run in measurement.runs if run.traced]
    return traced[-1] if traced and kind == UNTRACED and measurement.trace_complete else None
