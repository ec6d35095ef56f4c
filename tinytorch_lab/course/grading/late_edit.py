"""Changes of ``grading.toml`` from the panel: one value at a time, and all else stays as the instructor wrote it.

The file is read anew for every change, so that what was written by hand meanwhile stays. The new text has to pass the checks of
late.py and to say nothing else that is new before it takes the old one's place.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.files import write_bytes_atomic
from tinytorch_lab.course.grading import tasks
from tinytorch_lab.course.grading.late import VERSION, LatePolicy, parse_policy
from tinytorch_lab.course.grading.model import ClassPaths
from tinytorch_lab.course.grading.place import catalogue_of
from tinytorch_lab.course.grading.roster import read_roster
from tinytorch_lab.course.grading.toml_edit import Edits, Value, edited
from tinytorch_lab.course.lock import folder_lock

Check = Callable[[LatePolicy], None]
"""Raises CourseError if the policy of now does not allow the change."""

YEARS = range(2000, 9999)
"""Another year is a slip of the finger: 0026 for 2026."""


def read_time(text: str) -> datetime:
    """The time that ``text`` says, with its distance from UTC. Raises CourseError if it says none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = datetime.min
    if at.tzinfo is None or at.year not in YEARS:
        raise CourseError(
            f"{text!r} is no time that work can be due. Give date, time and distance from UTC: 2026-12-01T23:59:00+01:00"
        )
    return at


def change_policy(paths: ClassPaths, module: str, changes: Mapping[str, Value]) -> None:
    """Set ``due`` of the module, ``percent_per_day`` or ``cap_percent``: those of them that ``changes`` names.

    Raises CourseError if the module is not the class's, or the file would be wrong then; it stays as it was.
    """
    _check_module(paths, module)
    edits: Edits = {("due", module) if name == "due" else ("late", name): value for name, value in changes.items()}

    def check(policy: LatePolicy) -> None:
        if "due" in changes:
            _check_due(policy, module, changes["due"])

    _rewrite(paths, edits, check)


def extend(paths: ClassPaths, module: str, student: str, until: datetime | None) -> None:
    """Give the student until ``until`` for the module; None takes the extension away.

    Raises CourseError if there is nobody of this id, the module has no due date, or the time is before it.
    """
    _check_module(paths, module)
    if until is not None:
        _check_student(paths, module, student)

    def check(policy: LatePolicy) -> None:
        if until is not None:
            _check_until(policy, module, student, until)

    _rewrite(paths, {("extensions", student, module): until}, check)


def _check_module(paths: ClassPaths, module: str) -> None:
    modules = [one.id for one in catalogue_of(paths).modules]
    if module not in modules:
        raise CourseError(f"The class has no module {module!r}; it has {', '.join(modules)}. Nothing was changed.")


def _check_student(paths: ClassPaths, module: str, student: str) -> None:
    known = read_roster(paths.root / "roster.csv").by_id(student) or student in tasks.students_of(paths, module)
    if not known:
        raise CourseError(
            f"{student} is not in {paths.root / 'roster.csv'} and handed in nothing for {module}, so nothing was "
            "changed. Add a line for them there."
        )


def _check_due(policy: LatePolicy, module: str, due: Value) -> None:
    """A due date moves only as far as the extensions reach: who has one shall not be worse off than the others."""
    assert due is None or isinstance(due, datetime)
    early = [
        student for (student, one), until in policy.extensions.items() if one == module and (due is None or until < due)
    ]
    if early:
        what = f"without a due date for {module} there is nothing to extend" if due is None else "that is earlier"
        raise CourseError(
            f"{', '.join(early)}: extended, and {what}. Change these extensions or take them away first. "
            "Nothing was changed."
        )


def _check_until(policy: LatePolicy, module: str, student: str, until: datetime) -> None:
    due = policy.due.get(module)
    if due is None:
        raise CourseError(f"{module} has no due date, so there is nothing to extend for {student}. Set it first.")
    if until < due:
        raise CourseError(
            f"{until.isoformat()} is before {module} is due ({due.astimezone(until.tzinfo).isoformat()}). "
            f"Give {student} a later time. Nothing was changed."
        )


def _rewrite(paths: ClassPaths, edits: Edits, check: Check) -> None:
    file = paths.root / "grading.toml"
    (paths.root / "grading").mkdir(exist_ok=True)
    with folder_lock(paths.root / "grading"):
        old = file.read_bytes() if file.exists() else f"version = {VERSION}\n".encode()
        check(parse_policy(old, file))
        new = edited(old, edits, file)
        _check_new(new, file)
        if file.exists() and not file.stat().st_mode & stat.S_IWUSR:
            raise CourseError(f"{file} is read-only, so nothing was changed. Make it writable, or edit it by hand.")
        write_bytes_atomic(file, new)


def _check_new(content: bytes, file: Path) -> None:
    try:
        parse_policy(content, file)
    except CourseError as error:
        raise CourseError(f"This was not written, and nothing was changed: {error}") from None
