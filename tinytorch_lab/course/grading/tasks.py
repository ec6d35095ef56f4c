"""What there is to grade: the source of a module, the submissions of it, and a task for each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tinytorch_lab.course.catalogue import MODULE_ID
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading.late import read_policy
from tinytorch_lab.course.grading.measuring import text_of, without_measuring
from tinytorch_lab.course.grading.model import ClassPaths, Limits, Task
from tinytorch_lab.course.grading.place import masked, own_library


@dataclass(frozen=True)
class Work:
    """A submission to grade, with the fingerprints of what was handed in and of the source with the tests."""

    student: str
    submission: str
    source: str


@dataclass(frozen=True)
class Exercise:
    """What the tasks of a module have in common: all of a ``Task`` but the student's own."""

    paths: ClassPaths
    module: str
    source: str
    masked: tuple[str, ...]
    library: dict[str, str]
    limits: Limits

    def task(self, student: str) -> Task:
        """The student's task, read when it is needed: a class's submissions together may be larger than memory."""
        content = self.paths.submitted(student, self.module).read_bytes()
        text = without_measuring(text_of(content))
        return Task(self.module, student, self.source, text, self.masked, self.library, self.limits)


def modules_in(paths: ClassPaths) -> tuple[str, ...]:
    """The modules of which something was submitted."""
    found = {path.name for path in (paths.root / "submitted").glob("*/*") if MODULE_ID.fullmatch(path.name)}
    return tuple(sorted(module for module in found if students_of(paths, module)))


def students_of(paths: ClassPaths, module: str) -> tuple[str, ...]:
    """Who has submitted the module, in order."""
    folders = (path.parent for path in (paths.root / "submitted").glob(f"*/{module}"))
    names = (folder.name for folder in folders if not folder.name.startswith("."))  # .ipynb_checkpoints is nobody
    return tuple(sorted(name for name in names if paths.submitted(name, module).is_file()))


def exercise(paths: ClassPaths, module: str) -> Exercise:
    """The module as it is graded. Raises CourseError if it was not released."""
    limits = read_policy(paths.root / "grading.toml").limits
    return Exercise(
        paths, module, source_text(paths, module), masked(paths, module), own_library(paths, module), limits
    )


def works(exercise: Exercise, students: tuple[str, ...]) -> list[Work]:
    """The submissions of ``students``. Raises CourseError if somebody handed in nothing."""
    paths, module = exercise.paths, exercise.module
    submitted = set(students_of(paths, module))
    if absent := [student for student in students if student not in submitted]:
        raise CourseError(
            f"{', '.join(absent)} handed in nothing for {module}. Collect it first: tinytorch-lab collect"
        )
    source = fingerprint(exercise.source)
    return [Work(student, _sha256(paths.submitted(student, module).read_bytes()), source) for student in students]


def source_text(paths: ClassPaths, module: str) -> str:
    """The text of the module's source notebook. Raises CourseError if the module was not released."""
    place = paths.source(module)
    try:
        return place.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CourseError(
            f"{module} was not released from this class folder ({place} is missing), so there are no tests to grade it "
            f"with. Release it first: tinytorch-lab release {module}"
        ) from None


def fingerprint(source: str) -> str:
    """What names a version of the source, and so of its tests."""
    return _sha256(source.encode("utf-8"))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
