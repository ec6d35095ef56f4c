"""The options of ``%%measure``, ``%measure`` and of the stopwatch button."""

from __future__ import annotations

import argparse
import keyword
import re
import shlex
from dataclasses import dataclass, replace
from typing import Any

from tinytorch_lab.kernel.settings import Settings, current

_WITH_VALUE = {"-o", "--label", "--trace-budget", "--repeat", "--frames"}
_TOKEN = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[^\s"'])+)""")
_DEFAULT_REPEATS = 5
# What cannot be had together: tracing or not, once or often; --lines makes a run slower, so that repeating it tells nothing.
_EXCLUDING = (
    ("time", "memory"),
    ("time", "repeat"),
    ("time", "frames"),
    ("time", "trace_budget"),
    ("memory", "repeat"),
    ("memory", "trace_budget"),
    ("repeat", "trace_budget"),
    ("repeat", "lines"),
)


@dataclass(frozen=True)
class Options:
    """How to measure one cell."""

    name: str | None = None
    """Variable that gets the measurement."""
    label: str | None = None
    """Heading of the result."""
    mode: str = "default"
    """``default``, ``time``, ``memory`` or ``repeat``."""
    trace_budget: float = Settings.trace_budget
    """Seconds of tracing in the default mode."""
    repeat: int = _DEFAULT_REPEATS
    """Untraced runs in mode ``repeat``."""
    frames: int = 1
    """How many frames tracing keeps of each allocation."""
    lines: bool = False
    """Count lines."""
    quiet: bool = False
    """Show nothing."""

    def clean_time(self) -> Options:
        """The same for the cell's own time: nothing that makes it slower."""
        return replace(self, mode="time", frames=1, lines=False)


def parse(parser: argparse.ArgumentParser, text: str) -> Options:
    """The options in ``text``, the rest of a ``%%measure`` line.

    Raises whatever ``parser.error`` raises, with one sentence, if they are not understood.
    """
    try:
        words = shlex.split(text)
    except ValueError:
        parser.error(f"a quote is not closed in: {text.strip()}")
    given = parser.parse_args(words)
    present = {name for pair in _EXCLUDING for name in pair if _is_given(getattr(given, name))}
    for one, other in _EXCLUDING:
        if {one, other} <= present:
            parser.error(f"{_written(one)} and {_written(other)} exclude each other: leave one of them out.")
    return Options(
        name=given.o,
        label=given.label,
        mode=_mode(present),
        trace_budget=current.trace_budget if given.trace_budget is None else given.trace_budget,
        repeat=given.repeat or _DEFAULT_REPEATS,
        frames=given.frames or 1,
        lines=given.lines,
        quiet=given.quiet,
    )


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
    given = wanted if isinstance(wanted, dict) else {}
    mode = given.get("mode", "repeat" if "repeat" in given else current.mode)
    options = Options(mode=mode if mode in ("default", "time", "memory", "repeat") else "default")
    return replace(
        options,
        trace_budget=_understood(trace_seconds, given.get("trace_budget"), current.trace_budget),
        repeat=_understood(repeats, given.get("repeat"), _DEFAULT_REPEATS),
    )


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


def repeats(text: str) -> int:
    """Argument type: a number of runs."""
    from tinytorch_lab.profiler.settings import MOST_REPEATS

    return _whole_number(text, MOST_REPEATS)


def frames(text: str) -> int:
    """Argument type: a number of frames."""
    from tinytorch_lab.profiler.settings import MOST_FRAMES

    return _whole_number(text, MOST_FRAMES)


def _whole_number(text: str, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {most}.")
    return number


def _is_given(value: Any) -> bool:
    return value is not None and value is not False


def _written(name: str) -> str:
    return "--" + name.replace("_", "-")


def _mode(present: set[str]) -> str:
    for mode in ("time", "memory", "repeat"):
        if mode in present:
            return mode
    # What speaks of tracing asks for it, whatever the front end's setting is.
    asks = "trace_budget" in present or ("frames" in present and current.mode == "time")
    return "default" if asks else current.mode


def _understood(read: Any, value: Any, otherwise: Any) -> Any:
    """A value of metadata, read as if it had been typed."""
    if value is None or isinstance(value, bool):
        return otherwise
    try:
        return read(str(value))
    except argparse.ArgumentTypeError:
        return otherwise
