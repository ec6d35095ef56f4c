"""Feedback: a page for each student, where nbgrader puts it, in its exchange for who came through it, and as one zip."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tinytorch_lab.course.class_folder import ClassFolder
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.files import write_atomic
from tinytorch_lab.course.grading import give_back, gradebook, grades, results
from tinytorch_lab.course.grading.grades import Grade
from tinytorch_lab.course.grading.model import OUT_OF_MEMORY, TIMED_OUT, WITHOUT_SCORE, ClassPaths
from tinytorch_lab.course.grading.pages import Page, made
from tinytorch_lab.course.grading.penalties import settle
from tinytorch_lab.course.grading.text_page import notice
from tinytorch_lab.course.grading.time_left import seconds_left
from tinytorch_lab.course.release.exchange import exchange_of

FEW = 8
"""So many pages are made here; for more, processes are started, which takes a second or two."""

LIMITS_MET = {
    TIMED_OUT: "A cell took more time than is allowed and has no points; the others count.",
    OUT_OF_MEMORY: "A cell needed more memory than is allowed and has no points; the others count.",
}
"""Said instead of the reason, which may hold what the student's code said while a hidden test called it."""


@dataclass(frozen=True)
class Progress:
    """The page of ``student`` is written, ``number`` of ``total``."""

    student: str
    number: int
    total: int
    seconds_left: float


def feedback(
    paths: ClassPaths,
    module: str,
    students: tuple[str, ...] = (),
    *,
    hidden: bool = False,
    tell: Callable[[Progress], object] = lambda progress: None,
) -> tuple[Path, ...]:
    """Write ``feedback/STUDENT/NN_name/name.html`` for everybody who was graded; ``tell`` hears of each page.

    Hidden tests stay out unless ``hidden``. Raises CourseError if nothing was graded yet.
    """
    known = results.load_results(paths, module)
    wanted = students or tuple(known)
    if absent := [student for student in wanted if student not in known]:
        raise CourseError(f"{', '.join(absent)} was not graded in {module} yet. Run: tinytorch-lab grade {module[:2]}")
    if not wanted:
        raise CourseError(f"Nothing of {module} was graded yet. Run: tinytorch-lab grade {module[:2]}")
    exchange = exchange_of(ClassFolder(paths.root))
    pages = dict(_pages(paths, module, wanted, hidden))
    written: list[Path] = []
    started = time.monotonic()
    for number, (student, text) in enumerate(_made(pages), 1):
        place = paths.feedback(student, module)
        write_atomic(place, text)
        give_back.through_exchange(paths, exchange, student, module)
        written.append(place)
        tell(Progress(student, number, len(pages), seconds_left(started, number, len(pages))))
    return tuple(written)


def _pages(paths: ClassPaths, module: str, students: Iterable[str], hidden: bool) -> Iterator[tuple[str, Page | str]]:
    """A page to make, or the whole of one for who has no graded notebook."""
    with gradebook.opened(paths.gradebook, module) as book:
        settle(paths, book)
        marks, comments = book.marks(), book.comments()
    counted = {row.student.id: row.grades[0] for row in grades.class_grades(paths, (module,))}
    for student in students:
        grade = counted[student]
        executed = paths.autograded(student, module)
        if grade.state in WITHOUT_SCORE or not executed.is_file():
            yield student, notice(module, ["Your work has no score yet.", f"{grade.state}: {grade.reason}"])
            continue
        waiting = {name: "Not graded yet." for name, mark in marks[student].items() if mark.waits}
        scores = {name: (mark.score, mark.points) for name, mark in marks[student].items()}
        yield student, Page(
            module, executed.read_text(encoding="utf-8"), scores, waiting | comments.get(student, {}),
            (grade.earned or 0.0) - (grade.score or 0.0), _remarks(grade), hidden,
        )  # fmt: skip


def _remarks(grade: Grade) -> tuple[str, ...]:
    words = LIMITS_MET.get(grade.state, grade.reason)
    return (f"**{grade.state}**: {words}",) if words else ()


def _made(pages: Mapping[str, Page | str]) -> Iterator[tuple[str, str]]:
    """Each student's page as text; many are made by several processes."""
    yield from ((student, page) for student, page in pages.items() if isinstance(page, str))
    open_ones = {student: page for student, page in pages.items() if isinstance(page, Page)}
    if len(open_ones) <= FEW:
        yield from ((student, made(page)) for student, page in open_ones.items())
        return
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from zip(open_ones, pool.map(made, open_ones.values(), chunksize=4), strict=True)
