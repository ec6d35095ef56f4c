"""The roofline plot as inline SVG: what this machine can do at most, and where the operations stand under it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from tinytorch_lab.profiler.records import Op, Roofline
from tinytorch_lab.profiler.roofline import placement, ridge, roof_at
from tinytorch_lab.show.table import clip
from tinytorch_lab.show.units import format_flops

_WIDTH, _HEIGHT = 460, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 90, 8, 34
_NAME_LENGTH = 16
_NAME_WIDTH, _LINE = 90, 12


class _Point(NamedTuple):
    name: str
    intensity: float
    rate: float


class _Scale(NamedTuple):
    """A logarithmic axis over whole powers of ten, on pixels."""

    low: int
    high: int
    start: float
    end: float

    def at(self, value: float) -> float:
        return self.start + (self.end - self.start) * (math.log10(value) - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        step = -(-(self.high - self.low) // 6)
        return [10.0**power for power in range(self.low, self.high + 1, step)]


def roofline_svg(ops: Sequence[Op], roofline: Roofline) -> str:
    """Both axes logarithmic. Empty if there is no operation to draw."""
    points = [point for point in (_point(op, roofline) for op in ops) if point is not None]
    if not points:
        return ""
    edge, top = ridge(roofline), roofline.flops_per_s
    x = _scale([*(point.intensity for point in points), edge / 5, edge * 5], _LEFT, _WIDTH - _RIGHT)
    y = _scale([*(point.rate for point in points), top, top / 100], _HEIGHT - _BOTTOM, _TOP)
    caption = f"Roofline: {len(points)} operations and the limits of this machine; the table has the figures"
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" role="img" aria-label="{caption}" '
        f'font-size="11" fill="currentColor" style="max-width:100%;display:block"><title>{caption}</title>'
        f"{_grid(x, y)}{_roof(x, y, roofline)}{_dots(points, x, y)}</svg>"
    )


def _point(op: Op, roofline: Roofline) -> _Point | None:
    place = placement(op, roofline)
    if not place.intensity or not place.flops_per_s:
        return None
    name = op.name if op.phase == "forward" else f"{op.name}, {op.phase}"
    return _Point(clip(name, _NAME_LENGTH), place.intensity, place.flops_per_s)


def _scale(values: Sequence[float], start: float, end: float) -> _Scale:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return _Scale(low, max(high, low + 1), start, end)


def _grid(x: _Scale, y: _Scale) -> str:
    lines, words = "", ""
    for value in x.ticks():
        at = f"{x.at(value):.0f}"
        lines += f'<line x1="{at}" x2="{at}" y1="{y.start}" y2="{y.end}"/>'
        words += f'<text x="{at}" y="{y.start + 13:.0f}" text-anchor="middle">{value:g}</text>'
    for value in y.ticks():
        at = f"{y.at(value):.0f}"
        lines += f'<line x1="{x.start}" x2="{x.end}" y1="{at}" y2="{at}"/>'
        words += f'<text x="{x.start - 5:.0f}" y="{at}" dy="4" text-anchor="end">{format_flops(value, 1)}</text>'
    words += f'<text x="{(x.start + x.end) / 2:.0f}" y="{_HEIGHT - 6}" text-anchor="middle">FLOP a byte</text>'
    return f'<g stroke="currentColor" stroke-opacity="0.15">{lines}</g><g opacity="0.7">{words}</g>'


def _roof(x: _Scale, y: _Scale, roofline: Roofline) -> str:
    """The slope of the memory and the flat roof of the processor, as far as they are on the plot."""
    lowest = max(10.0**x.low, 10.0**y.low / roofline.bytes_per_s)
    corners = [lowest, ridge(roofline), 10.0**x.high]
    path = " ".join(f"{x.at(at):.0f},{y.at(roof_at(at, roofline)):.0f}" for at in corners)
    return f'<polyline points="{path}" fill="none" stroke="currentColor" stroke-width="2" stroke-opacity="0.6"/>'


def _dots(points: Sequence[_Point], x: _Scale, y: _Scale) -> str:
    """A dot and its name for each operation; a name that would lie on another one moves down."""
    drawn, names = "", list[tuple[float, float]]()
    for point in points:
        at_x, at_y = x.at(point.intensity), y.at(point.rate)
        name_y = at_y
        while any(abs(at_x - left) < _NAME_WIDTH and abs(name_y - top) < _LINE for left, top in names):
            name_y += _LINE
        names.append((at_x, name_y))
        drawn += (
            f'<circle cx="{at_x:.0f}" cy="{at_y:.0f}" r="4"/>'
            f'<text x="{at_x + 7:.0f}" y="{name_y:.0f}" dy="4">{escape(point.name)}</text>'
        )
    return drawn
