"""Measured figures in prose: what is stated, what stands behind it as its source, and whether a value agrees."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tinytorch_lab.course.check.prose import code_spans, sentences, without_code

SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "second": 1, "minute": 60, "hour": 3600}
BYTES = {
    "byte": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40,
}  # fmt: skip
FLOPS = {"flop": 1, "kflop": 1e3, "Mflop": 1e6, "Gflop": 1e9, "Tflop": 1e12}
COUNTS = {"parameter": 1, "operation": 1, "%": 0.01, "percent": 0.01, "×": 1, "x": 1, "times": 1}
UNITS = {**SECONDS, **BYTES, **FLOPS, **COUNTS}
WORDS = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
TIMED_FIELDS = {"wall_s", "cpu_s", "seconds", "time", "exponent", "exponents", "interval", "doubling"}
COMPARISONS = "as|slower|faster|more|less|fewer|larger|smaller|longer|shorter|that|those|the|its|higher|lower|of"
AT_MOST = ("at most", "under", "below", "less than", "fewer than", "up to", "within")
AT_LEAST = ("at least", "over", "above", "more than")
ABOUT = ("about", "some", "roughly", "nearly", "around", "near", "almost")
ABOUT_SHARE, TIMED_FACTOR = 0.1, 3.0
OF_ONE_ELEMENT = 32
"""So many bytes or flops at most belong to one element: that is a definition, not a measurement."""

_FIGURE = re.compile(
    r"(?<![\w./^*-])(?P<number>\d[\d,]*(?:\.\d+)?)\s?"
    r"(?:(?P<word>thousand|million|billion)\s)?"
    r"(?:(?P<unit>"
    + "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
    + r")s?(?P<rate>/s| per second)?(?!\w))?"
)
_SOURCE = re.compile(r"\((?:source|measured on)[:\s][^)]*\)|\]\(https?://[^)]*\)")
_CITED = re.compile(r"\((?P<codes>`[^`]+`(?:, `[^`]+`)*)\)")
_ACCURACY = re.compile(r"accurac(?:y|ies)\b\D{0,40}$")


@dataclass(frozen=True)
class Figure:
    """A measured figure in prose.

    ``value`` is in seconds, bytes, flops or a plain number; ``half_digit`` half a unit of its last written digit;
    ``bound`` is "at most", "at least", "about" or ""; ``timed`` figures differ from machine to machine; ``source`` is the
    expression behind it, "" if it is quoted from elsewhere, None if there is none; ``line`` counts in the cell, from 1.
    """

    text: str
    value: float
    half_digit: float
    bound: str
    timed: bool
    source: str | None
    line: int

    def agrees(self, value: float) -> bool:
        """Whether the value that the lesson gives is the one that its prose states."""
        if self.bound == "at most":
            return value <= self.value
        if self.bound == "at least":
            return value >= self.value
        if self.timed:
            return self.value / TIMED_FACTOR <= value <= self.value * TIMED_FACTOR
        room = ABOUT_SHARE * abs(self.value) if self.bound == "about" else 0.0
        return abs(value - self.value) <= max(self.half_digit, room) * (1 + 1e-9)


def figures(prose: str) -> Iterator[Figure]:
    """The measured figures of a markdown cell, each with what stands behind it in the same sentence.

    A figure that is repeated in the cell needs it only once.
    """
    sourced: set[str] = set()
    for line, sentence in sentences(prose):
        for figure in _sourced(sentence, line):
            if figure.source is not None:
                sourced.add(figure.text)
            if figure.source is not None or figure.text not in sourced:
                yield figure


def _sourced(sentence: str, line: int) -> Iterator[Figure]:
    """Figures wait for the next group of expressions in parentheses: one expression for each of them, in order."""
    plain = without_code(sentence)
    marks = [("figure", match) for match in _FIGURE.finditer(plain) if _is_measured(match, plain, sentence)]
    marks += [("cited", match) for match in _CITED.finditer(sentence)]
    marks += [("quoted", match) for match in _SOURCE.finditer(sentence)]
    waiting: list[re.Match[str]] = []
    for kind, match in sorted(marks, key=lambda mark: mark[1].start()):
        if kind == "figure":
            waiting.append(match)
            continue
        codes: list[str] = [code for _, code in code_spans(match["codes"])] if kind == "cited" else [""] * len(waiting)
        if len(codes) == len(waiting) and all(_is_expression(code) for code in codes):
            yield from (_figure(one, plain, line, code) for one, code in zip(waiting, codes, strict=True))
            waiting = []
    yield from (_figure(one, plain, line, None) for one in waiting)


def _figure(match: re.Match[str], plain: str, line: int, source: str | None) -> Figure:
    scale = WORDS.get(match["word"] or "", 1) * UNITS.get(match["unit"] or "", 1)
    digits = match["number"].replace(",", "").rstrip(",")
    timed = match["unit"] in SECONDS or bool(match["rate"]) or bool(source and _reads_a_clock(source))
    return Figure(
        text=" ".join(match[0].split()),
        value=float(digits) * scale,
        half_digit=_half_digit(digits) * scale,
        bound=_bound(plain[: match.start()]),
        timed=timed,
        source=source,
        line=line + plain.count("\n", 0, match.start()) - (plain[: len(plain) - len(plain.lstrip())].count("\n")),
    )


def _is_measured(match: re.Match[str], plain: str, sentence: str) -> bool:
    """Whether a number has a unit, or speaks of how many times, how many million, or of an accuracy."""
    unit, number, behind = match["unit"], match["number"], plain[match.end() :]
    if unit in ("x", "s") and not match["word"]:
        return (
            match[0] == f"{number}x" if unit == "x" else match[0] != f"{number}s"
        )  # 2048 x 2048 is a shape, the 1960s are years
    if unit in ("byte", "flop") and not (match["word"] or match["rate"] or "." in number):
        return int(number.replace(",", "")) > OF_ONE_ELEMENT
    if unit == "times":
        return bool(re.match(rf"\s(?:{COMPARISONS})\b", behind)) or sentence[match.end() :].lstrip().startswith("`")
    return bool(unit or match["word"] or _ACCURACY.search(plain[: match.start()]))


def _half_digit(digits: str) -> float:
    """Half a unit of the last digit that says something: 0.5 of 16 and of 20, 5 of 100, 50 of 1200, 0.05 of 1.8."""
    if "." in digits:
        return 0.5 * 10.0 ** -len(digits.partition(".")[2])
    return 0.5 * 10.0 ** (len(digits) - max(len(digits.rstrip("0")), min(len(digits), 2)))


def _bound(before: str) -> str:
    words = " ".join(before.lower().split()[-2:])
    for kind, phrases in (("at most", AT_MOST), ("at least", AT_LEAST), ("about", ABOUT)):
        if any(words == phrase or words.endswith(f" {phrase}") for phrase in phrases):
            return kind
    return ""


def _is_expression(code: str) -> bool:
    try:
        ast.parse(code or "0", mode="eval")
    except SyntaxError:
        return False
    return True


def _reads_a_clock(source: str) -> bool:
    return any(
        isinstance(n, ast.Attribute) and n.attr in TIMED_FIELDS for n in ast.walk(ast.parse(source, mode="eval"))
    )
