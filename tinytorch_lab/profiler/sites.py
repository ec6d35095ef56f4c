"""Where in the code the memory was allocated that a traced cell holds at its end."""

from __future__ import annotations

import collections
import gc
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import itemgetter
from typing import Any

from tinytorch_lab.profiler import tracing
from tinytorch_lab.profiler.cellcode import CellCode
from tinytorch_lab.profiler.filenames import is_machinery, short_name
from tinytorch_lab.profiler.records import Site

LISTED = 10
LEAST_BYTES = 1024  # less is left out of the list
# Python keeps freed floats, lists and tuples for the next one who needs one, and tracemalloc still names who made them:
# that may be the code that shows figures while the cell runs. These lists hold no more than this of one kind.
LEAST_BYTES_OF_LIBRARIES = 8 << 10
# What Counter uses; called from here, its allocations are known as ours.
_count: Any = vars(collections)["_count_elements"]
# A snapshot takes 1 to 2 microseconds a block, of which tracemalloc needs about 55 bytes: these keep it short.
LARGEST_TRACER_BYTES = 8 << 20
LARGEST_TRACER_BYTES_OF_STATEMENT = 1 << 20
STATEMENT_LEAST_BYTES = 64 << 10
STATEMENTS_LONGEST_S = 0.1
FAR_MORE = 10  # a site that grew by so many times what the other statements kept is not theirs

Frames = tuple[tuple[str, int], ...]
Key = tuple[int, Frames]
"""Domain of tracemalloc, and the frames (file name, line), innermost first."""
Amount = tuple[int, int]
"""Bytes and blocks."""
Place = tuple[str, str, int, int | None]
"""Kind, file name and line of the allocation, line of the cell."""
_NOTHING = 0, 0


class AllocationSites:
    """Looks at the traces at the start, after statements that kept much, and at the end. Only while the cell is paused.

    With one frame, a trace tells the line of a library but not the cell's line that called it. A site
    that grew in one statement only belongs to that statement; so the statements are told apart by
    snapshots between them, as long as these are quick.
    """

    def __init__(self, code: CellCode | None) -> None:
        self.left_out = False
        """There were too many blocks to sort."""
        self._code = code
        self._started = False
        self._before: dict[Key, Amount] = {}
        self._held: dict[Key, Amount] | None = None
        self._known: dict[Key, Amount] = {}
        self._grown: dict[Key, dict[int | None, Amount]] = {}  # None: one of several small statements
        self._waiting: list[tuple[int, int]] = []  # statements since the last snapshot: bytes kept, line
        self._statements_s = 0.0

    def start(self, *, fresh: bool) -> None:
        """``fresh``: tracing has just begun, so that no block is from before the cell."""
        before = {} if fresh else _take(LARGEST_TRACER_BYTES)
        self.left_out = before is None
        self._started = before is not None
        self._before = self._known = before or {}

    def worth_a_look(self, kept: int, *, last: bool) -> bool:
        """Whether ``after_statement`` is to be called for a statement that kept so many bytes, not ``skip_statement``."""
        if not self._started or self._held is not None:
            return False
        one_frame = tracemalloc.get_traceback_limit() == 1  # with more of them, the frames tell the line
        quick = self._statements_s < STATEMENTS_LONGEST_S
        return last or (one_frame and quick and kept >= STATEMENT_LEAST_BYTES)

    def skip_statement(self, line: int, kept: int) -> None:
        """A statement that begins in this line of the cell has kept so many bytes."""
        if self._held is None:
            self._waiting.append((kept, line))

    def after_statement(self, line: int, kept: int, *, last: bool) -> None:
        """The same, and look what it was; after the ``last`` one all is known. Only while nothing counts."""
        self.skip_statement(line, kept)
        if last:
            self.finish()
        else:
            self._look_between()

    def finish(self) -> None:
        """Look at what the cell holds, unless that is known; ``sites`` has it then."""
        if not self._started or self.left_out or self._held is not None:
            return
        self._held = _take(LARGEST_TRACER_BYTES)
        self.left_out = self._held is None
        if self._held is not None and self._waiting:
            self._note_growth(self._held)

    def sites(self) -> list[Site]:
        """The largest of each kind, largest first. Reads source files: not while anything counts."""
        if self._held is None:
            return []
        domain = _domain_of_numpy()
        found: dict[Place, Amount] = {}
        for key, held in self._held.items():
            grown = _less(held, self._before.get(key, _NOTHING))
            if grown[0] <= 0 or self._is_ours(key[1]):
                continue
            (filename, number), *_ = key[1]
            kind = "NumPy" if key[0] == domain else "Python"
            for line, part in self._shares(key, grown):
                place = kind, filename, number, line
                found[place] = _more(found.get(place, _NOTHING), part)
        return [self._site(*each, *found[each]) for each in _largest(found, self._is_users)]

    def _look_between(self) -> None:
        began = time.perf_counter()
        taken = _take(LARGEST_TRACER_BYTES_OF_STATEMENT)
        if taken is None:
            self._statements_s = STATEMENTS_LONGEST_S  # it will not become quicker
        else:
            self._note_growth(taken)
        self._statements_s += time.perf_counter() - began

    def _is_ours(self, frames: Frames) -> bool:
        """Whether measuring, or the shell and not the cell, has allocated it."""
        for filename, _ in frames:
            if self._code is not None and filename == self._code.filename:
                return False
            if is_machinery(filename):
                return True
        return False

    def _is_users(self, filename: str) -> bool:
        """Whether a file is a cell, or the script that measures itself."""
        code = self._code
        return code is None or filename == code.filename or code.name_of(filename) is not None

    def _note_growth(self, now: dict[Key, Amount]) -> None:
        """Statements have kept something since the last look: what the largest of them must have made is its."""
        kept, line = max(self._waiting)
        others = sum(size for size, _ in self._waiting if size > 0) - max(kept, 0)
        self._waiting.clear()
        for key in now.keys() | self._known.keys():
            difference = _less(now.get(key, _NOTHING), self._known.get(key, _NOTHING))
            if difference[0]:
                whose = line if abs(difference[0]) >= FAR_MORE * others else None
                lines = self._grown.setdefault(key, {})
                lines[whose] = _more(lines.get(whose, _NOTHING), difference)
        self._known = now

    def _shares(self, key: Key, amount: Amount) -> list[tuple[int | None, Amount]]:
        """Lines of the cell that a site belongs to, each with its part."""
        if self._code is None:
            return [(None, amount)]
        own = [line for filename, line in key[1] if filename == self._code.filename]
        if own:
            return [(self._code.line_of(own[0]), amount)]
        grown = self._grown.get(key, {})
        if sum(size for size, _ in grown.values()) == amount[0] and all(size > 0 for size, _ in grown.values()):
            return list(grown.items())
        return [(None, amount)]  # some of it was freed since: nobody knows which

    def _site(self, kind: str, filename: str, line: int, cell_line: int | None, size: int, blocks: int) -> Site:
        code = self._code or CellCode("")
        in_cell = filename == code.filename
        name = "cell" if in_cell else code.name_of(filename) or short_name(filename)
        text = code.source(filename, line).strip()
        return Site(name, code.line_of(line) if in_cell else line, text, cell_line, kind, size, max(1, blocks))


