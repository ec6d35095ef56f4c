"""Measurements to put into a history."""

from __future__ import annotations

from typing import Any

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import CellIdentity, Machine, Statement


def measured(wall_s: float = 1.0, **fields: Any) -> Measurement:
    """A measurement of an untraced cell that took ``wall_s``, unless ``fields`` say otherwise."""
    measurement = Measurement(
        state="done",
        mode="time",
        started="2026-01-02T03:04:05.678+00:00",
        wall_s=wall_s,
        cpu_s=wall_s,
        statements=[Statement(1, 1, "x = f()", wall_s, wall_s, done=True)],
        statements_total=1,
        cell=CellIdentity("lesson.ipynb", "a1"),
        machine=Machine("3.12.1", "Linux x86_64", 2),
    )
    for name, value in fields.items():
        assert hasattr(measurement, name), name
        setattr(measurement, name, value)
    return measurement


def traced(wall_s: float = 4.0, **fields: Any) -> Measurement:
    """A measurement of the same cell, traced to its end."""
    memory = {"peak_bytes": 1000, "net_bytes": 10}
    return measured(
        wall_s, **{"mode": "default", "traced": True, "trace_complete": True, "traced_s": wall_s, **memory, **fields}
    )
