"""Points, fit, band and knees on two logarithmic axes, as inline SVG in the colours of the page around it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from html import escape

from tinytorch_lab.scaling.result import Complexity, Curve, Growth
from tinytorch_lab.show.units import format_bytes, format_seconds

WIDTH, HEIGHT = 460, 250
LEFT, RIGHT, TOP, BOTTOM = 70, 12, 12, 34
ROOM = 2.0  # how far beyond the largest size the axis goes

Cost = tuple[float, float]


class _Scale:
    """From sizes and costs to places in the chart."""

    def __init__(self, sizes: Iterable[float], costs: Iterable[float]) -> None:
        sizes, costs = list(sizes), list(costs)
        self.low, self.high = math.log10(min(sizes)), math.log10(max(sizes) * ROOM)
        self.least, self.most = math.log10(min(costs)) - 0.1, math.log10(max(costs)) + 0.4

    def x(self, size: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(size) - self.low) / max(1e-9, self.high - self.low)

    def y(self, cost: float) -> float:
        share = (math.log10(max(cost, 1e-30)) - self.least) / max(1e-9, self.most - self.least)
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(1.05, max(-0.05, share)))


def growth_svg(result: Complexity, growth: Growth, what: str, curve: Curve) -> str:
    """The chart of ``what`` (``Time`` or ``Memory``) along one size; empty without points of positive cost."""
    measured = _measured(result, what, curve)
    if len(measured) < 2:
        return ""
    scale = _Scale([size for size, _ in measured], [cost for _, cost in measured])
    written = format_seconds if what == "Time" else _bytes
    label = f"{what} against {curve.name}, both logarithmic: {len(measured)} points and the fit. {growth.sentences[0]}"
    parts = [
        _axes(scale, curve.name, measured, written),
        _band(scale, curve),
        _line(scale, curve, 'stroke-width="1.5"'),
        _predicted(scale, result, curve) if what == "Time" else "",
        "".join(_knee(scale, knee.at, knee.text) for knee in growth.knees if knee.name == curve.name),
        "".join(_point(scale, size, cost, f"{curve.name} = {size:,.0f}: {written(cost)}") for size, cost in measured),
    ]
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img" aria-label="{escape(label, quote=True)}" '
        f'style="max-width:100%;height:auto">{"".join(parts)}</svg>'
    )


def _bytes(cost: float) -> str:
    return format_bytes(round(cost))


def _measured(result: Complexity, what: str, curve: Curve) -> list[Cost]:
    """Size and cost of the points that lie along the curve."""
    found = []
    for point in result.points:
        cost = point.time_s if what == "Time" else point.peak_bytes
        if cost and all(point.sizes[name] == size for name, size in curve.others.items()):
            found.append((float(point.sizes[curve.name]), float(cost)))
    return found


def _axes(scale: _Scale, name: str, measured: list[Cost], written: Callable[[float], str]) -> str:
    base = HEIGHT - BOTTOM
    parts = [f'<path d="M{LEFT} {TOP}V{base}H{WIDTH - RIGHT}" fill="none" stroke="currentColor" stroke-opacity="0.4"/>']
    for size in _ticks(scale.low, scale.high):
        parts.append(_text(scale.x(size), base + 14, f"{size:,.0f}", "middle"))
    for cost in _ticks(scale.least, scale.most):
        y = scale.y(cost)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="currentColor" stroke-opacity="0.1"/>')
        parts.append(_text(LEFT - 5, y + 3, written(cost), "end"))
    parts.append(_text((LEFT + WIDTH) / 2, HEIGHT - 5, name, "middle"))
    return "".join(parts)


def _ticks(low: float, high: float) -> list[float]:
    """Powers of ten between two logarithms, at most seven."""
    first, last = math.ceil(low), math.floor(high)
    step = max(1, math.ceil((last - first + 1) / 7))
    return [10.0**power for power in range(first, last + 1, step)]


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="10" fill="currentColor" fill-opacity="0.8" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )


def _inside(scale: _Scale, curve: Curve) -> list[int]:
    return [i for i, size in enumerate(curve.sizes) if math.log10(size) <= scale.high + 1e-9]


def _band(scale: _Scale, curve: Curve) -> str:
    shown = _inside(scale, curve)
    there = [f"{scale.x(curve.sizes[i]):.1f},{scale.y(curve.high[i]):.1f}" for i in shown]
    back = [f"{scale.x(curve.sizes[i]):.1f},{scale.y(curve.low[i]):.1f}" for i in reversed(shown)]
    return f'<polygon points="{" ".join(there + back)}" fill="currentColor" fill-opacity="0.12"/>'


def _line(scale: _Scale, curve: Curve, style: str) -> str:
    places = " ".join(f"{scale.x(curve.sizes[i]):.1f},{scale.y(curve.values[i]):.1f}" for i in _inside(scale, curve))
    return f'<polyline points="{places}" fill="none" stroke="currentColor" {style}/>'


def _predicted(scale: _Scale, result: Complexity, curve: Curve) -> str:
    lines = [] if result.prediction is None else result.prediction.curves
    return "".join(_line(scale, each, 'stroke-dasharray="5 4"') for each in lines if each.name == curve.name)


def _knee(scale: _Scale, at: float, text: str) -> str:
    x = scale.x(at)
    return (
        f'<g><title>{escape(text)}</title><path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="currentColor" '
        f'stroke-opacity="0.5" stroke-dasharray="2 3"/></g>'
    )


def _point(scale: _Scale, size: float, cost: float, text: str) -> str:
    return (
        f'<circle cx="{scale.x(size):.1f}" cy="{scale.y(cost):.1f}" r="3" fill="currentColor">'
        f"<title>{escape(text)}</title></circle>"
    )
