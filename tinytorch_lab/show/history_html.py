"""The comparison of two versions, and the figures of one, as static HTML for both themes."""

from __future__ import annotations

from html import escape

from tinytorch_lab.archive.cells import Version
from tinytorch_lab.show.history_compare import Part, common_kind, figures, sentence, statements
from tinytorch_lab.show.history_table import local_time, notebook_name, shortened
from tinytorch_lab.show.units import format_bytes, format_seconds

_TEXT = "text-align:left;vertical-align:top;padding:2px 16px 2px 0;background:transparent;border:0"
_NUMBER = (
    "text-align:right;vertical-align:top;padding:2px 16px 2px 0;background:transparent;border:0;white-space:nowrap"
)
_HEADING = "text-align:right;vertical-align:bottom;padding:2px 16px 2px 0;background:transparent;border:0"
_CHANGED = "border-left:3px solid currentColor;padding-left:6px"
_CODE = "white-space:pre-wrap;overflow-wrap:anywhere"
_NOTHING = '<span style="opacity:0.5">–</span>'


def version_name(version: Version) -> str:
    """Such as ``matmul (version 2 of 3)``."""
    number = f" (version {version.number} of {version.of})" if version.of > 1 else ""
    return f"{shortened(version.last.title)}{number}"


def comparison(first: Version, second: Version) -> str:
    """Figures, the sentence on the times, and the statements."""
    names = [_heading(version) for version in (first, second)]
    rows = "".join(
        f'<tr><th scope="row" style="{_TEXT};white-space:nowrap;font-weight:normal;opacity:0.7">{each.name}</th>'
        f'<td style="{_NUMBER}">{each.first}</td><td style="{_NUMBER}">{each.second}</td>'
        f'<td style="{_NUMBER}">{each.ratio}</td></tr>'
        for each in figures(first, second)
    )
    head = _head([("", _TEXT), (names[0], _HEADING), (names[1], _HEADING), ("second / first", _HEADING)])
    return (
        f"<p>{escape(sentence(first, second))}</p>{_table(head, rows)}{_statements(first, second)}"
        f"{_source(first)}{_source(second)}"
    )


def single(version: Version) -> str:
    """The figures of one version alone."""
    rows = "".join(
        f'<tr><th scope="row" style="{_TEXT};white-space:nowrap;font-weight:normal;opacity:0.7">{each.name}</th>'
        f'<td style="{_NUMBER}">{each.first}</td></tr>'
        for each in figures(version, version)
    )
    head = _head([("", _TEXT), (_heading(version), _HEADING)])
    return f"<p>Choose a second one to compare it with.</p>{_table(head, rows)}{_source(version)}"


def _heading(version: Version) -> str:
    row = version.last
    where = ", ".join(filter(None, [notebook_name(row), f"last run {local_time(row)}"]))
    return f'<strong>{escape(version_name(version))}</strong><br><span style="opacity:0.7">{escape(where)}</span>'


def _statements(first: Version, second: Version) -> str:
    pairs = statements(first, second)
    if not pairs:
        return ""
    kind = common_kind(first, second)
    times = f"times of the newest {kind} run of each" if kind else "no times, as no kind of run is common to both"
    columns = [("wall", _NUMBER), ("peak", _NUMBER)]
    head = _head([("first", _TEXT), *columns, ("second", _TEXT), *columns])
    rows = "".join(f"<tr>{_pair(*pair)}</tr>" for pair in pairs)
    return f"<p>Statements: {times}; a line on the left marks what differs.</p>{_table(head, rows)}"


def _pair(first: Part | None, second: Part | None) -> str:
    same = first is not None and second is not None and first.source == second.source
    return "".join(_side(part, "" if same else _CHANGED) for part in (first, second))


def _side(part: Part | None, mark: str) -> str:
    if part is None:
        return f'<td style="{_TEXT}"></td><td style="{_NUMBER}"></td><td style="{_NUMBER}"></td>'
    wall = _NOTHING if part.wall_s is None else format_seconds(part.wall_s)
    peak = _NOTHING if part.peak_bytes is None else format_bytes(part.peak_bytes)
    return (
        f'<td style="{_TEXT};{mark}"><code style="{_CODE}">{escape(part.source)}</code></td>'
        f'<td style="{_NUMBER}">{wall}</td><td style="{_NUMBER}">{peak}</td>'
    )


def _source(version: Version) -> str:
    if not version.last.source:
        return ""
    return (
        f"<details><summary>Text of {escape(version_name(version))}</summary>"
        f'<pre style="{_CODE};color:inherit;background:transparent">{escape(version.last.source)}</pre></details>'
    )


def _head(columns: list[tuple[str, str]]) -> str:
    return "".join(f'<th scope="col" style="{style};font-weight:normal">{name}</th>' for name, style in columns)


def _table(head: str, rows: str) -> str:
    return f'<table style="border-collapse:collapse;margin:6px 0"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
