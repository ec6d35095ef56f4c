"""R5: no line of a solution or of a hidden test stands where students see it."""

from __future__ import annotations

import builtins
import html
import io
import keyword
import re
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property

from tinytorch_lab.course.check.cells import Cell
from tinytorch_lab.course.lesson import BEGIN_HIDDEN
from tinytorch_lab.course.release.author_file import AuthorFile
from tinytorch_lab.course.release.likeness import Text, forms, weight
from tinytorch_lab.course.release.markers import Sealed, sealed_lines
from tinytorch_lab.course.release.misspelt import ALL, PAIRS
from tinytorch_lab.course.release.model import Fault
from tinytorch_lab.course.student import CODE_STUB, TEXT_STUB

IN_PROSE, ELSEWHERE = 3, 4
"""A line of so many words and operators says something of its own: in a cell of prose, in code and its comments."""
_EMPTY = """
cells cell_type code markdown raw id metadata deletable false editable true nbgrader checksum grade grade_id locked points
schema_version solution task execution_count null outputs source kernelspec display_name Python 3 ipykernel language python name
python3 nbformat nbformat_minor tinytorch hints tags
"""
_WORDS = re.compile(r"\w{2,}")
_PROSE = (  # Python 3.12 cuts f-strings
    tokenize.COMMENT,
    tokenize.STRING,
    getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING),
)
_PYTHONS = frozenset([*keyword.kwlist, *dir(builtins)])


def faults(file: AuthorFile) -> Iterator[Fault]:
    """Each sealed line that students would see, at the place where it is sealed."""
    places = [_Seen(cell) for cell in file.cells]
    words = Counter(word for place in places for word in _WORDS.findall(place.everything))
    everywhere = _all_of(places)
    said: set[tuple[str, int]] = set()
    for line in sealed_lines(file):
        for place in places if any(everywhere[any_case].says(text) for text, any_case in _wanted(line)) else ():
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


def hidden(file: AuthorFile) -> list[str]:
    """The sealed lines that students read nowhere: not in the module, and not among the words that every release holds."""
    shown = _all_of([_Seen(cell) for cell in file.cells])[False].text
    known = Text("\n".join((shown, *CODE_STUB, *TEXT_STUB, _EMPTY)))
    return [text for line in sealed_lines(file) for text in forms(line) if not known.says(text)]


def _all_of(places: list[_Seen]) -> dict[bool, Text]:
    everything = "\n".join(f"{place.everything}\n{place.cell.grade_id}" for place in places)
    return {False: Text(everything), True: Text(everything, any_case=True)}


def _wanted(line: Sealed) -> Iterator[tuple[str, bool]]:
    """What gives the line away, and whether in any case of its letters."""
    for text in forms(line):
        yield text, text == text.casefold() and line.cell.kind != "code"


class _Seen:
    """What students see of one cell: everything, its lines of code, and its prose (comments and strings too)."""

    def __init__(self, cell: Cell) -> None:
        erased = cell.grading.get("solution") and not any(marker in cell.source for marker in PAIRS)
        text = "" if erased else visible(cell)
        self.cell = cell
        self.everything = f"{text}\n{html.unescape(text)}" if "&" in text and html.unescape(text) != text else text

    @cached_property
    def _is_python(self) -> bool:
        return self.cell.is_measuring or (self.cell.kind == "code" and not self.cell.source.startswith("%%"))

    @cached_property
    def _code(self) -> frozenset[str]:
        return (
            frozenset("".join(line.split()) for line in self.everything.split("\n")) if self._is_python else frozenset()
        )

    @cached_property
    def _prose(self) -> Text:
        return Text("\n".join(_said(self.everything)) if self._is_python else self.everything)

    @cached_property
    def _texts(self) -> dict[bool, Text]:
        return {False: Text(self.everything), True: Text(self.everything, any_case=True)}

    def shows(self, line: Sealed, words: Counter[str]) -> bool:
        """Whether it gives the line away."""
        if self.cell.number == line.cell.number and _is_set_up(line) and "".join(line.text.split()) in self._code:
            return False  # the visible part of the same test prepares itself in the same way
        return any(
            (times := self._texts[any_case].says(text)) and self._gives_away(line, text, times, words)
            for text, any_case in _wanted(line)
        ) or (line.text == self.cell.grade_id)

    def _gives_away(self, line: Sealed, text: str, times: int, words: Counter[str]) -> bool:
        """Code that repeats a line with nothing of its own in it does not: an idiom, the set-up of another test, taught before."""
        if _tells_a_word(text, times, words):
            return True
        if weight(text) < (IN_PROSE if self.cell.kind == "markdown" else ELSEWHERE):
            return False
        if text.endswith(":"):
            return False
        if self._prose.says(text):
            return True
        if _is_set_up(line):
            return False
        return "".join(text.split()) not in self._code or self.cell.number >= line.cell.number


def _tells_a_word(text: str, times: int, words: Counter[str]) -> bool:
    """Whether the line holds a word of the author's own that students read nowhere but in it."""
    own = Counter(word for word in _WORDS.findall(text) if word not in _PYTHONS)
    return any(words[word] <= times * count for word, count in own.items())


def _is_set_up(line: Sealed) -> bool:
    """Whether it prepares a hidden test: the visible tests do the same."""
    return line.begin == BEGIN_HIDDEN and not line.text.startswith("assert")


def _said(code: str) -> Iterable[str]:
    """The comments and strings of a cell; all of it if it is not Python."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError):
        return [code]
    return [token.string for token in tokens if token.type in _PROSE]
