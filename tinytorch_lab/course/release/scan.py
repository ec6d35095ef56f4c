"""R7 and R8: the staged release holds the listed files and no sealed line in them, however it is written there."""

from __future__ import annotations

import base64
import binascii
import html
import io
import json
import re
import urllib.parse
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from tinytorch_lab.course.release.markers import WORDS

DEPTH = 4
"""So many times is something unpacked from something else."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})")
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


def unlisted(root: Path, listed: Iterable[Path]) -> list[Path]:
    """The files below ``root`` that are not among ``listed``."""
    return sorted({path for path in root.rglob("*") if not path.is_dir()} - set(listed))


def leaks(content: bytes, sealed: Iterable[str]) -> list[str]:
    """The sealed lines, and marker words, that stand in ``content`` in any form that we know."""
    wanted = [*dict.fromkeys(sealed), *WORDS]
    found: dict[str, None] = {}
    for text in texts(content):
        plain = " ".join(text.split())
        found |= {line: None for line in wanted if line in plain}
    return list(found)


def texts(content: bytes, depth: int = DEPTH) -> Iterator[str]:
    """What ``content`` says: as it is, as JSON, as a zip, and what is encoded in it."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        yield from _zipped(content, depth)
        return
    for encoding in ("utf-8", *_WIDE):
        text = content.decode(encoding, "ignore")
        if encoding == "utf-8" or content.count(0) > len(content) // 4:
            yield from _readings(text)
    if depth:
        yield from _encoded(content, depth)
        with suppress(ValueError):  # not JSON
            yield from _strings(json.loads(content))


def _zipped(content: bytes, depth: int) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield archive.comment.decode("utf-8", "replace")
        for entry in archive.infolist():
            yield entry.filename
            if depth:
                yield from texts(archive.read(entry), depth - 1)


def _readings(text: str) -> Iterator[str]:
    yield text
    if "&" in text:
        yield html.unescape(text)
    if "%" in text:
        yield urllib.parse.unquote(text)
    if _ESCAPE.search(text):
        yield _ESCAPE.sub(lambda escape: chr(int(escape[0][2:], 16)), text)


def _encoded(content: bytes, depth: int) -> Iterator[str]:
    for match in _BASE64.finditer(content):
        run = match[0].rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        try:
            yield from texts(base64.b64decode(run + b"=" * (-len(run) % 4)), depth - 1)
        except binascii.Error:
            continue  # some other word of these letters
    for match in _HEX.finditer(content):
        yield from texts(bytes.fromhex(match[0].decode()), depth - 1)


def _strings(data: Any) -> Iterator[str]:
    """Every string in JSON data, with what is encoded in it; lists of lines also joined."""
    if isinstance(data, str):
        yield from _readings(data)
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _strings(key)
            yield from _strings(value)
    elif isinstance(data, list):
        if data and all(isinstance(one, str) for one in data):
            yield "".join(data)
        for one in data:
            yield from _strings(one)
