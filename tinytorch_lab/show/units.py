"""Figures as text, in units that fit them. Unknown is "not measured", never 0."""

from __future__ import annotations

UNKNOWN = "not measured"


def format_seconds(seconds: float | None) -> str:
    """Such as ``850 ns``, ``12.3 ms``, ``1.23 s``, ``2 min 05 s``, ``1 h 02 min``."""
    if seconds is None:
        return UNKNOWN
    if seconds >= 3600 - 30:
        minutes = round(seconds / 60)
        return f"{minutes // 60} h {minutes % 60:02d} min"
    if seconds >= 99.95:
        whole = round(seconds)
        return f"{whole // 60} min {whole % 60:02d} s"
    if seconds == 0:
        return "0 s"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("\u00b5s", 1e-6)):
        if seconds >= size * 0.9995:
            return f"{_three_digits(seconds / size)} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def format_bytes(size: int | None) -> str:
    """Such as ``512 B``, ``1.25 KiB``, ``95.4 MiB``, ``-2.00 GiB``."""
    if size is None:
        return UNKNOWN
    sign, magnitude = ("-", -size) if size < 0 else ("", size)
    if magnitude < 1024:
        return f"{size} B"
    value = float(magnitude)
    for unit in ("KiB", "MiB", "GiB", "TiB"):
        value /= 1024
        if value < 1023.5 or unit == "TiB":
            return f"{sign}{_three_digits(value)} {unit}"
    raise AssertionError("the loop ends with TiB")


def format_change(size: int | None) -> str:
    """A difference, with its sign: ``+1.25 KiB``, ``-2.00 GiB``, ``0 B``."""
    return f"+{format_bytes(size)}" if size is not None and size > 0 else format_bytes(size)


def format_flops(flops: float | None, seconds: float) -> str:
    """Floating-point operations a second, in powers of ten as everywhere: ``12.3 GFLOP/s``."""
    if flops is None or seconds <= 0:
        return "unknown"
    rate = flops / seconds
    for prefix, factor in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if rate >= 0.9995 * factor:
            return f"{_three_digits(rate / factor)} {prefix}FLOP/s"
    return f"{rate:.0f} FLOP/s"


def format_traffic(size: float | None, seconds: float) -> str:
    """Bytes a second: ``11.2 GiB/s``."""
    return "unknown" if size is None or seconds <= 0 else f"{format_bytes(round(size / seconds))}/s"


def format_share(part: float, whole: float) -> str:
    """Such as ``37 %``; more than 100 % is possible. A dash where there is nothing to divide by."""
    if whole <= 0:
        return "\u2013"
    percent = 100 * part / whole
    return f"{percent:.1f} %" if 0 < percent < 0.95 else f"{percent:.0f} %"


def format_cores(cpu_s: float, wall_s: float) -> str:
    """How many processors were busy on average, such as ``0.97 cores used``."""
    if wall_s <= 0:
        return UNKNOWN
    return f"{cpu_s / wall_s:.2f} cores used"


def _three_digits(value: float) -> str:
    if value < 9.995:
        return f"{value:.2f}"
    return f"{value:.1f}" if value < 99.95 else f"{value:.0f}"
