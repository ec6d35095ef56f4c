"""The results of a module: ``grading/NN_name/results.json``, one line a student, written whole or not at all.

History of the format: 1 (first).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
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

    @cached_property
    def text(self) -> str:
        """As it stands in the file; made once, since the file is written many times while a class is graded."""
        row = asdict(replace(self.graded, notebook=None))
        for known in ("module", "student", "notebook"):
            del row[known]
        rest = {"submission": self.submission, "source": self.source, "at": self.at}
        return json.dumps({**row, **rest}, ensure_ascii=False)


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
    lines = ",\n".join(f"{json.dumps(student)}: {result.text}" for student, result in sorted(results.items()))
    head = f'"version": {VERSION}, "module": {json.dumps(module)}'
    write_atomic(results_file(paths, module), f'{{{head}, "results": {{\n{lines}\n}}}}\n')


def _result(module: str, student: str, row: Mapping[str, Any]) -> Result:
    values = dict(row)
    submission, source, at = (str(values.pop(name)) for name in ("submission", "source", "at"))
    if values["state"] not in STATES:
        raise ValueError(f"{student} has the unknown state {values['state']!r}")
    cells = tuple(CellScore(**cell) for cell in values.pop("cells"))
    values |= {name: tuple(values[name]) for name in ("notes", "isolation")}
    return Result(Graded(module, student, cells=cells, **values), submission, source, at)
