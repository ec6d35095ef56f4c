"""Where the time went: one statement, one line."""

from __future__ import annotations

from typing import NamedTuple

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import Line, LineProfile
from tinytorch_lab.understand import words
from tinytorch_lab.understand.rule import LONG_ENOUGH_S, Finding, is_crowded, place

DOMINANT = 0.8
HOT = 0.5
HOT_S = 0.01


class _Hot(NamedTuple):
    profile: LineProfile
    line: Line
    total_s: float


def hot_line(m: Measurement) -> Finding | None:
    """One line of the line profile took most of its function's time."""
    found = [hot for hot in map(_hottest, m.lines) if hot is not None and not is_crowded(m)]
    # The line of a function tells more than the line of the cell that calls it.
    inner = [hot for hot in found if hot.profile.name != "cell" and hot.total_s >= HOT * m.wall_s]
    hot = max(inner or found, key=lambda each: each.line.wall_s, default=None)
    if hot is None:
        return None
    line, where = hot.line, "" if hot.profile.name == "cell" else f" of {hot.profile.name}"
    return Finding(
        f"Line {line.line}{where} ({line.source.strip()[:60]}) took {words.share(line.wall_s, hot.total_s)} of the "
        f"time of its lines: it ran {words.count(line.hits, 'time')}, {words.seconds(line.wall_s / line.hits)} each. "
        "Make it run less often, on more data at once, before making it faster.",
        {"line": line.line, "wall_s": line.wall_s, "hits": line.hits},
    )


def _hottest(profile: LineProfile) -> _Hot | None:
    total = sum(line.wall_s for line in profile.lines)
    line = max(profile.lines, key=lambda each: each.wall_s, default=None)
    if line is None or len(profile.lines) < 2 or not line.hits or line.wall_s < max(HOT_S, HOT * total):
        return None
    return _Hot(profile, line, total)


def dominant(m: Measurement) -> Finding | None:
    """One of several statements took nearly all of the time."""
    total = sum(each.wall_s for each in m.statements)
    longest = max(m.statements, key=lambda each: each.wall_s, default=None)
    if (
        longest is None
        or len(m.statements) < 3
        or is_crowded(m)
        or total < LONG_ENOUGH_S
        or longest.wall_s < DOMINANT * total
    ):
        return None
    return Finding(
        f"{place(longest)} took {words.share(longest.wall_s, total)} of the time of {len(m.statements)} statements. "
        f"However fast the others become, the cell cannot take less than {words.seconds(longest.wall_s)}: improve "
        "this one first (Amdahl's law).",
        {"line": longest.line, "wall_s": longest.wall_s},
    )
