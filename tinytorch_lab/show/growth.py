"""The growth of a cost with a size, as text and as static HTML."""

from __future__ import annotations

from html import escape

from tinytorch_lab.scaling.growth import Complexity, Growth
from tinytorch_lab.scaling.sweep import Point
from tinytorch_lab.show.units import format_bytes, format_seconds


def bundle(result: Complexity) -> dict[str, str]:
    """The MIME bundle: static HTML and plain text."""
    return {"text/plain": text(result), "text/html": html(result)}


def text(result: Complexity) -> str:
    """A table of the points and a line for each growth."""
    rows = [_cells(point) for point in result.points]
    widths = [max(map(len, column)) for column in zip(_head(result), *rows, strict=True)]
    lines = [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in [_head(result), *rows]
    ]
    return "\n".join([*lines, *sentences(result)])


def html(result: Complexity) -> str:
    """The same as a table without script or style sheet."""
    head = "".join(f'<th style="text-align:right">{escape(cell)}</th>' for cell in _head(result))
    rows = "".join(
        "<tr>" + "".join(f'<td style="text-align:right">{escape(cell)}</td>' for cell in _cells(point)) + "</tr>"
        for point in result.points
    )
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences(result))
    return f"<div><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{said}</div>"


def sentences(result: Complexity) -> list[str]:
    """What the fit says of time and memory, with its interval and what it rests on."""
    return [_sentence("time", result.time, result.name), _sentence("memory", result.memory, result.name)]


def _sentence(what: str, growth: Growth | None, name: str) -> str:
    if growth is None:
        return f"{what}: no growth can be told from so few points."
    low, high = growth.interval
    return (
        f"{what} ~ {name}^{growth.exponent:.2f}  (95 % interval {low:.2f} to {high:.2f}, from the {growth.sizes} largest sizes); "
        f"the last doubling of {name} multiplied it by {growth.doubling:.2f}"
    )


def _head(result: Complexity) -> list[str]:
    return [result.name, "time", "runs", "peak memory"]


def _cells(point: Point) -> list[str]:
    peak = format_bytes(point.peak_bytes)
    return [str(point.size), format_seconds(point.time_s), str(point.runs), peak]
