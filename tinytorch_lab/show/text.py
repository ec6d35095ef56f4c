"""A measurement as plain text: terminals, tests, and every front end that knows no better."""

from __future__ import annotations

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.show.choice import costliest
from tinytorch_lab.show.figures import error_sentence, statement_summary, tiles, title
from tinytorch_lab.show.units import format_bytes, format_seconds

_ROWS = 20


def as_text(measurement: Measurement) -> str:
    """Several lines, aligned, without a newline at the end."""
    lines = [title(measurement), *_tile_lines(measurement)]
    if measurement.statements:
        lines += ["", f"{statement_summary(measurement)}:", *_statement_lines(measurement)]
    error = error_sentence(measurement)
    if error:
        lines += ["", error]
    if measurement.notes:
        lines += ["", *(f"- {note}" for note in measurement.notes)]
    return "\n".join(lines)


def _tile_lines(measurement: Measurement) -> list[str]:
    shown = tiles(measurement)
    names = max(len(tile.name) for tile in shown)
    values = max(len(tile.value) for tile in shown)
    return [f"  {tile.name:<{names}}  {tile.value:>{values}}  {tile.remark}".rstrip() for tile in shown]


def _statement_lines(measurement: Measurement) -> list[str]:
    chosen, left_out = costliest(measurement.statements, _ROWS)
    lines = [f"  {'line':>4}  {'wall':>12}  {'peak':>12}  source"]
    for each in chosen:
        mark = "" if each.done or measurement.state == "running" else "  <- did not finish"
        lines.append(
            f"  {each.line:>4}  {format_seconds(each.wall_s):>12}  {format_bytes(each.peak_bytes):>12}  "
            f"{each.source}{mark}"
        )
    if left_out:
        lines.append(f"  and {left_out} shorter ones")
    return lines
