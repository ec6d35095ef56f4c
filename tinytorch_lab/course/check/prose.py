"""Markdown prose: its sentences and its inline code."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_MATH = re.compile(r"\$\$.+?\$\$|\$[^$\n]+?\$", re.DOTALL)
_SOURCE = re.compile(r"\((?:source|measured on)\b[^)]*\)")
_END = re.compile(r"(?<=[.!?:;])\s+|\n\s*\n|\n(?=\s*(?:[|#]|[-*] |\d+\. ))")


def sentences(prose: str) -> Iterator[tuple[int, str]]:
    """The sentences, table rows and list items of ``prose``, each with the line on which it begins, from 1."""
    text = _without_fences(prose)
    begin = 0
    whole = [match.span() for kind in (_CODE, _SOURCE) for match in kind.finditer(text)]
    for end in (*(match.span() for match in _END.finditer(text)), (len(text), len(text))):
        if any(first < end[0] < last for first, last in whole):
            continue
        sentence = text[begin : end[0]]
        if sentence.strip():
            yield text.count("\n", 0, begin + len(sentence) - len(sentence.lstrip())) + 1, sentence
        begin = end[1]


def code_spans(prose: str) -> Iterator[tuple[int, str]]:
    """The inline code of ``prose`` with its line, from 1; fenced blocks are left out."""
    text = _without_fences(prose)
    for match in _CODE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match[2].strip()


def without_code(prose: str) -> str:
    """``prose`` with blanks in the place of inline code and formulas, so that places stay."""
    return _MATH.sub(_blank, _CODE.sub(_blank, _without_fences(prose)))


def _blank(match: re.Match[str]) -> str:
    return "".join("\n" if sign == "\n" else " " for sign in match[0])


def _without_fences(prose: str) -> str:
    fenced, lines = False, []
    for line in prose.split("\n"):
        edge = line.lstrip().startswith("```")
        fenced ^= edge
        lines.append(" " * len(line) if fenced or edge else line)
    return "\n".join(lines)
