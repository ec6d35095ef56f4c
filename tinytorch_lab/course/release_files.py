"""A release as students get it: a folder or one zip, read without trusting it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from tinytorch_lab.course.catalogue import MODULE_ID
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.notebooks import MAX_BYTES, parse_notebook

UPLOAD_BYTES = 32 * 2**20


def read_release(origin: Path) -> dict[str, str]:
    """The notebooks in ``origin`` by module id: every ``NN_name/name.ipynb`` below a folder, or in a zip.

    Raises CourseError if there is none, or one that is no notebook; nothing is unpacked.
    """
    if not origin.exists():
        raise CourseError(f"There is nothing at {origin}.")
    return _texts(_from_folder(origin) if origin.is_dir() else _from_zip(origin, str(origin)), str(origin))


def read_zip(content: bytes, name: str) -> dict[str, str]:
    """``read_release`` of a zip that came without a place; ``name`` stands for it in messages."""
    if len(content) > UPLOAD_BYTES:
        raise CourseError(f"{name} has {len(content) / 2**20:.0f} MiB; a release has at most {UPLOAD_BYTES // 2**20}.")
    return _texts(_from_zip(io.BytesIO(content), name), name)


def wanted(texts: dict[str, str], words: Iterable[str], origin: Path) -> dict[str, str]:
    """Those of ``texts`` that the words name (number, id or name), all of them without words. Raises CourseError for others."""
    chosen: dict[str, str] = {}
    for word in words:
        found = [module for module in texts if word in (module, module[:2], module[3:])]
        if not found:
            raise CourseError(f"{origin} does not hold {word}; it holds {', '.join(sorted(texts))}.")
        chosen |= {module: texts[module] for module in found}
    return chosen or texts


def _texts(files: Iterable[tuple[str, bytes]], origin: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, content in files:
        try:
            text = content.decode("utf-8")
            parse_notebook(text)
        except ValueError as error:
            raise CourseError(f"{origin}: {name} is not a readable notebook ({error}). Nothing was changed.") from None
        texts[PurePosixPath(name).parent.name] = text
    if not texts:
        raise CourseError(f"{origin} holds no released module: no NN_name/name.ipynb was found in it.")
    return texts


def _is_released(name: str) -> bool:
    place = PurePosixPath(name)
    module = place.parent.name
    return bool(MODULE_ID.fullmatch(module)) and place.name == f"{module[3:]}.ipynb"


def _from_folder(origin: Path) -> Iterator[tuple[str, bytes]]:
    inside = (
        [origin]
        if MODULE_ID.fullmatch(origin.name)
        else sorted(path for path in origin.rglob("[0-9][0-9]_*") if path.is_dir())
    )
    for folder in inside:
        for file in sorted(folder.glob("*.ipynb")):
            if _is_released(f"{folder.name}/{file.name}"):
                yield f"{folder.name}/{file.name}", file.read_bytes()


def _from_zip(file: Path | IO[bytes], origin: str) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if _is_released(entry.filename)]
            size = sum(entry.file_size for entry in entries)
            if size > MAX_BYTES:
                raise CourseError(
                    f"{origin}: its notebooks have {size / 2**20:.0f} MiB; a release has at most {MAX_BYTES // 2**20}."
                )
            for entry in entries:
                yield entry.filename, archive.read(entry)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise CourseError(f"{origin} is neither a folder nor a zip that can be read ({error}).") from None
