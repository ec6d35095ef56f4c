"""What a lesson's tests notice: the score, and the findings that follow from it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tinytorch_lab.course.check.findings import Finding
from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.check.mutation.equivalents import FILE, Equivalent, read_equivalents, resolve, stale
from tinytorch_lab.course.check.mutation.mutants import Mutant, mutants
from tinytorch_lab.course.check.mutation.pool import Outcome, run_mutants

NOTHING_LEFT = "the whole region -> pass"
LESSON_GOAL, COURSE_GOAL, ASSERTION_GOAL = 0.85, 0.93, 0.88


@dataclass(frozen=True)
class Score:
    """How many mutants were planted, noticed, noticed by an assertion; ``crashing`` ones raise wherever they are called."""

    planted: int
    noticed: int
    crashing: int
    asserted: int

    @property
    def share(self) -> float:
        """The share that was noticed; 1.0 of none."""
        return self.noticed / self.planted if self.planted else 1.0

    @property
    def asserted_share(self) -> float:
        """The share that an assertion noticed, of those that do not crash wherever they are called."""
        rest = self.planted - self.crashing
        return self.asserted / rest if rest else 1.0


@dataclass(frozen=True)
class MutationReport:
    """The outcomes for one lesson, its equivalents by the id of their mutant, and the findings.

    ``sampled`` if not all mutants were run.
    """

    lesson: Lesson
    outcomes: tuple[Outcome, ...]
    equivalents: dict[str, Equivalent]
    findings: tuple[Finding, ...]
    sampled: bool


def score(outcomes: Iterable[Outcome]) -> Score:
    """The figures for some outcomes."""
    rows = list(outcomes)
    return Score(
        planted=len(rows),
        noticed=sum(not one.survived for one in rows),
        crashing=sum(one.crashes for one in rows),
        asserted=sum(one.assertion and not one.crashes for one in rows),
    )


def check_mutants(lesson: Lesson, sample: int | None = None, seed: int = 0) -> MutationReport:
    """Run all mutants of the lesson, or ``sample`` of them, the same ones for the same ``seed``. Raises CourseError."""
    made = mutants(lesson)
    chosen = choose(made, sample, seed)
    listed = read_equivalents(lesson.path.parent / FILE)
    explained = resolve(listed, made)
    outcomes = run_mutants(lesson, chosen)
    sampled = len(chosen) < len(made)
    findings = [
        *survivors(lesson, outcomes, set(explained)),
        *stale(lesson, listed, made, outcomes),
        *goals(lesson, outcomes, sampled),
    ]
    return MutationReport(lesson, tuple(outcomes), explained, tuple(sorted(findings)), sampled)


def choose(made: list[Mutant], sample: int | None, seed: int) -> list[Mutant]:
    """All mutants, or as many as ``sample`` says, in their order."""
    if sample is None or sample >= len(made):
        return made
    places = random.Random(seed).sample(range(len(made)), sample)
    return [made[place] for place in sorted(places)]


def survivors(lesson: Lesson, outcomes: list[Outcome], explained: set[str]) -> Iterator[Finding]:
    """Mutants that no test notices and that nobody explained; regions that no test needs."""
    for outcome in outcomes:
        mutant = outcome.mutant
        if not outcome.survived or mutant.id in explained:
            continue
        empty = mutant.change == NOTHING_LEFT
        rule, what = ("N007", "No test needs this region") if empty else ("N006", "No test notices")
        cell = lesson.cells[mutant.cell - 1]
        yield lesson.finding(
            rule, f"{what}: {mutant.id}, {mutant.change}.", f"Test it, or list it in {FILE} with its reason.",
            cell, mutant.line - cell.line + 1,
        )  # fmt: skip


def goals(lesson: Lesson, outcomes: list[Outcome], sampled: bool) -> Iterator[Finding]:
    """The lesson's own goals; a sample is too small for them."""
    figures = score(outcomes)
    if not outcomes:
        yield lesson.finding("N006", "The lesson has no solution to plant mistakes in.", "Add an exercise.")
    if sampled:
        return
    if figures.share < LESSON_GOAL:
        yield lesson.finding(
            "N006",
            f"The tests notice {figures.share:.1%} of {figures.planted} mutants.",
            f"At least {LESSON_GOAL:.0%}.",
        )
    if figures.asserted_share < ASSERTION_GOAL:
        yield lesson.finding(
            "N006", f"Assertions notice {figures.asserted_share:.1%} of the mutants that do not crash wherever they are called.",
            f"At least {ASSERTION_GOAL:.0%}.",
        )  # fmt: skip


def course_goal(reports: list[MutationReport]) -> Iterator[Finding]:
    """The goal over all lessons together; a sample is too small for it."""
    figures = score(one for report in reports for one in report.outcomes)
    if figures.share < COURSE_GOAL and not any(report.sampled for report in reports):
        yield Finding(
            "modules", 0, "N006", f"The tests notice {figures.share:.1%} of {figures.planted} mutants of {len(reports)} lessons.",
            f"At least {COURSE_GOAL:.0%} over the course.",
        )  # fmt: skip