def _largest(found: dict[Place, Amount], own: Callable[[str], bool]) -> Iterator[Place]:
    """At most LISTED of each kind, largest first. ``own`` tells files of the user, in which less is worth a line."""
    seen: Counter[str] = Counter()
    for place, (size, _) in sorted(found.items(), key=lambda each: -each[1][0]):
        if size < _least(place, own):
            continue
        seen[place[0]] += 1
        if seen[place[0]] <= LISTED:
            yield place


def _least(place: Place, own: Callable[[str], bool]) -> int:
    kind, filename, *_ = place
    return LEAST_BYTES_OF_LIBRARIES if kind == "Python" and not own(filename) else LEAST_BYTES


def _take(largest_tracer_bytes: int) -> dict[Key, Amount] | None:
    """What is traced by domain and frames; None if there are too many blocks."""
    if tracemalloc.get_tracemalloc_memory() > largest_tracer_bytes:
        return None
    with tracing.unnoticed(), _collector_off():
        traces: Any = tracemalloc.take_snapshot().traces
        # The raw tuples (domain, size, frames, number of frames): the public objects take ten times as long.
        alike: dict[tuple[int, int, Frames], int] = {}
        _count(alike, map(itemgetter(0, 1, 2), traces._traces))
        del traces
        taken: dict[Key, Amount] = {}
        for (domain, size, frames), count in alike.items():
            key = domain, frames
            taken[key] = _more(taken.get(key, _NOTHING), (size * count, count))
        del alike
    return taken


def _more(one: Amount, other: Amount) -> Amount:
    return one[0] + other[0], one[1] + other[1]


def _less(one: Amount, other: Amount) -> Amount:
    return one[0] - other[0], one[1] - other[1]


@contextmanager
def _collector_off() -> Iterator[None]:
    """Our many tuples must not bring the garbage collector to run at another time than without us."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _domain_of_numpy() -> int | None:
    numpy: Any = sys.modules.get("numpy")
    return getattr(getattr(numpy, "lib", None), "tracemalloc_domain", None)
