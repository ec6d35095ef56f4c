"""Grades: for each student and module what counts, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from tinytorch_lab.course.grading import clock, gradebook, results, tasks
from tinytorch_lab.course.grading.gradebook import Marks
from tinytorch_lab.course.grading.late import LatePolicy, read_policy
from tinytorch_lab.course.grading.model import GRADED, NEEDS_MANUAL, WITHOUT_SCORE, ClassPaths, Graded
from tinytorch_lab.course.grading.results import Result
from tinytorch_lab.course.grading.roster import Student, read_roster

NOT_HANDED_IN = "not handed in"
NOT_GRADED = "not graded yet"


@dataclass(frozen=True)
class Grade:
    """One student's grade of one module.

    ``score`` is what counts, after the penalty for lateness; None where it is not known, with the reason. ``earned`` is the
    score before the penalty. ``state`` is one of grading's states, or says that nothing was handed in or graded yet.
    """

    module: str
    state: str
    max_score: float
    score: float | None = None
    earned: float | None = None
    late_by: timedelta = timedelta()
    reason: str = ""

    @property
    def percent(self) -> float | None:
        """``score`` of ``max_score`` in percent."""
        return None if self.score is None or not self.max_score else 100 * self.score / self.max_score


@dataclass(frozen=True)
class Row:
    """One student's grades, in the order of the modules."""

    student: Student
    grades: tuple[Grade, ...]


def class_grades(paths: ClassPaths, modules: tuple[str, ...] = ()) -> list[Row]:
    """A row for everybody in the roster, and for who handed something in. Raises CourseError if the books are damaged."""
    roster, policy = read_roster(paths.root / "roster.csv"), read_policy(paths.root / "grading.toml")
    modules = modules or tasks.modules_in(paths)
    known = {student.id: student for student in roster.students}
    for module in modules:
        for name in tasks.students_of(paths, module):
            known.setdefault(name, Student(name))
    by_module = [_module_grades(paths, module, list(known), policy) for module in modules]
    return [Row(student, tuple(grades[name] for grades in by_module)) for name, student in known.items()]


def _module_grades(paths: ClassPaths, module: str, students: Sequence[str], policy: LatePolicy) -> dict[str, Grade]:
    with gradebook.opened(paths.gradebook, module) as book:
        marks, most = book.marks(), book.max_score
    graded, handed_in = results.load_results(paths, module), set(tasks.students_of(paths, module))
    found = {}
    for student in students:
        if student not in handed_in:
            found[student] = Grade(module, NOT_HANDED_IN, most, reason="nothing was handed in")
            continue
        late_by = policy.late_by(student, module, clock.handed_in(paths.submitted(student, module)))
        found[student] = _grade(module, most, late_by, graded.get(student), marks.get(student, {}), policy)
    return found


def _grade(
    module: str, most: float, late_by: timedelta, result: Result | None, marks: Mapping[str, Marks], policy: LatePolicy
) -> Grade:
    if result is None or not marks:
        return Grade(module, NOT_GRADED, most, late_by=late_by, reason=f"run: tinytorch-lab grade {module[:2]}")
    state, reason = _state(result.graded, marks)
    if state in WITHOUT_SCORE:
        return Grade(module, state, most, late_by=late_by, reason=reason)
    earned = sum(mark.score for mark in marks.values())
    return Grade(module, state, most, earned - policy.penalty(earned, late_by), earned, late_by, reason)


def _state(graded: Graded, marks: Mapping[str, Marks]) -> tuple[str, str]:
    """The state by now and its reason: people may have graded since, and even what no test could."""
    if graded.state in WITHOUT_SCORE:
        by_hand = all(mark.manual is not None for mark in marks.values())
        return (GRADED, f"by hand, as {graded.state}") if by_hand else (graded.state, graded.reason)
    waiting = sum(mark.waits for mark in marks.values())
    if waiting:
        return NEEDS_MANUAL, _join(
            f"{waiting} of {len(marks)} cells wait for a person: these are the points so far", graded
        )
    return (GRADED, "") if graded.state == NEEDS_MANUAL else (graded.state, _join("", graded))


def _join(first: str, graded: Graded) -> str:
    own = "" if graded.state in (GRADED, NEEDS_MANUAL) else graded.reason
    return "; ".join(part for part in (first, own) if part)
