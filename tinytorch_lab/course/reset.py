"""Begin a module anew: the notebook as it was given, with a dated copy of what stood there."""

from __future__ import annotations

from pathlib import Path

from tinytorch_lab.course.backups import back_up
from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.given import give
from tinytorch_lab.course.lock import folder_lock
from tinytorch_lab.course.workspace import Folder


def reset(folder: Folder, module: Module) -> Path | None:
    """Write the module's notebook anew; returns the copy of the old one, None if there was none.

    The student's library file, if the module was completed, stays in use.
    """
    with folder_lock(folder.path):
        backup = back_up(folder.path, folder.path / module.notebook, "before-reset")
        give(folder.path, module)
    return backup
