"""Collect: what was sent goes to ``submitted/STUDENT/NN_name/name.ipynb``; the newest counts, older ones are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from tinytorch_lab.course.catalogue import Catalogue
from tinytorch_lab.course.class_folder import ClassFolder
from tinytorch_lab.course.files import write_bytes_atomic
from tinytorch_lab.course.grading import clock, received
from tinytorch_lab.course.grading.exchange import SECRET, read_exchange
from tinytorch_lab.course.grading.export_files import read_export
from tinytorch_lab.course.grading.lms import WHICH_MODULE, Claim, claim
from tinytorch_lab.course.grading.model import ClassPaths
from tinytorch_lab.course.grading.place import catalogue_of
from tinytorch_lab.course.grading.roster import Roster, read_roster
from tinytorch_lab.course.grading.sent import Left, Sent
from tinytorch_lab.course.release.exchange import exchange_of

NEW, NEWER, OLDER, SAME = "new", "newer", "older, kept", "there already"


@dataclass(frozen=True)
class Collected:
    """One submission that was taken in; ``outcome`` is new, newer, older (kept, does not count) or there already."""

    student: str
    module: str
    at: datetime
    clock: str
    outcome: str
    place: str
    remark: str = ""


@dataclass(frozen=True)
class Collection:
    """All that was taken in, and all that was left with its reason."""

    taken: tuple[Collected, ...]
    left: tuple[Left, ...]


def collect(
    paths: ClassPaths,
    modules: tuple[str, ...] = (),
    origin: Path | None = None,
    tell: Callable[[Collected], object] = lambda one: None,
) -> Collection:
    """Take in what lies in ``origin``, a folder or zip of an LMS, or else in nbgrader's exchange.

    ``modules`` (default: all) says which; others are passed over. If it is one, a student's only notebook is taken for it
    whatever its name. Raises CourseError if the place or the roster is wrong.
    """
    desk = _Desk(paths, read_roster(paths.root / "roster.csv"), catalogue_of(paths), modules, tell)
    sent = read_export(origin) if origin else read_exchange(exchange_of(ClassFolder(paths.root)))
    try:
        for one in sent:
            desk.take(one)
        desk.take_renamed()
    finally:
        received.remember(paths, desk.taken)
    return Collection(tuple(desk.taken), tuple(desk.left))


class _Desk:
    """Where what was sent is looked at, one by one."""

    def __init__(
        self, paths: ClassPaths, roster: Roster, catalogue: Catalogue, modules: tuple[str, ...],
        tell: Callable[[Collected], object],
    ) -> None:  # fmt: skip
        self.paths, self.roster, self.catalogue, self.modules, self.tell = paths, roster, catalogue, modules, tell
        self.taken: list[Collected] = []
        self.left: list[Left] = []
        self._renamed: dict[str, list[Sent]] = {}

    def take(self, one: Sent | Left) -> None:
        """Take it in, or leave it with its reason."""
        if isinstance(one, Left):
            self.left.append(one)
            return
        claimed = claim(one, self.roster, self.catalogue)
        if claimed.why == WHICH_MODULE and len(self.modules) == 1:
            others = self._renamed.setdefault(claimed.student, [])
            others.append(replace(one, content=b"") if others else one)  # of several none will be taken
        elif claimed.why:
            self.left.append(Left(one.place, claimed.why))
        elif not self.modules or claimed.module in self.modules:
            self._store(claimed, one)

    def take_renamed(self) -> None:
        """At the end: notebooks of other names, of students who sent no other one."""
        for student, sent in self._renamed.items():
            if len(sent) == 1 and student not in {one.student for one in self.taken}:
                remark = "its name is no lesson's: taken, since it is the only one and you named the module"
                self.take(replace(sent[0], module=self.modules[0], remark=remark))
            else:
                self.left += [Left(one.place, WHICH_MODULE) for one in sent]

    def _store(self, claimed: Claim, sent: Sent) -> None:
        notebook = self.paths.submitted(claimed.student, claimed.module)
        outcome = _store(notebook, self.paths.older(claimed.student, claimed.module), sent)
        self.taken.append(
            Collected(claimed.student, claimed.module, sent.at, sent.clock, outcome, sent.place, sent.remark)
        )
        self.tell(self.taken[-1])


def _store(notebook: Path, older: Path, sent: Sent) -> str:
    """Put it where it belongs. The time is written first: interrupted after that, the next collection does the rest."""
    if not notebook.exists():
        _write(notebook, sent)
        return NEW
    content, at = notebook.read_bytes(), clock.handed_in(notebook)
    if content == sent.content:
        # Handed in once more, unchanged: the work was there at the earlier of both times.
        if sent.at < at:
            clock.write_stamp(notebook.parent, sent.at)
        return SAME
    if sent.at < at:
        _set_aside(older, sent.at, sent.content)
        return OLDER
    _set_aside(older, at, content)
    _write(notebook, sent)
    return NEWER


def _write(notebook: Path, sent: Sent) -> None:
    clock.write_stamp(notebook.parent, sent.at)
    if sent.secret is not None:
        write_bytes_atomic(notebook.parent / SECRET, sent.secret)
    write_bytes_atomic(notebook, sent.content)


def _set_aside(folder: Path, at: datetime, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()[:8]
    place = folder / f"{at:%Y-%m-%d_%H-%M-%S}_{digest}.ipynb"
    if not place.exists():
        write_bytes_atomic(place, content)
