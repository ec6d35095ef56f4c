"""The figures of a measurement in words: what every view shows, in one order. The words are the front end's."""

from __future__ import annotations

from dataclasses import dataclass

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.show.table import clip
from tinytorch_lab.show.units import UNKNOWN, format_bytes, format_change, format_cores, format_seconds

STATES = {"running": "measuring", "done": "measured", "error": "measured until the error", "interrupted": "interrupted"}
_LABEL_LENGTH = 120
_MESSAGE_LENGTH = 300


@dataclass
class Tile:
    """One figure: its name, its value, and what to know to read it."""

    name: str
    value: str
    remark: str


def title(m: Measurement) -> str:
    """The label, the state, and how it was measured."""
    state = STATES.get(m.state, m.state)
    named = f"{clip(m.label, _LABEL_LENGTH)}: {state}" if m.label else state.capitalize()
    return f"{named} ({_mode(m)})"


def _mode(m: Measurement) -> str:
    untraced = _untraced_runs(m)
    if m.mode == "repeat" and m.state == "running":
        return f"run {len(m.runs) + 1}"
    if m.runs:
        then = ", then a traced one" if untraced < len(m.runs) else ""
        return f"{untraced} untraced run{'' if untraced == 1 else 's'}{then}"
    if not m.traced:
        return "one run, not traced"
    if m.state == "running" or m.trace_complete:
        return "one run, with tracing"
    return f"one run, traced for {format_seconds(m.traced_s)}"


def tiles(m: Measurement) -> list[Tile]:
    """Wall clock, CPU, peak, kept and resident memory."""
    cores = format_cores(m.cpu_s, m.wall_s)
    busy = "" if cores == UNKNOWN else cores
    return [
        Tile("Wall time", format_seconds(m.wall_s), _join(_median(m), tracing_words(m), _clean(m))),
        Tile("CPU time", format_seconds(m.cpu_s), _join(busy, tracing_words(m))),
        Tile("Peak memory", format_bytes(m.peak_bytes), _peak_remark(m)),
        Tile("Kept", format_change(m.net_bytes), _kept_remark(m)),
        Tile("Process (RSS)", format_bytes(m.rss_peak_bytes), _resident_remark(m)),
    ]


def error_sentence(m: Measurement) -> str | None:
    """What ended the cell, or None."""
    if m.error is None:
        return None
    where = f" in line {m.error.line}" if m.error.line else ""
    return f"{m.error.type}{where}: {clip(m.error.message, _MESSAGE_LENGTH)}".rstrip(": ")


def _untraced_runs(m: Measurement) -> int:
    return sum(not run.traced for run in m.runs)


def _median(m: Measurement) -> str:
    return f"median of {_untraced_runs(m)} runs" if _untraced_runs(m) > 1 else ""


def tracing_words(m: Measurement) -> str:
    """Whether the times of the cell carry the cost of tracing, and for how long it went on; empty if not."""
    if not m.traced:
        return ""
    ended = m.state != "running" and not m.trace_complete
    return f"with tracing for {format_seconds(m.traced_s)}" if ended else "with tracing"


def _clean(m: Measurement) -> str:
    """The cell's own time, if it is known from other runs."""
    clean = m.earlier.untraced_wall_s if m.earlier else None
    return f"{format_seconds(clean)} without" if m.traced and clean is not None else ""


def _peak_remark(m: Measurement) -> str:
    if m.peak_bytes is None:
        return _when_traced(m, format_bytes(m.earlier.peak_bytes) if m.earlier else UNKNOWN)
    if m.state == "running":
        return "so far"
    if not m.trace_complete:
        return f"in the first {format_seconds(m.traced_s)}, then not traced"
    return "in the traced run" if m.runs else "above the start"


def _kept_remark(m: Measurement) -> str:
    if m.net_bytes is not None:
        return "at the end"
    if m.state == "running":
        return "known at the end" if m.traced else ""
    if m.traced:
        return "tracing ended before the cell"
    return _when_traced(m, format_change(m.earlier.net_bytes) if m.earlier else UNKNOWN)


def _when_traced(m: Measurement, figure: str) -> str:
    """The figure of the traced runs of the same cell, where this run was not traced."""
    if m.traced or m.state == "running":
        return ""
    return "not traced" if figure == UNKNOWN else f"{figure} when traced"


def _resident_remark(m: Measurement) -> str:
    if m.rss_peak_bytes is None:
        return ""
    start = m.rss_start_bytes
    rise = "" if start is None else f"{format_change(m.rss_peak_bytes - start)} from the start"
    return _join(rise, "" if m.rss_exact else "sampled")


def _join(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
