"""``tinytorch-lab check``: checks lessons and prints what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tinytorch_lab.course.catalogue import Catalogue, Module, load_catalogue
from tinytorch_lab.course.check.changed import changed_modules
from tinytorch_lab.course.check.check import Report, check_module
from tinytorch_lab.course.check.findings import Finding, count, errors
from tinytorch_lab.course.check.lesson import load_lesson
from tinytorch_lab.course.check.mutation import text
from tinytorch_lab.course.check.mutation.score import MutationReport, check_mutants, course_goal
from tinytorch_lab.course.check.preview import write_preview
from tinytorch_lab.course.check.rules.ran import NOTEBOOK_S, TESTS_S, tests_seconds
from tinytorch_lab.course.errors import CourseError

Say = Callable[[str], object]


@dataclass(frozen=True)
class Wanted:
    """What to check: words that name modules (none: every module that has a lesson), and how to treat mutants.

    ``sample`` mutants of each lesson, chosen by ``seed``, or all of them (None); ``changed`` leaves out the mutants of lessons
    whose files git says did not change.
    """

    modules: tuple[str, ...] = ()
    mutants: bool = False
    sample: int | None = None
    seed: int = 0
    changed: bool = False


def check(root: Path, wanted: Wanted, say: Say = print) -> bool:
    """Check the lessons below ``root`` and say what was found; returns whether nothing is an error.

    Raises CourseError if a module is named that is not there, if there is no lesson at all, or for a sample of none.
    """
    if wanted.sample is not None and wanted.sample < 1:
        raise CourseError(f"--sample {wanted.sample} plants nothing: give 1 or more, or leave it out for all.")
    catalogue = load_catalogue(root / "modules" / "course.toml")
    modules = lessons(root, catalogue, wanted.modules)
    findings: list[Finding] = []
    for module in modules:
        report = check_module(root, catalogue, module)
        findings += report.findings
        _show(report, say)
    if wanted.mutants:
        findings += _mutants(
            root, catalogue, changed_modules(root, modules) if wanted.changed else modules, wanted, say
        )
    wrong = len(errors(findings))
    say(f"{count(len(modules), 'lesson')}, {count(wrong, 'error')}, {count(len(findings) - wrong, 'warning')}.")
    return not wrong


def preview(root: Path, wanted: Wanted, say: Say = print) -> bool:
    """Write the students' version of the lessons and say where it is: quick, since nothing is run."""
    catalogue = load_catalogue(root / "modules" / "course.toml")
    for module in lessons(root, catalogue, wanted.modules):
        say(write_preview(root, module))
    return True


def lessons(root: Path, catalogue: Catalogue, words: Iterable[str]) -> list[Module]:
    """The modules that the words name, or all that have a lesson. Raises CourseError if there is none to check."""
    named = [catalogue.find(word) for word in words]
    found = named or [module for module in catalogue.modules if (root / module.source).exists()]
    if not found:
        raise CourseError(f"There is no lesson below {root / 'modules'}. Write modules/NN_name/name_dev.py first.")
    return list(dict.fromkeys(found))


def _show(report: Report, say: Say) -> None:
    for finding in report.findings:
        say(str(finding))
    wrong = len(errors(report.findings))
    line = f"{report.module.id}: {count(wrong, 'error')}, {count(len(report.findings) - wrong, 'warning')}"
    if report.runs is not None:
        tests = f"graded tests {tests_seconds(report.runs, report.tests):.2f} s of {TESTS_S}"
        line += f"; notebook {report.runs.notebook.wall_s:.1f} s of {NOTEBOOK_S}, {tests}"
    say(line)


def _mutants(root: Path, catalogue: Catalogue, modules: list[Module], wanted: Wanted, say: Say) -> list[Finding]:
    findings: list[Finding] = []
    reports: list[MutationReport] = []
    for module in modules:
        try:
            report = check_mutants(load_lesson(root, catalogue, module), wanted.sample, wanted.seed)
        except CourseError as error:
            findings.append(Finding(module.source, 0, "N006", str(error), "No mutant was run."))
            say(str(findings[-1]))
            continue
        reports.append(report)
        findings += report.findings
        for line in (*text.lines(report), *map(str, report.findings)):
            say(line)
    if not wanted.modules and not wanted.changed and reports:
        over_all = list(course_goal(reports))
        findings += over_all
        for finding in over_all:
            say(str(finding))
    return findings
