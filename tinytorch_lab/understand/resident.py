"""Resident memory beside traced memory: each sees what the other does not."""

from __future__ import annotations

import mmap

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.understand import source, words
from tinytorch_lab.understand.rule import MIB, Finding, had_children, place, resident_rise

CLEAR_BYTES = 32 * MIB
TWICE = 2
HALF = 0.5
FAULTS_PER_S = 50_000
AGAIN = 3


def c_buffers(m: Measurement) -> Finding | None:
    """Resident memory rose far more than Python and NumPy account for."""
    rise, peak = resident_rise(m), m.peak_bytes
    if rise is None or peak is None or not m.trace_complete or m.runs:  # of several runs, rise and peak are not of one
        return None
    rest = rise - peak - (m.process.tracer_bytes or 0)
    if rest < CLEAR_BYTES or rise < TWICE * (rise - rest):
        return None
    return Finding(
        f"The process grew by {words.size(rise)}, but Python objects and NumPy arrays make up only {words.size(peak)} "
        "of that: the rest was taken by C code, such as buffers of a library, memory maps, or a library that was "
        "just loaded.",
        {"rss_start_bytes": m.rss_start_bytes or 0, "rss_peak_bytes": m.rss_peak_bytes or 0, "peak_bytes": peak},
    )


def untouched(m: Measurement) -> Finding | None:
    """An array was reserved, but the process did not grow by it."""
    rise, peak = resident_rise(m), m.peak_bytes
    if rise is None or peak is None or not m.trace_complete or not m.rss_exact:
        return None
    for statement in m.statements:
        net = statement.net_bytes or 0
        if net >= CLEAR_BYTES and net >= HALF * peak and rise <= HALF * net and source.reserves(statement):
            return Finding(
                f"{place(statement)} reserved {words.size(net)}, but the process grew by {words.size(max(rise, 0))} "
                "only: the system gives memory, zeroed, page by page when it is first written to. The cost of this "
                "array comes later.",
                {"line": statement.line, "net_bytes": net, "rss_peak_bytes": m.rss_peak_bytes or 0},
            )
    return None


def first_touch(m: Measurement) -> Finding | None:
    """The system handed out new memory, page by page."""
    touched = _touched_bytes(m)
    rise = resident_rise(m)
    if touched is None or rise is None or not HALF * touched <= rise <= AGAIN * touched:
        return None
    faults = m.process.minor_faults or 0
    return Finding(
        f"{faults:,} page faults: the system handed out {words.size(touched)} of new memory, one page of "
        f"{words.size(mmap.PAGESIZE)} at a time, each zeroed at its first touch. That is part of the time; memory "
        "that is used again has no such cost.",
        {"minor_faults": faults, "rss_start_bytes": m.rss_start_bytes or 0, "rss_peak_bytes": m.rss_peak_bytes or 0},
    )


def page_churn(m: Measurement) -> Finding | None:
    """The same memory was handed out again and again."""
    touched = _touched_bytes(m)
    rise = resident_rise(m)
    if touched is None or rise is None or touched < AGAIN * max(rise, 0):
        return None
    faults = m.process.minor_faults or 0
    return Finding(
        f"{faults:,} page faults brought in {words.size(touched)}, but the process grew by {words.size(max(rise, 0))} "
        "only: memory was given back to the system and fetched again, page by page. Arrays that are kept and filled "
        "again (out=) avoid that.",
        {"minor_faults": faults, "rss_start_bytes": m.rss_start_bytes or 0, "rss_peak_bytes": m.rss_peak_bytes or 0},
    )


def _touched_bytes(m: Measurement) -> int | None:
    """Memory of all page faults; None unless there are many and they came fast.

    Less than the truth where the system uses huge pages, of which one fault brings in many. With child
    processes around, faults may be copies of pages that a fork left shared.
    """
    faults = m.process.minor_faults
    time_s = m.wall_s
    if faults is None or had_children(m) or faults * mmap.PAGESIZE < CLEAR_BYTES or faults < FAULTS_PER_S * time_s:
        return None
    return faults * mmap.PAGESIZE
