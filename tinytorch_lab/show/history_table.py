"""Kept measurements as a table, one a row: plain text and static HTML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import PurePath

from tinytorch_lab.archive.kinds import NEVER
from tinytorch_lab.archive.rows import Row
from tinytorch_lab.show.units import format_bytes, format_seconds

HEAD = ("#", "when", "notebook", "cell", "mode", "wall", "how", "peak", "kept")
_NUMBERS = {"#", "wall", "peak", "kept"}
_TITLE = 40
_CELL = "padding:2px 14px 2px 0;background:transparent;border:0;white-space:nowrap;text-align:"


def shortened(text: str, length: int = _TITLE) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def notebook_name(row: Row) -> str:
    """The notebook without its folders; empty if it is not known."""
    return PurePath(row.notebook).name if row.notebook else ""


def local_time(row: Row) -> str:
    """When it was measured, by the clock of this machine, such as ``2026-01-31 17:05``."""
    try:
        return datetime.fromisoformat(row.started).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return row.started


def as_text(rows: Sequence[Row]) -> str:
    """A header and a line for each measurement, aligned."""
    table = [HEAD, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if name in _NUMBERS else cell.ljust(width)
            for name, cell, width in zip(HEAD, line, widths, strict=True)
        ).rstrip()
        for line in table
    )


def as_html(rows: Sequence[Row]) -> str:
    """A ``table`` that reads well on light and dark pages, without script or style sheet."""
    head = "".join(
        f'<th scope="col" style="{_style(name)};font-weight:normal;opacity:0.7">{name}</th>' for name in HEAD
    )
    body = "".join(
        "<tr>" + "".join(f'<td style="{_style(name)}">{escape(cell)}</td>' for name, cell in _named(row)) + "</tr>"
        for row in rows
    )
    return f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _named(row: Row) -> list[tuple[str, str]]:
    return list(zip(HEAD, _cells(row), strict=True))


def _cells(row: Row) -> tuple[str, ...]:
    how = row.kind if row.kind != NEVER or row.state == "done" else row.state
    return (
        str(row.id),
        local_time(row),
        notebook_name(row),
        shortened(row.title),
        row.mode,
        format_seconds(row.wall_s),
        how,
        _bytes(row.peak_bytes),
        _bytes(row.net_bytes),
    )


def _bytes(size: int | None) -> str:
    return "–" if size is None else format_bytes(size)


def _style(name: str) -> str:
    return _CELL + ("right;font-variant-numeric:tabular-nums" if name in _NUMBERS else "left")
