"""Feedback pages: a graded notebook with scores and comments, in nbgrader's own template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from tinytorch_lab.course.grading.cpu_limit import cpu_limit
from tinytorch_lab.course.grading.hidden import without_hidden_tests
from tinytorch_lab.course.grading.printable import printable
from tinytorch_lab.course.grading.safe_html import exporter
from tinytorch_lab.course.grading.text_page import text_page

MOST_S = 20.0
"""CPU seconds for a page, which takes a tenth of one: students can write what keeps nbconvert busy for hours."""


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

    @property
    def score(self) -> float:
        """What counts: the points of all cells, without the penalty."""
        return sum(score for score, _ in self.scores.values()) - self.penalty

    @property
    def max_score(self) -> float:
        """The points of all cells."""
        return sum(points for _, points in self.scores.values())


def made(page: Page) -> str:
    """The page; of a notebook that nbconvert cannot show, or not in time, its text: one student's work stops nobody's page."""
    try:
        with cpu_limit(MOST_S):
            return html(page)
    except Exception as error:  # nbconvert raises all kinds about odd notebooks; the page names it
        return text_page(page, f"{type(error).__name__}: {printable(str(error))[:200]}")


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
    about = {"notebook": page.title, "score": page.score, "max_score": page.max_score, "late_penalty": page.penalty}
    body, _ = exporter(config).from_notebook_node(notebook, resources={"nbgrader": about})
    return str(body)


def _with_marks(page: Page) -> Any:
    """The notebook with scores and comments where nbgrader's template looks for them."""
    notebook = nbformat.reads(page.notebook, as_version=4)
    if not page.hidden:
        without_hidden_tests(notebook.cells)
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader")
        if marks and (name := marks.get("grade_id")):
            marks["comment"] = page.comments.get(name)
            marks["score"], marks["points"] = page.scores.get(name, (0.0, 0.0))
    if page.remarks:
        notebook.cells.insert(0, nbformat.v4.new_markdown_cell("\n\n".join(page.remarks)))
    return notebook


def _places() -> tuple[str, str]:
    """nbgrader's templates and its style sheets, as its own GenerateFeedback names them."""
    import nbgrader

    formgrader = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader"
    styles = formgrader / "static" / "node_modules" / "bootstrap" / "dist" / "css"
    return str(formgrader / "templates"), str(styles)
