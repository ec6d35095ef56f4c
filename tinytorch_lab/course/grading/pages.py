"""Feedback pages: a graded notebook with scores and comments, in nbgrader's own template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import nbformat

from tinytorch_lab.course.grading.hidden import without_hidden_tests
from tinytorch_lab.course.grading.safe_html import exporter


@dataclass(frozen=True)
class Page:
    """What one page is made from: the text of the executed notebook, and scores with points, and comments, by grade id.

    ``remarks`` are sentences that stand above it; ``hidden`` leaves the hidden tests in.
    """

    title: str
    notebook: str
    scores: Mapping[str, tuple[float, float]]
    comments: Mapping[str, str]
    penalty: float = 0.0
    remarks: tuple[str, ...] = ()
    hidden: bool = False


def html(page: Page) -> str:
    """The page. Scripts in a student's text and outputs are taken out: an instructor opens it as well."""
    from traitlets.config import Config

    templates, styles = _places()
    config = Config()
    config.HTMLExporter.template_name = "feedback"
    config.HTMLExporter.extra_template_basedirs = [templates]
    config.HTMLExporter.extra_template_paths = [styles]
    config.HTMLExporter.preprocessors = ["nbconvert.preprocessors.CSSHTMLHeaderPreprocessor"]
    notebook = _with_marks(page)
    total, most = (sum(score[which] for score in page.scores.values()) for which in (0, 1))
    about = {"notebook": page.title, "score": total - page.penalty, "max_score": most, "late_penalty": page.penalty}
    body, _ = exporter(config).from_notebook_node(notebook, resources={"nbgrader": about})
    return str(body)


def _with_marks(page: Page) -> Any:
    """The notebook with scores and comments where nbgrader's template looks for them."""
    notebook = nbformat.reads(page.notebook, as_version=4)
    for cell in notebook.cells:
        if not page.hidden:
            without_hidden_tests(cell)
        marks = cell.metadata.get("nbgrader")
        if marks and (name := marks.get("grade_id")):
            marks["comment"] = page.comments.get(name)
            marks["score"], marks["points"] = page.scores.get(name, (0.0, 0.0))
    if page.remarks:
        notebook.cells.insert(0, nbformat.v4.new_markdown_cell("\n\n".join(page.remarks)))
    return notebook


def notice(title: str, sentences: Sequence[str]) -> str:
    """A page for who has no graded notebook, and no score: just why."""
    words = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    return f"<!DOCTYPE html><html><head>{head}</head><body><h1>{escape(title)}</h1>{words}</body></html>\n"


def _places() -> tuple[str, str]:
    """nbgrader's templates and its style sheets, as its own GenerateFeedback names them."""
    import nbgrader

    formgrader = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader"
    styles = formgrader / "static" / "node_modules" / "bootstrap" / "dist" / "css"
    return str(formgrader / "templates"), str(styles)
