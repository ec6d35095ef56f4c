"""Time and memory by place in the code: statements, lines, and where memory was allocated."""

from __future__ import annotations

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import LineProfile, Site, Statement
from tinytorch_lab.show.choice import costliest
from tinytorch_lab.show.table import Cell, Code, Column, Table, bar, clip
from tinytorch_lab.show.units import format_bytes, format_change, format_seconds, format_share

STATEMENTS = 20
LINES = 15
PROFILES = 2
FEW_LIVE = 50
"""Of so many statements or more, not all that were reached may be known (LIVE_STATEMENTS of the recorder)."""
SITES = 5
_SOURCE_LENGTH = 72
_MARKS = {"running": "running", "interrupted": "interrupted", "error": "raised the error"}


def statements_table(m: Measurement) -> Table | None:
    """Wall clock, CPU, peak and kept memory of each statement. None for a cell of one, whose figures are the cell's."""
    if m.statements_total < 2 or not m.statements:
        return None
    chosen, left_out = costliest(m.statements, STATEMENTS)
    names = ["Line", "Statement", "Wall time", "CPU", *(["Peak", "Kept"] if m.traced or _any_memory(m) else [])]
    columns = [Column(name, name == "Statement") for name in names]
    longest = max(each.wall_s for each in m.statements)
    largest = max([m.peak_bytes or 0, *(each.peak_bytes or 0 for each in m.statements)])
    rows = [_statement(each, longest, largest, m.state)[: len(columns)] for each in chosen]
    return Table("Statements", statement_summary(m), columns, rows, left_out)


def statement_summary(m: Measurement) -> str:
    """Such as ``3 of 5 reached, times with tracing``."""
    known, total = len(m.statements), m.statements_total
    all_reached = m.state == "done" or known >= FEW_LIVE  # of very many, the first are kept; while it runs, the latest
    what = "known" if all_reached else "reached"
    count = f"{known} of {total} {what}" if known < total else str(total)
    return f"{count}, times with tracing" if m.traced else count


def _any_memory(m: Measurement) -> bool:
    return any(each.peak_bytes is not None for each in m.statements)


def _statement(each: Statement, longest_s: float, largest_bytes: int, state: str) -> list[Cell]:
    mark = "" if each.done else _MARKS.get(state, "did not finish")
    return [
        str(each.line),
        Code(clip(each.source, _SOURCE_LENGTH), mark),
        bar(format_seconds(each.wall_s), each.wall_s, longest_s),
        format_share(each.cpu_s, each.wall_s),
        bar(format_bytes(each.peak_bytes), each.peak_bytes or 0, largest_bytes),
        format_change(each.net_bytes),
    ]


def line_tables(m: Measurement) -> list[Table]:
    """The line profile, the code that took longest first."""
    ranked = sorted(m.lines, key=lambda profile: -sum(line.wall_s for line in profile.lines))
    cost = "with the cost of the line profiler" + (" and of tracing" if m.traced else "")
    return [_lines(profile, cost) for profile in ranked[:PROFILES]]


def _lines(profile: LineProfile, cost: str) -> Table:
    total = sum(line.wall_s for line in profile.lines)
    chosen = sorted(sorted(profile.lines, key=lambda line: -line.wall_s)[:LINES], key=lambda line: line.line)
    longest = max((line.wall_s for line in chosen), default=0.0)
    rows: list[list[Cell]] = [
        [
            str(line.line),
            Code(clip(line.source, _SOURCE_LENGTH)),
            bar(format_seconds(line.wall_s), line.wall_s, longest),
            format_share(line.wall_s, total),
            f"{line.hits:,}",
            format_seconds(line.wall_s / line.hits) if line.hits else "",
        ]
        for line in chosen
    ]
    name = "this cell" if profile.name == "cell" else f"{clip(profile.name, 40)}()"
    return Table(
        f"Lines of {name}",
        f"{format_seconds(total)}, {cost}",
        [Column("Line"), Column("Source", True), *map(Column, ("Time", "Share", "Hits", "Per hit"))],
        rows,
        len(profile.lines) - len(chosen),
    )


def site_tables(m: Measurement) -> list[Table]:
    """Where the memory that is still held was allocated: arrays and objects apart."""
    return [
        table
        for kind, name in (("NumPy", "NumPy arrays"), ("Python", "Python objects"))
        for table in _sites(m, kind, name)
    ]


def _sites(m: Measurement, kind: str, name: str) -> list[Table]:
    sites = [site for site in m.sites if site.kind == kind]
    if not sites:
        return []
    largest = max(site.size_bytes for site in sites)
    rows: list[list[Cell]] = [
        [
            Code(clip(site.source, _SOURCE_LENGTH), _place(site, m.statements)),
            bar(format_bytes(site.size_bytes), site.size_bytes, largest),
            f"{site.blocks:,}",
        ]
        for site in sites[:SITES]
    ]
    total = format_bytes(sum(site.size_bytes for site in sites))
    columns = [Column("Where", True), Column("Held"), Column("Blocks")]
    return [Table(f"Allocation sites, {name}", f"{total} still held at the end", columns, rows, len(sites) - len(rows))]


def _place(site: Site, statements: list[Statement]) -> str:
    if site.file == "cell":
        return f"line {site.line} of the cell"
    place = f"{clip(site.file, 60)}, line {site.line}"
    if site.cell_line is None:
        return place
    # Of a loop or a function, only the whole statement is known, by its first line.
    end = max((each.end_line for each in statements if each.line == site.cell_line), default=site.cell_line)
    lines = f"line {site.cell_line}" if end == site.cell_line else f"lines {site.cell_line} to {end}"
    return f"{place}, called from {lines}"
