"""Killed at any moment: the old release or the new one is whole, nothing is lost, and the next command makes it all right."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tinytorch_lab.course.class_folder import JOURNAL, open_class
from tinytorch_lab.course.notebooks import read_notebook
from tinytorch_lab.course.release import pipeline, publish, release
from tinytorch_lab.course.release.status import class_status

from .folders import author_file, state
from .killing import killed, killed_at

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")
OLD, NEW = "# Sums", "# New sums"
NOTEBOOK = "release/01_sums/sums.ipynb"


@pytest.fixture(scope="module")
def changed(released_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A released class whose author has changed the heading and a hidden test; a submission is in."""
    folder = Path(shutil.copytree(released_once, tmp_path_factory.mktemp("changed") / "class"))
    file = author_file(folder)
    text = file.read_text(encoding="utf-8").replace("# # Sums", "# # New sums")
    file.write_text(text.replace("add(-1, 1)", "add(-2, 2)"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def submitted(changed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a submission."""
    folder = Path(shutil.copytree(changed, tmp_path_factory.mktemp("submitted") / "class"))
    mine = folder / "submitted/ada/01_sums/sums.ipynb"
    mine.parent.mkdir(parents=True)
    shutil.copyfile(folder / NOTEBOOK, mine)
    return folder


@pytest.fixture(scope="module")
def made(changed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What nbgrader makes of the change."""
    place = tmp_path_factory.mktemp("made")
    folder = Path(shutil.copytree(changed, place / "class"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            publish, "publish", lambda folder, moves: shutil.copytree(next(iter(moves)).parent, place / "stage")
        )
        pipeline.release("01_sums", course=folder)
    return place / "stage"


def heading(folder: Path) -> str:
    """The first cell of what students have: the notebook is whole."""
    return str(read_notebook(folder / NOTEBOOK).cells[0].source)


def hidden_in_gradebook(folder: Path) -> str:
    """The test that the gradebook knows, if it is a whole database."""
    with closing(sqlite3.connect(folder / "gradebook.db")) as book:
        assert book.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = book.execute("SELECT source FROM source_cell WHERE name = '01-add-test'").fetchall()
    return str(rows[0][0])


def check(folder: Path, origin: Path) -> bool:
    """Everything holds after a kill, and after the next command too; whether the new release was published."""
    assert author_file(folder).read_bytes() == author_file(origin).read_bytes()
    assert heading(folder) in (OLD, NEW)
    hidden_in_gradebook(folder)
    everything = [file.read_bytes() for file in folder.rglob("*.ipynb")]
    for file in (origin / "submitted").rglob("*.ipynb"):
        assert file.read_bytes() in everything
    class_status(folder)  # the next command
    assert not (folder / JOURNAL).exists()
    new = heading(folder) == NEW
    assert ("add(-2, 2)" in hidden_in_gradebook(folder)) == new
    assert ("add(-2, 2)" in (folder / "source/01_sums/sums.ipynb").read_text(encoding="utf-8")) == new
    assert (folder / "exchange/tiny/outbound/01_sums/sums.ipynb").read_bytes() == (folder / NOTEBOOK).read_bytes()
    assert (
        json.loads((folder / ".tinytorch-lab/releases/01_sums.json").read_text(encoding="utf-8"))["version"] == 1 + new
    )
    return new


def test_after_each_step_of_publishing(submitted: Path, made: Path, tmp_path: Path) -> None:
    ends = killed(submitted, made, tmp_path, "steps", 60)
    assert set(ends) == {"killed", "done"}
    assert ends[-1] == "done"
    new = [check(tmp_path / str(number), submitted) for number in range(len(ends))]
    assert new == sorted(new)
    assert {False, True} == set(new)
    for number in (number for number, was in enumerate(new) if was):
        edition = tmp_path / str(number) / "editions/01_sums-1"
        assert open_class(edition).find("01").id == "01_sums"
        assert (edition / "submitted/ada/01_sums/sums.ipynb").is_file()
        assert heading(edition) == OLD
        assert "add(-1, 1)" in hidden_in_gradebook(edition)


def test_at_sixty_moments(submitted: Path, made: Path, tmp_path: Path) -> None:
    ends = killed(submitted, made, tmp_path, "moments", 60)
    assert set(ends) <= {"killed", "done"}
    assert ends.count("killed") > 20
    new = [check(tmp_path / str(number), submitted) for number in range(len(ends))]
    assert False in new


def test_a_whole_release_with_its_kernels_and_nbgrader(changed: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(changed, tmp_path / "class"))
    for seconds in (1.3, 3.0):
        killed_at(folder, seconds)
        check(folder, changed)
    release("01", course=folder)
    assert check(folder, changed)
    assert list((folder / ".tinytorch-lab/staging").iterdir()) == []


def test_a_class_folder_that_was_moved_after_a_crash_is_finished_where_it_is(
    changed: Path, made: Path, tmp_path: Path
) -> None:
    killed(changed, made, tmp_path, "steps", 8)
    crashed = next(tmp_path / str(number) for number in range(8) if (tmp_path / str(number) / JOURNAL).exists())
    copy = Path(shutil.copytree(crashed, tmp_path / "copy"))
    before = state(crashed)
    assert check(copy, changed)
    assert state(crashed) == before
    moved = crashed.rename(tmp_path / "moved")
    assert check(moved, changed)
