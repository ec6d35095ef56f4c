"""Several runs of one cell: those of ``--repeat``, and earlier ones."""

from __future__ import annotations

from statistics import median, quantiles

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import Earlier
from tinytorch_lab.show.table import Cell, Column, Table, bar
from tinytorch_lab.show.units import format_bytes, format_change, format_seconds, format_share

RUNS = 20


def runs_table(m: Measurement) -> Table | None:
    """Each run of ``--repeat``, with median and quartiles of the untraced ones."""
    if not m.runs:
        return None
    times = [run.wall_s for run in m.runs if not run.traced]
    longest = max(run.wall_s for run in m.runs)
    rows: list[list[Cell]] = [
        [
            f"{number}, traced" if run.traced else str(number),
            bar(format_seconds(run.wall_s), run.wall_s, longest),
            format_share(run.cpu_s, run.wall_s),
        ]
        for number, run in enumerate(m.runs, 1)
    ]
    shown = [*rows[: RUNS - 1], rows[-1]] if len(rows) > RUNS else rows
    columns = [Column("Run", True), Column("Wall time"), Column("CPU")]
    return Table("Runs", _spread_text(times), columns, shown, len(rows) - len(shown))


def _spread_text(times: list[float]) -> str:
    """Such as ``median 1.20 s of 5, half of them between 1.10 s and 1.30 s``."""
    if len(times) < 2:
        return ""
    low, _, high = quantiles(times, n=4, method="inclusive")
    middle = format_seconds(median(times))
    return f"median {middle} of {len(times)}, half of them between {format_seconds(low)} and {format_seconds(high)}"


def earlier_table(m: Measurement) -> Table | None:
    """Where this run stands, and the figures that no single run has. None for a first run."""
    known = m.earlier
    if known is None or (known.runs == 0 and not _joined(known)):
        return None
    figures = {
        "Clean time, untraced": known.untraced_wall_s is not None and format_seconds(known.untraced_wall_s),
        "Time with tracing": known.traced_wall_s is not None and format_seconds(known.traced_wall_s),
        "Tracing costs": known.tracing_factor is not None and f"\u00d7 {known.tracing_factor:.2f}",
        "Peak, traced": known.peak_bytes is not None and format_bytes(known.peak_bytes),
        "Kept, traced": known.net_bytes is not None and format_change(known.net_bytes),
    }
    rows: list[list[Cell]] = [[name, text] for name, text in figures.items() if text] if _joined(known) else []
    if known.low_wall_s is not None and known.high_wall_s is not None:
        middle = f"{format_seconds(known.low_wall_s)} to {format_seconds(known.high_wall_s)}"
        rows.append(["Middle half of the earlier times", middle])
    return Table("Earlier runs", _summary(m, known), [Column("Figure", True), Column("Value")], rows)


def _joined(known: Earlier) -> bool:
    return known.untraced_wall_s is not None and known.traced_wall_s is not None


def _summary(m: Measurement, known: Earlier) -> str:
    words = verdict_text(m, known)
    return words if known.runs == 0 else f"{known.runs} of the same kind, {words}"


def verdict_text(m: Measurement, known: Earlier) -> str:
    """Where this run stands. No verdict inside the noise, and none from too few runs."""
    if known.verdict == "first" or known.median_wall_s is None:
        return "the first one of this kind"
    usual = format_seconds(known.median_wall_s)
    if known.verdict == "too few":
        return f"median {usual}: too few runs to compare"
    if known.verdict == "same" or not known.median_wall_s or not m.wall_s:
        return f"median {usual}: no difference beyond the noise"
    factor = m.wall_s / known.median_wall_s
    return f"{known.verdict} than the median {usual}, by a factor of {max(factor, 1 / factor):.2f}"
