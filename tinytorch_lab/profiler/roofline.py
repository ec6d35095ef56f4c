"""Where an operation stands on the roofline of this machine: what limits it, and how near it comes to the limit.

docs/roofline.md explains the model. Its source: S. Williams, A. Waterman, D. Patterson, "Roofline: an insightful visual
performance model for multicore architectures", Communications of the ACM 52(4), 2009.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tinytorch_lab.profiler.calibrate import calibrated
from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import Layer, Op, Roofline

ENOUGH_S = 0.02
"""Seconds of operations with known flops that are worth calibrating for."""
FAR_BELOW = 0.1
"""Share of the roof below which neither arithmetic nor memory explains the time."""

COMPUTE, MEMORY, OVERHEAD, UNKNOWN = "compute-bound", "memory-bound", "overhead-bound", "unknown"


@dataclass(frozen=True)
class Placement:
    """A point on the roofline plot. None where it is not known."""

    bound: str
    """``compute-bound``, ``memory-bound``, ``overhead-bound`` or ``unknown``."""
    intensity: float | None = None
    """Flops per byte moved; None if nothing was moved."""
    flops_per_s: float | None = None
    """Flops per second that were attained."""
    bytes_per_s: float | None = None
    """Bytes per second that were attained."""
    roof_flops_per_s: float | None = None
    """Flops per second that this machine can do at this intensity; None if nothing was moved."""
    share: float | None = None
    """The time that the machine needs at least, by the time that it took: 1 is on the roof. More than 1: from the caches."""


def placement(item: Op | Layer, roofline: Roofline | None) -> Placement:
    """Where an operation or a layer stands. ``unknown`` without flops, without time, or without a calibrated machine."""
    flops, moved = item.flops, item.moved_bytes
    if roofline is None or flops is None or moved is None or item.wall_s <= 0:
        return Placement(UNKNOWN)
    compute_s, memory_s = flops / roofline.flops_per_s, moved / roofline.bytes_per_s
    share = max(compute_s, memory_s) / item.wall_s
    limit = COMPUTE if compute_s > memory_s else MEMORY
    intensity = flops / moved if moved else None
    return Placement(
        bound=OVERHEAD if share < FAR_BELOW else limit,
        intensity=intensity,
        flops_per_s=flops / item.wall_s,
        bytes_per_s=moved / item.wall_s,
        roof_flops_per_s=None if intensity is None else roof_at(intensity, roofline),
        share=share,
    )


def roof_at(intensity: float, roofline: Roofline) -> float:
    """Flops per second that this machine can do at most at ``intensity`` flops per byte."""
    return min(roofline.flops_per_s, intensity * roofline.bytes_per_s)


def ridge(roofline: Roofline) -> float:
    """Flops per byte from which on arithmetic is the limit, and memory below."""
    return roofline.flops_per_s / roofline.bytes_per_s


def in_words(place: Placement, roofline: Roofline | None) -> str:
    """One sentence about a placement."""
    if place.bound == UNKNOWN or roofline is None or place.share is None:
        return "Unknown: its operations have no formula for flops, or this machine was not calibrated."
    share = f"{100 * place.share:.2g} %"
    if place.bound == OVERHEAD:
        return f"Overhead-bound: arithmetic and memory explain only {share} of its time, the rest is calls and waiting."
    if place.bound == COMPUTE:
        return f"Compute-bound: it reaches {share} of the arithmetic that this machine can do."
    if place.share > 1:
        return f"Memory-bound: its data came from the caches, at {place.share:.2g} times the speed of main memory."
    return f"Memory-bound: it reaches {share} of the bytes per second that memory delivers to one thread."


def limits_in_words(roofline: Roofline) -> list[str]:
    """What a machine can do, a line for each limit and one for where they meet."""
    return [
        f"Matrix products (float32): {roofline.flops_per_s / 1e9:.3g} GFLOP/s, with {roofline.blas}.",
        f"Main memory: {roofline.bytes_per_s / 1e9:.3g} GB/s read and written by one thread.",
        f"Below {ridge(roofline):.2g} flops per byte memory is the limit, above it arithmetic.",
    ]


def roofline_for(measurement: Measurement, announce: Callable[[str], None] | None = None) -> Roofline | None:
    """The limits of this machine, if the measurement has operations to hold against them.

    If they were never measured, or are proved wrong, and operations of known flops took ENOUGH_S, they are measured now, after a
    sentence to ``announce``.
    """
    known_s = sum(op.wall_s for op in measurement.ops if op.flops)
    if not known_s:
        return None
    best = max((op.flops / op.wall_s for op in measurement.ops if op.flops and op.wall_s >= ENOUGH_S), default=0.0)
    return calibrated(measure=known_s >= ENOUGH_S, seen_flops_per_s=best, announce=announce)
