"""A measurement as plain text: terminals, tests, and every front end that knows no better."""

from __future__ import annotations

from typing import NamedTuple

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.show.figures import error_sentence, tiles, title
from tinytorch_lab.show.sections import SENTENCES, sections
from tinytorch_lab.show.statements import statements_table
from tinytorch_lab.show.table import Bar, Cell, Code, Table

_BAR_LENGTH = 10


def as_text(measurement: Measurement) -> str:
    """Several lines, aligned, without a newline at the end."""
    lines = [title(measurement), *_tile_lines(measurement)]
    error = error_sentence(measurement)
    if error:
        lines += ["", error]
    if measurement.understand:
        lines += ["", "Understand", *_sentences(measurement)]
    for table in _tables(measurement):
        lines += ["", *_table_lines(table)]
    if measurement.notes:
        lines += ["", *(f"- {note}" for note in measurement.notes)]
    return "\n".join(lines)


def _tables(measurement: Measurement) -> list[Table]:
    """While the cell runs only its statements: the text is made many times, and hardly ever read."""
    if measurement.state != "running":
        return sections(measurement)
    table = statements_table(measurement)
    return [table] if table else []


def _tile_lines(measurement: Measurement) -> list[str]:
    shown = tiles(measurement)
    names = max(len(tile.name) for tile in shown)
    values = max(len(tile.value) for tile in shown)
    return [f"  {tile.name:<{names}}  {tile.value:>{values}}  {tile.remark}".rstrip() for tile in shown]


def _sentences(measurement: Measurement) -> list[str]:
    more = len(measurement.understand) - SENTENCES
    lines = [f"- {each.text}" for each in measurement.understand[:SENTENCES]]
    return [*lines, f"  and {more} more in .understand"] if more > 0 else lines


def _table_lines(table: Table) -> list[str]:
    columns = [_column(table, i) for i in range(len(table.columns))]
    if table.rows:  # source last: it may be long
        columns.sort(key=lambda column: isinstance(table.rows[0][column.number], Code))
    lines = [("  " + "  ".join(cells)).rstrip() for cells in zip(*(column.cells for column in columns), strict=True)]
    summary = f": {table.summary}" if table.summary else ""
    more = [f"  and {table.left_out} more"] if table.left_out > 0 else []
    return [f"{table.title}{summary}", *(lines if table.rows else []), *more]


class _Column(NamedTuple):
    number: int
    cells: list[str]
    """Heading and figures, padded to one width."""


def _column(table: Table, index: int) -> _Column:
    cells = [row[index] for row in table.rows]
    figures = max((len(cell.text) for cell in cells if isinstance(cell, Bar)), default=0)
    texts = [table.columns[index].name, *(_text(cell, figures) for cell in cells)]
    width = max(map(len, texts))
    pad = str.ljust if table.columns[index].words else str.rjust
    return _Column(index, [pad(text, width) for text in texts])


def _text(cell: Cell, figures: int) -> str:
    if isinstance(cell, Bar):
        return f"{'#' * round(_BAR_LENGTH * cell.share)} {cell.text:>{figures}}"
    if isinstance(cell, Code):
        return f"{cell.text}  ({cell.remark})" if cell.remark else cell.text
    return cell
