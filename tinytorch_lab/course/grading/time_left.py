"""How long a run that counts will still take."""

from __future__ import annotations

import time


def seconds_left(started: float, number: int, total: int) -> float:
    """What the rest takes at the pace so far: ``number`` of ``total`` are done since ``started``, a time of ``time.monotonic``."""
    return (time.monotonic() - started) / number * (total - number)
