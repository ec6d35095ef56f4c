"""Grading in a process of its own, for the server: ``python -m tinytorch_lab.course.grading.worker``.

Reads one JSON object, ``{"action", "course", ...}``, and writes one a line; the last is ``{"kind": "done", ...}``,
``{"kind": "error", "message"}`` or, after SIGINT or SIGTERM, ``{"kind": "stopped"}``. Actions, what they read beside that, and what
"done" has:

| action | reads | done |
|---|---|---|
| overview | | modules (``overview.ModuleOverview``), isolation (sentences) |
| collect | modules, origin (a file or folder; null: the exchange) | taken, left |
| grade | module, students, again | changes (student, before, after), kept, outdated; before it lines of kind progress and said |
| feedback | module, students, hidden | pages, zip; before it lines of kind progress |
| grades | modules, anonymous | csv |
| items | module | items |
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading import (
    collect,
    feedback,
    give_back,
    grades,
    grades_csv,
    items,
    overview,
    place,
    results,
    run,
    tasks,
)
from tinytorch_lab.course.grading.engine.run import grade_all, isolation
from tinytorch_lab.course.grading.model import ClassPaths, Graded

Tell = Callable[[dict[str, Any]], None]
Job = Mapping[str, Any]


def main() -> None:
    """Do one job."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    job = json.load(sys.stdin)
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out, redirect_stdout(sys.stderr):
        _write(out, answer(job, lambda message: _write(out, message)))


def answer(job: Job, tell: Tell) -> dict[str, Any]:
    """The last line; ``tell`` gets those before it."""
    try:
        paths = place.class_paths(Path(job["course"]), Path.cwd())
        return {"kind": "done", **ACTIONS[job["action"]](paths, job, tell)}
    except CourseError as error:
        return {"kind": "error", "message": str(error)}
    except OSError as error:
        return {"kind": "error", "message": f"{error.strerror or error}: {error.filename or 'no file named'}"}
    except KeyboardInterrupt:
        return {"kind": "stopped"}


def _overview(paths: ClassPaths, job: Job, tell: Tell) -> dict[str, Any]:
    return {"modules": [asdict(one) for one in overview.overview(paths)], "isolation": list(isolation())}


def _collect(paths: ClassPaths, job: Job, tell: Tell) -> dict[str, Any]:
    origin = Path(job["origin"]) if job.get("origin") else None
    found = collect.collect(paths, tuple(job.get("modules", ())), origin)
    taken = [asdict(one) | {"at": one.at.isoformat(timespec="seconds")} for one in found.taken]
    return {"taken": taken, "left": [asdict(one) for one in found.left]}


def _grade(paths: ClassPaths, job: Job, tell: Tell) -> dict[str, Any]:
    def progress(one: run.Progress) -> None:
        figures = {"number": one.number, "total": one.total, "seconds_left": one.seconds_left}
        tell({"kind": "progress", "student": one.graded.student, **_short(one.graded), **figures})

    done = run.grade(
        paths, job["module"], lambda work: grade_all(work, lambda words: tell({"kind": "said", "words": words})),
        tuple(job.get("students", ())), again=bool(job.get("again")), tell=progress,
    )  # fmt: skip
    changes = [
        {"student": one.student, "before": _short(one.before) if one.before else None, "after": _short(one.after)}
        for one in done.changes
    ]
    return {"changes": changes, "kept": list(done.kept), "outdated": list(done.outdated)}


def _feedback(paths: ClassPaths, job: Job, tell: Tell) -> dict[str, Any]:
    module = job["module"]
    pages = feedback.feedback(
        paths, module, tuple(job.get("students", ())), hidden=bool(job.get("hidden")),
        tell=lambda one: tell({"kind": "progress", **asdict(one)}),
    )  # fmt: skip
    file = paths.grading(module) / f"{module}_feedback.zip"
    give_back.zip_feedback(paths, module, file)
    return {"pages": len(pages), "zip": file.as_posix()}


def _grades(paths: ClassPaths, job: Job, tell: Tell) -> dict[str, Any]:
    modules = tuple(job.get("modules", ())) or tasks.modules_in(paths)
    rows = grades.class_grades(paths, modules)
    if job.get("anonymous"):
        return {"csv": grades_csv.anonymous_csv(rows, modules, grades_csv.pseudonyms(paths))}
    return {"csv": grades_csv.grades_csv(rows, modules)}


def _items(paths: ClassPaths, job: Job, tell: Tell) -> dict[str, Any]:
    found = items.analyse([result.graded for result in results.load_results(paths, job["module"]).values()])
    return {"items": [asdict(one) | {"remark": one.remark} for one in found]}


ACTIONS: dict[str, Callable[[ClassPaths, Job, Tell], dict[str, Any]]] = {
    "overview": _overview, "collect": _collect, "grade": _grade, "feedback": _feedback, "grades": _grades, "items": _items,
}  # fmt: skip


def _short(graded: Graded) -> dict[str, Any]:
    return {"state": graded.state, "reason": graded.reason, "score": graded.score, "max_score": graded.max_score}


def _write(out: TextIO, message: dict[str, Any]) -> None:
    out.write(json.dumps(message) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
