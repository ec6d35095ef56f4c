"""What a rule is, and what several rules share."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import Statement

MIB = 1 << 20
LONG_ENOUGH_S = 0.1
"""Shares of the time are judged from here on: ten samples long."""
LARGE_BYTES = 8 * MIB
"""Memory is worth a sentence from here on: more than the caches near a core usually hold, so that it costs time too."""

CHILD_CPU_S = 0.01
"""CPU time from which on child processes that nobody saw alive are worth a word."""

CROWDED = 0.25
"""Share of the time without a free processor from which on times say little: it is then another program's too."""


class Finding(NamedTuple):
    """What a rule has to say, and the figures that it rests on, by name of their field."""

    text: str
    figures: dict[str, float | int | str]


Rule = Callable[[Measurement], Finding | None]
"""Looks at a finished measurement; None where the figures do not support its sentence."""


def is_crowded(measurement: Measurement) -> bool:
    """Whether other programs had the processors for so long that times say little about the cell."""
    delay = measurement.process.run_delay_s
    return delay is not None and delay >= CROWDED * measurement.wall_s > 0


def had_children(measurement: Measurement) -> bool:
    """Whether child processes ran: some were seen, or those that ended between two looks worked for long enough."""
    process = measurement.process
    return process.child_processes > 0 or (process.children_cpu_s or 0.0) >= CHILD_CPU_S


def others_worked(measurement: Measurement) -> bool:
    """Whether child processes or devices may have worked while the cell waited for them."""
    return had_children(measurement) or bool(measurement.process.devices)


def resident_rise(measurement: Measurement) -> int | None:
    """How far resident memory rose above the start of the cell, bytes."""
    if measurement.rss_peak_bytes is None or measurement.rss_start_bytes is None:
        return None
    return measurement.rss_peak_bytes - measurement.rss_start_bytes


def place(statement: Statement) -> str:
    """Such as ``Line 3 (y = a * b)``."""
    source = statement.source.rstrip(":")
    source = source if len(source) <= 40 else f"{source[:37]}..."
    return f"Line {statement.line} ({source})" if source else f"Line {statement.line}"
