"""Whose file is it, and of which module? Read from the names that Moodle, Canvas and plain folders give; never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from tinytorch_lab.course.catalogue import MODULE_ID, Catalogue
from tinytorch_lab.course.grading.roster import Roster, Student
from tinytorch_lab.course.grading.sent import Sent

MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_file_?(?P<file>.*)")
CANVAS = re.compile(r"(?P<name>[^_]+)_(?:LATE_)?(?P<number>\d+)_\d+_(?P<file>.+)")
_AGAIN = re.compile(r"(-\d+| ?\(\d+\))$")  # what an LMS or a browser adds to the name of a second file

WHICH_MODULE = (
    "which module is it? The file should have the lesson's name (tensor.ipynb) or lie in NN_name/. If it is the student's "
    "only one and the export is of one module, name that: tinytorch-lab collect NN --from ..."
)


@dataclass(frozen=True)
class Claim:
    """Whose it is and which module; ``why`` is the reason where one of them is not known (the student may be, then)."""

    student: str = ""
    module: str = ""
    why: str = ""


def claim(sent: Sent, roster: Roster, catalogue: Catalogue) -> Claim:
    """What is known about ``sent``."""
    place = PurePosixPath(sent.place)
    student = _student(place, sent, roster)
    if isinstance(student, str):
        return Claim(why=student)
    module = sent.module or _module(place, catalogue)
    if module is None:
        return Claim(student.id, why=WHICH_MODULE)
    if not MODULE_ID.fullmatch(module) or module not in {one.id for one in catalogue.modules}:
        return Claim(why=f"there is no module {module!r} in this course")
    return Claim(student.id, module)


def _student(place: PurePosixPath, sent: Sent, roster: Roster) -> Student | str:
    """The student, or why it is not known who. What is further outside counts: a student can name what lies within."""
    if sent.student is not None:
        return roster.by_id(sent.student) or f"{sent.student!r} is not in roster.csv"
    parts = _given_by_lms(place)
    for number, part in enumerate(parts, 1):
        for pattern, column in ((MOODLE, "moodle_id"), (CANVAS, "canvas_id")):
            if named := pattern.fullmatch(part):
                return _from_lms(named, column, roster)
        if number < len(parts) and roster.students and (found := roster.by_id(part)):
            return found
    return _from_folder(parts, roster)


def _given_by_lms(place: PurePosixPath) -> tuple[str, ...]:
    """The parts of the place within the export, down to a zip: its names are those of the student who packed it."""
    parts = place.parts[1:] or place.parts  # the first is the name of the export itself, which is nobody's
    packed = next((number for number, part in enumerate(parts, 1) if part.lower().endswith(".zip")), len(parts))
    return parts[:packed]


def _from_lms(named: re.Match[str], column: str, roster: Roster) -> Student | str:
    """By name and by number; where both say somebody, both must say the same."""
    by_name, by_number = roster.by_name(named["name"]), roster.by_number(column, named["number"])
    if by_name and by_number and by_name != by_number:
        return f"its name says {by_name.id}, its number {named['number']} says {by_number.id} ({column} in roster.csv)"
    if not roster.students:
        return "whose is it? There is no roster.csv in the class folder to look the name up in"
    return by_number or by_name or f"roster.csv has nobody, or several, named {named['name']!r}; add {column} to it"


def _from_folder(parts: tuple[str, ...], roster: Roster) -> Student | str:
    """``.../STUDENT/NN_name/file`` or ``.../STUDENT/file``."""
    folders = parts[:-1]
    folders = folders[:-1] if folders and MODULE_ID.fullmatch(folders[-1]) else folders
    if not folders:
        return "whose is it? It should lie in a folder named by the student's id"
    found = roster.by_id(folders[-1])
    return found or f"whose is it? {folders[-1]!r} is not in roster.csv, or cannot be an id"


def _module(place: PurePosixPath, catalogue: Catalogue) -> str | None:
    """From a folder NN_name, else from the file's own name."""
    known = {one.id: one for one in catalogue.modules}
    for part in reversed(place.parts[:-1]):
        if part in known:
            return part
    stem = _AGAIN.sub("", PurePosixPath(_bare(place.name)).stem)
    fits = [one.id for one in catalogue.modules if stem in (one.id, one.name)]
    return fits[0] if len(fits) == 1 else None


def _bare(name: str) -> str:
    """The name that the file had before the LMS put its own in front."""
    for pattern in (MOODLE, CANVAS):
        named = pattern.fullmatch(name)
        if named and named["file"]:
            return named["file"]
    return name
