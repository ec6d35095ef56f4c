"""nbgrader's Formgrader in an instructor's server: what a student wrote runs nothing there."""

import nbformat
import pytest

pytest.importorskip("nbgrader", reason="the [instructor] extra is not installed")

EVIL = "<script>steal()</script><img src=x onerror='steal()'>"


@pytest.fixture
def jp_server_config() -> dict:
    extensions = {"tinytorch_lab": True, "nbgrader.server_extensions.formgrader": True}
    return {"ServerApp": {"jpserver_extensions": extensions}}


def test_formgrader_shows_no_script_of_a_students(jp_serverapp) -> None:
    output = nbformat.v4.new_output("display_data", {"text/html": EVIL, "application/javascript": "steal()"})
    cells = [nbformat.v4.new_markdown_cell(EVIL), nbformat.v4.new_code_cell("1", outputs=[output])]
    marks = {"grade": True, "solution": True, "grade_id": "why", "points": 1, "locked": False, "task": False}
    answer = nbformat.v4.new_markdown_cell(EVIL, metadata={"nbgrader": marks})
    notebook = nbformat.v4.new_notebook(cells=[*cells, answer])
    about = dict.fromkeys(("assignment_id", "notebook_id", "submission_id", "student", "notebook_path"), "x")
    page, _ = jp_serverapp.web_app.settings["nbgrader_exporter"].from_notebook_node(
        notebook, resources={**about, "index": 0, "total": 1, "base_url": "/", "last_name": "", "first_name": ""}
    )
    assert "formgrade.js" in page, "this is Formgrader's own template"
    assert "<script>steal" not in page
    assert "<img src=x onerror" not in page
    assert page.count("&lt;script&gt;steal()") == 2, "what stands in prose is shown as it was written"
