"""The growth of a cost: its MIME bundle, and its text."""

from __future__ import annotations

from typing import Any

from tinytorch_lab.scaling.result import MIME_TYPE, Complexity, Growth, Point
from tinytorch_lab.show.units import format_bytes, format_seconds

MOST_ROWS = 40


def bundle(result: Complexity, *, hidden: bool = False) -> dict[str, Any]:
    """The data for the renderer of the JupyterLab extension, static HTML, and plain text.

    ``hidden``: the HTML folds the answer away, for a prediction to be made first.
    """
    from tinytorch_lab.show.growth_html import as_html

    return {MIME_TYPE: result.to_dict(), "text/html": as_html(result, hidden=hidden), "text/plain": as_text(result)}


def as_text(result: Complexity) -> str:
    """A heading, a table of the points, and what was found; while it runs, how far it is."""
    lines = [heading(result)]
    rows = [cells(point, result) for point in shown_points(result.points)]
    if rows and result.state != "running":
        table = [head(result), *rows]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines += ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in table]
    for what, growth in growths(result):
        lines += [f"{what}: {growth.sentences[0]}", *(f"  {sentence}" for sentence in growth.sentences[1:])]
    return "\n".join([*lines, *closing(result)])


def heading(result: Complexity) -> str:
    """What this is, and how far it is or what it took."""
    names, progress = ", ".join(result.names), result.progress
    if result.state == "running":
        return f"Growth in {names}: {progress.spent_s:.1f} s of about {progress.budget_s:g} s, {progress.doing}"
    ended = {"interrupted": ", interrupted", "error": ", it raised"}.get(result.state, "")
    return f"Growth in {names}: {len(result.points)} sizes in {progress.spent_s:.1f} s{ended}"


def growths(result: Complexity) -> list[tuple[str, Growth]]:
    """``Time`` and ``Memory``, those that are known."""
    return [(what, growth) for what, growth in (("Time", result.time), ("Memory", result.memory)) if growth is not None]


def closing(result: Complexity) -> list[str]:
    """The prediction's comparison, why the sweep ended, and notes."""
    said = [result.prediction.sentence] if result.prediction is not None and result.prediction.sentence else []
    if result.stopped is not None:
        said.append(result.stopped.text)
    return said + result.notes


def shown_points(points: list[Point]) -> list[Point]:
    """At most MOST_ROWS of them, evenly chosen, the last one included."""
    if len(points) <= MOST_ROWS:
        return points
    step = (len(points) - 1) / (MOST_ROWS - 1)
    return [points[round(i * step)] for i in range(MOST_ROWS)]


def head(result: Complexity) -> list[str]:
    """The columns of the table of points."""
    return [*result.names, "time", "spread", "runs", "peak memory"]


def cells(point: Point, result: Complexity) -> list[str]:
    """One row of it."""
    sizes = [f"{point.sizes[name]:,}" for name in result.names]
    spread = "" if point.low_s is None else f"{format_seconds(point.low_s)} to {format_seconds(point.high_s)}"
    return [*sizes, format_seconds(point.time_s), spread, str(point.runs), format_bytes(point.peak_bytes)]
