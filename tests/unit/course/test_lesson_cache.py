"""Student's notebooks of a checkout are made once for each content of their lesson."""

from pathlib import Path

import pytest

from tinytorch_lab.course import lesson_cache
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.student import student_notebook, to_text


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def test_it_is_what_the_lesson_makes_also_the_second_time(lesson: Path, kept: Path, monkeypatch) -> None:
    wanted = to_text(student_notebook(lesson))
    assert lesson_cache.student_text(lesson, kept) == wanted
    monkeypatch.setattr(lesson_cache.making, "student_notebook", None)  # making it again would fail
    assert lesson_cache.student_text(lesson, kept) == wanted


def test_a_changed_lesson_is_made_anew_and_the_old_one_goes(lesson: Path, kept: Path) -> None:
    lesson_cache.student_text(lesson, kept)
    lesson.write_text(lesson.read_text(encoding="utf-8").replace("Why?", "Why so?"), encoding="utf-8")
    assert "Why so?" in lesson_cache.student_text(lesson, kept)
    assert len(list(kept.iterdir())) == 1


def test_what_makes_the_notebooks_counts_too(lesson: Path, kept: Path, monkeypatch) -> None:
    lesson_cache.student_text(lesson, kept)
    monkeypatch.setattr(lesson_cache, "_maker", lambda: b"another version")
    monkeypatch.setattr(lesson_cache.making, "to_text", lambda notebook: "made anew")
    assert lesson_cache.student_text(lesson, kept) == "made anew"


def test_a_place_that_cannot_be_written_to_is_only_slower(lesson: Path, kept: Path) -> None:
    kept.write_text("a file, no folder")
    with pytest.raises(NotADirectoryError):
        (kept / "x").read_text()
    assert lesson_cache.student_text(lesson, kept) == to_text(student_notebook(lesson))


def test_a_lesson_that_is_broken_is_said_as_without_it(lesson: Path, kept: Path) -> None:
    lesson.unlink()
    with pytest.raises(CourseError, match="There is no lesson at"):
        lesson_cache.student_text(lesson, kept)
