"""The markers, and lines that seem to mean one: another case, other spaces, letters lost, swapped or of another alphabet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache

from tinytorch_lab.course.lesson import (
    BEGIN_HIDDEN,
    BEGIN_SCHEME,
    BEGIN_SOLUTION,
    END_HIDDEN,
    END_SCHEME,
    END_SOLUTION,
)

PAIRS = {BEGIN_SOLUTION: END_SOLUTION, BEGIN_HIDDEN: END_HIDDEN, BEGIN_SCHEME: END_SCHEME}
ALL = (*PAIRS, *PAIRS.values())
WORDS = tuple(marker.removeprefix("### ") for marker in ALL)
"""What nbgrader looks for, anywhere in a line."""
_LOOK_ALIKE = str.maketrans(
    "\u0410\u0412\u0415\u0406\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0405"  # Cyrillic
    "\u0391\u0392\u0395\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a7",  # Greek
    "ABEIKMHOPCTXSABEHIKMNOPTX",
)
_VERBS = {"START": "BEGIN", "OPEN": "BEGIN", "STOP": "END", "CLOSE": "END", "FINISH": "END"}
_LONGEST = 200
"""A marker's line is short; nobody looks through a long one for what is like a marker."""


def meant(line: str, is_code: bool, is_graded: bool) -> str | None:
    """The marker that the line contains or seems to mean, None if it is an ordinary line.

    In code that is a comment; in prose a line that begins with ``#``, or, in a cell of nbgrader's, any.
    """
    plain = unicodedata.normalize("NFKC", line)
    contained = next((marker for marker, words in zip(ALL, WORDS, strict=True) if words in plain), None)
    if contained or len(plain) > _LONGEST:
        return contained
    before, sign, comment = plain.partition("#")
    if is_code and not sign:
        return None
    if not is_code and (not sign or before.strip()):
        return _closest(_words(plain), exact=True) if is_graded else None
    return _closest(_words(comment))


def _words(text: str) -> tuple[str, ...]:
    visible = "".join(
        sign for sign in text.upper() if unicodedata.category(sign) != "Cf"
    )  # no zero width, no soft hyphen
    return tuple(re.findall(r"[^\W\d_]+", visible.translate(_LOOK_ALIKE)))


@lru_cache(maxsize=4096)
def _closest(words: tuple[str, ...], exact: bool = False) -> str | None:
    """The marker that these words are close to: BEGIN or END, then what begins; in either order, together or apart."""
    joined = "".join(words)
    if not 6 <= len(joined) <= 20:
        return None
    for marker in ALL:
        verb, subject = marker.removeprefix("### ").split(" ", 1)
        subject = subject.replace(" ", "")
        if joined == verb + subject:
            return marker
        if not exact and any(_is_close(first, rest, verb, subject) for first, rest in _split(words)):
            return marker
        if not exact and len(joined) >= 8 and _like(joined, verb + subject) >= 0.85:
            return marker
    return None


def _split(words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What may be the verb, and the rest: the verb stands first or last."""
    if 2 <= len(words) <= 4:
        yield _VERBS.get(words[0], words[0]), "".join(words[1:])
        yield _VERBS.get(words[-1], words[-1]), "".join(words[:-1])


def _is_close(first: str, rest: str, verb: str, subject: str) -> bool:
    """``BEGIN SOL`` is close, and so is ``BEGN SOLUTON``."""
    if len(rest) >= 3 and subject.startswith(rest):
        return first == verb
    return _like(first, verb) >= 0.7 and _like(rest, subject) >= 0.75


def _like(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
