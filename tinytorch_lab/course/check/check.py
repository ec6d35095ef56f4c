"""Checks one lesson against every rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tinytorch_lab.course.catalogue import Catalogue, Module
from tinytorch_lab.course.check.findings import Finding
from tinytorch_lab.course.check.lesson import Lesson, load_lesson
from tinytorch_lab.course.check.rules.claims import claims
from tinytorch_lab.course.check.rules.names import dotted
from tinytorch_lab.course.check.running import run_lesson
from tinytorch_lab.course.check.runs import Runs
from tinytorch_lab.course.check.standard import STANDARD
from tinytorch_lab.course.errors import CourseError


@dataclass(frozen=True)
class Report:
    """What was found in one lesson, sorted by place; ``runs`` is None if it was never run; ``tests`` numbers its graded cells."""

    module: Module
    findings: tuple[Finding, ...]
    runs: Runs | None = None
    tests: frozenset[int] = frozenset()


Runner = Callable[[Lesson, set[str]], Runs]


def check_module(root: Path, catalogue: Catalogue, module: Module, run: Runner = run_lesson) -> Report:
    """Check the lesson of ``module`` below ``root``. What cannot be read or run to its end is a finding too."""
    try:
        lesson = load_lesson(root, catalogue, module)
    except CourseError as error:
        return Report(module, (Finding(module.source, 0, "M001", str(error), "Nothing else was checked."),))
    findings = check_text(lesson)
    try:
        happened = run(lesson, expressions(lesson))
    except CourseError as error:
        findings.append(lesson.finding("M003", str(error), "Nothing that needs a run was checked."))
        return Report(module, tuple(sorted(findings)))
    tests = frozenset(cell.number for cell in lesson.code if cell.is_test)
    return Report(module, tuple(sorted(findings + check_runs(lesson, happened))), happened, tests)


def check_text(lesson: Lesson) -> list[Finding]:
    """What reading the lesson shows."""
    return [finding for rule in STANDARD for check in rule.text for finding in check(lesson)]


def check_runs(lesson: Lesson, happened: Runs) -> list[Finding]:
    """What running the lesson showed."""
    return [finding for rule in STANDARD for check in rule.run for finding in check(lesson, happened)]


def expressions(lesson: Lesson) -> set[str]:
    """What the prose wants evaluated after the last cell."""
    sources = {figure.source for _, figure in claims(lesson) if figure.source}
    return sources | {text for _, _, text in dotted(lesson)}
