"""What is to be published, made on a copy: the source notebook, nbgrader's release of it, the gradebook with its rows."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.class_folder import JOURNAL, ClassFolder
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.notebooks import parse_notebook
from tinytorch_lab.course.release import generate
from tinytorch_lab.course.release.author_file import AuthorFile
from tinytorch_lab.course.release.database import GRADEBOOK, copy_database
from tinytorch_lab.course.release.metadata import complete, is_used
from tinytorch_lab.course.release.model import ReleaseRefused
from tinytorch_lab.course.student import source_notebook, stripped, to_text


@dataclass(frozen=True)
class Stage:
    """A folder with a course of nbgrader's layout that holds one module: what it makes is published, nothing else."""

    root: Path
    module: Module
    gradebook_before: str
    """The digest of the class's gradebook as it was copied."""

    @property
    def source(self) -> Path:
        """The notebook with solutions and hidden tests."""
        return self.root / "source" / self.module.id / f"{self.module.name}.ipynb"

    @property
    def release(self) -> Path:
        """The notebook for students."""
        return self.root / "release" / self.module.id / f"{self.module.name}.ipynb"

    @property
    def gradebook(self) -> Path:
        """A copy of the class's gradebook, with the module's rows."""
        return self.root / GRADEBOOK


@contextmanager
def new_stage(folder: ClassFolder, module: Module) -> Iterator[Stage]:
    """A stage on the class folder's own disk, so that what is in it can be moved into place in one step."""
    place = stages(folder)
    place.mkdir(parents=True, exist_ok=True)
    root = Path(tempfile.mkdtemp(prefix=f"{module.id}-", dir=place))
    try:
        before = digest(folder.root / GRADEBOOK)
        copy_database(folder.root / GRADEBOOK, root / GRADEBOOK)
        yield Stage(root, module, before)
    finally:
        if not (
            folder.root / JOURNAL
        ).exists():  # else what is staged is still to be put in place, by whoever comes next
            shutil.rmtree(root, ignore_errors=True)


def stages(folder: ClassFolder) -> Path:
    """Where stages stand."""
    return folder.root / ".tinytorch-lab" / "staging"


def prepared(file: AuthorFile) -> NotebookNode:
    """The source notebook: of the cells' metadata only nbgrader's, whole; stable ids; hints as metadata."""
    lesson = nbformat.from_dict({"cells": [dict(cell) for cell in file.notebook.cells]})
    for cell in lesson.cells:
        grading = cell.metadata.get("nbgrader", {})
        cell["metadata"] = nbformat.from_dict({"nbgrader": complete(grading)} if is_used(grading) else {})
    return source_notebook(lesson)


def expected(source: NotebookNode, name: str) -> str:
    """What a release of ``source`` gives students, by our own stripping: nbgrader's has to be the same cell by cell."""
    return to_text(stripped(source, name))


def fill(stage: Stage, source: NotebookNode, anew: bool) -> None:
    """Have nbgrader make the release of ``source`` in the stage; ``anew`` forgets what the gradebook has of the module.

    Raises ReleaseRefused if nbgrader refuses it, or strips it in another way than we do.
    """
    stage.source.parent.mkdir(parents=True)
    stage.source.write_text(to_text(source), encoding="utf-8")
    try:
        generate.generate(generate.Job(str(stage.root), stage.module.id, anew=anew))
    except CourseError as error:
        raise ReleaseRefused(f"{stage.module.id} was not released. {error}") from None
    made = parse_notebook(stage.release.read_text(encoding="utf-8"))
    wanted = parse_notebook(expected(source, stage.module.id))
    if len(made.cells) != len(wanted.cells):
        raise ReleaseRefused(
            f"{stage.module.id} was not released. R7: nbgrader's student version has other cells than ours."
        )
    for number, (cell, other) in enumerate(zip(made.cells, wanted.cells, strict=True), 1):
        if cell.source != other.source:
            raise ReleaseRefused(
                f"{stage.module.id} was not released. R7: nbgrader's student version differs from ours in cell {number}, so one of "
                "them is wrong. Look at that cell's markers."
            )
    stage.release.write_text(to_text(made), encoding="utf-8")


def digest(path: Path) -> str:
    """SHA-256 of a file, empty if there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
