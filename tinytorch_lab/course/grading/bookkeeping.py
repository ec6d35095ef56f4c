"""Into nbgrader's gradebook: the rows that its own autograde would write, in batches, by one writer.

Differences from nbgrader, on purpose: a submission without a score gets no score instead of 0 (and waits for a person), and a
manual grade is asked for again only if what it was given for has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading.gradebook import Book
from tinytorch_lab.course.grading.model import WITHOUT_SCORE, Graded
from tinytorch_lab.course.grading.roster import Student
from tinytorch_lab.course.lock import folder_lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

WAIT_S = 600.0
"""How long to wait for a release, which proves a module before it publishes."""


@dataclass(frozen=True)
class Entry:
    """One graded submission to write: whose, when handed in, and whether it is another hand-in than the one written before.

    ``unanswered`` are the ids of solution cells that are as they were given.
    """

    graded: Graded
    student: Student
    handed_in: datetime
    extension: timedelta | None
    fresh: bool
    unanswered: frozenset[str] = frozenset()


def write(book: Book, entries: Sequence[Entry]) -> None:
    """All rows of these submissions, in one transaction."""
    with _changing(book) as connection:
        _write_students(book, connection, entries)
        submissions = _write_submissions(book, connection, entries)
        notebooks = _write_notebooks(book, connection, submissions)
        for entry in entries:
            _check_cells(book, entry.graded)
        _write_grades(book, connection, entries, notebooks)
        _write_comments(book, connection, entries, notebooks)


def write_due(
    book: Book, due: datetime | None, extensions: Mapping[str, timedelta], penalties: Mapping[str, float | None]
) -> None:
    """The due date of the module, who has how much longer, and what being late costs whom."""
    with _changing(book) as connection:
        notebook = book.tables["submitted_notebook"]
        if due is not None:  # without a date of ours, one that was given in Formgrader stays
            _write_dates(book, connection, due, extensions)
        for key, student in book.notebooks(connection).items():
            if student in penalties:
                change = notebook.update().where(notebook.c.id == key)
                connection.execute(change.values(late_submission_penalty=penalties[student]))


def _write_dates(book: Book, connection: Connection, due: datetime, extensions: Mapping[str, timedelta]) -> None:
    assignment, submission = book.tables["assignment"], book.tables["submitted_assignment"]
    connection.execute(assignment.update().where(assignment.c.id == book.assignment_id).values(duedate=_utc(due)))
    all_of_it = submission.update().where(submission.c.assignment_id == book.assignment_id)
    connection.execute(all_of_it.values(extension=None))  # also one that was taken away
    for student, extension in extensions.items():
        connection.execute(all_of_it.where(submission.c.student_id == student).values(extension=extension))


@contextmanager
def _changing(book: Book) -> Iterator[Connection]:
    """A transaction, and no release meanwhile: that puts a changed copy in the gradebook's place."""
    with folder_lock(book.path.parent, WAIT_S), book.engine.begin() as connection:
        yield connection


def _write_students(book: Book, connection: Connection, entries: Sequence[Entry]) -> None:
    table = book.tables["student"]
    known = {row.id for row in connection.execute(table.select())}
    for entry in entries:
        given = {name: getattr(entry.student, name) or None for name in ("first_name", "last_name", "email")}
        if entry.student.id not in known:
            connection.execute(table.insert().values(id=entry.student.id, **given))
        elif any(given.values()):
            connection.execute(table.update().where(table.c.id == entry.student.id).values(**given))


def _write_submissions(book: Book, connection: Connection, entries: Sequence[Entry]) -> dict[str, str]:
    """The id of each student's submission."""
    table = book.tables["submitted_assignment"]
    rows = connection.execute(table.select().where(table.c.assignment_id == book.assignment_id))
    known = {row.student_id: row.id for row in rows}
    for entry in entries:
        student = entry.student.id
        values: dict[str, Any] = {"timestamp": _utc(entry.handed_in)}
        if entry.extension is not None:
            values["extension"] = entry.extension
        if student in known:
            connection.execute(table.update().where(table.c.id == known[student]).values(**values))
        else:
            known[student] = uuid4().hex
            values |= {"id": known[student], "assignment_id": book.assignment_id, "student_id": student}
            connection.execute(table.insert().values(**values))
    return {entry.student.id: known[entry.student.id] for entry in entries}


