"""New versions of lessons into a student's folder: merged, backed up, reported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tinytorch_lab.course import offered
from tinytorch_lab.course.backups import back_up
from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.given import base_of, fingerprint, version_of, write_version
from tinytorch_lab.course.lock import folder_lock
from tinytorch_lab.course.merge import Merged, merge
from tinytorch_lab.course.notebooks import parse_notebook, peek, read_notebook
from tinytorch_lab.course.workspace import Folder


@dataclass(frozen=True)
class Update:
    """What was done to one module: ``sentence`` says it, ``backup`` is the copy of what stood there before."""

    module: str
    sentence: str
    merged: Merged | None = None
    backup: Path | None = None


def update(folder: Folder, modules: tuple[Module, ...]) -> list[Update]:
    """Bring the modules' notebooks to what the folder offers: the instructor's release, else this version.

    A module that cannot be merged (a damaged notebook) is left as it is, with the reason in its sentence.
    """
    with folder_lock(folder.path):
        return [_update(folder.path, module) for module in modules]


def update_from(folder: Folder, texts: dict[str, str]) -> list[Update]:
    """Bring what a release holds into the folder, modules that only it knows too; from then on it is what the folder offers."""
    with folder_lock(folder.path):
        offered.keep(folder.path, texts)
    return update(folder, tuple(module for module in offered.offered(folder.path).modules if module.id in texts))


def available(folder: Folder, module: Module) -> bool:
    """Whether this version has another notebook for the module than the folder was given."""
    if not offered.has_text(folder.path, module) or not (folder.path / module.notebook).exists():
        return False
    try:
        return version_of(peek(folder.path / module.notebook)) != fingerprint(offered.text(folder.path, module))
    except CourseError:
        return False


def _update(folder: Path, module: Module) -> Update:
    notebook = folder / module.notebook
    try:
        text = offered.text(folder, module)
        new = parse_notebook(text)
        if not notebook.exists():
            write_version(folder, module, new, text)
            return Update(module.id, "new in your folder")
        mine = read_notebook(notebook)
    except (CourseError, ValueError) as error:
        return Update(module.id, f"left as it is: {error}")
    if version_of(mine) == fingerprint(text):
        return Update(module.id, "nothing new")
    merged = merge(base_of(folder, module, mine), mine, new)
    backup = None if merged.is_empty else back_up(folder, notebook, "before-update")
    write_version(folder, module, merged.notebook, text)
    return Update(module.id, in_words(merged), merged, backup)


def in_words(merged: Merged) -> str:
    """What a merge did, as one line."""
    parts = [
        f"{len(names)} {verb} ({', '.join(names)})"
        for names, verb in (
            (merged.updated, "brought up to date"),
            (merged.added, "new"),
            (merged.dropped, "taken out"),
            (merged.kept, "changed by you and by the course: yours stands"),
        )
        if names
    ]
    return "cells: " + "; ".join(parts) if parts else "nothing new in the cells"
