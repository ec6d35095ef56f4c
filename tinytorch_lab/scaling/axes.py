"""The sizes of a sweep: what was asked for, and which values are tried."""

from __future__ import annotations

import ast
import itertools
import keyword
import re
from collections.abc import Iterable
from dataclasses import dataclass

FIRST, LAST = 5, 5 * 2**22
"""Where sizes without a range start and end: 5 times a power of 2:
exact powers of 2 meet cache conflicts that others do not."""

_AXIS = re.compile(r"([^\W\d]\w*)(?:=(.+))?", re.DOTALL)
_MOST_VALUES = 200
MOST_AXES = 3


@dataclass(frozen=True)
class Axis:
    """One size: its name, and its range or its values."""

    name: str
    low: int = FIRST
    high: int = LAST
    values: tuple[int, ...] = ()
    """The only values to try, from small to large; empty where the sweep may choose."""
    free: bool = False
    """No range was given."""

    def doublings(self) -> list[int]:
        """The values, or ``low``, twice that, and so on; the end of a range is included."""
        if self.values:
            return list(self.values)
        sizes = [self.low]
        while sizes[-1] * 2 <= self.high:
            sizes.append(sizes[-1] * 2)
        if sizes[-1] < self.high and not self.free:
            sizes.append(self.high)
        return sizes

    def between(self, low: int, high: int) -> list[int]:
        """Values that lie between, halfway first, in case more points are wanted."""
        return [] if self.values else [size for size in (low * 3 // 2, low * 5 // 4) if low < size < high]


def parse_axis(text: str) -> Axis:
    """The size that ``n``, ``n=64..8192`` or ``n=[64, 128, 1000]`` says.

    Raises:
        ValueError: with one sentence, if it is none of these.
    """
    match = _AXIS.fullmatch(text)
    if match is None or keyword.iskeyword(match[1]):
        raise ValueError(f"a size is written n, n=64..8192 or n=[64, 128, 1000]; got {text!r}")
    name, given = match[1], match[2]
    if given is None:
        return Axis(name, free=True)
    if given.startswith("["):
        return listed_axis(name, _values(text, given))
    low, dots, high = given.partition("..")
    if not dots:
        raise ValueError(f"a size is written n, n=64..8192 or n=[64, 128, 1000]; got {text!r}")
    ends = _whole(text, low), _whole(text, high)
    if not 1 <= ends[0] < ends[1]:
        raise ValueError(f"sizes grow from a whole number of at least 1 to a larger one; got {text!r}")
    return Axis(name, *ends)


def listed_axis(name: str, values: Iterable[int]) -> Axis:
    """The size ``name`` with these values.

    Raises:
        ValueError: with one sentence, unless they are 2 to 200 different whole numbers of at least 1.
    """
    ordered = sorted(set(itertools.islice(values, _MOST_VALUES + 1)))
    whole = all(isinstance(value, int) and not isinstance(value, bool) for value in ordered)
    if not whole or not 2 <= len(ordered) <= _MOST_VALUES or ordered[0] < 1:
        raise ValueError(
            f"sizes are 2 to {_MOST_VALUES} different whole numbers of at least 1; got {_short(ordered)} for {name}"
        )
    return Axis(name, values=tuple(ordered))


def _short(values: list[int]) -> str:
    return str(values) if len(values) <= 6 else f"{len(values)} of them, from {values[0]} to {values[-1]}"


def _values(text: str, given: str) -> list[int]:
    if not given.endswith("]"):
        raise ValueError(f"the list of sizes is not closed in {text!r}")
    return [_whole(text, item) for item in given[1:-1].split(",") if item.strip()]


def _whole(text: str, number: str) -> int:
    """A whole number: ``4096``, ``4_096``, ``2**12`` or ``4e3``."""
    number = number.strip()
    base, power, exponent = number.partition("**")
    try:
        if power and 0 <= int(exponent) <= 62:
            return int(int(base) ** int(exponent))
        value = ast.literal_eval(number)
        if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value):
            return int(value)
    except (ValueError, SyntaxError, OverflowError, MemoryError):
        pass
    raise ValueError(f"sizes are whole numbers; got {number!r} in {text!r}")


def parse_axes(words: list[str]) -> list[Axis]:
    """The sizes that the words of a ``%%complexity`` line name.

    Raises:
        ValueError: with one sentence, if there are none or more than three, or if one is named twice.
    """
    axes = [parse_axis(word) for word in words]
    names = [axis.name for axis in axes]
    if not 1 <= len(axes) <= MOST_AXES:
        raise ValueError(f"one to {MOST_AXES} sizes are needed, such as n=64..8192; got {len(axes)}")
    if len(set(names)) < len(names):
        raise ValueError(f"each size is named once; got {', '.join(names)}")
    return axes
