"""``grading.toml`` in the class folder: due dates, extensions, what a late day costs, and how long a cell may run.

    version = 1
    [due]
    01_tensor = 2026-12-01T23:59:00+01:00
    [late]
    percent_per_day = 10
    cap_percent = 50
    [extensions.ada]
    01_tensor = 2026-12-04T23:59:00+01:00
    [limits]
    cell_cpu_s = 20

A day that has begun counts. The penalty is that percentage of the points which the work earned, and never more than the cap.
The panel changes the file with late_edit.py.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tinytorch_lab.course.catalogue import MODULE_ID
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading.model import Limits

VERSION = 1
DAY = timedelta(days=1)


@dataclass(frozen=True)
class LatePolicy:
    """Due dates by module, extended ones by student and module (both UTC), and what lateness costs."""

    due: Mapping[str, datetime] = field(default_factory=dict)
    extensions: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    percent_per_day: float = 0.0
    cap_percent: float = 100.0
    limits: Limits = field(default_factory=Limits)

    def due_for(self, student: str, module: str) -> datetime | None:
        """When the student's work is due; None if the module has no date."""
        return self.extensions.get((student, module), self.due.get(module))

    def extension(self, student: str, module: str) -> timedelta | None:
        """How much later than the others, as nbgrader keeps it."""
        extended, due = self.extensions.get((student, module)), self.due.get(module)
        return extended - due if extended and due else None

    def late_by(self, student: str, module: str, at: datetime) -> timedelta:
        """By how much work handed in ``at`` is late; zero if it is in time."""
        due = self.due_for(student, module)
        return max(at - due, timedelta()) if due else timedelta()

    def penalty(self, score: float, late_by: timedelta) -> float:
        """Points that lateness costs of ``score`` points."""
        percent = min(math.ceil(late_by / DAY) * self.percent_per_day, self.cap_percent)
        return score * percent / 100


def read_policy(path: Path) -> LatePolicy:
    """The policy at ``path``; without the file nothing is ever late. Raises CourseError with the place if it is wrong."""
    try:
        return parse_policy(path.read_bytes(), path)
    except FileNotFoundError:
        return LatePolicy()


def parse_policy(content: bytes, path: Path) -> LatePolicy:
    """The policy that ``content`` says; ``path`` is for the sentence of the CourseError if it is wrong."""
    try:
        table = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} is not valid TOML: {error}. Mend that place; nothing was changed.") from None
    if table.get("version") != VERSION:
        raise CourseError(f"{path}: version is {table.get('version')!r}; write `version = {VERSION}` on top of it.")
    if unknown := set(table) - {"version", "due", "late", "extensions", "limits"}:
        raise CourseError(f"{path} has {_in_words(unknown)}; it may have the tables due, late, extensions and limits.")
    due = _dates(_table(table, "due", path), f"{path}: [due]")
    limits = _limits(_table(table, "limits", path), path)
    return LatePolicy(due, _extensions(table, due, path), **_late(_table(table, "late", path), path), limits=limits)


def _table(table: Mapping[str, Any], name: str, path: Path) -> Mapping[str, Any]:
    value = table.get(name, {})
    if not isinstance(value, dict):
        raise CourseError(f"{path}: `{name}` is {value!r}; it should be a table, [{name}].")
    return value


def _dates(rows: Mapping[str, Any], place: str) -> dict[str, datetime]:
    dates = {}
    for module, at in rows.items():
        if not MODULE_ID.fullmatch(module):
            raise CourseError(f"{place} names {module!r}, which is no module; they are named like 01_tensor.")
        if not isinstance(at, datetime) or at.tzinfo is None:
            raise CourseError(
                f"{place}: {module} is due {at!s}; write date, time and distance from UTC: 2026-12-01T23:59:00+01:00"
            )
        dates[module] = at.astimezone(UTC)
    return dates


def _extensions(table: Mapping[str, Any], due: Mapping[str, datetime], path: Path) -> dict[tuple[str, str], datetime]:
    found = {}
    students = _table(table, "extensions", path)
    for student in students:
        for module, at in _dates(_table(students, student, path), f"{path}: [extensions.{student}]").items():
            if module not in due:
                raise CourseError(f"{path}: {student} has an extension for {module}, which has no date in [due].")
            if at < due[module]:
                raise CourseError(f"{path}: the extension of {student} for {module} ends before the module is due.")
            found[student, module] = at
    return found


def _late(rows: Mapping[str, Any], path: Path) -> dict[str, float]:
    for name, value in rows.items():
        if name not in ("percent_per_day", "cap_percent"):
            raise CourseError(f"{path}: [late] has {name!r}; it may have percent_per_day and cap_percent.")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
            raise CourseError(f"{path}: {name} is {value!r}; it should be a number from 0 to 100.")
    return {name: float(value) for name, value in rows.items()}


def _limits(rows: Mapping[str, Any], path: Path) -> Limits:
    """The limits of a submission; the clock's is a backstop, that many times as much."""
    seconds = rows.get("cell_cpu_s", Limits().cell_cpu_s)
    if set(rows) - {"cell_cpu_s"}:
        raise CourseError(f"{path}: [limits] has {_in_words(set(rows) - {'cell_cpu_s'})}; it may have cell_cpu_s.")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 1 <= seconds <= 3600:
        raise CourseError(f"{path}: cell_cpu_s is {seconds!r}; it should be a number of seconds from 1 to 3600.")
    times = Limits().cell_wall_s / Limits().cell_cpu_s
    return Limits(cell_cpu_s=float(seconds), cell_wall_s=float(seconds) * times)


def _in_words(names: set[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names))
