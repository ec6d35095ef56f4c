"""Feedback without nbconvert: the notebook's text, scores and comments, for notebooks that cannot be shown otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING

import nbformat
from nbformat import NotebookNode

from tinytorch_lab.course.grading.hidden import without_hidden_tests
from tinytorch_lab.course.notebooks import grade_id

if TYPE_CHECKING:
    from tinytorch_lab.course.grading.pages import Page


def text_page(page: Page, why: str) -> str:
    """The page as plain text, with the reason for it."""
    notebook = nbformat.reads(page.notebook, as_version=4)
    if not page.hidden:
        without_hidden_tests(notebook.cells)
    reason = f"This page has the text of your notebook only: it could not be shown as a notebook ({why})."
    parts = [*_paragraphs([*page.remarks, reason]), *(_cell(cell, page) for cell in notebook.cells)]
    heading = f"{page.title} (Score: {page.score:.2f} / {page.max_score:.2f})"  # as in nbgrader's template
    return document(heading, "".join(parts))


def notice(title: str, sentences: Iterable[str]) -> str:
    """A page for who has no graded notebook, and no score: just why."""
    return document(title, "".join(_paragraphs(sentences)))


def document(title: str, body: str) -> str:
    """A page of HTML around ``body``."""
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    return f"<!DOCTYPE html><html><head>{head}</head><body><h1>{escape(title)}</h1>{body}</body></html>\n"


def _paragraphs(sentences: Iterable[str]) -> list[str]:
    return [f"<p>{escape(sentence)}</p>" for sentence in sentences]


def _cell(cell: NotebookNode, page: Page) -> str:
    said = [_score(page.scores, grade_id(cell)), page.comments.get(grade_id(cell))]
    return f"<pre>{escape(cell.source)}</pre>" + "".join(_paragraphs(one for one in said if one))


def _score(scores: Mapping[str, tuple[float, float]], name: str) -> str:
    if name not in scores:
        return ""
    score, points = scores[name]
    return f"Score of {name}: {score:g} / {points:g}"
