"""Who is in the class: ``roster.csv`` with a line for each student, and how the names in an LMS's files are found in it."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tinytorch_lab.course.errors import CourseError

STUDENT_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@+-]{0,126}")
"""Ids become names of folders, in ours and in nbgrader's layout."""
COLUMNS = ("id", "first_name", "last_name", "email")


@dataclass(frozen=True)
class Student:
    """One line of the roster. ``lms`` has the columns beside the four that we know, by name."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """First and last name; empty if the roster has none."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class Roster:
    """All students, in the file's order; none if there is no file: then every legal id is somebody."""

    students: tuple[Student, ...] = ()

    def by_id(self, word: str) -> Student | None:
        """The student with this id. Without a roster, whoever has a legal id."""
        if not self.students:
            return Student(word) if STUDENT_ID.fullmatch(word) else None
        return self._only(lambda student: student.id == word)

    def by_name(self, name: str) -> Student | None:
        """The only student of this name: "Ada Lovelace", "Lovelace, Ada" or "lovelaceada"; None if nobody or several."""
        wanted = _letters(name)
        return self._only(lambda student: wanted in (_letters(student.name), _letters(_last_first(student))))

    def by_number(self, column: str, number: str) -> Student | None:
        """The only student with this number in a column such as ``canvas_id``."""
        return self._only(lambda student: student.lms.get(column) == number)

    def _only(self, fits: Callable[[Student], bool]) -> Student | None:
        found = [student for student in self.students if fits(student)]
        return found[0] if len(found) == 1 else None


def read_roster(path: Path) -> Roster:
    """The roster at ``path``; an empty one if there is no such file. Raises CourseError with file and line if it is wrong."""
    if not path.exists():
        return Roster()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if "id" not in (rows.fieldnames or ()):
                raise CourseError(f"{path} has no column `id`. Its first line should read: {','.join(COLUMNS)}")
            students = tuple(_student(row, path, rows.line_num) for row in rows)
    except (UnicodeDecodeError, csv.Error) as error:
        raise CourseError(f"{path} cannot be read ({error}). Save it as CSV in UTF-8.") from None
    _check_unique(students, path)
    return Roster(students)


def _student(row: Mapping[str, str | None], path: Path, line: int) -> Student:
    values = {str(key): (value or "").strip() for key, value in row.items() if key is not None}
    if None in row:
        raise CourseError(f"{path}, line {line}: there are more fields than the first line names. Quote commas.")
    if not STUDENT_ID.fullmatch(values["id"]):
        raise CourseError(
            f"{path}, line {line}: the id {values['id']!r} cannot name a folder. Use letters, digits and . _ @ + - only."
        )
    lms = {key: value for key, value in values.items() if key not in COLUMNS}
    return Student(**{column: values.get(column, "") for column in COLUMNS}, lms=lms)


def _check_unique(students: tuple[Student, ...], path: Path) -> None:
    seen: set[str] = set()
    for student in students:
        if student.id.casefold() in seen:
            raise CourseError(
                f"{path}: the id {student.id} stands there twice. Ids that differ in case only count as one."
            )
        seen.add(student.id.casefold())


def _last_first(student: Student) -> str:
    return student.last_name + student.first_name


def _letters(name: str) -> str:
    """The name's letters and digits, as an LMS compares them: without case, spaces and punctuation."""
    return "".join(mark for mark in unicodedata.normalize("NFKC", name).casefold() if mark.isalnum())
