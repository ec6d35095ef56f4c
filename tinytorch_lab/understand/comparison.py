"""This run beside earlier ones of the same text. The verdict is the history's: it knows the noise."""

from __future__ import annotations

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.understand import words
from tinytorch_lab.understand.rule import Finding


def slower(m: Measurement) -> Finding | None:
    """Slower than the earlier runs, outside their spread."""
    return _compared(
        m, "slower", "The text is the same: look for other data, a busy machine, or changed code that it calls."
    )


def faster(m: Measurement) -> Finding | None:
    """Faster than the earlier runs, outside their spread."""
    return _compared(
        m, "faster", "The text is the same: other data, warm caches, or better code that it calls do that."
    )


def _compared(m: Measurement, verdict: str, remark: str) -> Finding | None:
    known = m.earlier
    if known is None or known.verdict != verdict or not known.median_wall_s or m.wall_s <= 0:
        return None
    factor = m.wall_s / known.median_wall_s
    how = words.number(factor if verdict == "slower" else 1 / factor)
    adjective = "slow" if verdict == "slower" else "fast"
    return Finding(
        f"{words.seconds(m.wall_s)}, {how} times as {adjective} as the median of "
        f"{words.count(known.runs, 'earlier run')} ({words.seconds(known.median_wall_s)}), outside their spread. "
        f"{remark}",
        {"wall_s": m.wall_s, "median_wall_s": known.median_wall_s, "runs": known.runs},
    )
