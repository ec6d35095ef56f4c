"""Grade a module: what is new goes through the engine, and every result is in the books as soon as it is there.

Results are written in small batches, the gradebook first and ``results.json`` after it: a run that is interrupted or killed has
lost at most one batch, and the next run goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from tinytorch_lab.course.grading import gradebook, results, tasks
from tinytorch_lab.course.grading.model import ClassPaths, Graded, Task
from tinytorch_lab.course.grading.penalties import settle
from tinytorch_lab.course.grading.results import Result
from tinytorch_lab.course.grading.tasks import Exercise, Work
from tinytorch_lab.course.grading.time_left import seconds_left
from tinytorch_lab.course.grading.writer import Writer
from tinytorch_lab.course.lock import folder_lock

Engine = Callable[[Iterable[Task]], Iterable[Graded]]
"""Grades tasks, in any order, each as soon as it is done."""


@dataclass(frozen=True)
class Progress:
    """One submission was graded: the how many-th of how many, and about how long the rest will take."""

    graded: Graded
    number: int
    total: int
    seconds_left: float


@dataclass(frozen=True)
class Change:
    """What a student had before this run (None: nothing) and has now."""

    student: str
    before: Graded | None
    after: Graded


@dataclass(frozen=True)
class Run:
    """What a run did: ``kept`` were graded already, ``outdated`` of these with other tests than those of now."""

    module: str
    changes: tuple[Change, ...]
    kept: tuple[str, ...]
    outdated: tuple[str, ...]


def grade(
    paths: ClassPaths,
    module: str,
    engine: Engine,
    students: tuple[str, ...] = (),
    *,
    again: bool = False,
    tell: Callable[[Progress], object] = lambda progress: None,
) -> Run:
    """Grade what was not graded yet, or with ``again`` everything; ``students`` (default: all) says whose.

    Raises CourseError if the module was not released, if books are damaged, or if another run is at work on it.
    """
    paths.grading(module).mkdir(parents=True, exist_ok=True)
    with folder_lock(paths.grading(module), wait_s=0.0):
        before = results.load_results(paths, module)
        exercise = tasks.exercise(paths, module)
        wanted = tasks.works(exercise, students or tasks.students_of(paths, module))
        due = [work for work in wanted if again or _is_new(work, before)]
        with gradebook.opened(paths.gradebook, module) as book:
            writer = Writer(paths, book, before, due)
            done = list(_run(engine, exercise, due, writer, tell))
            settle(paths, book)
    kept = [work for work in wanted if not (again or _is_new(work, before))]
    return Run(
        module,
        tuple(Change(graded.student, _graded(before.get(graded.student)), graded) for graded in done),
        tuple(work.student for work in kept),
        tuple(work.student for work in kept if before[work.student].source != work.source),
    )


def _is_new(work: Work, before: dict[str, Result]) -> bool:
    known = before.get(work.student)
    return known is None or known.submission != work.submission


def _graded(result: Result | None) -> Graded | None:
    return result.graded if result else None


def _run(
    engine: Engine, exercise: Exercise, due: list[Work], writer: Writer, tell: Callable[[Progress], object]
) -> Iterator[Graded]:
    """Each result without its notebook, which is in the books by then: a class's notebooks would fill the memory."""
    started = time.monotonic()
    try:
        for number, graded in enumerate(engine(exercise.task(work.student) for work in due) if due else (), 1):
            writer.add(graded)
            short = replace(graded, notebook=None)
            tell(Progress(short, number, len(due), seconds_left(started, number, len(due))))
            yield short
    finally:
        writer.flush()
