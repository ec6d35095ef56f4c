"""Short sentences that say how far the figures of a measurement can be trusted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tinytorch_lab.profiler.measurement import Measurement

LONG_GAP_S = 0.5
COUNTING_SHARE = 0.05
TRACER_BYTES = 1 << 20


@dataclass
class Circumstances:
    """What the recorder knows beside the figures."""

    trace_budget: float
    foreign_tracing: bool
    tracing_lost: bool
    tracer_bytes: int
    sampling_failure: str | None
    live_failure: str | None
    sites_left_out: bool = False
    line_problem: str | None = None
    seconds_per_line: float | None = None
    counting_failure: str | None = None
    counting_s: float = 0.0
    layers_left_out: bool = False


def notes_on(measurement: Measurement, circumstances: Circumstances) -> list[str]:
    """The sentences that apply, the most important first."""
    return [
        *_on_tracing(measurement, circumstances),
        *_on_lines(circumstances),
        *_on_operations(measurement, circumstances),
        *_on_sampling(measurement, circumstances),
    ]


def _on_tracing(measurement: Measurement, circumstances: Circumstances) -> Iterator[str]:
    if circumstances.tracing_lost:
        yield "The cell stopped, restarted or cleared tracemalloc: peak and kept memory are not known."
    elif circumstances.foreign_tracing:
        yield "tracemalloc was on already and stays on: the times carry its cost."
    elif measurement.traced and measurement.peak_bytes is None:
        yield "tracemalloc was switched on while the cell ran: the times carry its cost."
    elif measurement.traced and not measurement.trace_complete:
        yield (
            f"Tracing ended after {measurement.traced_s:.1f} s (--trace-budget {circumstances.trace_budget:g}): "
            "the peak of Python and NumPy memory speaks of that time, what the cell keeps is not known."
        )
    if circumstances.tracer_bytes >= TRACER_BYTES and not circumstances.foreign_tracing:
        yield (
            f"Resident memory includes {circumstances.tracer_bytes / TRACER_BYTES:.0f} MiB that tracing itself needed; "
            "--time measures without it."
        )
    if circumstances.sites_left_out:
        yield "So many blocks of memory are held that the places where they were allocated were not sorted out."


def _on_lines(circumstances: Circumstances) -> Iterator[str]:
    if circumstances.seconds_per_line is not None:
        yield (
            "Lines were counted (--lines): all times carry the cost of it, about "
            f"{circumstances.seconds_per_line * 1e6:.2f} µs for each line that ran."
        )
    if circumstances.line_problem:
        yield circumstances.line_problem


def _on_operations(measurement: Measurement, circumstances: Circumstances) -> Iterator[str]:
    if circumstances.counting_failure:
        yield f"Operations were counted only in part: an event could not be read ({circumstances.counting_failure})."
    if circumstances.layers_left_out:
        yield f"More layers were called than are listed: these are the first {len(measurement.layers)}, operations are of all."
    if circumstances.counting_s > COUNTING_SHARE * measurement.wall_s > 0:
        share = circumstances.counting_s / measurement.wall_s
        yield f"Counting the operations of tinytorch took {share:.0%} of the cell's time."


def _on_sampling(measurement: Measurement, circumstances: Circumstances) -> Iterator[str]:
    if measurement.rss_peak_bytes is not None and not measurement.rss_exact:
        yield "The peak of resident memory is the largest sample: shorter peaks were not seen."
    if measurement.timeline.longest_gap_s > LONG_GAP_S:
        yield (
            f"No sample for {measurement.timeline.longest_gap_s:.1f} s: a single call kept Python busy, "
            "the timeline does not show what happened in it."
        )
    if circumstances.sampling_failure:
        yield f"Sampling stopped early ({circumstances.sampling_failure}): the timeline is not complete."
    if circumstances.live_failure:
        yield f"The live display stopped early ({circumstances.live_failure})."