def _write_notebooks(book: Book, connection: Connection, submissions: Mapping[str, str]) -> dict[str, str]:
    """The id of each student's submitted notebook."""
    table = book.tables["submitted_notebook"]
    rows = connection.execute(table.select().where(table.c.notebook_id == book.notebook_id))
    known = {row.assignment_id: row.id for row in rows}
    absent = [submission for submission in submissions.values() if submission not in known]
    for submission in absent:
        known[submission] = uuid4().hex
    if absent:
        made = [
            {"id": known[one], "assignment_id": one, "notebook_id": book.notebook_id, "flagged": False}
            for one in absent
        ]
        connection.execute(table.insert(), made)
    return {student: known[submission] for student, submission in submissions.items()}


def _check_cells(book: Book, graded: Graded) -> None:
    """The cells that were graded must be those of the book: else its tests are of another release."""
    known = {book.names[cell] for cell in book.points}
    if unknown := sorted({cell.grade_id for cell in graded.cells} - known):
        raise CourseError(
            f"{book.path} does not know the cells {', '.join(unknown)} of {book.module}: source/ and gradebook differ. "
            f"Release the module again: tinytorch-lab release {book.module}"
        )


def _write_grades(book: Book, connection: Connection, entries: Sequence[Entry], notebooks: Mapping[str, str]) -> None:
    def values(entry: Entry, cell: str, old: Any) -> dict[str, Any]:
        auto = _auto_score(entry.graded, book.names[cell])
        return {"auto_score": auto, "needs_manual_grade": _waits(auto, old, entry.fresh)}

    _write_rows(book, connection, "grade", entries, notebooks, book.points, values)


def _write_comments(book: Book, connection: Connection, entries: Sequence[Entry], notebooks: Mapping[str, str]) -> None:
    def values(entry: Entry, cell: str, old: Any) -> dict[str, Any]:
        return {"auto_comment": "No response." if book.names[cell] in entry.unanswered else None}

    _write_rows(book, connection, "comment", entries, notebooks, book.commented, values)


def _write_rows(
    book: Book,
    connection: Connection,
    name: str,
    entries: Sequence[Entry],
    notebooks: Mapping[str, str],
    cells: Mapping[str, float] | set[str],
    values: Callable[[Entry, str, Any], dict[str, Any]],
) -> None:
    """A row for each cell of each submission: those that are there are changed, the others added."""
    from sqlalchemy import bindparam

    table = book.tables[name]
    there = {(row.notebook_id, row.cell_id): row for row in book.rows_of(connection, name, set(notebooks.values()))}
    changed, added = [], []
    for entry in entries:
        notebook = notebooks[entry.student.id]
        for cell in cells:
            old = there.get((notebook, cell))
            row = values(entry, cell, old)
            if old is None:
                added.append({"id": uuid4().hex, "notebook_id": notebook, "cell_id": cell, **row})
            else:
                changed.append({"which": old.id, **row})
    if added:
        connection.execute(table.insert(), added)
    if changed:
        connection.execute(table.update().where(table.c.id == bindparam("which")), changed)


def _auto_score(graded: Graded, name: str) -> float | None:
    if graded.state in WITHOUT_SCORE:
        return None
    return next((cell.score for cell in graded.cells if cell.grade_id == name), None)


def _waits(auto: float | None, old: Any, fresh: bool) -> bool:
    """Whether a person has to grade the cell: there is no score, or the one that a person gave was for something else."""
    if old is None or old.manual_score is None:
        return auto is None
    return bool(old.needs_manual_grade) or fresh or auto != old.auto_score


def _utc(at: datetime) -> datetime:
    """As nbgrader keeps it: UTC, without saying so."""
    return at.astimezone(UTC).replace(tzinfo=None)
