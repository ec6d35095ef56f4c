"""The first line of a measured cell: how it is recognised, and how it becomes a comment."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.inputtransformer2 import cell_magic
from IPython.core.interactiveshell import InteractiveShell

if TYPE_CHECKING:
    from tinytorch_lab.kernel.options import Options

MEASURE_LINE = re.compile(r"%%measure(?=\s|$)(.*)")
Parse = Callable[[str], "Options"]


def in_cell() -> bool:
    """Whether the caller runs inside a cell, and not while IPython prepares one."""
    frame = sys._getframe(1)
    code = InteractiveShell.run_code.__code__
    while frame is not None and frame.f_code is not code:
        frame = frame.f_back  # type: ignore[assignment]
    return frame is not None


class MeasureLine:
    """Input transformer: makes a comment of a first line ``%%measure OPTIONS``.

    Wrong options are left to the ordinary magic, which refuses them, and so is a ``%%measure`` that
    stands below another magic, whose body is transformed while the cell runs.
    """

    has_side_effects = True
    """Not applied when IPython only asks whether the input is complete: it then sees a cell magic."""

    def __init__(self, parse: Parse) -> None:
        self._parse = parse

    def __call__(self, lines: list[str]) -> list[str]:
        """The lines of a cell, as many as before unless another cell magic follows."""
        match = MEASURE_LINE.match(lines[0]) if lines else None
        if match is None or in_cell():
            return lines
        try:
            self._parse(match.group(1))
        except UsageError:
            return lines
        rest = lines[1:]
        start = next((i for i, line in enumerate(rest) if line.strip()), 0)
        return ["# " + lines[0], *rest[:start], *cell_magic(rest[start:])]  # type: ignore[no-untyped-call]


class LoneLine:
    """Input transformer: a cell of one line below ``%%measure`` gets what IPython does to cells of one line.

    That is automagic (``ls``, ``cd ..``) and autocall, which IPython gives to no other cells.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell: Any = shell

    def __call__(self, lines: list[str]) -> list[str]:
        """The lines of a cell, as many as before."""
        if len(lines) != 2 or not lines[0].startswith("# %%measure"):
            return lines
        with self._shell.builtin_trap:
            return [lines[0], self._shell.prefilter_manager.prefilter_lines(lines[1]) + "\n"]


def without_measure_line(lines: list[str]) -> str:
    """The text of a cell as the history knows it: the same with ``%%measure``, with the button and without both."""
    return "\n".join(line for line in lines if not MEASURE_LINE.match(line)).strip()


def measured_below(lines: list[str]) -> bool:
    """Whether ``%%measure`` stands below other cell magics, where the ordinary magic measures."""
    for line in lines:
        if MEASURE_LINE.match(line):
            return True
        if line.strip() and not line.startswith("%%"):
            return False
    return False
