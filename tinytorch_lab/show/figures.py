"""The figures of a measurement in words: what every view shows, in one order."""

from __future__ import annotations

from dataclasses import dataclass

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.show.units import UNKNOWN, format_bytes, format_cores, format_seconds

STATES = {"running": "measuring", "done": "measured", "error": "measured until the error", "interrupted": "interrupted"}


@dataclass
class Tile:
    """One figure: its name, its value, and what to know to read it."""

    name: str
    value: str
    remark: str


def title(measurement: Measurement) -> str:
    """The label or the state, and whether times carry the cost of tracing."""
    state = STATES.get(measurement.state, measurement.state)
    return f"{measurement.label}: {state}" if measurement.label else state.capitalize()


def tiles(measurement: Measurement) -> list[Tile]:
    """Wall clock, CPU, peak, kept and resident memory."""
    cores = format_cores(measurement.cpu_s, measurement.wall_s)
    busy = "" if cores == UNKNOWN else cores
    return [
        Tile("Wall time", format_seconds(measurement.wall_s), _tracing(measurement)),
        Tile("CPU time", format_seconds(measurement.cpu_s), _join(busy, _tracing(measurement))),
        Tile("Peak memory", format_bytes(measurement.peak_bytes), _peak_remark(measurement)),
        Tile("Kept memory", format_bytes(measurement.net_bytes), _kept_remark(measurement)),
        Tile("Process memory", format_bytes(measurement.rss_peak_bytes), _resident_remark(measurement)),
    ]


def statement_summary(measurement: Measurement) -> str:
    """Such as ``3 of 5 statements``."""
    done, total = len(measurement.statements), measurement.statements_total
    count = f"{done} of {total}" if done != total else str(total)
    return f"{count} statement" + ("" if total == 1 else "s")


def error_sentence(measurement: Measurement) -> str | None:
    """What ended the cell, or None."""
    if measurement.error is None:
        return None
    where = f" in line {measurement.error.line}" if measurement.error.line else ""
    return f"{measurement.error.type}{where}: {measurement.error.message}".rstrip(": ")


def _tracing(measurement: Measurement) -> str:
    return "with tracing" if measurement.traced else ""


def _peak_remark(measurement: Measurement) -> str:
    if measurement.peak_bytes is None:
        return _why_unknown(measurement)
    if measurement.state == "running" or measurement.trace_complete:
        return "Python and NumPy"
    return f"Python and NumPy, first {format_seconds(measurement.traced_s)}"


def _kept_remark(measurement: Measurement) -> str:
    if measurement.net_bytes is not None:
        return "Python and NumPy"
    return _why_unknown(measurement)


def _resident_remark(measurement: Measurement) -> str:
    start = measurement.rss_start_bytes
    sampled = measurement.rss_peak_bytes is not None and not measurement.rss_exact
    return _join("" if start is None else f"{format_bytes(start)} at the start", "sampled" if sampled else "")


def _why_unknown(measurement: Measurement) -> str:
    return "" if measurement.traced or measurement.state == "running" else "not traced"


def _join(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
