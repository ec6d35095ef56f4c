"""The same function on a Dask cluster: Dask sends the tasks, and sends those of a lost worker again."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading.engine.run import grade_one
from tinytorch_lab.course.grading.model import FAILED, WITHOUT_SCORE, Graded, Task

CONNECT_S = 30
LOST_WORKERS = 3
"""How often a task may lose its worker before it is given up."""


def grade_all(
    tasks: Iterable[Task], tell: Callable[[str], None], scheduler: str, without: frozenset[str]
) -> Iterator[Graded]:
    """Grade all on the cluster behind ``scheduler``, each result as it is ready."""
    distributed = _distributed()
    try:
        client = distributed.Client(scheduler, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise CourseError(
            f"No Dask scheduler answers at {scheduler} ({error}). Start one with `dask scheduler`, and workers with `dask worker`."
        ) from None
    with client:
        yield from _stream(distributed, client, tasks, tell, without)


def _stream(
    distributed: Any, client: Any, tasks: Iterable[Task], tell: Callable[[str], None], without: frozenset[str]
) -> Iterator[Graded]:
    def submit(task: Task) -> Any:
        return client.submit(grade_one, task, without, pure=False, retries=LOST_WORKERS)

    running = {submit(task): (task, True) for task in tasks}
    ready = distributed.as_completed(list(running), loop=client.loop)
    for future in ready:
        task, first = running.pop(future)
        graded = _result(future, task)
        if first and graded.state in WITHOUT_SCORE:
            tell(f"{graded.module}, {graded.student}: {graded.reason} It is tried once more.")
            again = submit(task)
            running[again] = (task, False)
            ready.add(again)
        else:
            yield graded


def _result(future: Any, task: Task) -> Graded:
    error = future.exception()
    if error is None:
        graded: Graded = future.result()
        return graded
    return Graded(task.module, task.student, FAILED, f"The cluster gave it up ({type(error).__name__}: {error}).")


def _distributed() -> Any:
    try:
        return importlib.import_module("distributed")
    except ImportError:
        raise CourseError("Grading on a cluster needs Dask: pip install 'tinytorch-lab[cluster]'.") from None
