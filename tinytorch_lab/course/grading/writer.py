"""The one writer of a run: takes results as they come and puts them into the books, batch by batch."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from tinytorch_lab.course.grading import bookkeeping, clock
from tinytorch_lab.course.grading.executed import unanswered, write_executed
from tinytorch_lab.course.grading.gradebook import Book
from tinytorch_lab.course.grading.late import read_policy
from tinytorch_lab.course.grading.model import ClassPaths, Graded
from tinytorch_lab.course.grading.results import Result, save_results
from tinytorch_lab.course.grading.roster import Student, read_roster
from tinytorch_lab.course.grading.tasks import Work

BATCH = 25
BATCH_S = 2.0


class Writer:
    """Holds results back until there are BATCH of them or BATCH_S have passed."""

    def __init__(self, paths: ClassPaths, book: Book, before: Mapping[str, Result], due: list[Work]) -> None:
        self.paths, self.book = paths, book
        self.before, self.results = before, dict(before)
        self.works = {work.student: work for work in due}
        self.roster = read_roster(paths.root / "roster.csv")
        self.policy = read_policy(paths.root / "grading.toml")
        self.waiting: list[Graded] = []
        self.written = time.monotonic()

    def add(self, graded: Graded) -> None:
        """Take a result in; with it, a batch may be written."""
        self.waiting.append(graded)
        if len(self.waiting) >= BATCH or time.monotonic() - self.written >= BATCH_S:
            self.flush()

    def flush(self) -> None:
        """Write what is held back: notebooks, gradebook, and last the results, which say that all of it was done."""
        if not self.waiting:
            return
        for graded in self.waiting:
            write_executed(self.paths, graded)
        bookkeeping.write(self.book, [self._entry(graded) for graded in self.waiting])
        now = datetime.now(UTC).isoformat(timespec="seconds")
        for graded in self.waiting:
            work = self.works[graded.student]
            self.results[graded.student] = Result(replace(graded, notebook=None), work.submission, work.source, now)
        save_results(self.paths, self.book.module, self.results)
        self.waiting, self.written = [], time.monotonic()

    def _entry(self, graded: Graded) -> bookkeeping.Entry:
        student, module = graded.student, self.book.module
        known = self.before.get(student)
        return bookkeeping.Entry(
            graded,
            self.roster.by_id(student) or Student(student),
            clock.handed_in(self.paths.submitted(student, module)),
            self.policy.extension(student, module),
            known is None or known.submission != self.works[student].submission,
            unanswered(graded, self.book.checksums),
        )
