"""What can be asked of a measurement, and the limits of it."""

from __future__ import annotations

import math

MODES = ("default", "time", "memory")
"""Of one run; mode ``repeat`` is made of several runs (:mod:`tinytorch_lab.profiler.repeats`)."""
TRACE_BUDGET_S = 1.5
SAMPLE_INTERVAL_S = 0.01
MOST_FRAMES = 64
MOST_REPEATS = 1000


def check_settings(mode: str, trace_budget: float, frames: int = 1) -> None:
    """Check the settings of one run.

    Raises:
        ValueError: if the mode is unknown, if the budget (seconds) is negative or not a number, or if the
            frames are not between 1 and MOST_FRAMES.
    """
    if mode == "repeat":
        raise ValueError(
            "mode is 'repeat', which runs code several times: a block of code cannot be run again from inside. "
            "Use %%measure --repeat N for a cell, or %measure --repeat N EXPRESSION."
        )
    if mode not in MODES:
        raise ValueError(f"mode is {mode!r}; it must be one of {', '.join(map(repr, MODES))}.")
    if not _is_number(trace_budget) or math.isnan(trace_budget) or trace_budget < 0:
        raise ValueError(f"trace_budget is {trace_budget!r}; it must be a number of seconds, 0 or more.")
    if not isinstance(frames, int) or not 1 <= frames <= MOST_FRAMES:
        raise ValueError(f"frames is {frames!r}; it must be a whole number from 1 to {MOST_FRAMES}.")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
