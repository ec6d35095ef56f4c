"""What a sweep runs, and how often a run of it may be repeated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Sizes: TypeAlias = Mapping[str, int]


@dataclass(frozen=True)
class Job:
    """What is run at each size: ``prepare(sizes)`` before every run, not measured; ``work()`` measured."""

    prepare: Callable[[Sizes], None]
    work: Callable[[], None]
    repeatable: Callable[[], bool] = lambda: False
    """Asked after ``prepare``: whether running ``work`` several times in a row does what several prepared runs would do."""
