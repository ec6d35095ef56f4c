from pathlib import Path

import pytest

from tinytorch_lab.course import export
from tinytorch_lab.course.catalogue import Catalogue, load_catalogue
from tinytorch_lab.course.errors import CourseError

EXPECTED = '''# Generated from modules/01_pair/pair_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""Pairs of numbers."""

import numpy as np


def add(a, b):
    """a + b"""
    total = a + b  # the sum
    return total
'''


@pytest.fixture
def catalogue(root: Path) -> Catalogue:
    return load_catalogue(root / "modules" / "course.toml")


def test_exported_code_reads_as_a_library(root: Path, catalogue: Catalogue) -> None:
    (one,) = export.export_all(root, catalogue)
    assert one.path == "tinytorch/core/pair.py"
    assert one.text == EXPECTED


def test_stale_until_written_and_again_after_a_change(root: Path, catalogue: Catalogue, lesson: Path) -> None:
    assert [one.path for one in export.stale(root, export.export_all(root, catalogue))] == ["tinytorch/core/pair.py"]
    assert len(export.write(root, export.export_all(root, catalogue))) == 1
    assert (root / "tinytorch/core/pair.py").read_bytes() == EXPECTED.encode()
    assert export.write(root, export.export_all(root, catalogue)) == []
    lesson.write_text(lesson.read_text(encoding="utf-8").replace("# the sum", "# its sum"), encoding="utf-8")
    assert len(export.stale(root, export.export_all(root, catalogue))) == 1


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(root: Path, catalogue: Catalogue, lesson: Path) -> None:
    lesson.write_bytes(b"\xef\xbb\xbf" + lesson.read_bytes().replace(b"\n", b"\r\n"))
    assert export.export_all(root, catalogue)[0].text == EXPECTED


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("#| default_exp core.pair\n", "", "names no target"),
        ("core.pair", "core.peer", "exports to core.peer, but course.toml says core.pair"),
        ('"grade_id": "01-add",', '"grade_id": 01-add,', "metadata of the cell that begins with .* is not valid JSON"),
    ],
)
def test_a_lesson_that_cannot_be_exported_is_refused(
    root: Path, catalogue: Catalogue, lesson: Path, old: str, new: str, message: str
) -> None:
    lesson.write_text(lesson.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CourseError, match=message):
        export.export_all(root, catalogue)


def test_a_lesson_that_is_missing_is_a_sentence(root: Path, catalogue: Catalogue) -> None:
    with pytest.raises(CourseError, match="There is no lesson at"):
        export.export_all(root, catalogue, (catalogue.modules[1],))
