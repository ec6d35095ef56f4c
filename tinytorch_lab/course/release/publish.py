"""Puts what was staged in place: each thing in one step, all of them or, after a crash, the rest of them later.

Before the first moves, a journal names them all. Whoever comes next finishes what it names, so that gradebook, source
and release always belong together. Each single file is the old one or the new one at every moment; nothing is deleted.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from tinytorch_lab.course.class_folder import JOURNAL, ClassFolder
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.files import write_atomic, write_bytes_atomic
from tinytorch_lab.course.release.database import GRADEBOOK, copy_database
from tinytorch_lab.course.release.stage import stages


def publish(folder: ClassFolder, moves: Mapping[Path, Path]) -> None:
    """Move each staged file or folder onto its target. An error before the journal stands leaves everything as it was."""
    for staged, target in moves.items():
        _check(target)
        if staged.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
        if staged.is_relative_to(stages(folder)):  # what is only moved was written long ago
            _sync(staged)
    write_atomic(folder.root / JOURNAL, json.dumps([[_named(folder, one) for one in move] for move in moves.items()]))
    recover(folder)


def recover(folder: ClassFolder) -> None:
    """Finish a release that a crash interrupted, and clear what older ones left. To be called with the folder's lock held."""
    journal = folder.root / JOURNAL
    if journal.exists():
        for staged, target in _read(folder, journal):
            if staged.exists():
                _finish(staged, target)
        journal.unlink()
    for left in stages(folder).glob("*"):
        shutil.rmtree(left, ignore_errors=True)


def _check(target: Path) -> None:
    """What would stop us in the middle is found before the beginning."""
    if target.is_dir():
        raise CourseError(f"{target} is a folder, but a file of that name is to be written. Move it away.")
    above = next(path for path in target.parents if path.exists() or path.is_symlink())
    if not above.is_dir():
        raise CourseError(f"{above} is no folder, but {target} is to be written below it. Move it away.")
    if not os.access(above, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(above))


def _named(folder: ClassFolder, path: Path) -> str:
    """Relative to the class folder, which may be moved or copied; what lies outside of it, as it is."""
    return path.relative_to(folder.root).as_posix() if path.is_relative_to(folder.root) else str(path)


def _read(folder: ClassFolder, journal: Path) -> list[tuple[Path, Path]]:
    try:
        moves = json.loads(journal.read_text(encoding="utf-8"))
        return [(folder.root / staged, folder.root / target) for staged, target in moves]
    except (ValueError, TypeError):
        raise CourseError(f"{journal} is damaged. Delete it and release the module again.") from None


def _finish(staged: Path, target: Path) -> None:
    try:
        _move(staged, target)
    except OSError as error:
        raise CourseError(
            f"{target} cannot be written ({error.strerror or error}): another program has it open, or the disk is full. "
            "Mend that and try again: the rest of the release is done then."
        ) from None


def _move(staged: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if staged.name == target.name == GRADEBOOK and target.exists():
        copy_database(staged, target)
        staged.unlink()
    elif staged.is_dir():
        if not target.exists():
            _move_folder(staged, target)
    else:
        _replace(staged, target)


def _move_folder(staged: Path, target: Path) -> None:
    try:
        staged.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        part = target.with_name(f".{target.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(staged, part)
        part.rename(target)
        shutil.rmtree(staged)


def _replace(staged: Path, target: Path) -> None:
    try:
        staged.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        write_bytes_atomic(target, staged.read_bytes())  # another disk, an exchange say
        staged.unlink()


def _sync(path: Path) -> None:
    for file in [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]:
        handle = os.open(file, os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
