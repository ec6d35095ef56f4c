"""Figures inside sentences: rounded to what a reader keeps in mind. The exact ones stand in the tables."""

from __future__ import annotations

_TIMES = (("s", 1.0), ("ms", 1e-3), ("\u00b5s", 1e-6), ("ns", 1e-9))
_SIZES = (("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10))
_RATES = (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3))


def seconds(value: float) -> str:
    """Such as ``850 ns``, ``12 ms``, ``1.2 s``, ``150 s``."""
    unit, size = next((each for each in _TIMES if value >= each[1]), _TIMES[-1])
    return f"{number(value / size)} {unit}"


def size(value: float) -> str:
    """Such as ``512 B``, ``1.2 KiB``, ``95 MiB``."""
    unit, factor = next((each for each in _SIZES if abs(value) >= each[1]), ("B", 1))
    return f"{number(value / factor)} {unit}"


def rate(value: float, unit: str) -> str:
    """Such as ``12 Gflop/s``: powers of ten, as these rates are given everywhere."""
    prefix, factor = next((each for each in _RATES if value >= each[1]), ("", 1))
    return f"{number(value / factor)} {prefix}{unit}"


def share(part: float, whole: float) -> str:
    """Such as ``37 %``."""
    return f"{100 * part / whole:.0f} %"


def number(value: float) -> str:
    """Two digits at least, no decimals from 10 on: ``1.2``, ``12``, ``1234``."""
    return f"{value:.1f}".removesuffix(".0") if abs(value) < 9.95 else f"{value:.0f}"


def count(value: int, noun: str) -> str:
    """Such as ``1 thread``, ``4 threads``, ``100,000 threads``."""
    return f"{value:,} {noun}" + ("" if value == 1 else "s")
