"""E001: what the lesson exports."""

from __future__ import annotations

from collections.abc import Iterator

from tinytorch_lab.course.check.cells import MARKERS
from tinytorch_lab.course.check.findings import Finding
from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.export import export_lesson, stale

LEFT_OVER = (*MARKERS, "# TODO: ", "# HINTS: ")


def exported(lesson: Lesson) -> Iterator[Finding]:
    """The target is the catalogue's, the library file is what the lesson makes, and it reads as a library."""
    try:
        one = export_lesson(lesson.root, lesson.module)
    except CourseError as error:
        yield lesson.finding("E001", str(error), "Mend the line with default_exp.")
        return
    if not any(cell.exported for cell in lesson.code):
        yield lesson.finding("E001", "No cell is exported.", "Begin the library's cells with '#| export'.")
    if stale(lesson.root, [one]):
        yield lesson.finding(
            "E001", f"{one.path} is not what the lesson makes.", f"Run tinytorch-lab export {lesson.module.number}."
        )
    for cell in lesson.code:
        if cell.exported and cell.is_test:
            yield lesson.finding("E001", "A test cell is exported.", "Take '#| export' away.", cell, 1)
    for words in LEFT_OVER:
        if words in one.text:
            yield lesson.finding("E001", f"The library file holds '{words.strip()}'.", "Keep it above BEGIN SOLUTION.")
