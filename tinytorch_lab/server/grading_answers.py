"""What the routes for grading answer, as plain data; knows no tornado. nbgrader is imported where it is used."""

from __future__ import annotations

import re
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tinytorch_lab.server import worker
from tinytorch_lab.server.class_answers import Place
from tinytorch_lab.server.late_answers import policy_of
from tinytorch_lab.server.sender import Message, Sender

WORKER = "tinytorch_lab.course.grading.worker"


def submissions(place: Place, module: str) -> dict[str, Any]:
    """Everybody's submission of the module with what came of it, and which layers of isolation this machine lacks."""
    from tinytorch_lab.course.grading.engine.layers import standing
    from tinytorch_lab.course.grading.model import ClassPaths
    from tinytorch_lab.course.grading.overview import StudentOverview, module_overview

    paths = ClassPaths(place.folder)
    found = module_overview(paths, module)

    def row(one: StudentOverview) -> dict[str, Any]:
        page = place.api_path(paths.feedback(one.student, module)) if one.feedback else None
        return vars(one) | {"page": page}  # asdict copies deeply, which takes long for a thousand

    return {
        "rows": [row(one) for one in found.students],
        "max_score": found.max_score,
        "outdated": found.outdated,
        "policy": policy_of(paths, module),
        "unprotected": [f"{name}: {reason}" for name, reason in standing().missing.items()],
    }


def cells(place: Place, module: str, student: str) -> dict[str, Any]:
    """What each graded cell of the student's submission got; none if it was not graded."""
    from tinytorch_lab.course.grading.model import ClassPaths
    from tinytorch_lab.course.grading.results import load_results

    known = load_results(ClassPaths(place.folder), module).get(student)
    return {"cells": [asdict(cell) for cell in known.graded.cells] if known else []}


def collect(place: Place, module: str, name: str, content: bytes | None) -> dict[str, Any]:
    """Take in what was handed in: from the LMS's file ``name`` with this ``content``, from nbgrader's exchange without one."""
    from tinytorch_lab.course.grading.collect import collect as take_in
    from tinytorch_lab.course.grading.model import ClassPaths

    paths = ClassPaths(place.folder)
    if content is None:
        found = take_in(paths, (module,))
    else:
        with tempfile.TemporaryDirectory() as folder:
            # The name is for the reader of what could not be collected; of a path nothing is left of it.
            file = Path(folder) / (re.sub(r"[^\w.-]", "_", name).lstrip(".") or "export.zip")
            file.write_bytes(content)
            found = take_in(paths, (module,), file)
    taken = [{"student": one.student, "outcome": one.outcome, "remark": one.remark} for one in found.taken]
    return {"taken": taken, "left": [asdict(one) for one in found.left]}


def grade(place: Place, module: str, students: list[str], again: bool, send: Sender) -> None:
    """Grade what is new, with ``again`` everything, of these students (none: all); sends a message a submission."""
    request = {"action": "grade", "course": str(place.folder), "module": module, "students": students, "again": again}
    worker.run(WORKER, request, send)


def feedback(place: Place, module: str, students: list[str], hidden: bool, send: Sender) -> None:
    """Write a page for each of these students (none: all who were graded), and one zip for the LMS."""
    folder = place.folder

    def pass_on(message: Message) -> None:
        if message["kind"] == "done":
            file = Path(message["zip"])
            message = message | {"zip": file.relative_to(folder).as_posix(), "path": place.api_path(file)}
        send(message)

    request = {"action": "feedback", "course": str(folder), "module": module, "students": students, "hidden": hidden}
    worker.run(WORKER, request, send, pass_on)


def items(place: Place, module: str) -> dict[str, Any]:
    """How each test of the module went over all submissions, also as CSV: which exercise is broken, which tells nobody apart."""
    from tinytorch_lab.course.grading.items import analyse, items_csv
    from tinytorch_lab.course.grading.model import ClassPaths
    from tinytorch_lab.course.grading.results import load_results

    known = load_results(ClassPaths(place.folder), module)
    found = analyse([result.graded for result in known.values()])
    rows = [asdict(one) | {"remark": one.remark} for one in found]
    return {"items": rows, "name": f"{module}_tests.csv", "text": items_csv(found)}


def grades(place: Place, module: str, anonymous: bool) -> dict[str, Any]:
    """The grades of the module as CSV, with names or with pseudonyms."""
    from tinytorch_lab.course.grading.grades import class_grades
    from tinytorch_lab.course.grading.grades_csv import anonymous_csv, grades_csv, pseudonyms
    from tinytorch_lab.course.grading.model import ClassPaths

    paths, modules = ClassPaths(place.folder), (module,)
    rows = class_grades(paths, modules)
    text = anonymous_csv(rows, modules, pseudonyms(paths)) if anonymous else grades_csv(rows, modules)
    return {"name": f"{module}_grades{'_anonymous' if anonymous else ''}.csv", "text": text}
