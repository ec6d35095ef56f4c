"""A measurement beside the earlier ones of the same cell text."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from tinytorch_lab.archive.kinds import NEVER, PARTLY, UNTRACED
from tinytorch_lab.archive.rows import Row
from tinytorch_lab.archive.verdict import MIN_RUNS, judge, quartiles
from tinytorch_lab.profiler.records import Earlier

SHOWN_RUNS = 20
_LIKE_TRACED_S = 0.2  # partly traced runs are alike if the seconds that were traced differ by at most this share


def compared(new: Row, rows: Sequence[Row], own_runs: Sequence[float] = ()) -> Earlier | None:
    """What the result says of ``rows``, earlier runs of the same text on the same machine, oldest first.

    ``own_runs`` are the untraced times of the new measurement, if it has several. None if it must not be compared.
    """
    if new.kind == NEVER:
        return None
    alike = [row for row in rows if _alike(new, row)]
    times = [row.wall_s for row in alike[-SHOWN_RUNS:]]
    low, high = quartiles(times)
    earlier = Earlier(
        runs=len(alike),
        wall_s=times,
        median_wall_s=median(times) if times else None,
        low_wall_s=low,
        high_wall_s=high,
        verdict=_verdict(new, alike, own_runs),
    )
    _join(earlier, [*rows, new])
    return earlier


def _alike(new: Row, row: Row) -> bool:
    if new.kind != row.kind:
        return False
    difference = abs(new.traced_s - row.traced_s)
    return new.kind != PARTLY or difference <= _LIKE_TRACED_S * max(new.traced_s, row.traced_s)


def _verdict(new: Row, alike: Sequence[Row], own_runs: Sequence[float]) -> str:
    """Cold runs, the first of a text in a kernel, are judged by cold ones where there are enough, warm by warm.

    A cold run that is slower than warm ones proves nothing: then it is too few of them.
    """
    if not alike:
        return "first"
    same_state = [row.wall_s for row in alike if row.cold == new.cold][-SHOWN_RUNS:]
    if len(same_state) >= MIN_RUNS:
        return judge(new.wall_s, same_state, own_runs)
    verdict = judge(new.wall_s, [row.wall_s for row in alike[-SHOWN_RUNS:]], own_runs)
    return "too few" if new.cold and verdict == "slower" else verdict


def _join(earlier: Earlier, rows: Sequence[Row]) -> None:
    """Time from the untraced runs, memory from the traced ones, and the factor between them."""
    untraced = [row.wall_s for row in rows if row.kind == UNTRACED][-SHOWN_RUNS:]
    traced = [row for row in rows if row.traced_wall_s is not None][-SHOWN_RUNS:]
    traced_times = [row.traced_wall_s for row in traced if row.traced_wall_s is not None]
    earlier.untraced_wall_s = median(untraced) if untraced else None
    earlier.traced_wall_s = median(traced_times) if traced_times else None
    earlier.peak_bytes = median_bytes([row.peak_bytes for row in traced])
    earlier.net_bytes = median_bytes([row.net_bytes for row in traced])
    if earlier.untraced_wall_s and earlier.traced_wall_s:
        earlier.tracing_factor = earlier.traced_wall_s / earlier.untraced_wall_s


def median_bytes(sizes: Sequence[int | None]) -> int | None:
    """Median of the sizes that are known, None if none is."""
    known = [size for size in sizes if size is not None]
    return round(median(known)) if known else None
