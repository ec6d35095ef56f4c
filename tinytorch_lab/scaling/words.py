"""What a fit says, in words and with units."""

from __future__ import annotations

_SECONDS = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9), ("ps", 1e-12))
_BYTES = (("GiB", 2.0**30), ("MiB", 2.0**20), ("KiB", 2.0**10), ("B", 1.0))


def amount(value: float, unit: str) -> str:
    """Such as ``3.4 µs`` or ``1.2 KiB``: two or three digits; ``unit`` is ``s`` or ``B``."""
    for name, size in _SECONDS if unit == "s" else _BYTES:
        if abs(value) >= size * 0.9995:
            return f"{digits(value / size)} {name}"
    name, size = (_SECONDS if unit == "s" else _BYTES)[-1]
    return f"{digits(value / size)} {name}"


def digits(value: float) -> str:
    """Two or three significant digits, never in powers of ten up to a million."""
    if abs(value) >= 99.5:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 9.95 else f"{value:.2g}"


def percent(value: float) -> str:
    """Such as ``4 %``."""
    return f"{100 * value:.0f} %" if value >= 0.095 else f"{100 * value:.1f} %"


def listed(names: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
