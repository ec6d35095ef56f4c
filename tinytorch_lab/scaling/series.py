"""What has been measured so far, size by size, and what the next size will cost by that."""

from __future__ import annotations

import itertools
import math
import statistics
from dataclasses import dataclass, field

from tinytorch_lab.scaling import thresholds as limit
from tinytorch_lab.scaling.timing import Sample


@dataclass
class Series:
    """All runs at one size."""

    sizes: tuple[int, ...]
    samples: list[Sample] = field(default_factory=list)
    prepare_s: float = 0.0
    """The shortest set-up, seconds."""
    peak: int | None = None
    """Traced peak above the start of the run, bytes."""
    input_bytes: int = 0
    """What the set-up of the traced run held, bytes."""
    traced_s: float | None = None
    """Wall clock of a traced run with its set-up."""
    held: int = 0
    """Resident memory that the process had gained after a run, bytes."""

    @property
    def run_s(self) -> float:
        """The shortest run: CPU time, or clock time if it mostly waits."""
        return min(used(sample.cpu_s, sample.wall_s) for sample in self.samples)

    @property
    def cost_s(self) -> float:
        """The shortest run with its set-up."""
        return self.prepare_s + self.run_s

    def times(self, clock: str) -> list[float]:
        """Seconds of each sample, by the ``cpu`` or the ``wall`` clock, shortest first."""
        return sorted(sample.steady_s if clock == "cpu" else sample.wall_s for sample in self.samples)

    def typical(self, clock: str) -> float:
        """The median of the shorter half: long ones were disturbed, the very shortest has a disturbed reference."""
        times = self.times(clock)
        return statistics.median(times[: (len(times) + 1) // 2])


def used(cpu_s: float, wall_s: float) -> float:
    """What a run used up: CPU time, unless it waited so long that other processes do not explain it."""
    return wall_s if wall_s > limit.WAITING * cpu_s + limit.SCHEDULING_S else cpu_s


def predicted(known: list[tuple[int, float]], size: int) -> float:
    """The cost at ``size`` beyond the ``known`` pairs of size and cost, which are in order of size.

    It grows by the last step's power at least linearly; where the power itself grows, it is taken to go on growing.
    """
    if not known:
        return 0.0
    (last, cost) = known[-1]
    reach = math.log(size / last)
    if len(known) < 2:
        return cost * math.exp(reach)
    recent = known[-3:]
    slopes = [
        math.log(max(b, 1e-12) / max(a, 1e-12)) / math.log(m / n) for (n, a), (m, b) in itertools.pairwise(recent)
    ]
    slope = max(1.0, slopes[-1])
    step = math.log(last / known[-2][0])
    if len(slopes) > 1 and slopes[-1] > max(1.5, slopes[0]):
        slope += (slopes[-1] - slopes[0]) * (step + reach) / (2 * step)
    return cost * math.exp(min(200.0, slope * reach))
