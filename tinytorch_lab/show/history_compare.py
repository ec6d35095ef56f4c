"""Two kept cells, or two versions of one, side by side: times like with like, memory, statements matched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from statistics import median

from tinytorch_lab.archive.cells import Version
from tinytorch_lab.archive.kinds import TRACED, UNTRACED
from tinytorch_lab.archive.rows import Row
from tinytorch_lab.archive.verdict import MIN_RUNS, judge, quartiles
from tinytorch_lab.profiler.records import Statement
from tinytorch_lab.show.units import UNKNOWN, format_bytes, format_seconds


@dataclass(frozen=True)
class Figure:
    """One figure of both, in words; ``ratio`` is that of the second to the first, empty where one is unknown."""

    name: str
    first: str
    second: str
    ratio: str


@dataclass(frozen=True)
class Part:
    """One statement of one text."""

    source: str
    wall_s: float | None
    """In the newest run of the kind that is compared; None if the two texts have no kind in common."""
    peak_bytes: int | None
    """In the newest run that was traced to its end; None if there is none."""


Pair = tuple[Part | None, Part | None]
"""Statements that stand at the same place in both texts; None: only the other one has it."""


def figures(first: Version, second: Version) -> list[Figure]:
    """Times with their middle half and number of runs, peak and kept memory: medians."""
    return [
        _time("Own time (untraced)", first.untraced_s, second.untraced_s),
        _time("Time with tracing", first.traced_s, second.traced_s),
        _memory("Peak memory", first.peak_bytes, second.peak_bytes),
        _memory("Kept memory", first.net_bytes, second.net_bytes),
    ]


def sentence(first: Version, second: Version) -> str:
    """Whether the second differs from the first in its own time beyond the noise, or why that cannot be told."""
    if first.last.machine != second.last.machine:
        return f"Measured on different machines ({first.last.machine}; {second.last.machine}): no verdict on the times."
    old, new = first.untraced_s, second.untraced_s
    if not old or not new:
        return "Not both were measured untraced: run them with --time to compare their own times."
    verdict = judge(median(new), old, new)
    if verdict == "too few":
        return f"The first has {len(old)} untraced run{'s' * (len(old) != 1)}; a verdict needs {MIN_RUNS} or more."
    if verdict == "same":
        return "The difference of their own times is within the noise."
    return f"The second is {verdict} than the first, outside the noise."


def common_kind(first: Version, second: Version) -> str | None:
    """``untraced`` or else ``traced``, if both have such a run: only then are the times of their statements compared."""
    return next((kind for kind in (UNTRACED, TRACED) if _newest(first, kind) and _newest(second, kind)), None)


def statements(first: Version, second: Version) -> list[Pair]:
    """Pairs in the order of the texts: equal statements together, changed ones beside what replaced them."""
    kind = common_kind(first, second)
    one, other = _parts(first, kind), _parts(second, kind)
    matcher = SequenceMatcher(None, [part.source for part in one], [part.source for part in other], autojunk=False)
    return [pair for _, a, b, c, d in matcher.get_opcodes() for pair in zip_longest(one[a:b], other[c:d])]


def _parts(version: Version, kind: str | None) -> list[Part]:
    timed = _newest(version, kind) if kind else None
    traced = _statements_of([row for row in version.comparable if row.traced_wall_s is not None])
    known = timed or traced or version.last.measurement().statements
    peaks = [each.peak_bytes for each in traced] if traced and len(traced) == len(known) else [None] * len(known)
    return [Part(each.source, each.wall_s if timed else None, peak) for each, peak in zip(known, peaks, strict=True)]


def _newest(version: Version, kind: str) -> list[Statement] | None:
    return _statements_of([row for row in version.comparable if row.kind == kind])


def _statements_of(rows: Sequence[Row]) -> list[Statement] | None:
    """Those of the newest of the rows; None without any."""
    return rows[-1].measurement().statements if rows else None


def _time(name: str, first: Sequence[float], second: Sequence[float]) -> Figure:
    ratio = _ratio(median(first), median(second)) if first and second else ""
    return Figure(name, _spread(first), _spread(second), ratio)


def _spread(times: Sequence[float]) -> str:
    if not times:
        return UNKNOWN
    low, high = quartiles(times)
    runs = f"{len(times)} run" + "s" * (len(times) != 1)
    between = f"{format_seconds(low)} to {format_seconds(high)}, " if low is not None else ""
    return f"{format_seconds(median(times))} ({between}{runs})"


def _memory(name: str, first: int | None, second: int | None) -> Figure:
    ratio = _ratio(first, second) if first is not None and second is not None else ""
    return Figure(name, format_bytes(first), format_bytes(second), ratio)


def _ratio(first: float, second: float) -> str:
    return f"× {second / first:.3g}" if first > 0 and second >= 0 else ""
