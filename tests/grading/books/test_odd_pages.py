"""A page for everybody, whatever is in their notebooks: one student's work stops nobody's feedback."""

import nbformat
import pytest

from tinytorch_lab.course.feedback import Grade, grade
from tinytorch_lab.course.grading import pages
from tinytorch_lab.course.grading.cpu_limit import cpu_limit
from tinytorch_lab.course.grading.pages import Page, made


def page_of(*cells) -> str:
    text = nbformat.writes(nbformat.v4.new_notebook(cells=list(cells)))
    return made(
        Page("pair", text, {"a": (3.0, 4.0)}, {"a": "Well done"}, penalty=1.0, remarks=("**restored**: put back",))
    )


def shows(**data) -> nbformat.NotebookNode:
    kinds = {"html": "text/html", "plain": "text/plain", "widget": "application/vnd.jupyter.widget-view+json"}
    output = nbformat.v4.new_output("display_data", {kinds[name]: value for name, value in data.items()})
    return nbformat.v4.new_code_cell("x", outputs=[output])


def graded(source: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(source, metadata={"nbgrader": {"grade_id": "a", "grade": True, "solution": False}})


def test_a_notebook_that_cannot_be_shown_is_given_as_text_with_its_scores(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(pages, "html", lambda page: page["no page"])
    test = "assert True\n### BEGIN HIDDEN TESTS\nassert sealed\n### END HIDDEN TESTS"
    page = page_of(nbformat.v4.new_code_cell("x = '<b>'"), graded(test))
    assert "it could not be shown as a notebook (TypeError" in page
    for told in ("x = &#x27;&lt;b&gt;&#x27;", "Score of a: 3 / 4", "Well done", "**restored**: put back"):
        assert told in page
    assert "sealed" not in page
    (tmp_path / "page.html").write_text(page)
    assert grade(tmp_path / "page.html") == Grade(2.0, 4.0)


def test_a_picture_that_got_lost_costs_no_page() -> None:
    page = page_of(nbformat.v4.new_markdown_cell("before ![p](attachment:p.png) after"))
    assert "before" in page
    assert "as a notebook (" not in page


@pytest.mark.parametrize("view", ["no mapping", {}, {"model_id": "gone"}])
def test_a_widget_gives_way_to_its_text(view) -> None:
    assert "a slider" in page_of(shows(widget=view, plain="a slider"))


def test_html_that_is_too_long_to_be_cleaned_gives_way_to_its_text() -> None:
    page = page_of(shows(html="<td>" * 50_000, plain="a table"))
    assert "a table" in page
    assert "<td>" not in page


def test_a_page_that_takes_too_long_is_given_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_S", 0.01)
    assert "more than 0.01 s of CPU time" in page_of(nbformat.v4.new_markdown_cell("<b>" * 20_000))


def for_ever_but_for_errors() -> None:
    while True:
        try:
            all(True for _ in iter(int, 1))
        except Exception:
            continue


def test_the_limit_is_taken_for_no_error_of_the_work_and_ends_with_it() -> None:
    with cpu_limit(0.05):
        pass
    sum(range(5_000_000))
    with pytest.raises(TimeoutError), cpu_limit(0.01):
        for_ever_but_for_errors()
