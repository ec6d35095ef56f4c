"""Faster, slower, or the same within the noise: one new time against some earlier ones.

docs/history.md gives the rule with its error rates.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median, quantiles

MIN_RUNS = 5
"""With fewer earlier runs nothing can be told."""
TOLERANCE = math.log(1.05)
"""A difference of less than 5 % beyond the bounds is never called one."""
_WIDTH = 3.0  # half-width of the band around the median, in robust standard deviations, for many runs
_SMALL_SAMPLE = 2.0  # it is wider by the factor 1 + this / n, since few runs say little about their spread
_TRIM = 8  # of every so many runs the highest and the lowest are left out as outliers
_MAD_TO_SIGMA = 1.4826  # for normal noise


def judge(new: float, earlier: Sequence[float], own: Sequence[float] = ()) -> str:
    """``too few``, ``same``, ``faster`` or ``slower``, for times in seconds.

    The new time differs if it lies outside both the range of the earlier ones (without outliers) and a band around their
    median, by more than the tolerance. ``own`` are the single runs whose median ``new`` is, if there were several:
    their middle half must then lie outside that of the earlier ones as well.
    """
    logs = sorted(math.log(time) for time in earlier if time > 0)
    if len(logs) < MIN_RUNS or new <= 0:
        return "too few"
    low, high = _bounds(logs)
    place = math.log(new)
    if place > high and _apart(own, earlier):
        return "slower"
    if place < low and _apart(earlier, own):
        return "faster"
    return "same"


def quartiles(times: Sequence[float]) -> tuple[float | None, float | None]:
    """First and third quartile; None with fewer than two times."""
    if len(times) < 2:
        return None, None
    low, _, high = quantiles(times, n=4, method="inclusive")
    return low, high


def _bounds(logs: Sequence[float]) -> tuple[float, float]:
    """What the noise of the earlier runs reaches, as logarithms; ``logs`` ascend."""
    n = len(logs)
    middle = median(logs)
    deviation = _MAD_TO_SIGMA * median(abs(value - middle) for value in logs)
    reach = _WIDTH * deviation * (1 + _SMALL_SAMPLE / n)
    left_out = n // _TRIM
    low, high = logs[left_out], logs[n - 1 - left_out]
    return min(low, middle - reach) - TOLERANCE, max(high, middle + reach) + TOLERANCE


def _apart(upper: Sequence[float], lower: Sequence[float]) -> bool:
    """Whether the middle half of ``upper`` lies above that of ``lower``; True if one of them is too small to say."""
    first, third = quartiles(upper)[0], quartiles(lower)[1]
    return first is None or third is None or first > third
