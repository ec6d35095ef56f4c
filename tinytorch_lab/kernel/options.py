"""The options of ``%%measure``, ``%measure`` and of the stopwatch button."""

from __future__ import annotations

import argparse
import keyword
import re
import shlex
from dataclasses import dataclass
from typing import Any

_WITH_VALUE = {"-o", "--label", "--trace-budget"}
_TOKEN = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[^\s"'])+)""")


@dataclass(frozen=True)
class Options:
    """How to measure one cell."""

    name: str | None = None
    """Variable that gets the measurement."""
    label: str | None = None
    """Heading of the result."""
    mode: str = "default"
    """``default`` or ``time``."""
    trace_budget: float = 1.5
    """Seconds of tracing in the default mode."""
    quiet: bool = False
    """Show nothing."""


def parse(parser: argparse.ArgumentParser, text: str) -> Options:
    """The options in ``text``, the rest of a ``%%measure`` line.

    Raises whatever ``parser.error`` raises, with one sentence, if they are not understood.
    """
    try:
        words = shlex.split(text)
    except ValueError:
        parser.error(f"a quote is not closed in: {text.strip()}")
    given = parser.parse_args(words)
    return Options(given.o, given.label, "time" if given.time else "default", given.trace_budget, given.quiet)


def split_expression(line: str) -> tuple[str, str]:
    """Options and expression of a ``%measure`` line; the options come first."""
    end, value_follows = 0, False
    for match in _TOKEN.finditer(line):
        word = match.group(1)
        if not value_follows and not word.startswith("--") and word != "-o":
            break
        value_follows = not value_follows and word in _WITH_VALUE
        end = match.end()
    return line[:end].strip(), line[end:].strip()


def from_metadata(wanted: Any) -> Options | None:
    """The options in a cell's metadata: None for a falsy value, defaults for anything that is not understood."""
    if not wanted:
        return None
    from tinytorch_lab.profiler import check_settings

    mode = wanted.get("mode", "default") if isinstance(wanted, dict) else "default"
    try:
        check_settings(mode, 0)
    except ValueError:  # metadata of a newer release: the button still measures
        mode = "default"
    return Options(mode=mode)


def variable_name(text: str) -> str:
    """Argument type: the name of a variable."""
    if not text.isidentifier() or keyword.iskeyword(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a name for a variable; give one such as -o m.")
    return text


def trace_seconds(text: str) -> float:
    """Argument type: seconds, 0 or more."""
    from tinytorch_lab.profiler import check_settings  # not before it is needed: every kernel loads this file

    try:
        seconds = float(text)
        check_settings("default", seconds)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds, 0 or more.") from None
    return seconds


def sweep_seconds(text: str) -> float:
    """Argument type: seconds above 0."""
    seconds = trace_seconds(text)
    if seconds <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0.")
    return seconds
