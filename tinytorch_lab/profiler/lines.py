"""Line by line: how often each line of the cell and of functions of the notebook ran, and how long it took.

line_profiler does the counting, in C. It is loaded on first use.
"""

from __future__ import annotations

import gc
import opcode
import sys
import time
from collections.abc import Callable, Iterator
from types import CellType, CodeType, FunctionType
from typing import Any

from tinytorch_lab.profiler.cellcode import CellCode
from tinytorch_lab.profiler.records import Line, LineProfile

MOST_FUNCTIONS = 20
_NOP = bytes([opcode.opmap["NOP"], 0])
_TRIALS = 2000


class LineWatch:
    """``start`` before the cell; ``watched`` for each code of it; ``stop``, and ``profiles`` has the figures.

    line_profiler knows code by its bytes. So watched code is a copy that differs from all other code in
    operations after its end, which never run; ``stop`` puts the originals back.
    """

    def __init__(self, code: CellCode, functions: Callable[[], Iterator[FunctionType]]) -> None:
        """``functions`` finds those of the notebook."""
        self.problem: str | None = None
        """Why there are no figures, or not all; a sentence."""
        self.seconds_per_line: float | None = None
        """What the line profiler adds to each line that runs, measured just before the cell."""
        self._code = code
        self._functions = functions
        self._profiler: Any = None
        self._tracer: Any = None
        self._originals: dict[CodeType, CodeType] = {}
        self._copies: dict[tuple[str, CodeType], CodeType] = {}  # the same code in two files is equal, but not alike
        self._outside: dict[tuple[str, str, int], float] = {}
        self._timings: dict[tuple[str, str], dict[int, tuple[int, float]]] = {}

    def start(self) -> None:
        """Switch the line profiler on in this thread, unless somebody else traces already."""
        if _somebody_traces():
            self.problem = "A debugger or another profiler traces this process: no lines were counted (--lines)."
            return
        from line_profiler import LineProfiler

        self.seconds_per_line = _seconds_per_line(LineProfiler)
        self._profiler = LineProfiler()
        for function in self._functions():
            function.__code__ = self.watched(function.__code__)
        self._profiler.enable()
        self._tracer = sys.gettrace()

    def watched(self, code: CodeType) -> CodeType:
        """The code to run in place of ``code``, with the functions that are defined in it."""
        if self._profiler is None or code in self._originals:
            return code
        key = code.co_filename, code
        if key not in self._copies:
            copy = code.replace(
                co_consts=tuple(self._watched_constant(each) for each in code.co_consts),
                co_code=code.co_code + _NOP * (len(self._copies) + 1),
            )
            self._copies[key], self._originals[copy] = copy, code
            self._profiler.add_function(FunctionType(copy, {}, closure=tuple(CellType() for _ in code.co_freevars)))
        return self._copies[key]

    def outside(self, seconds: float) -> None:
        """The lines that run now took so long for what is not the cell's own work."""
        frame = sys._getframe(1)
        while frame is not None:
            code = frame.f_code
            if code in self._originals:
                place = code.co_filename, code.co_qualname, frame.f_lineno
                self._outside[place] = self._outside.get(place, 0.0) + seconds
            frame = frame.f_back  # type: ignore[assignment]

    def stop(self) -> None:
        """Switch it off and take everything back."""
        if self._profiler is None:
            return
        current = sys.gettrace()
        self._profiler.disable()
        if current is not self._tracer:
            sys.settrace(current)  # the cell has set its own
            self.problem = "The cell set a trace function: its lines were counted until then (--lines)."
        self._read()
        # Functions that the cell has defined have watched code too.
        for each in gc.get_referrers(*self._originals) if self._originals else ():
            if isinstance(each, FunctionType) and each.__code__ in self._originals:
                each.__code__ = self._originals[each.__code__]
        self._profiler = None

    def profiles(self) -> list[LineProfile]:
        """The cell first, then functions, the costliest first. Reads source files."""
        cell = [self._profile(key) for key in self._timings if self._is_top(key)]
        rest = [self._profile(key) for key in self._timings if not self._is_top(key)]
        rest.sort(key=lambda each: -sum(line.wall_s for line in each.lines))
        return cell + rest[:MOST_FUNCTIONS]

    def _watched_constant(self, constant: Any) -> Any:
        # The time of a comprehension, generator expression or lambda is its line's, as that of any call.
        named = isinstance(constant, CodeType) and not constant.co_name.startswith("<")
        return self.watched(constant) if named else constant

    def _read(self) -> None:
        statistics = self._profiler.get_stats()
        for (filename, _, name), lines in statistics.timings.items():
            for line, hits, units in lines:
                timings = self._timings.setdefault((filename, name), {})
                before, seconds = timings.get(line, (0, 0.0))
                timings[line] = before + hits, seconds + units * statistics.unit
        for (filename, name, line), seconds in self._outside.items():
            timings = self._timings.get((filename, name), {})
            if line in timings:
                timings[line] = timings[line][0], max(0.0, timings[line][1] - seconds)

    def _is_top(self, key: tuple[str, str]) -> bool:
        return key == (self._code.filename, "<module>")

    def _profile(self, key: tuple[str, str]) -> LineProfile:
        filename, name = key
        in_cell = filename == self._code.filename
        shift = self._code.offset if in_cell else 0
        lines = [
            Line(line + shift, self._code.source(filename, line), hits, seconds)
            for line, (hits, seconds) in sorted(self._timings[key].items())
        ]
        return LineProfile("cell" if self._is_top(key) else name, in_cell, lines)


def _somebody_traces() -> bool:
    if sys.gettrace() is not None:
        return True
    monitoring = getattr(sys, "monitoring", None)  # from Python 3.12 on, line_profiler uses it
    return monitoring is not None and monitoring.get_tool(monitoring.PROFILER_ID) is not None


def _trial(count: int) -> None:
    for _ in range(count):
        pass


def _seconds_per_line(profiler_type: Any) -> float:
    """What one line more costs with the profiler than without it: the best of three."""
    function = FunctionType(_trial.__code__, {"range": range})
    plain = min(_seconds(function) for _ in range(3))
    profiler = profiler_type(function)
    profiler.enable()
    try:
        watched = min(_seconds(function) for _ in range(3))
    finally:
        profiler.disable()
    return max(0.0, watched - plain) / (2 * _TRIALS)


def _seconds(function: Callable[[int], None]) -> float:
    began = time.perf_counter()
    function(_TRIALS)
    return time.perf_counter() - began
