"""A measurement as static HTML: what nbconvert, VS Code and GitHub show, and a notebook keeps.

No script, nothing from elsewhere, and only inline styles that fit dark and light pages. Parts of less
interest are closed ``details``, which open without a script. Where a viewer removes pictures, styles or
``details``, tables and sentences remain, all of them open, and read well without.
"""

from __future__ import annotations

from html import escape

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.show.chart import timeline_svg
from tinytorch_lab.show.figures import error_sentence, tiles, title
from tinytorch_lab.show.sections import SENTENCES, sections
from tinytorch_lab.show.table import Bar, Cell, Code, Column, Table

_TABLE = "border-collapse:collapse;font-size:inherit"
_WORDS = "text-align:left;padding:1px 14px 1px 0"
_FIGURE = "text-align:right;white-space:nowrap;padding:1px 14px 1px 0"
_FAINT = "font-weight:normal;opacity:0.7"
_HEAD = "cursor:pointer;padding:2px 0"
_OPEN = ("Statements", "Runs")
"""Parts that are open at once; the others are one line that can be opened."""
_BAR_WIDTH = 60
_MOST = 55_000  # characters; what is not ASCII takes more bytes


def as_html(measurement: Measurement) -> str:
    """One ``div``, at most 60 kB."""
    parts = [f"<strong>{escape(title(measurement))}</strong>", _tiles(measurement)]
    error = error_sentence(measurement)
    if error:
        parts.append(f"<p>{escape(error)}</p>")
    notes = _list(measurement.notes) if measurement.notes else ""
    if measurement.state != "running":
        parts += [_understand(measurement), _timeline(measurement)]
        parts += _fitting(sections(measurement), _MOST - len(notes) - sum(map(len, parts)))
    return f'<div style="font-size:0.95em;line-height:1.4">{"".join(parts)}{notes}</div>'


def _fitting(tables: list[Table], room: int) -> list[str]:
    """The parts for which there is room, in characters, and the names of the others."""
    shown, missing = [], []
    for table in tables:
        part = _section(table)
        if len(part) <= room:
            shown.append(part)
            room -= len(part)
        else:
            missing.append(table.title)
    if missing:
        shown.append(f"<p>{escape(', '.join(missing))}: left out here, too long for this view.</p>")
    return shown


def _tiles(measurement: Measurement) -> str:
    shown = tiles(measurement)
    names = "".join(f'<th scope="col" style="{_WORDS};{_FAINT}">{tile.name}</th>' for tile in shown)
    values = "".join(
        f'<td style="{_WORDS};vertical-align:top"><strong style="font-size:1.25em;white-space:nowrap">'
        f'{escape(tile.value)}</strong><br><span style="opacity:0.7">{escape(tile.remark)}</span></td>'
        for tile in shown
    )
    return f'<table style="{_TABLE};margin:4px 0"><tr>{names}</tr><tr>{values}</tr></table>'


def _understand(measurement: Measurement) -> str:
    texts = [each.text for each in measurement.understand]
    if not texts:
        return ""
    rest = texts[SENTENCES:]
    more = f'<details><summary style="{_HEAD}">{len(rest)} more</summary>{_list(rest)}</details>' if rest else ""
    return (
        '<div style="border-left:3px solid;padding-left:10px;margin:6px 0"><strong>Understand</strong>'
        f"{_list(texts[:SENTENCES])}{more}</div>"
    )


def _list(texts: list[str]) -> str:
    items = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f'<ul style="margin:2px 0;padding-left:18px">{items}</ul>'


def _timeline(measurement: Measurement) -> str:
    picture = timeline_svg(measurement.timeline)
    return _details("Memory over time", "", picture, is_open=True) if picture else ""


def _section(table: Table) -> str:
    columns = table.columns
    head = "".join(f'<th scope="col" style="{_style(column)};{_FAINT}">{column.name}</th>' for column in columns)
    rows = "".join(_row(row, columns) for row in table.rows)
    body = f'<table style="{_TABLE}"><tr>{head}</tr>{rows}</table>' if rows else ""
    more = f'<p style="opacity:0.7;margin:2px 0">and {table.left_out} more</p>' if table.left_out > 0 else ""
    return _details(table.title, table.summary, table.picture + body + more, is_open=table.title in _OPEN)


def _details(name: str, summary: str, body: str, *, is_open: bool) -> str:
    words = f' <span style="opacity:0.7">{escape(summary)}</span>' if summary else ""
    head = f'<summary style="{_HEAD}"><strong>{escape(name)}</strong>{words}</summary>'
    return f"<details{' open' if is_open else ''}>{head}{body}</details>"


def _row(row: list[Cell], columns: list[Column]) -> str:
    cells = (f'<td style="{_style(column)}">{_cell(cell)}</td>' for cell, column in zip(row, columns, strict=True))
    return f"<tr>{''.join(cells)}</tr>"


def _style(column: Column) -> str:
    return _WORDS if column.words else _FIGURE


def _cell(cell: Cell) -> str:
    if isinstance(cell, Code):
        remark = f' <em style="opacity:0.7">{escape(cell.remark)}</em>' if cell.remark else ""
        return f'<code style="white-space:pre-wrap">{escape(cell.text)}</code>{remark}'
    if not isinstance(cell, Bar):
        return escape(cell)
    width = round(_BAR_WIDTH * cell.share)
    bar = f'<rect width="{width}" height="9" fill="currentColor" fill-opacity="0.4"/>' if width else ""
    return f'{escape(cell.text)} <svg width="{_BAR_WIDTH}" height="9" aria-hidden="true">{bar}</svg>'
