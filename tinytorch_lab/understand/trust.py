"""How far the times of the measurement can be trusted."""

from __future__ import annotations

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import Statement
from tinytorch_lab.understand import source, words
from tinytorch_lab.understand.rule import LONG_ENOUGH_S, Finding, place

SHORT_S = 0.005
ENOUGH_RUNS = 5
NOISY = 0.2
SLOWED = 1.5
MOST = 0.5


def short(m: Measurement) -> Finding | None:
    """So short that clocks, caches and other programs make a large part of the time."""
    if m.runs or not 0 < m.wall_s < SHORT_S:
        return None
    exact = "" if m.peak_bytes is None else " The memory is exact all the same."
    return Finding(
        f"The cell took only {words.seconds(m.wall_s)}: caches, the clock and other programs make a large part of a "
        f"time this short, and it differs from run to run. Measure it with --repeat 10, or give it more work.{exact}",
        {"wall_s": m.wall_s},
    )


def noise(m: Measurement) -> Finding | None:
    """The middle half of the runs lies far apart."""
    spread = _spread_of_runs(m) or _spread_of_earlier(m)
    if spread is None or spread["high_wall_s"] - spread["low_wall_s"] < NOISY * spread["median_wall_s"]:
        return None
    low, high = words.seconds(spread["low_wall_s"]), words.seconds(spread["high_wall_s"])
    return Finding(
        f"The time differs much from run to run: the middle half of {spread['runs']:.0f} runs took {low} to {high}. "
        "Other programs, a processor that changes its speed and cold caches do that. Compare medians of several "
        "runs, not single ones.",
        {**spread},
    )


def tracing(m: Measurement) -> Finding | None:
    """The times say more about tracing than about the cell."""
    return _known_factor(m) or _traced_loop(m)


def _known_factor(m: Measurement) -> Finding | None:
    known = m.earlier
    if known is None or known.tracing_factor is None or known.untraced_wall_s is None or known.tracing_factor < SLOWED:
        return None
    return Finding(
        f"Tracing memory makes this cell take {words.number(known.tracing_factor)} times as long; its own time is "
        f"{words.seconds(known.untraced_wall_s)}. Every Python object that is made costs an entry in tracemalloc's "
        "books, an array of any size only one.",
        {"tracing_factor": known.tracing_factor, "untraced_wall_s": known.untraced_wall_s},
    )


def _traced_loop(m: Measurement) -> Finding | None:
    if not m.traced or m.wall_s < LONG_ENOUGH_S or (m.earlier is not None and m.earlier.untraced_wall_s is not None):
        return None
    loop = next((each for each in m.statements if _is_loop(each, m)), None)
    if loop is None:
        return None
    return Finding(
        f"{place(loop)} is a Python loop whose time was taken with tracing, which can make plain Python several times "
        "slower. %%measure --time gives the cell's own time.",
        {"wall_s": loop.wall_s, "traced_s": m.traced_s, "line": loop.line},
    )


def _is_loop(statement: Statement, m: Measurement) -> bool:
    """A loop that took most of the time, and worked: one that waits, for threads say, is not slowed down by tracing."""
    worked_s = statement.cpu_s + (m.process.run_delay_s or 0.0)
    most = statement.wall_s >= MOST * m.wall_s and worked_s >= MOST * statement.wall_s
    return statement.done and most and source.loops(statement)


def _spread_of_runs(m: Measurement) -> dict[str, float] | None:
    from statistics import median, quantiles  # takes longer to load than all rules together

    times = [run.wall_s for run in m.runs if not run.traced]
    if len(times) < ENOUGH_RUNS:
        return None
    low, _, high = quantiles(times, n=4, method="inclusive")
    return {"runs": len(times), "median_wall_s": median(times), "low_wall_s": low, "high_wall_s": high}


def _spread_of_earlier(m: Measurement) -> dict[str, float] | None:
    known = m.earlier
    if known is None or known.runs < ENOUGH_RUNS or known.median_wall_s is None:
        return None
    if known.low_wall_s is None or known.high_wall_s is None:
        return None
    figures = {"runs": known.runs, "median_wall_s": known.median_wall_s}
    return {**figures, "low_wall_s": known.low_wall_s, "high_wall_s": known.high_wall_s}
