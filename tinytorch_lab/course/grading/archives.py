"""A zip read without trusting it: names are never used as paths, sizes are counted while reading, nothing is unpacked."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import IO, Any

from tinytorch_lab.course.grading import clock
from tinytorch_lab.course.grading.sent import ENTRY, FILE, MANIFEST, Left, Sent

MAX_FILE = 32 * 2**20
MAX_ENTRIES = 20_000
MAX_TOTAL = 4 * 2**30
MAX_PACKED = 4 * MAX_FILE
"""What a zip that a student packed may hold: all of it is kept, older versions too."""
_BROKEN = (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError)
"""What zipfile raises for a damaged, encrypted or otherwise unreadable archive (zlib.error is told apart below)."""


class Unreadable(Exception):
    """A zip or an entry of it that cannot be read; the message says why."""


def read_zip(
    packed: IO[bytes] | str, place: str, otherwise: datetime, said_by: str = FILE, *, nested: bool = True
) -> Iterator[Sent | Left]:
    """The notebooks in a zip, and in the zips in it (one level, unless told otherwise).

    ``place`` is its name for the reader; ``otherwise`` the time for entries that carry none, known from ``said_by``. In a zip
    that a student packed it is that of all: its own times say when files were written, not when they were sent.
    """
    try:
        with _problems(), zipfile.ZipFile(packed) as archive:
            if "manifest.json" in archive.namelist():
                yield _handed_in(archive, Sent(place, b"", otherwise, said_by))
            else:
                yield from _entries(archive, Sent(place, b"", otherwise, said_by), nested)
    except Unreadable as error:
        yield Left(place, f"the zip cannot be read ({error})")


def _entries(archive: zipfile.ZipFile, whole: Sent, nested: bool) -> Iterator[Sent | Left]:
    total, most = 0, MAX_TOTAL if nested else MAX_PACKED
    if len(archive.infolist()) > MAX_ENTRIES:
        raise Unreadable(f"it has more than {MAX_ENTRIES} entries")
    for entry in archive.infolist():
        where = f"{whole.place}/{entry.filename}"
        if entry.is_dir() or is_clutter(entry.filename):
            continue
        try:
            content = _read(archive, entry)
        except Unreadable as error:
            yield Left(where, str(error))
            continue
        total += len(content)
        if total > most:
            raise Unreadable(f"it holds more than {most / 2**20:.0f} MiB; the rest of it was not looked at")
        known = _entry_time(entry) if nested else None
        yield from read_file(where, content, known or whole.at, ENTRY if known else whole.clock, nested=nested)


def read_file(where: str, content: bytes, at: datetime, said_by: str, *, nested: bool = True) -> Iterator[Sent | Left]:
    """One file of an export: a notebook, or a zip that a student handed in."""
    kind = PurePosixPath(where).suffix.lower()
    if kind == ".ipynb":
        yield Sent(where, content, at, said_by)
    elif kind == ".zip" and nested:
        yield from read_zip(io.BytesIO(content), where, at, said_by, nested=False)
    else:
        yield Left(where, "it is neither a notebook nor a zip made by `tinytorch-lab submit`")


def is_clutter(name: str) -> bool:
    """Whether a file is one that systems leave beside others: hidden ones, and what macOS adds to a zip."""
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(name).parts)


def _handed_in(archive: zipfile.ZipFile, whole: Sent) -> Sent | Left:
    """What ``tinytorch-lab submit`` packed: the manifest names module, notebook and hash."""
    place = whole.place
    try:
        manifest = json.loads(_read(archive, archive.getinfo("manifest.json")))
        module, name, digest = (str(manifest[key]) for key in ("module", "notebook", "sha256"))
        content = _read(archive, archive.getinfo(f"{module}/{name}"))
    except (ValueError, KeyError, TypeError, Unreadable) as error:
        return Left(place, f"its manifest or what the manifest names is missing or damaged ({error})")
    if hashlib.sha256(content).hexdigest() != digest:
        return Left(place, "the notebook is not the one its manifest was made for (other SHA-256): ask for it again")
    return _dated(replace(whole, content=content, module=module), manifest)


def _dated(sent: Sent, manifest: dict[str, Any]) -> Sent:
    """With the manifest's time, unless that is none or lies in the future."""
    at = clock.parse(str(manifest.get("at", "")))
    if at is None or at > datetime.now(UTC):
        return replace(sent, remark="the time in its manifest is missing or in the future, so the zip's own was taken")
    return replace(sent, at=at, clock=MANIFEST)


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with _problems(), archive.open(entry) as file:
        content = file.read(MAX_FILE + 1)
    if len(content) > MAX_FILE:
        raise Unreadable(f"it is larger than {MAX_FILE / 2**20:.0f} MiB. Clear its outputs and try again.")
    return content


def _entry_time(entry: zipfile.ZipInfo) -> datetime | None:
    """The entry's time, which a zip keeps in the local time of where it was made; None if it has none (1980)."""
    try:
        at = datetime(*entry.date_time).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year > 1980 and at <= datetime.now(UTC) else None


@contextmanager
def _problems() -> Iterator[None]:
    """Turn what a damaged archive raises into Unreadable."""
    import zlib

    try:
        yield
    except (*_BROKEN, zlib.error) as error:
        raise Unreadable(str(error) or type(error).__name__) from None
