"""R7 and R8: the staged release holds the listed files and no sealed line in them, however it is written there."""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import json
import re
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tinytorch_lab.course.release.likeness import Text, weight
from tinytorch_lab.course.release.misspelt import WORDS

DEPTH = 4
"""So many times is something unpacked from something else."""
MOST_BYTES = 100 * 2**20
"""So much of what is packed is unpacked."""
SHORT = 4
"""A line that is one word of fewer letters says nothing, and stands in any file by chance."""
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/_-]{16,}\r?\n)*[A-Za-z0-9+/_-]{16,}(?:\r?\n[A-Za-z0-9+/_-]+)?={0,2}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")
_PERCENT = re.compile(rb"%[0-9a-fA-F]{2}")
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})")
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


def unlisted(root: Path, listed: Iterable[Path]) -> list[Path]:
    """The files below ``root`` that are not among ``listed``."""
    return sorted({path for path in root.rglob("*") if not path.is_dir()} - set(listed))


def leaks(content: bytes, sealed: Iterable[str]) -> list[str]:
    """The sealed lines, and marker words, that stand in ``content`` in any form that we know."""
    wanted = [line for line in dict.fromkeys(sealed) if weight(line) > 1 or (weight(line) and len(line) >= SHORT)]
    found: dict[str, None] = {}
    for text in map(Text, dict.fromkeys(texts(content))):
        found |= {line: None for line in (*wanted, *WORDS) if text.says(line)}
    return list(found)


def texts(content: bytes, depth: int = DEPTH) -> Iterator[str]:
    """What ``content`` says: as it is, as JSON, as a zip, and what is encoded in it."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        try:
            yield from _zipped(content, depth)
        except zipfile.BadZipFile:
            pass  # it only ends like one
        else:
            return
    for encoding in ("utf-8", *_WIDE):
        text = content.decode(encoding, "ignore")
        if encoding == "utf-8" or content.count(0) > len(content) // 4:
            yield text
            if depth:
                yield from _read_otherwise(text, depth)
    if depth:
        yield from _encoded(content, depth)
        yield from _packed(content, depth)
        yield from _json(content, depth)


def _packed(content: bytes, depth: int) -> Iterator[str]:
    try:
        if content.startswith(b"\x1f\x8b"):
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
                yield from texts(file.read(MOST_BYTES), depth - 1)
        elif content[:1] == b"\x78":
            yield from texts(zlib.decompressobj().decompress(content, MOST_BYTES), depth - 1)
    except (OSError, EOFError, zlib.error):
        return  # it only began like one


def _json(content: bytes, depth: int) -> Iterator[str]:
    """All strings of JSON data as one text, each on lines of its own, with what is encoded in it."""
    try:
        strings = list(_strings(json.loads(content)))
    except (ValueError, RecursionError):
        return  # not JSON
    yield from texts("\n".join(strings).encode("utf-8", "replace"), depth - 1)
    for one in strings:
        if depth > 1 and one.lstrip()[:1] in ("{", "[", '"'):  # JSON in JSON, beside other strings
            yield from _json(one.encode("utf-8", "replace"), depth - 1)


def _zipped(content: bytes, depth: int) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield archive.comment.decode("utf-8", "replace")
        for entry in archive.infolist():
            yield entry.filename
            try:
                if depth and entry.file_size <= MOST_BYTES:
                    yield from texts(archive.read(entry), depth - 1)
            except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError):
                continue  # damaged, or locked with a password: nobody reads it


def _read_otherwise(text: str, depth: int) -> Iterator[str]:
    """The text as a browser and as a program would show it, where that differs."""
    readings = {html.unescape(text), _ESCAPE.sub(lambda escape: chr(int(escape[0][2:], 16)), text)}
    for reading in sorted(readings - {text}):
        yield from texts(reading.encode("utf-8", "replace"), depth - 1)


def _encoded(content: bytes, depth: int) -> Iterator[str]:
    for match in _BASE64.finditer(content):
        run = b"".join(match[0].split()).rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        try:
            yield from texts(base64.b64decode(run + b"=" * (-len(run) % 4)), depth - 1)
        except binascii.Error:
            continue  # some other word of these letters
    if _PERCENT.search(content):
        yield from texts(urllib.parse.unquote_to_bytes(content), depth - 1)
    for match in _HEX.finditer(content):
        yield from texts(bytes.fromhex(match[0].decode()), depth - 1)


def _strings(data: Any) -> Iterator[str]:
    """Every string in JSON data; a list of them, as notebooks keep text, also joined."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from _strings(value)
    elif isinstance(data, list):
        if data and all(isinstance(one, str) for one in data):
            yield "".join(data)
        for one in data:
            yield from _strings(one)
