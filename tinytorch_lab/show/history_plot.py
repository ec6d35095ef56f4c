"""The times of a cell, run by run, as inline SVG drawn by matplotlib."""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from tinytorch_lab.archive.cells import Version
from tinytorch_lab.archive.kinds import PARTLY, TRACED, UNTRACED
from tinytorch_lab.archive.rows import Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# A colour that stands for the colour of the page's text: the plot follows the theme.
_TEXT = "#010203"
_MARKS = {UNTRACED: ("o", "#2f81f7"), TRACED: ("^", "#d9730d"), PARTLY: ("s", "#8b8f98")}
_UNITS = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6))


def times_svg(versions: Sequence[Version], title: str) -> str:
    """Wall time by run of all ``versions`` of one cell, the kinds of runs with different marks.

    Runs that ended by an error, or on another machine than the newest run, are left out. Empty if none is left.
    """
    rows = _comparable(versions)
    if not rows:
        return ""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    style: Any = {"svg.fonttype": "none", "text.color": _TEXT, "axes.labelcolor": _TEXT, "axes.edgecolor": _TEXT}
    with rc_context({**style, "xtick.color": _TEXT, "ytick.color": _TEXT, "font.family": "sans-serif"}):
        figure = Figure(figsize=(8, 3.2), layout="constrained")
        _draw(figure.add_subplot(), rows, versions, title)
        text = io.StringIO()
        figure.savefig(
            text, format="svg", transparent=True, metadata=dict.fromkeys(("Creator", "Date", "Format", "Type"))
        )
    svg = text.getvalue()
    drawing = svg[svg.index("<svg") + len("<svg") :].replace(_TEXT, "currentColor")
    return f'<svg role="img" aria-label="Wall time by run: {escape(title)}"{drawing}'


def _comparable(versions: Sequence[Version]) -> list[Row]:
    rows = sorted((row for version in versions for row in version.rows), key=lambda row: row.id)
    return [row for row in rows if row.kind in _MARKS and row.machine == rows[-1].machine]


def _draw(axes: Axes, rows: Sequence[Row], versions: Sequence[Version], title: str) -> None:
    from matplotlib.ticker import MaxNLocator

    unit, size = _unit([row.wall_s for row in rows])
    for kind, (mark, colour) in _MARKS.items():
        points = [(number, row.wall_s / size) for number, row in enumerate(rows, 1) if row.kind == kind]
        if points:
            axes.plot(*zip(*points, strict=True), mark, color=colour, markersize=6, clip_on=False, label=kind)
    _mark_versions(axes, rows, versions)
    axes.set_title(title, fontsize=11, parse_math=False)  # a "$" in a cell's text is no formula
    axes.set_xlabel("run (oldest first)")
    axes.set_ylabel(f"wall time ({unit})")
    axes.set_xlim(0.5, len(rows) + 0.5)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(visible=True, axis="y", alpha=0.15, color=_TEXT)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))


def _mark_versions(axes: Axes, rows: Sequence[Row], versions: Sequence[Version]) -> None:
    """A dashed line with the number of the version wherever the text of the cell changed."""
    if len(versions) < 2:
        return
    numbers = {version.last.source_hash: version.number for version in versions}
    before = None
    for place, row in enumerate(rows, 1):
        if row.source_hash != before:
            before = row.source_hash
            axes.axvline(place - 0.5, color=_TEXT, alpha=0.4, linestyle="--", linewidth=1)
            axes.annotate(
                f" v{numbers[before]}", (place - 0.5, 1), xycoords=("data", "axes fraction"), va="top", fontsize=9
            )


def _unit(times: Sequence[float]) -> tuple[str, float]:
    """The unit in which the longest time reads best."""
    longest = max(times)
    return next(((name, size) for name, size in _UNITS if longest >= size), _UNITS[-1])
