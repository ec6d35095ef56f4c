"""The memory timeline as inline SVG: no script, no style sheet, the colours of the page around it."""

from __future__ import annotations

from collections.abc import Sequence

from tinytorch_lab.profiler.records import Timeline
from tinytorch_lab.show.units import format_bytes, format_seconds

_WIDTH, _HEIGHT = 600, 90


def timeline_svg(timeline: Timeline) -> str:
    """A chart with one line for resident and one for traced memory; empty if there is nothing to draw."""
    resident = _above_lowest(timeline.rss_bytes)
    highest = max((value for value in (*resident, *timeline.traced_bytes) if value is not None), default=0)
    end = timeline.t_s[-1] if timeline.t_s else 0.0
    if highest <= 0 or end <= 0:
        return ""
    lines = _line(timeline.t_s, resident, end, highest, 'stroke-opacity="0.45"') + _line(
        timeline.t_s, timeline.traced_bytes, end, highest, 'stroke-width="2"'
    )
    caption = f"Memory over {format_seconds(end)}, highest rise {format_bytes(highest)}"
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="100%" height="{_HEIGHT}" preserveAspectRatio="none" '
        f'role="img" aria-label="{caption}" style="max-width:{_WIDTH}px;display:block">'
        f"<title>{caption}</title>"
        f'<line x1="0" y1="{_HEIGHT - 1}" x2="{_WIDTH}" y2="{_HEIGHT - 1}" stroke="currentColor" '
        f'stroke-opacity="0.3"/>{lines}</svg>'
        f'<div style="opacity:0.7;font-size:0.9em">{caption}. Thick line: Python and NumPy; '
        "thin line: the whole process, above its lowest.</div>"
    )


def _above_lowest(values: Sequence[int | None]) -> list[int | None]:
    lowest = min((value for value in values if value is not None), default=0)
    return [None if value is None else value - lowest for value in values]


def _line(times: Sequence[float], values: Sequence[int | None], end: float, highest: int, style: str) -> str:
    points = [
        f"{time / end * _WIDTH:.0f},{(_HEIGHT - 2) * (1 - max(value, 0) / highest) + 1:.0f}"
        for time, value in zip(times, values, strict=True)
        if value is not None
    ]
    if len(points) < 2:
        return ""
    return (
        f'<polyline points="{" ".join(points)}" fill="none" stroke="currentColor" '
        f'vector-effect="non-scaling-stroke" {style}/>'
    )
