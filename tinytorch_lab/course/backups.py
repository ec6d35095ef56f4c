"""Dated copies of what is about to change, in the student folder's ``backups/``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tinytorch_lab.course.files import write_bytes_atomic


def back_up(folder: Path, file: Path, reason: str) -> Path | None:
    """Copy ``file`` to ``backups/DATE_TIME_MODULE_reason.ipynb``; None if there is nothing to copy."""
    if not file.exists():
        return None
    now = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    name = f"{now}_{file.parent.name}_{reason}"
    copy = folder / "backups" / f"{name}{file.suffix}"
    count = 1
    while copy.exists():
        count += 1
        copy = copy.with_name(f"{name}-{count}{file.suffix}")
    write_bytes_atomic(copy, file.read_bytes())
    return copy
