"""The lesson standard, as far as it concerns what students get: warnings, never a reason to refuse somebody's own module."""

from __future__ import annotations

from collections.abc import Iterator

from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.check.lesson import load_lesson
from tinytorch_lab.course.check.standard import STANDARD
from tinytorch_lab.course.class_folder import ClassFolder
from tinytorch_lab.course.release.model import WARNING, Fault

OF_THE_RELEASED_FORM = ("S003", "N001", "N003", "N004", "N005", "M005")
OF_THE_LIST = "N005"
"""Compares the points with those in course.toml; without one there is nothing to compare with."""


def warnings(folder: ClassFolder, module: Module) -> Iterator[Fault]:
    """What the rules of the released form find in the module."""
    lesson = load_lesson(folder.root, folder.catalogue, module)
    grade_ids = {cell.number: cell.grade_id for cell in lesson.cells}
    for rule in STANDARD:
        if rule.id not in OF_THE_RELEASED_FORM or (rule.id == OF_THE_LIST and not module.points):
            continue
        for check in rule.text:
            for one in check(lesson):
                yield Fault(one.line, one.cell, one.rule, grade_ids.get(one.cell, ""), one.found, one.mend, WARNING)
