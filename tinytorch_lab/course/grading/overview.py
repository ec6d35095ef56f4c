"""How far grading is: for each module who handed in, in which state it is, and what is still to do. For the panel."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tinytorch_lab.course.grading import clock, results, tasks
from tinytorch_lab.course.grading.grades import NOT_GRADED, NOT_HANDED_IN, Grade, class_grades
from tinytorch_lab.course.grading.grades_csv import in_words
from tinytorch_lab.course.grading.model import NEEDS_MANUAL, WITHOUT_SCORE, ClassPaths
from tinytorch_lab.course.grading.roster import Student


@dataclass(frozen=True)
class StudentOverview:
    """One student's work of a module; times are UTC (ISO), ``late`` is in words, ``score`` is what counts (None: unknown)."""

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
    modules = tasks.modules_in(paths)
    rows = class_grades(paths, modules)
    return tuple(
        _module(paths, module, [(row.student, row.grades[number]) for row in rows])
        for number, module in enumerate(modules)
    )


def _module(paths: ClassPaths, module: str, graded: list[tuple[Student, Grade]]) -> ModuleOverview:
    known = results.load_results(paths, module)
    source = tasks.fingerprint(tasks.source_text(paths, module))
    notes = {student: result.graded.notes for student, result in known.items()}
    students = tuple(_student(paths, student, grade, notes.get(student.id, ())) for student, grade in graded)
    states = Counter(one.state for one in students if one.state != NOT_HANDED_IN)
    return ModuleOverview(
        module,
        graded[0][1].max_score if graded else 0.0,
        states.total(),
        states.total() - states[NOT_GRADED],
        states[NEEDS_MANUAL],
        dict(states),
        tuple(one.student for one in students if one.state in WITHOUT_SCORE),
        tuple(student for student, result in known.items() if result.source != source),
        students,
    )


def _student(paths: ClassPaths, student: Student, grade: Grade, notes: tuple[str, ...]) -> StudentOverview:
    submitted = paths.submitted(student.id, grade.module)
    at = clock.handed_in(submitted).isoformat(timespec="seconds") if submitted.is_file() else None
    feedback = paths.feedback(student.id, grade.module).is_file()
    return StudentOverview(
        student.id, student.name, grade.state, at, in_words(grade.late_by), grade.score, grade.earned, grade.reason, notes,
        feedback,
    )  # fmt: skip
