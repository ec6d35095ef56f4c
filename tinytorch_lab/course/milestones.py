"""The milestones: which ones a student can run on what is built, and how to run one."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import jupytext

from tinytorch_lab.course import source
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.files import write_atomic
from tinytorch_lab.course.notebooks import read_notebook
from tinytorch_lab.course.progress import DONE, course_progress
from tinytorch_lab.course.workspace import Folder


@dataclass(frozen=True)
class State:
    """One milestone; ``missing`` are the modules that it needs and that are not complete (it runs on the reference's then)."""

    id: str
    number: str
    title: str
    notebook: str
    missing: tuple[str, ...]

    @property
    def in_words(self) -> str:
        """Whether it is unlocked."""
        return f"locked: needs {', '.join(self.missing)}" if self.missing else "unlocked"


def all_milestones(folder: Folder | None) -> list[State]:
    """The milestones that this version has, in their order."""
    progress = course_progress(folder)
    done = {name for name, one in progress.items() if one.state in DONE}
    have = source.milestones()
    return [
        State(one.id, one.number, one.title, one.notebook, tuple(need for need in one.needs if need not in done))
        for one in source.catalogue().milestones
        if one.notebook in have
    ]


def open_milestone(folder: Folder, word: str) -> Path:
    """The milestone's notebook in the folder, made if it is not there."""
    found = [one for one in all_milestones(folder) if word in (one.number, one.id)]
    if not found:
        raise CourseError(f"There is no milestone {word!r}. `tinytorch-lab milestone` lists them.")
    place = folder.path / found[0].notebook
    if not place.exists():
        write_atomic(place, source.milestone_text(found[0].notebook))
    return place


def command(folder: Folder, word: str) -> tuple[list[str], Path]:
    """The command that runs the milestone's cells on the student's library, and where to run it. Cells' magics stay out."""
    notebook = open_milestone(folder, word)
    code = jupytext.writes(read_notebook(notebook), fmt="py:percent")
    return [sys.executable, "-c", code], notebook.parent
