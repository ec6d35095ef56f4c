"""What the student was given: the base of a later merge, and the tests that count.

A notebook's metadata name the version that it was made from, by its fingerprint; the folder keeps that version. So a notebook
and its base always belong together, whatever was interrupted.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tinytorch_lab.course import offered
from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.files import write_atomic
from tinytorch_lab.course.notebooks import parse_notebook, peek


def fingerprint(text: str) -> str:
    """What names a version of a notebook."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def version_of(notebook: NotebookNode) -> str:
    """The fingerprint of what the notebook was made from; empty if it does not say."""
    kept = notebook.metadata.get("tinytorch", {})
    return str(kept.get("given", "")) if isinstance(kept, dict) else ""


def give(folder: Path, module: Module) -> None:
    """Write the module's notebook as new."""
    text = offered.text(folder, module)
    write_version(folder, module, parse_notebook(text), text)


def write_version(folder: Path, module: Module, notebook: NotebookNode, text: str) -> None:
    """Write ``notebook``, which was made from ``text``: first the base, then the notebook, then older bases go."""
    version = fingerprint(text)
    base = _place(folder, module, version)
    write_atomic(base, text)
    kept = notebook.metadata.get("tinytorch")
    notebook.metadata["tinytorch"] = {**(kept if isinstance(kept, dict) else {}), "given": version}
    write_atomic(folder / module.notebook, nbformat.writes(notebook) + "\n")
    for older in base.parent.glob(f"{module.id}.*.ipynb"):
        if older != base:
            older.unlink(missing_ok=True)


def base_of(folder: Path, module: Module, notebook: NotebookNode) -> NotebookNode | None:
    """What ``notebook`` was made from, None if the folder does not know. Not to be changed."""
    version = version_of(notebook)
    try:
        return peek(_place(folder, module, version)) if version.isalnum() else None
    except CourseError:
        return None


def given_notebook(folder: Path, module: Module, notebook: NotebookNode) -> NotebookNode:
    """What ``notebook`` was made from; that of this version where the folder does not know. Not to be changed."""
    return base_of(folder, module, notebook) or parse_notebook(offered.text(folder, module))


def _place(folder: Path, module: Module, version: str) -> Path:
    return folder / ".tinytorch-lab" / "given" / f"{module.id}.{version}.ipynb"
