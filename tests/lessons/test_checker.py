"""Every lesson keeps the standard (docs/lesson-checker.md), and a sample of planted mistakes is noticed or explained."""

from pathlib import Path

import pytest

from tinytorch_lab.course.catalogue import Module, load_catalogue
from tinytorch_lab.course.check.changed import changed_modules
from tinytorch_lab.course.check.check import check_module
from tinytorch_lab.course.check.findings import errors
from tinytorch_lab.course.check.lesson import load_lesson
from tinytorch_lab.course.check.mutation.score import check_mutants

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = load_catalogue(ROOT / "modules" / "course.toml")
LESSONS = [module for module in CATALOGUE.modules if (ROOT / module.source).exists()]
SAMPLE = 30


@pytest.mark.parametrize("module", LESSONS, ids=lambda module: module.id)
def test_the_lesson_keeps_the_standard(module: Module) -> None:
    report = check_module(ROOT, CATALOGUE, module)
    assert report.runs is not None
    assert [str(finding) for finding in errors(report.findings)] == []


@pytest.mark.parametrize("module", changed_modules(ROOT, LESSONS), ids=lambda module: module.id)
def test_the_tests_of_a_changed_lesson_notice_planted_mistakes(module: Module) -> None:
    report = check_mutants(load_lesson(ROOT, CATALOGUE, module), SAMPLE)
    assert len(report.outcomes) == SAMPLE
    assert [str(finding) for finding in report.findings] == []
