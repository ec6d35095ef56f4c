"""The results of a module: ``grading/NN_name/results.json``, one entry a student, written whole or not at all.

History of the format: 1 (first).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.files import write_atomic
from tinytorch_lab.course.grading.model import STATES, CellScore, ClassPaths, Graded

VERSION = 1


@dataclass(frozen=True)
class Result:
    """How a submission was graded (without its notebook), and from what: SHA-256 of the submission and of the source."""

    graded: Graded
    submission: str
    source: str
    at: str


def results_file(paths: ClassPaths, module: str) -> Path:
    """Where the results of the module are."""
    return paths.grading(module) / "results.json"


def load_results(paths: ClassPaths, module: str) -> dict[str, Result]:
    """By student; empty if nothing was graded yet. Raises CourseError if the file is damaged or newer."""
    file = results_file(paths, module)
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        if data["version"] > VERSION:
            raise CourseError(f"{file} was written by a newer tinytorch-lab. Upgrade it: pip install -U tinytorch-lab")
        return {str(student): _result(module, student, row) for student, row in data["results"].items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CourseError(
            f"{file} is damaged ({error}). Move it away and grade again: tinytorch-lab grade {module[:2]}"
        ) from None


def save_results(paths: ClassPaths, module: str, results: Mapping[str, Result]) -> None:
    """Write all of them."""
    rows = {student: _row(result) for student, result in sorted(results.items())}
    data = {"version": VERSION, "module": module, "results": rows}
    write_atomic(results_file(paths, module), json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def _row(result: Result) -> dict[str, Any]:
    row = asdict(replace(result.graded, notebook=None))
    for known in ("module", "student", "notebook"):
        del row[known]
    return {**row, "submission": result.submission, "source": result.source, "at": result.at}


def _result(module: str, student: str, row: Mapping[str, Any]) -> Result:
    values = dict(row)
    submission, source, at = (str(values.pop(name)) for name in ("submission", "source", "at"))
    if values["state"] not in STATES:
        raise ValueError(f"{student} has the unknown state {values['state']!r}")
    cells = tuple(CellScore(**cell) for cell in values.pop("cells"))
    values |= {name: tuple(values[name]) for name in ("notes", "isolation")}
    return Result(Graded(module, student, cells=cells, **values), submission, source, at)
