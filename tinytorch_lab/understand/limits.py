"""What limits the costliest operation: computing, memory, or the cost of calling it."""

from __future__ import annotations

from tinytorch_lab.profiler import roofline
from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import Op
from tinytorch_lab.understand import words
from tinytorch_lab.understand.rule import Finding, is_crowded

WORTH_S = 0.01
WORTH_SHARE = 0.1
CLEARLY = 1.5
NEAR_LIMIT = (0.25, 1.25)
SMALL_CALL_S = 1e-4
MANY_CALLS = 100


def compute_bound(m: Measurement) -> Finding | None:
    """Many operations per byte, near what the processor can do."""
    op = _costliest(m)
    if op is None or m.roofline is None:
        return None
    place, ridge = roofline.placement(op, m.roofline), roofline.ridge(m.roofline)
    if place.intensity is None or place.intensity < CLEARLY * ridge or not _near(place):
        return None
    return Finding(
        f"{_what(op)} is limited by computing: it does {words.number(place.intensity)} operations for each byte it moves "
        f"(from {words.number(ridge)} on, this machine waits for its processors, not for its memory), and reached "
        f"{words.share(place.share or 0, 1)} of that limit. Only fewer operations, smaller number types or more "
        "processors make it faster.",
        _figures(op),
    )


def memory_bound(m: Measurement) -> Finding | None:
    """Few operations per byte, near what the memory can deliver."""
    op = _costliest(m)
    if op is None or m.roofline is None:
        return None
    place, ridge = roofline.placement(op, m.roofline), roofline.ridge(m.roofline)
    if place.intensity is None or place.intensity * CLEARLY > ridge or not _near(place):
        return None
    return Finding(
        f"{_what(op)} is limited by memory: it does only {words.number(place.intensity)} operations for each byte it moves "
        f"(below {words.number(ridge)}, this machine waits for its memory), and reached {words.share(place.share or 0, 1)} "
        "of that limit. Moving less helps: smaller number types, work in place, several operations in one pass.",
        _figures(op),
    )


def overhead_bound(m: Measurement) -> Finding | None:
    """Many small calls, far from every limit of the machine."""
    op = _costliest(m)
    if op is None or is_crowded(m) or op.calls < MANY_CALLS or op.wall_s > SMALL_CALL_S * op.calls:
        return None
    place = roofline.placement(op, m.roofline)
    if place.bound != roofline.OVERHEAD or place.share is None:
        return None
    return Finding(
        f"{_what(op)} ran {op.calls:,} times, {words.seconds(op.wall_s / op.calls)} each, at {100 * place.share:.1f} % of what "
        "this machine can do: the time is the cost of calling, not of computing. Fewer calls on larger arrays (batches) "
        "help.",
        {**_figures(op), "calls": op.calls},
    )


def _costliest(m: Measurement) -> Op | None:
    """The costliest operation; None if it took little of the time, or so little that the clock counts."""
    op = max(m.ops, key=lambda each: each.wall_s, default=None)
    worth_s = max(WORTH_S, WORTH_SHARE * m.wall_s)
    return op if op is not None and op.wall_s >= worth_s else None


def _near(place: roofline.Placement) -> bool:
    """Whether the limit explains the time. Far above it, the data came from caches."""
    return place.share is not None and NEAR_LIMIT[0] <= place.share <= NEAR_LIMIT[1]


def _what(op: Op) -> str:
    layer = f" in {op.layer}" if op.layer else ""
    return f"{op.name}{layer} ({op.phase}, {words.seconds(op.wall_s)})"


def _figures(op: Op) -> dict[str, float | int | str]:
    return {"op": op.name, "wall_s": op.wall_s, "flops": op.flops or 0, "moved_bytes": op.moved_bytes or 0}
