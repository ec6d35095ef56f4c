"""The line of ``%%complexity``: its sizes and options."""

from __future__ import annotations

import re
import shlex
from argparse import ArgumentParser
from dataclasses import dataclass

from IPython.core.error import UsageError

from tinytorch_lab.scaling.axes import Axis, parse_axes
from tinytorch_lab.scaling.stated import parse_stated


@dataclass(frozen=True)
class GrowthOptions:
    """What to sweep over, and how."""

    axes: list[Axis]
    name: str | None
    """Variable that gets the result."""
    budget: float
    predict: str | None
    time: bool
    memory: bool
    quiet: bool


def parse_growth(parser: ArgumentParser, line: str) -> GrowthOptions:
    """The options in ``line``. Raises UsageError with one sentence if they are not understood."""
    line = re.sub(r"\[[^\]]*\]", lambda match: "".join(match[0].split()), line)
    try:
        given = parser.parse_intermixed_args(shlex.split(line))
        axes = parse_axes(given.sizes)
        if given.predict is not None:
            parse_stated(given.predict, [axis.name for axis in axes])
    except ValueError as error:
        raise UsageError(f"%%complexity: {error}.") from None
    if given.time_only and given.memory_only:
        raise UsageError(
            "%%complexity: --time-only and --memory-only exclude each other; leave both out to measure both."
        )
    return GrowthOptions(
        axes, given.o, given.budget, given.predict, not given.memory_only, not given.time_only, given.quiet
    )
