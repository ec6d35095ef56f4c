"""A measurement as static HTML: what nbconvert, VS Code and GitHub show, and a notebook keeps.

No script, nothing from elsewhere, and only inline styles that fit dark and light pages. Where even
these are removed, tables remain, which read well without them.
"""

from __future__ import annotations

from html import escape

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import Statement
from tinytorch_lab.show.chart import timeline_svg
from tinytorch_lab.show.choice import costliest
from tinytorch_lab.show.figures import error_sentence, statement_summary, tiles, title
from tinytorch_lab.show.units import format_bytes, format_seconds

_ROWS = 30
_CELL = "text-align:left;vertical-align:top;padding:2px 14px 2px 0;background:transparent;border:0"
_NUMBER = "text-align:right;white-space:nowrap;padding:2px 14px 2px 0;background:transparent;border:0"


def as_html(measurement: Measurement) -> str:
    """One ``div``, at most 60 kB."""
    parts = [f"<strong>{escape(title(measurement))}</strong>", _tiles(measurement)]
    if measurement.state != "running":
        parts += [timeline_svg(measurement.timeline), _statements(measurement)]
    error = error_sentence(measurement)
    if error:
        parts.append(f"<p>{escape(error)}</p>")
    if measurement.notes:
        parts.append("<ul>" + "".join(f"<li>{escape(note)}</li>" for note in measurement.notes) + "</ul>")
    return f'<div style="font-size:0.95em;line-height:1.4">{"".join(parts)}</div>'


def _tiles(measurement: Measurement) -> str:
    shown = tiles(measurement)
    names = "".join(f'<th style="{_CELL};font-weight:normal;opacity:0.7">{tile.name}</th>' for tile in shown)
    values = "".join(
        f'<td style="{_CELL}"><strong style="font-size:1.2em;white-space:nowrap">{escape(tile.value)}</strong><br>'
        f'<span style="opacity:0.7">{escape(tile.remark)}</span></td>'
        for tile in shown
    )
    return f'<table style="border-collapse:collapse;margin:4px 0"><tr>{names}</tr><tr>{values}</tr></table>'


def _statements(measurement: Measurement) -> str:
    if not measurement.statements:
        return ""
    chosen, left_out = costliest(measurement.statements, _ROWS)
    longest = max(each.wall_s for each in chosen)
    head = "".join(
        f'<th style="{style};font-weight:normal;opacity:0.7">{name}</th>'
        for name, style in (("line", _NUMBER), ("wall", _NUMBER), ("", _CELL), ("peak", _NUMBER), ("source", _CELL))
    )
    rows = "".join(_statement(each, longest) for each in chosen)
    more = f"<p>and {left_out} shorter ones</p>" if left_out else ""
    return (
        f"<p>{statement_summary(measurement)}</p>"
        f'<table style="border-collapse:collapse"><tr>{head}</tr>{rows}</table>{more}'
    )


def _statement(statement: Statement, longest_s: float) -> str:
    width = 100 * statement.wall_s / longest_s if longest_s > 0 else 0
    mark = "" if statement.done else " <em>(did not finish)</em>"
    bar = (
        f'<svg width="100" height="10" aria-hidden="true"><rect width="{width:.1f}" height="10" '
        'fill="currentColor" fill-opacity="0.4"/></svg>'
    )
    return (
        f'<tr><td style="{_NUMBER}">{statement.line}</td>'
        f'<td style="{_NUMBER}">{format_seconds(statement.wall_s)}</td><td style="{_CELL}">{bar}</td>'
        f'<td style="{_NUMBER}">{format_bytes(statement.peak_bytes)}</td>'
        f'<td style="{_CELL}"><code>{escape(statement.source)}</code>{mark}</td></tr>'
    )
