"""A new edition: what belongs to the old one goes on in a class folder of its own, where it can still be graded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

from tinytorch_lab.course.class_folder import ClassFolder
from tinytorch_lab.course.files import write_atomic
from tinytorch_lab.course.release.stage import GRADEBOOK, copy_database
from tinytorch_lab.course.workspace import MARKER, VERSION

OF_A_STUDENT = ("submitted", "autograded", "feedback")


def archive(folder: ClassFolder, module: str, version: int) -> tuple[Path, ...]:
    """Copy all that the class has of the module's edition ``version`` to ``editions/NN_name-VERSION/``.

    Returns the students' folders that are safe there now and do not belong to the next edition.
    """
    target = folder.root / "editions" / f"{module}-{version}"
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    moved = tuple(_of_students(folder, module))
    for path in (*moved, *(folder.root / kind / module for kind in ("source", "release", "modules"))):
        if path.is_dir():
            shutil.copytree(path, part / path.relative_to(folder.root))
    for file in (folder.root / "roster.csv", folder.root / "grading.toml"):
        if file.is_file():
            shutil.copyfile(file, part / file.name)
    copy_database(folder.root / GRADEBOOK, part / GRADEBOOK)
    write_atomic(part / MARKER, json.dumps({"kind": "class", "version": VERSION}) + "\n")
    if not target.exists():
        part.rename(target)
    return moved


def _of_students(folder: ClassFolder, module: str) -> Iterable[Path]:
    """Their folders, and the books of grading them."""
    places = [path for kind in OF_A_STUDENT for path in sorted((folder.root / kind).glob(f"*/{module}"))]
    return (path for path in [*places, folder.root / "grading" / module] if path.is_dir())
