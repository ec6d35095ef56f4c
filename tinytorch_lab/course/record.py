"""``progress.json``: how the tests of each module ended, and which of its versions is complete.

Everything else about progress is read from the notebooks and library files themselves. A file that is broken, or that a newer
version wrote, is never overwritten: what it would say is unknown, and ``Record.problem`` says what to do.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.files import write_atomic
from tinytorch_lab.course.lock import folder_lock

NAME = "progress.json"
VERSION = 1


@dataclass(frozen=True)
class Failure:
    """A test that failed: its cell's grade_id, and what came back, in one line."""

    grade_id: str
    message: str


@dataclass(frozen=True)
class Tests:
    """How the tests of one notebook ended, when (ISO 8601, UTC), and for which code (``notebooks.code_hash``)."""

    passed: int
    total: int
    points: int
    max_points: int
    at: str
    code: str
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True)
class ModuleRecord:
    """What is known of one module: its last tests; the code that was completed, and when; how it compared in speed."""

    tests: Tests | None = None
    completed: str | None = None
    completed_code: str | None = None
    times_reference: float | None = None


@dataclass(frozen=True)
class Record:
    """All modules by id; ``problem`` is a sentence if the file cannot be used."""

    modules: dict[str, ModuleRecord] = field(default_factory=dict)
    problem: str | None = None

    def of(self, module_id: str) -> ModuleRecord:
        """The module's record, empty if there is none."""
        return self.modules.get(module_id, ModuleRecord())


def load(folder: Path) -> Record:
    """Read ``progress.json``; a missing one is empty, an unusable one says why."""
    file = folder / NAME
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        if data["version"] > VERSION:
            return Record(problem=f"{file} was written by a newer tinytorch-lab. Upgrade: pip install -U tinytorch-lab")
        return Record({name: _module(row) for name, row in data["modules"].items()})
    except FileNotFoundError:
        return Record()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return Record(
            problem=f"{file} is damaged ({error}). It is kept as it is and nothing is added to it. Move it away "
            "(say, to progress.json.old) and run your tests again: they fill a new one."
        )


def change(folder: Path, module_id: str, **values: Any) -> ModuleRecord:
    """Set fields of one module's record and write the file. Raises CourseError if the file cannot be used."""
    with folder_lock(folder):
        record = load(folder)
        if record.problem:
            raise CourseError(record.problem)
        changed = replace(record.of(module_id), **values)
        modules = record.modules | {module_id: changed}
        rows = {name: asdict(row) for name, row in sorted(modules.items())}
        write_atomic(folder / NAME, json.dumps({"version": VERSION, "modules": rows}, indent=1) + "\n")
    return changed


def _module(row: dict[str, Any]) -> ModuleRecord:
    tests = row.get("tests")
    if tests is not None:
        failures = tuple(Failure(**failure) for failure in tests.get("failures", ()))
        tests = Tests(**{**tests, "failures": failures})
    return ModuleRecord(**{**row, "tests": tests})
