"""What there is to grade: the source of a module, the submissions of it, and a task for each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tinytorch_lab.course.catalogue import MODULE_ID
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading.model import ClassPaths, Limits, Task
from tinytorch_lab.course.grading.place import masked, own_library


@dataclass(frozen=True)
class Work:
    """A task with the fingerprints of what it was made from."""

    task: Task
    submission: str
    source: str


def modules_in(paths: ClassPaths) -> tuple[str, ...]:
    """The modules of which something was submitted."""
    found = {path.name for path in (paths.root / "submitted").glob("*/*") if MODULE_ID.fullmatch(path.name)}
    return tuple(sorted(module for module in found if students_of(paths, module)))


def students_of(paths: ClassPaths, module: str) -> tuple[str, ...]:
    """Who has submitted the module, in order."""
    folders = (path.parent for path in (paths.root / "submitted").glob(f"*/{module}"))
    names = (folder.name for folder in folders if not folder.name.startswith("."))  # .ipynb_checkpoints is nobody
    return tuple(sorted(name for name in names if paths.submitted(name, module).is_file()))


def works(paths: ClassPaths, module: str, students: tuple[str, ...], limits: Limits | None = None) -> list[Work]:
    """A task for each of ``students``. Raises CourseError if the module has no source, or somebody no submission."""
    source = source_text(paths, module)
    hidden, library = masked(paths, module), own_library(paths, module)
    submitted = students_of(paths, module)
    if absent := [student for student in students if student not in submitted]:
        raise CourseError(
            f"{', '.join(absent)} handed in nothing for {module}. Collect it first: tinytorch-lab collect"
        )
    made = []
    for student in students:
        content = paths.submitted(student, module).read_bytes()
        # Bytes that are no UTF-8 cannot come out of Jupyter; a task is text, and the rest of it still counts.
        text = content.decode("utf-8", errors="replace")
        task = Task(module, student, source, text, hidden, library, limits or Limits())
        made.append(Work(task, _sha256(content), fingerprint(source)))
    return made


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
