"""A class folder: the lessons of an instructor, and all that is made from them."""

from __future__ import annotations

import json
import re
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tinytorch_lab.course.catalogue import MODULE_ID, Catalogue, Module, load_catalogue
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.files import write_atomic
from tinytorch_lab.course.lock import folder_lock
from tinytorch_lab.course.workspace import MARKER, VERSION, read_marker

OWN_LIST = Path("modules") / "course.toml"
JOURNAL = Path(".tinytorch-lab") / "publishing.json"
"""While it is there, a release was interrupted in the middle of being published."""
COPIED = ("*_dev.py", "README.md", "equivalents.toml")
"""What a class folder takes over of a lesson: never a generated notebook."""


@dataclass(frozen=True)
class ClassFolder:
    """The class folder at ``root``. Its modules are those of ``modules/course.toml``; without one, all that lie there."""

    root: Path

    @cached_property
    def catalogue(self) -> Catalogue:
        """The class's own selection and order."""
        own = self.root / OWN_LIST
        if own.exists():
            return load_catalogue(own)
        return Catalogue(("Modules",), tuple(_unlisted(folder) for folder in self._folders()))

    def find(self, word: str) -> Module:
        """The module that ``word`` means. Raises CourseError if there is none, or its author's file is missing."""
        if not self.catalogue.modules:
            raise CourseError(f"{self.root / 'modules'} holds no module: write modules/NN_name/name_dev.py first.")
        if word not in {module.id for module in self.catalogue.modules}:
            self._explain(word)
        module = self.catalogue.find(word)
        if not (self.root / module.source).is_file():
            raise CourseError(f"{module.id} has no lesson: {self.root / module.source} is missing.")
        return module

    def _explain(self, word: str) -> None:
        """Say why a folder that is there is no module of the class."""
        if not word or Path(word).name != word or not (self.root / "modules" / word).is_dir():
            return
        if not MODULE_ID.fullmatch(word):
            raise CourseError(
                f"R1: modules/{word} is no name of a module. Name it 01_name: two digits, then small letters, digits and _."
            )
        raise CourseError(f"{word} is not in {self.root / OWN_LIST}. Add a [[module]] for it there.")

    def _folders(self) -> list[Path]:
        found = [path for path in sorted((self.root / "modules").glob("[0-9][0-9]_*")) if path.is_dir()]
        return [path for path in found if MODULE_ID.fullmatch(path.name)]


def _unlisted(folder: Path) -> Module:
    """A module that no course.toml describes."""
    return Module(folder.name, "", folder.name[3:].replace("_", " ").capitalize(), "Modules", (), "", (), 0)


def open_class(path: Path) -> ClassFolder:
    """The class folder at ``path``: one with the marker of a class, or one that just holds ``modules/``.

    Raises CourseError if it is neither, or a student's.
    """
    if (path / MARKER).is_file():
        read_marker(path).require("class")
    elif not (path / "modules").is_dir():
        raise CourseError(
            f"{path} is no class folder: it has no modules/. Make one: tinytorch-lab new --class DIR --from SOURCE"
        )
    return _whole(ClassFolder(path.resolve()))


def _whole(folder: ClassFolder) -> ClassFolder:
    """The folder, after the rest of a release that was interrupted while it was published is done."""
    if (folder.root / JOURNAL).exists():
        from tinytorch_lab.course.release.publish import recover

        with folder_lock(folder.root):
            recover(folder)
    return folder


def find_class(start: Path) -> ClassFolder:
    """The class folder around ``start``. Raises CourseError if there is none."""
    for path in (start, *start.parents):
        if (path / MARKER).is_file() and read_marker(path).kind == "class":
            return open_class(path)
    return open_class(start)


def new_class_folder(path: Path, origin: Path) -> list[Path]:
    """Make a class folder at ``path`` with the lessons of ``origin``, a checkout or an sdist; returns the files written.

    Raises CourseError if ``origin`` holds no lessons, or if ``path`` holds something.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise CourseError(f"{path} is not empty. Name a new folder; nothing was changed.")
    with _opened(origin) as source:
        if not (source / OWN_LIST).is_file():
            raise CourseError(
                f"{origin} holds no lessons (modules/course.toml). Give the folder of a checkout, or its sdist (.tar.gz)."
            )
        wanted = [source / OWN_LIST, *(file for kind in COPIED for file in sorted(source.glob(f"modules/*/{kind}")))]
        written = [_copied(file, path / file.relative_to(source)) for file in wanted]
    write_atomic(path / MARKER, json.dumps({"kind": "class", "version": VERSION}) + "\n")
    return [*written, path / MARKER]


def _copied(file: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)
    return target


@contextmanager
def _opened(origin: Path) -> Iterator[Path]:
    """``origin`` as a folder: itself, or the one that a ``.tar.gz`` holds."""
    if not re.search(r"\.(tar\.gz|tgz)$", origin.name):
        yield origin
        return
    with tempfile.TemporaryDirectory() as place:
        try:
            with tarfile.open(origin) as archive:
                archive.extractall(place, filter="data")
        except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
            raise CourseError(f"{origin} is no archive that can be read ({error}).") from None
        yield next((path for path in Path(place).iterdir() if path.is_dir()), Path(place))
