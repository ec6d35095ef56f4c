"""Whether a text says a sealed line: with other spaces, over two lines, without its comment; prose also in another case."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from tinytorch_lab.course.release.markers import Sealed

_WEIGHTY = re.compile(r"\w+|[-+*/%=<>!&|^@~]+")
_PIECES = re.compile(r"\w+|[^\w\s]")
_COMMENTED = re.compile(r"([^#'\"]*[^#'\"\s])\s+#.*")
_BULLET = re.compile(r"(?:[-*+>#]\s+|[0-9]+\.\s+)+")


def weight(text: str) -> int:
    """How much a line says: its words and operators, but no brackets and dots."""
    return len(_WEIGHTY.findall(text))


def forms(line: Sealed) -> tuple[str, ...]:
    """The line, and what is as good as it: code without its comment, prose without its bullet and full stop, in small letters."""
    texts = [line.text]
    if line.cell.kind == "code" and (commented := _COMMENTED.fullmatch(line.text)):
        texts.append(commented[1])
    if line.cell.kind != "code":
        texts.append(_BULLET.sub("", line.text, count=1).rstrip(".;:!").casefold())
    return tuple(dict.fromkeys(text for text in texts if text))


def squeeze(text: str) -> str:
    """The text without any space."""
    return "".join(text.split())


class Text:
    """A text in which lines are looked for; quick where they are not there."""

    def __init__(self, text: str, any_case: bool = False) -> None:
        self.text = text.casefold() if any_case else text
        self._squeezed = squeeze(self.text)

    def says(self, wanted: str) -> int:
        """How often ``wanted`` stands in it, as whole words, however it is spaced."""
        if squeeze(wanted) not in self._squeezed:
            return 0
        return len(_pattern(wanted).findall(self.text))


@lru_cache(maxsize=4096)
def _pattern(wanted: str) -> re.Pattern[str]:
    return re.compile(_before(wanted) + "".join(_spaced(_PIECES.findall(wanted))) + _after(wanted))


def _spaced(pieces: Iterable[str]) -> Iterable[str]:
    last = ""
    for piece in pieces:
        if last:
            yield r"\s+" if re.match(r"\w", piece) and re.match(r"\w", last) else r"\s*"
        yield re.escape(piece)
        last = piece


def _before(wanted: str) -> str:
    return r"(?<!\w)" if re.match(r"\w", wanted) else ""


def _after(wanted: str) -> str:
    return r"(?!\w)" if re.search(r"\w$", wanted) else ""
