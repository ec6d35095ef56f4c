"""nbgrader's exchange: what students handed in with ``nbgrader submit``, read without running nbgrader."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading import clock
from tinytorch_lab.course.grading.export_files import read_own
from tinytorch_lab.course.grading.sent import EXCHANGE, FILE, Left, Sent
from tinytorch_lab.course.release.exchange import Exchange

SECRET = "submission_secret.txt"


def read_exchange(exchange: Exchange) -> Iterator[Sent | Left]:
    """All that lies in the course's ``inbound`` folder. Raises CourseError if there is no such folder."""
    inbound = exchange.inbound
    if not inbound.is_dir():
        raise CourseError(
            f"There is no exchange at {inbound}: nothing was released through nbgrader yet. "
            "Files of an LMS are collected with: tinytorch-lab collect --from FOLDER|ZIP"
        )
    return (one for folder in sorted(inbound.iterdir()) if (one := _submission(folder)) is not None)


def _submission(folder: Path) -> Sent | Left | None:
    """``STUDENT+NN_name+TIME[+random]/name.ipynb``; None for what is no submission's folder."""
    parts = folder.name.rsplit("+", 3)
    if len(parts) < 3:
        return None
    student, module = parts[0], parts[1]
    if folder.is_symlink() or not folder.is_dir():
        return Left(folder.name, "it is no ordinary folder")
    notebook = folder / f"{module[3:]}.ipynb"
    content = read_own(notebook)
    if isinstance(content, str):
        return Left(f"{folder.name}/{notebook.name}", content)
    at = clock.parse(parts[2])
    secret = read_own(folder / SECRET)
    return Sent(
        folder.name, content, at or clock.file_time(notebook), EXCHANGE if at else FILE, module, student,
        secret if isinstance(secret, bytes) else None, _whose(folder, student),
    )  # fmt: skip


def _whose(folder: Path, student: str) -> str:
    """A remark if the system's user who owns the folder is another one: on a shared machine anybody can write there."""
    if sys.platform == "win32":
        return ""
    import pwd

    try:
        owner = pwd.getpwuid(folder.stat().st_uid).pw_name
    except KeyError:
        owner = "unknown"
    return "" if owner == student else f"it says it comes from {student}, but {owner} owns it"
