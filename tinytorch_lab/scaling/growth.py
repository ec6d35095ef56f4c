"""The exponent of a power law through points of size and cost."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tinytorch_lab.scaling.sweep import Point

FITTED = 5  # the largest sizes: below them fixed costs hide the growth
# Two-sided 95 % quantiles of Student's t for 1 to 3 degrees of freedom (any table of the distribution).
T_95 = {1: 12.706, 2: 4.303, 3: 3.182}


@dataclass(frozen=True)
class Growth:
    """cost ~ size ** exponent over the largest sizes.

    ``interval`` is the 95 % confidence interval of the exponent from a least-squares line through the logarithms; ``sizes`` is
    how many points it rests on; ``doubling`` is the factor on the cost between the two largest sizes, for one doubling.
    """

    exponent: float
    interval: tuple[float, float]
    sizes: int
    doubling: float

    @property
    def best(self) -> str:
        """The growth as a power, ``"n^2.9"`` say; ``"1"`` where the interval holds no growth."""
        if self.interval[0] <= 0 <= self.interval[1]:
            return "1"
        return f"n^{self.exponent:.1f}"


@dataclass(frozen=True)
class Complexity:
    """What a sweep found: its ``points`` in order of size, and the growth of time and memory, None where not measurable."""

    name: str
    points: list[Point]
    time: Growth | None
    memory: Growth | None


def fit(name: str, points: list[Point]) -> Complexity:
    """The growth of time and of memory over ``points``."""
    times = [(point.size, point.time_s) for point in points]
    peaks = [(point.size, float(point.peak_bytes)) for point in points if point.peak_bytes is not None]
    return Complexity(name, points, fit_power(times), fit_power(peaks))


def fit_power(pairs: list[tuple[int, float]]) -> Growth | None:
    """The power law through the last FITTED pairs of size and cost; None with fewer than 3 pairs of positive cost."""
    usable = [(math.log(size), math.log(cost)) for size, cost in pairs if cost > 0][-FITTED:]
    count = len(usable)
    if count < 3:
        return None
    mean_x = sum(x for x, _ in usable) / count
    mean_y = sum(y for _, y in usable) / count
    spread = sum((x - mean_x) ** 2 for x, _ in usable)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in usable) / spread
    residual = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in usable)
    half = T_95[count - 2] * math.sqrt(residual / (count - 2) / spread)
    (x, y), (last_x, last_y) = usable[-2:]
    return Growth(slope, (slope - half, slope + half), count, 2 ** ((last_y - y) / (last_x - x)))
