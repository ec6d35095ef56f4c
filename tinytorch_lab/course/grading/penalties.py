"""What being late costs, from ``grading.toml``, in the gradebook: there Formgrader and nbgrader's exporters find it."""

from __future__ import annotations

from datetime import timedelta

from tinytorch_lab.course.grading import bookkeeping, clock
from tinytorch_lab.course.grading.gradebook import Book
from tinytorch_lab.course.grading.late import read_policy
from tinytorch_lab.course.grading.model import ClassPaths


def settle(paths: ClassPaths, book: Book) -> None:
    """Bring due date, extensions and penalties up to date: with the policy of now, and grades that people gave meanwhile."""
    policy = read_policy(paths.root / "grading.toml")
    penalties: dict[str, float | None] = {}
    extensions: dict[str, timedelta] = {}
    for student, marks in book.marks().items():
        submitted = paths.submitted(student, book.module)
        if submitted.is_file():
            late_by = policy.late_by(student, book.module, clock.handed_in(submitted))
            score = sum(mark.score for mark in marks.values())
            penalties[student] = policy.penalty(score, late_by) if late_by else None
        if extension := policy.extension(student, book.module):
            extensions[student] = extension
    bookkeeping.write_due(book, policy.due.get(book.module), extensions, penalties)
