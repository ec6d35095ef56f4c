"""Grade one submission, or all: the engine's face."""

from __future__ import annotations

import atexit
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading.engine import plain, session
from tinytorch_lab.course.grading.engine.execution import TIME_LIMIT, TIME_SENTENCE, Execution
from tinytorch_lab.course.grading.engine.layers import FORK, gaps, isolation, standing
from tinytorch_lab.course.grading.engine.pace import limited
from tinytorch_lab.course.grading.engine.restore import Restored, read_submission, restore
from tinytorch_lab.course.grading.engine.scoring import fill, scores
from tinytorch_lab.course.grading.engine.servers import Kind, Servers
from tinytorch_lab.course.grading.engine.source import Given, given
from tinytorch_lab.course.grading.model import (
    FAILED,
    GRADED,
    NEEDS_MANUAL,
    OUT_OF_MEMORY,
    RESTORED,
    TIMED_OUT,
    WITHOUT_SCORE,
    CellScore,
    Graded,
    Task,
)
from tinytorch_lab.course.grading.printable import printable
from tinytorch_lab.course.notebooks import grade_id

__all__ = ["grade_all", "grade_one", "isolation"]

Tell = Callable[[str], None]
"""Takes a sentence about how it goes."""

_servers = Servers()
atexit.register(_servers.close)


def grade_one(task: Task, without: frozenset[str] = frozenset(), servers: Servers | None = None) -> Graded:
    """Grade one submission: a pure function of the task, safe to send to another process or machine. Never raises Exception.

    ``without`` names layers of isolation to leave out (see ``layers``), for tests and for machines on which one misbehaves.
    """
    started, cpu = time.monotonic(), time.thread_time()
    try:
        graded = _grade(task, standing().without(without), servers or _servers)
    except CourseError as error:
        graded = Graded(task.module, task.student, FAILED, str(error))
    except Exception as error:  # named in the state, retried, and listed by grade_all
        said = printable(str(error))[:300]  # it may quote what was handed in
        graded = Graded(task.module, task.student, FAILED, f"The grader failed ({type(error).__name__}: {said}).")
    spent = graded.cpu_s + time.thread_time() - cpu
    return replace(graded, cpu_s=spent, wall_s=time.monotonic() - started)


def times(task: Task, without: frozenset[str] = frozenset(), servers: Servers | None = None) -> dict[str, float]:
    """CPU seconds of each named code cell that ran without an error; of none if nothing could be run: grading then says why."""
    try:
        restored, execution = _run(task, standing().without(without), servers or _servers)
    except Exception:  # each submission meets it too, and its state names it
        return {}
    took = {number: ran.cpu_s for number, ran in execution.ran.items() if not ran.error}
    names = ((grade_id(cell), number) for number, cell in enumerate(restored.notebook.cells))
    return {name: took[number] for name, number in names if name and number in took}


def grade_all(
    tasks: Iterable[Task],
    tell: Tell,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    without: frozenset[str] = frozenset(),
) -> Iterator[Graded]:
    """Grade all, each result as it is ready. What could not be graded is tried once more and then given as it is.

    ``workers`` submissions run at a time (default: one a core); ``scheduler`` (``tcp://host:8786``) sends them to a Dask cluster.
    Before the first, the reference runs once: its cells say how long a submission's may take.
    """
    if scheduler:
        from tinytorch_lab.course.grading.engine import cluster

        yield from cluster.grade_all(limited(tasks, lambda task: times(task, without)), tell, scheduler, without)
        return
    count = workers or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1))
    for sentence in gaps(standing()):
        tell(sentence)
    servers = Servers()
    pool = ThreadPoolExecutor(count)
    try:
        paced = limited(tasks, lambda task: times(task, without, servers))
        yield from _stream(paced, tell, lambda task: pool.submit(grade_one, task, without, servers), 2 * count)
    finally:  # also when the caller stops in the middle: what runs is ended
        pool.shutdown(wait=False, cancel_futures=True)
        servers.close()


def _stream(
    tasks: Iterable[Task], tell: Tell, submit: Callable[[Task], Future[Graded]], ahead: int
) -> Iterator[Graded]:
    """Keep ``ahead`` tasks submitted; a failed one is submitted once more."""
    waiting = iter(tasks)
    running: dict[Future[Graded], tuple[Task, bool]] = {}
    more = True
    while more or running:
        while more and len(running) < ahead:
            task = next(waiting, None)
            more = task is not None
            if task is not None:
                running[submit(task)] = (task, True)
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            task, first = running.pop(future)
            graded = future.result()
            if first and graded.state in WITHOUT_SCORE:
                tell(f"{graded.module}, {graded.student}: {graded.reason} It is tried once more.")
                running[submit(task)] = (task, False)
            else:
                yield graded


def _grade(task: Task, layers: frozenset[str], servers: Servers) -> Graded:
    restored, execution = _run(task, layers, servers)
    fill(restored.notebook, execution)
    cells = scores(restored.notebook, execution)
    state, reason = _state(execution, cells, restored)
    notes = (*restored.notes, *_mended(execution))
    notebook: dict[str, Any] = json.loads(json.dumps(restored.notebook))
    names = tuple(sorted(layers))
    return Graded(task.module, task.student, state, reason, cells, notebook, notes, names, execution.cpu_s)


def _run(task: Task, layers: frozenset[str], servers: Servers) -> tuple[Restored, Execution]:
    source = given(task.source)
    try:
        submitted = read_submission(task.submitted)
    except ValueError as error:
        raise CourseError(f"What was handed in is no readable notebook ({error}).") from None
    restored = restore(source, submitted)
    return restored, _execute(task, source, restored, layers, servers)


def _execute(task: Task, source: Given, restored: Restored, layers: frozenset[str], servers: Servers) -> Execution:
    if FORK not in layers:
        return plain.execute(restored.notebook, task.limits, task.masked, task.library)
    # The student's own earlier modules must be loaded after the fork, so a server for them has no module of the reference.
    preload = tuple(name for name in source.imports if not (task.library and name.startswith("tinytorch.")))
    with servers.lend(Kind(task.masked, preload, layers)) as server:
        return session.execute(server, restored.notebook, task)


def _state(execution: Execution, cells: tuple[CellScore, ...], restored: Restored) -> tuple[str, str]:
    """The state that tells most, and a sentence for it."""
    if execution.state:
        return execution.state, execution.reason
    errors = [ran.error for ran in execution.ran.values() if ran.error]
    # Students' code can raise what bears these names: it chooses no sentence that stands in the grades.
    over_time = [said for name, said in errors if name == TIME_LIMIT and TIME_SENTENCE.fullmatch(said)]
    if over_time:
        return TIMED_OUT, over_time[0]
    if any(name == "MemoryError" for name, _ in errors):
        return OUT_OF_MEMORY, "A cell needed more memory than is allowed."
    open_answers = sum(cell.score is None for cell in cells)
    manual = f"{open_answers} answer{'s' if open_answers > 1 else ''} to be graded by hand." if open_answers else ""
    if restored.tampered:
        return RESTORED, f"Given cells were edited or missing and were put back. {manual}".strip()
    return (NEEDS_MANUAL, manual) if manual else (GRADED, "")


def _mended(execution: Execution) -> tuple[str, ...]:
    """A sentence about what the notebook had replaced around the tests."""
    names = sorted({name for ran in execution.ran.values() for name in ran.mended})
    return (f"The notebook had replaced {', '.join(names)}; it was put back before the given cells.",) if names else ()
