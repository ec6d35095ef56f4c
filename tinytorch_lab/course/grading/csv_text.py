"""Tables as CSV that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """The rows as CSV with line feeds; None is an empty field."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerows([_harmless(field) for field in row] for row in rows)
    return out.getvalue()


def number(value: float | None, places: int = 2) -> str:
    """With so many places at most; empty where nothing is known."""
    return "" if value is None else f"{value:.{places}f}".rstrip("0").rstrip(".")


def _harmless(field: object) -> object:
    """A spreadsheet runs a text that begins with one of these signs; names come from an LMS, messages from students' code."""
    risky = isinstance(field, str) and field[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{field}" if risky else field
