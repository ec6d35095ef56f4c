"""Puts what was staged in place: each file in one step, all of them or, after a crash, the rest of them later.

Before the first file moves, a journal names them all. Whoever comes next finishes what it names, so that gradebook, source
and release always belong together. Each single file is the old one or the new one at every moment.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from tinytorch_lab.course.class_folder import ClassFolder
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.files import write_atomic, write_bytes_atomic
from tinytorch_lab.course.release.stage import stages


def publish(folder: ClassFolder, moves: Mapping[Path, Path], gone: Iterable[Path] = ()) -> None:
    """Move each staged file onto its target, then delete the folders ``gone`` (archived before).

    An OSError before the journal stands leaves everything as it was.
    """
    for staged, target in moves.items():
        _sync(staged)
        target.parent.mkdir(parents=True, exist_ok=True)
    plan = {
        "move": [[str(staged), str(target)] for staged, target in moves.items()],
        "gone": [str(path) for path in gone],
    }
    write_atomic(_journal(folder), json.dumps(plan))
    recover(folder)


def recover(folder: ClassFolder) -> None:
    """Finish a release that a crash interrupted, and clear what older ones left. To be called with the folder's lock held."""
    journal = _journal(folder)
    if journal.exists():
        moves, gone = _read(journal)
        for staged, target in moves:
            if staged.exists():
                _move(staged, target)
        for path in gone:
            shutil.rmtree(path, ignore_errors=True)
        journal.unlink()
    for left in stages(folder).glob("*"):
        shutil.rmtree(left, ignore_errors=True)


def _read(journal: Path) -> tuple[list[tuple[Path, Path]], list[Path]]:
    try:
        plan = json.loads(journal.read_text(encoding="utf-8"))
        return [(Path(staged), Path(target)) for staged, target in plan["move"]], [Path(path) for path in plan["gone"]]
    except (ValueError, TypeError, KeyError):
        raise CourseError(
            f"{journal} is damaged. Delete it and release the module again; nothing was changed."
        ) from None


def _move(staged: Path, target: Path) -> None:
    try:
        staged.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        write_bytes_atomic(target, staged.read_bytes())  # another disk, an exchange say


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _journal(folder: ClassFolder) -> Path:
    return folder.root / ".tinytorch-lab" / "publishing.json"
