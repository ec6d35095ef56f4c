"""Words of students, fit to be shown on a terminal: names of files in what they sent, messages of their code."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text with a question mark for each sign that could steer a terminal, break a line, or is none in UTF-8."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
