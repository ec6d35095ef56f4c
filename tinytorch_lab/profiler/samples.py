"""The memory timeline while it is taken: a buffer that never grows."""

from __future__ import annotations

from array import array

from tinytorch_lab.profiler.records import Timeline

CAPACITY = 500
_UNKNOWN = -1 << 62  # an array holds no None


class Samples:
    """Points (seconds, resident bytes, traced bytes) in memory that was allocated beforehand.

    A full buffer keeps one of each two points, the one with the higher resident memory, so that a
    long cell has as many points as a short one. One thread may add while another one reads.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._t = array("d", bytes(8 * capacity))
        self._rss = array("q", bytes(8 * capacity))
        self._traced = array("q", bytes(8 * capacity))
        self._count = 0
        self.last_s = 0.0
        self.longest_gap_s = 0.0

    def add(self, t_s: float, rss: int | None, traced: int | None) -> None:
        """Append a point; ``t_s`` is not before the last one."""
        self.longest_gap_s = max(self.longest_gap_s, t_s - self.last_s)
        self.last_s = t_s
        if self._count == len(self._t):
            self._halve()
        self._put(self._count, t_s, _UNKNOWN if rss is None else rss, _UNKNOWN if traced is None else traced)
        self._count += 1

    def timeline(self, limit: int = CAPACITY) -> Timeline:
        """At most ``limit`` of the points, evenly spread, the last one always among them."""
        count = self._count
        step = -(-count // limit) or 1
        chosen = range((count - 1) % step, count, step)
        return Timeline(
            t_s=[round(self._t[i], 4) for i in chosen],
            rss_bytes=[_known(self._rss[i]) for i in chosen],
            traced_bytes=[_known(self._traced[i]) for i in chosen],
            longest_gap_s=self.longest_gap_s,
        )

    def _halve(self) -> None:
        for i in range(0, self._count - 1, 2):
            keep = i if self._rss[i] > self._rss[i + 1] else i + 1
            self._put(i // 2, self._t[keep], self._rss[keep], self._traced[keep])
        self._count //= 2

    def _put(self, index: int, t_s: float, rss: int, traced: int) -> None:
        self._t[index] = t_s
        self._rss[index] = rss
        self._traced[index] = traced


def _known(value: int) -> int | None:
    return None if value == _UNKNOWN else value
