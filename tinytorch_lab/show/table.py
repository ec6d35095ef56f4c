"""A part of a result as a table: what to show, for whatever shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Bar(NamedTuple):
    """A figure and its length beside the other figures of the column, 0 to 1."""

    text: str
    share: float


class Code(NamedTuple):
    """Source, and a remark on it."""

    text: str
    remark: str = ""


Cell = str | Bar | Code


@dataclass(frozen=True)
class Column:
    """The heading, and whether the column holds words (figures are aligned to the right)."""

    name: str
    words: bool = False


@dataclass
class Table:
    """``title``, one line that says the most important (``summary``), and rows."""

    title: str
    summary: str
    columns: list[Column]
    rows: list[list[Cell]]
    left_out: int = 0
    """How many more rows there are."""
    picture: str = field(default="", repr=False)
    """Inline SVG, for the views that can show it: it says nothing that the rows do not say."""


def bar(text: str, value: float, largest: float) -> Bar:
    """A figure beside the largest one of its column."""
    return Bar(text, min(1.0, max(0.0, value / largest)) if largest > 0 else 0.0)


def clip(text: str, length: int) -> str:
    """At most ``length`` characters; what is cut off is marked."""
    return text if len(text) <= length else f"{text[: length - 3]}..."
