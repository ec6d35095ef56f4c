"""A new edition: what belongs to the old one goes on in a class folder of its own, where it can still be graded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

from tinytorch_lab.course.class_folder import ClassFolder
from tinytorch_lab.course.files import write_atomic
from tinytorch_lab.course.release import manifest
from tinytorch_lab.course.release.database import GRADEBOOK, copy_database
from tinytorch_lab.course.workspace import MARKER, VERSION

OF_A_STUDENT = ("submitted", "autograded", "feedback")
FILES = ("roster.csv", "grading.toml")


def archived(folder: ClassFolder, module: str, version: int, stage: Path) -> dict[Path, Path]:
    """The moves that archive the module's edition ``version`` as ``editions/NN_name-VERSION/``, a class folder.

    What the next edition needs too is copied, below ``stage``; what students handed in is moved, and never deleted.
    """
    target = _free(folder.root / "editions" / f"{module}-{version}")
    part = stage / "edition"
    for kind in ("source", "release", "modules"):
        if (folder.root / kind / module).is_dir():
            shutil.copytree(folder.root / kind / module, part / kind / module)
    for name in (*FILES, manifest.place(folder, module).relative_to(folder.root).as_posix()):
        if (folder.root / name).is_file():
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder.root / name, part / name)
    copy_database(folder.root / GRADEBOOK, part / GRADEBOOK)
    write_atomic(part / MARKER, json.dumps({"kind": "class", "version": VERSION}) + "\n")
    return {part: target} | {path: target / path.relative_to(folder.root) for path in _of_students(folder, module)}


def _free(wanted: Path) -> Path:
    """``wanted``, or the first of ``wanted-2``, ``wanted-3`` ... that is not there: an archive is never written over."""
    number, target = 1, wanted
    while target.exists():
        number += 1
        target = wanted.with_name(f"{wanted.name}-{number}")
    return target


def _of_students(folder: ClassFolder, module: str) -> Iterable[Path]:
    """Their folders, and the books of grading them."""
    places = [path for kind in OF_A_STUDENT for path in sorted((folder.root / kind).glob(f"*/{module}"))]
    return (path for path in [*places, folder.root / "grading" / module] if path.is_dir())
