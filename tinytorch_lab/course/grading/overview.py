"""How far grading is: who handed in, in which state it is, and what is still to do. For the panel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tinytorch_lab.course.grading import clock, results, tasks
from tinytorch_lab.course.grading.grades import NOT_GRADED, NOT_HANDED_IN, Grade, class_grades
from tinytorch_lab.course.grading.grades_csv import in_words
from tinytorch_lab.course.grading.late import LatePolicy, read_policy
from tinytorch_lab.course.grading.model import NEEDS_MANUAL, WITHOUT_SCORE, ClassPaths
from tinytorch_lab.course.grading.results import Result
from tinytorch_lab.course.grading.roster import Student


@dataclass(frozen=True)
class StudentOverview:
    """One student's work of a module; times are UTC (ISO), ``late`` is in words, ``score`` is what counts (None: unknown).

    ``extension`` is until when the student has time, None if it is as long as everybody has.
    """

    student: str
    name: str
    state: str
    handed_in: str | None
    late: str
    score: float | None
    earned: float | None
    reason: str
    notes: tuple[str, ...]
    feedback: bool
    extension: str | None


@dataclass(frozen=True)
class ModuleOverview:
    """One module: how many are in which state, ``without_score`` and ``outdated`` (graded with earlier tests) by id."""

    module: str
    max_score: float
    submissions: int
    graded: int
    needs_manual: int
    states: dict[str, int]
    without_score: tuple[str, ...]
    outdated: tuple[str, ...]
    students: tuple[StudentOverview, ...]


def overview(paths: ClassPaths) -> tuple[ModuleOverview, ...]:
    """Every module of which something was handed in. Raises CourseError if the books are damaged."""
    return tuple(module_overview(paths, module) for module in tasks.modules_in(paths))


def module_overview(paths: ClassPaths, module: str) -> ModuleOverview:
    """One module: everybody in the roster, and who handed it in; nobody before it is released.

    Raises CourseError if the books are damaged.
    """
    policy = read_policy(paths.root / "grading.toml")
    there = paths.source(module).is_file() or tasks.students_of(paths, module)
    rows = class_grades(paths, (module,)) if there else []
    known = results.load_results(paths, module)
    notes = {student: result.graded.notes for student, result in known.items()}
    students = tuple(_student(paths, row.student, row.grades[0], notes.get(row.student.id, ()), policy) for row in rows)
    states = Counter(one.state for one in students if one.state != NOT_HANDED_IN)
    return ModuleOverview(
        module,
        rows[0].grades[0].max_score if rows else 0.0,
        states.total(),
        states.total() - states[NOT_GRADED],
        states[NEEDS_MANUAL],
        dict(states),
        tuple(one.student for one in students if one.state in WITHOUT_SCORE),
        _outdated(paths, module, known),
        students,
    )


def _outdated(paths: ClassPaths, module: str, known: Mapping[str, Result]) -> tuple[str, ...]:
    """Who was graded with earlier tests."""
    if not known:
        return ()
    source = tasks.fingerprint(tasks.source_text(paths, module))
    return tuple(student for student, result in known.items() if result.source != source)


def _student(
    paths: ClassPaths, student: Student, grade: Grade, notes: tuple[str, ...], policy: LatePolicy
) -> StudentOverview:
    submitted = paths.submitted(student.id, grade.module)
    at = clock.handed_in(submitted).isoformat(timespec="seconds") if submitted.is_file() else None
    feedback = paths.feedback(student.id, grade.module).is_file()
    until = policy.extensions.get((student.id, grade.module))
    return StudentOverview(
        student.id, student.name, grade.state, at, in_words(grade.late_by), grade.score, grade.earned, grade.reason, notes,
        feedback, until.isoformat() if until else None,
    )  # fmt: skip
