"""R5: no line of a solution or of a hidden test stands where students see it."""

from __future__ import annotations

import builtins
import io
import keyword
import re
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tinytorch_lab.course.check.cells import Cell
from tinytorch_lab.course.release.author_file import AuthorFile
from tinytorch_lab.course.release.markers import ALL, PAIRS, Sealed, sealed_lines
from tinytorch_lab.course.release.model import Fault

LONG = 6
"""A line of so many words and signs says something of its own."""
_PIECES = re.compile(r"\w+|[^\w\s]")
_WORDS = re.compile(r"\w{2,}")
_PYTHONS = frozenset([*keyword.kwlist, *dir(builtins)])


def faults(file: AuthorFile) -> Iterator[Fault]:
    """Each sealed line that students would see, at the place where it is sealed."""
    places = [_Seen.of(cell) for cell in file.cells]
    words = Counter(word for place in places for word in _WORDS.findall(place.everything))
    said: set[tuple[str, int]] = set()
    for line in sealed_lines(file):
        for place in places:
            if (line.text, place.cell.number) not in said and place.shows(line, words):
                said.add((line.text, place.cell.number))
                yield file.fault(
                    "R5", f"'{line.text[:80]}' is to stay hidden, but cell {place.cell.number} shows it.",
                    "Say it in other words there.", line.cell, line.line,
                )  # fmt: skip


def visible(cell: Cell) -> str:
    """The lines of the cell that stay, with single spaces."""
    kept, inside = [], False
    for line in cell.source.split("\n"):
        mark = line.strip()
        if mark in ALL:
            inside = mark in PAIRS
        elif not inside:
            kept.append(" ".join(line.split()))
    return "\n".join(kept)


@dataclass(frozen=True, eq=False)
class _Seen:
    """What students see of one cell: everything, its lines of code, and its prose (comments and strings too)."""

    cell: Cell
    everything: str
    code: frozenset[str]
    prose: str

    @classmethod
    def of(cls, cell: Cell) -> _Seen:
        erased = cell.grading.get("solution") and not any(marker in cell.source for marker in PAIRS)
        text = "" if erased else visible(cell)
        prose = text if cell.kind != "code" else "\n".join(_said(text))
        return cls(cell, text, frozenset(text.split("\n")) if cell.kind == "code" else frozenset(), prose)

    def shows(self, line: Sealed, words: Counter[str]) -> bool:
        """Whether it gives the line away.

        Code that repeats a line with nothing of its own in it does not: it is an idiom, the set-up of a test, or was taught
        before.
        """
        if line.text not in self.everything:
            return False
        if self._tells_a_word(line.text, words):
            return True
        if len(_PIECES.findall(line.text)) < LONG:
            return False
        if line.text in self.prose or line.text not in self.code:
            return not _is_hidden_test(line)
        return not (self.cell.number < line.cell.number or line.text.endswith(":") or _is_hidden_test(line))

    def _tells_a_word(self, text: str, words: Counter[str]) -> bool:
        """Whether the line holds a word of the author's own that students read nowhere but in it."""
        times = self.everything.count(text)
        own = Counter(word for word in _WORDS.findall(text) if word not in _PYTHONS)
        return any(words[word] <= times * count for word, count in own.items())


def _is_hidden_test(line: Sealed) -> bool:
    return line.cell.is_test and not line.text.startswith("assert")


def _said(code: str) -> Iterable[str]:
    """The comments and strings of a cell; all of it if it is not Python."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError):
        return [code]
    return [token.string for token in tokens if token.type in (tokenize.COMMENT, tokenize.STRING)]
