"""The grade that stands in the instructor's feedback."""

from pathlib import Path

import nbformat
import pytest

from tinytorch_lab.course import feedback, source
from tinytorch_lab.course.grading import pages
from tinytorch_lab.course.workspace import Folder

HEADING = "<style>.score {{}}</style><h4>pair (Score: {} / 10.0)</h4><li>Test cell (Score: 1.0 / 2.0)</li>"


def write(folder: Path, text: str) -> Path:
    page = folder / "feedback/01_pair/pair.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text, encoding="utf-8")
    return page


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        (HEADING.format(7.5), feedback.Grade(7.5, 10.0)),
        (HEADING.format(-1.5), feedback.Grade(-1.5, 10.0)),
        ("<h4>pair</h4> well done", None),
        ("", None),
    ],
)
def test_the_first_score_is_the_notebooks(folder: Folder, text: str, grade: feedback.Grade | None) -> None:
    assert feedback.grade(write(folder.path, text)) == grade


def test_of_a_real_page_the_penalty_is_taken_off_once(folder: Folder) -> None:
    pytest.importorskip("nbgrader", reason="the [instructor] extra is not installed")
    cell = nbformat.v4.new_code_cell(
        "assert True", metadata={"nbgrader": {"grade": True, "grade_id": "a", "solution": False}}
    )
    text = nbformat.writes(nbformat.v4.new_notebook(cells=[cell]))
    page = pages.Page("pair", text, scores={"a": (7.0, 10.0)}, comments={}, penalty=2.5)
    assert feedback.grade(write(folder.path, pages.html(page))) == feedback.Grade(4.5, 10.0)


def test_a_new_page_is_read_anew(folder: Folder) -> None:
    write(folder.path, "(Score: 1.0 / 2.0)")
    module = source.catalogue().find("01")
    page = feedback.page(folder.path, module)
    assert feedback.grade(page) == feedback.Grade(1.0, 2.0)
    write(folder.path, "(Score: 1.25 / 2.0), regraded")
    assert feedback.grade(page) == feedback.Grade(1.25, 2.0)


def test_without_a_page_there_is_none(folder: Folder) -> None:
    assert feedback.page(folder.path, source.catalogue().find("01")) is None


def test_an_enormous_page_is_not_searched(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "MAX_BYTES", 10)
    assert feedback.grade(write(folder.path, "(Score: 1.0 / 2.0)")) is None
