"""Grades as CSV for an LMS, with names or without."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta

from tinytorch_lab.course.files import write_atomic
from tinytorch_lab.course.grading.csv_text import csv_text, number
from tinytorch_lab.course.grading.grades import Grade, Row
from tinytorch_lab.course.grading.model import ClassPaths
from tinytorch_lab.course.grading.roster import Student

COLUMNS = ("score", "max", "percent", "state", "reason", "late", "before_penalty")


def grades_csv(rows: Sequence[Row], modules: Sequence[str]) -> str:
    """A line a student: who it is, the roster's other columns, and seven columns for each module."""
    lms = sorted({column for row in rows for column in row.student.lms})
    head = ["id", "last_name", "first_name", "email", *lms, *_columns(modules)]
    return csv_text([head, *([*_named(row.student, lms), *_fields(row)] for row in rows)])


def anonymous_csv(rows: Sequence[Row], modules: Sequence[str], pseudonym: Callable[[str], str]) -> str:
    """The same without names, ids and addresses, in an order that tells nothing either."""
    lines = sorted([pseudonym(row.student.id), *_fields(row)] for row in rows)
    return csv_text([["student", *_columns(modules)], *lines])


def pseudonyms(paths: ClassPaths) -> Callable[[str], str]:
    """The same pseudonym for the same student in every export; without the class's key nobody can work out whose it is."""
    file = paths.root / "grading" / "pseudonyms.key"
    if not file.exists():
        write_atomic(file, secrets.token_hex(32) + "\n")
    key = file.read_bytes().strip()
    return lambda student: "s" + hmac.new(key, student.encode("utf-8"), hashlib.sha256).hexdigest()[:10]


def in_words(late_by: timedelta) -> str:
    """``1 d 02:30``, hours and minutes; empty if it is in time."""
    minutes = -(-late_by // timedelta(minutes=1))
    days, rest = divmod(minutes, 24 * 60)
    return f"{f'{days} d ' if days else ''}{rest // 60:02}:{rest % 60:02}" if minutes else ""


def _columns(modules: Sequence[str]) -> list[str]:
    return [f"{module} {column}" for module in modules for column in COLUMNS]


def _named(student: Student, lms: Sequence[str]) -> list[str]:
    own = [student.id, student.last_name, student.first_name, student.email]
    return own + [student.lms.get(column, "") for column in lms]


def _fields(row: Row) -> list[str]:
    return [field for grade in row.grades for field in _grade_fields(grade)]


def _grade_fields(grade: Grade) -> list[str]:
    figures = [number(grade.score), number(grade.max_score), number(grade.percent)]
    return [*figures, grade.state, grade.reason, in_words(grade.late_by), number(grade.earned)]
