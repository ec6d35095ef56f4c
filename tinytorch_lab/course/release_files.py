"""A release as students get it: a folder or one zip, read without trusting it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tinytorch_lab.course.catalogue import MODULE_ID
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.notebooks import MAX_BYTES, parse_notebook


def read_release(origin: Path) -> dict[str, str]:
    """The notebooks in ``origin`` by module id: every ``NN_name/name.ipynb`` below a folder, or in a zip.

    Raises CourseError if there is none, or one that is no notebook; nothing is unpacked.
    """
    if not origin.exists():
        raise CourseError(f"There is nothing at {origin}.")
    texts: dict[str, str] = {}
    for name, content in _from_folder(origin) if origin.is_dir() else _from_zip(origin):
        place = PurePosixPath(name)
        module = place.parent.name
        if not MODULE_ID.fullmatch(module) or place.name != f"{module[3:]}.ipynb":
            continue
        try:
            texts[module] = content.decode("utf-8")
            parse_notebook(texts[module])
        except ValueError as error:
            raise CourseError(f"{origin}: {name} is not a readable notebook ({error}). Nothing was changed.") from None
    if not texts:
        raise CourseError(f"{origin} holds no released module: no NN_name/name.ipynb was found in it.")
    return texts


def _from_folder(origin: Path) -> Iterator[tuple[str, bytes]]:
    inside = (
        [origin]
        if MODULE_ID.fullmatch(origin.name)
        else sorted(path for path in origin.rglob("[0-9][0-9]_*") if path.is_dir())
    )
    for folder in inside:
        for file in sorted(folder.glob("*.ipynb")):
            yield f"{folder.name}/{file.name}", file.read_bytes()


def _from_zip(origin: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(origin) as archive:
            for entry in archive.infolist():
                if not entry.filename.endswith(".ipynb"):
                    continue
                if entry.file_size > MAX_BYTES:
                    raise CourseError(f"{origin}: {entry.filename} is larger than {MAX_BYTES / 2**20:.0f} MiB.")
                yield entry.filename, archive.read(entry)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise CourseError(f"{origin} is neither a folder nor a zip that can be read ({error}).") from None
