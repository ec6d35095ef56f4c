# ruff: noqa: E501
"""Folders as people have them: links, files where a folder should be, odd names, a full disk, a gradebook that is open."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tinytorch_lab.course.class_folder import JOURNAL, open_class
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.release import ReleaseRefused, database, exchange, release
from tinytorch_lab.course.release.out import zip_release
from tinytorch_lab.course.release.status import class_status

from .folders import author_file, state, write
from .nasty import GOOD, SEALED
from .quick import quick

NOTEBOOK = "release/01_sums/sums.ipynb"


@pytest.fixture(autouse=True)
def patched() -> Iterator[pytest.MonkeyPatch]:
    pytest.importorskip("nbgrader", reason="the [instructor] extra is not installed")
    with quick() as patch:
        yield patch


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A class that is released once, and whose module has changed since."""
    folder = write(tmp_path / "class")
    release("01", course=folder)
    write(folder, GOOD.replace("# # Sums", "# # New sums"))
    return folder


def refused(folder: Path, *says: str) -> None:
    """The release is refused with that sentence, and all that stood there stands there still."""
    before = state(folder)
    with pytest.raises(CourseError) as error:
        release("01", course=folder)
    for words in says:
        assert words in str(error.value)
    assert "Traceback" not in str(error.value)
    assert state(folder) == before


def test_only_the_notebook_is_published_whatever_lies_beside_the_author_s_file(folder: Path) -> None:
    for name in ("sums_solution.py", "sums_dev.ipynb", "sums.ipynb", "data.csv", ".hidden", "notes/answers.txt"):
        file = folder / "modules/01_sums" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"total = a + b {name}", encoding="utf-8")
    release("01", course=folder)
    for place in ("release", "exchange"):
        files = [file for file in (folder / place).rglob("*") if file.is_file()]
        assert [file.name for file in files] == ["sums.ipynb"]
        assert not any(sealed in files[0].read_text(encoding="utf-8") for sealed in SEALED)


def test_a_stranger_s_file_in_the_release_is_named_and_not_published(folder: Path) -> None:
    (folder / "release/01_sums/sums_dev.py").write_text("total = a + b", encoding="utf-8")
    refused(folder, "R8", "sums_dev.py")


def test_a_release_that_somebody_changed_by_hand_is_neither_zipped_nor_called_released(folder: Path) -> None:
    release("01", course=folder)
    shutil.copyfile(folder / "source/01_sums/sums.ipynb", folder / NOTEBOOK)
    with pytest.raises(CourseError, match="is not what was released"):
        zip_release(folder)
    assert class_status(folder)[0].state == "changed"
    assert not release("01", course=folder).unchanged
    zip_release(folder)


@pytest.mark.parametrize("gone", [NOTEBOOK, "source/01_sums/sums.ipynb", "exchange", "gradebook.db"])
def test_what_was_deleted_of_a_release_is_made_again(folder: Path, gone: str) -> None:
    write(folder, GOOD)
    assert release("01", course=folder).unchanged
    before = (folder / NOTEBOOK).read_bytes()
    shutil.rmtree(folder / gone) if (folder / gone).is_dir() else (folder / gone).unlink()
    again = release("01", course=folder)
    assert (again.unchanged, again.version) == (False, 1)
    assert (folder / gone).exists()
    assert (folder / NOTEBOOK).read_bytes() == before
    assert release("01", course=folder).unchanged


@pytest.mark.parametrize("name", ["release", "source", "exchange", "release/01_sums"])
def test_a_file_where_a_folder_should_be_is_named(folder: Path, name: str) -> None:
    shutil.rmtree(folder / name)
    (folder / name).write_text("mine", encoding="utf-8")
    refused(folder, name)


def test_a_folder_where_the_notebook_should_be_is_named_before_anything_moves(folder: Path) -> None:
    (folder / "exchange/tiny/outbound/01_sums/sums.ipynb").unlink()
    (folder / "exchange/tiny/outbound/01_sums/sums.ipynb").mkdir()
    refused(folder, "sums.ipynb is a folder")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_are_followed_and_never_replaced(folder: Path, tmp_path: Path) -> None:
    for name in ("release", "modules/01_sums"):
        there = tmp_path / name.replace("/", "-")
        shutil.move(folder / name, there)
        (folder / name).symlink_to(there)
    release("01", course=folder)
    assert (folder / "release").is_symlink()
    assert "New sums" in (tmp_path / "release/01_sums/sums.ipynb").read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_to_nowhere_is_named(folder: Path) -> None:
    shutil.rmtree(folder / "release")
    (folder / "release").symlink_to(folder / "nowhere")
    refused(folder, "release")


def test_a_folder_that_may_not_be_written_to_is_named_before_anything_moves(
    folder: Path, patched: pytest.MonkeyPatch
) -> None:
    patched.setattr(os, "access", lambda path, mode: "outbound" not in str(path))
    refused(folder, "01_sums was not released: Permission denied", "outbound")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("01_Sums", "R1"), ("1_sums", "R1"), ("01 sums", "R1"), ("01_s\N{LATIN SMALL LETTER U WITH DIAERESIS}ms", "R1"), ("01-sums", "R1"),
        ("../class/modules/01_sums", "There is no module"), ("", "There is no module"), (".", "There is no module"), ("99", "There is no module"),
    ],
)  # fmt: skip
def test_a_name_that_is_none_is_refused(folder: Path, name: str, says: str) -> None:
    if says == "R1":
        write(folder, GOOD, name)
    with pytest.raises(CourseError, match=says):
        release(name, course=folder)


def test_a_module_without_its_file_and_a_class_without_modules_are_named(tmp_path: Path) -> None:
    (tmp_path / "modules/01_sums").mkdir(parents=True)
    with pytest.raises(CourseError, match=r"has no lesson: .*sums_dev.py is missing"):
        release("01", course=tmp_path)
    with pytest.raises(CourseError, match="it has no modules/"):
        release("01", course=tmp_path / "modules/01_sums")
    (tmp_path / "modules/01_sums").rmdir()
    with pytest.raises(CourseError, match="holds no module"):
        release("01", course=tmp_path)


ROW = '\n[[module]]\nid = "{}"\nexports = "core.{}"\ntitle = "T"\npart = "P"\nbuilds = []\nquestion = ""\nneeds = []\npoints = 5\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("version = 1\nparts = [", "not valid TOML"),
        ("version = 2", "version 2"),
        ("version = 1\nmodule = 5", r"\[\[module\]\]"),
        ("version = 1\n[module]\nid = '01_sums'", r"\[\[module\]\]"),
        ("version = 1\nparts = 5", "list of names"),
        ("version = 1\nparts = ['P']" + ROW.format("01_sums", "sums").replace("needs = []", "needs = [[]]"), "list of names"),
        ("version = 1\nparts = ['P']" + ROW.format("01_sums", "sums") + "compare = 5", "compare"),
        ("version = 1\nparts = ['P']" + ROW.format("01_sums", "sums") + "[[milestone]]\nid='1_1957_x'\ntitle='x'\nneeds=5", "list of names"),
        ("version = 1\nparts = ['P']" + ROW.format("02_other", "other"), r"01_sums is not in .*course.toml"),
        ("version = 1\nparts = ['P']", "lists no modules"),
    ],
)  # fmt: skip
def test_a_course_toml_that_cannot_be_read_or_lacks_the_module_is_named(folder: Path, text: str, says: str) -> None:
    (folder / "modules/course.toml").write_text(text, encoding="utf-8")
    before = state(folder)
    with pytest.raises(CourseError, match=says):
        release("01_sums", course=folder)
    assert state(folder) == before


def test_the_class_s_own_order_and_an_extra_module(folder: Path) -> None:
    rows = ROW.format("07_extra", "extra") + ROW.format("01_sums", "sums")
    (folder / "modules/course.toml").write_text("version = 1\nparts = ['P']" + rows, encoding="utf-8")
    write(folder, GOOD.replace('"01-', '"07-'), "07_extra")
    assert release("extra", course=folder).module == "07_extra"
    assert [one.id for one in class_status(folder)] == ["07_extra", "01_sums"]


@pytest.mark.parametrize(
    "other", [b"\xff\xfe", GOOD.replace("#   kernelspec:", "#   kernelspec: [}").encode(), b"# %% nbgrader=5\n"]
)
def test_a_neighbour_that_cannot_be_read_does_not_stop_a_module(folder: Path, other: bytes) -> None:
    write(folder, other, "02_products")
    assert release("01", course=folder).version == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("c = (", "SyntaxError"), ("import sys; sys.exit(0)", "it ended without a word"), ("import os; os._exit(3)", "it ended without a word"),
        ("1 / 0", "ZeroDivisionError"), ("while True: pass", "did not end within"), ("c = get_config(); c.Exchange = 5", ""),
        ("import sys; print('{}'); sys.stdout.flush(); import os; os._exit(0)", ""),
    ],
)  # fmt: skip
def test_a_configuration_of_nbgrader_that_cannot_be_read_is_named(
    folder: Path, text: str, says: str, patched: pytest.MonkeyPatch
) -> None:
    patched.setattr(exchange, "TIMEOUT_S", 2)
    (folder / "nbgrader_config.py").write_text(text, encoding="utf-8")
    refused(folder, "nbgrader_config.py cannot be read", says)


def test_a_configuration_that_prints_and_hides_json_is_read(folder: Path, tmp_path: Path) -> None:
    (folder / "json.py").write_text("1 / 0", encoding="utf-8")
    text = f"print('hello')\nc = get_config()\nc.Exchange.root = {str(tmp_path / 'there')!r}\nc.CourseDirectory.course_id = 'mine'\n"
    (folder / "nbgrader_config.py").write_text(text, encoding="utf-8")
    release("01", course=folder)
    assert (tmp_path / "there/mine/outbound/01_sums/sums.ipynb").read_bytes() == (folder / NOTEBOOK).read_bytes()


def test_a_damaged_gradebook_is_named_and_left(folder: Path) -> None:
    (folder / "gradebook.db").write_bytes(b"no database at all, for many bytes" * 100)
    refused(folder, "is no gradebook that can be read")


def test_a_gradebook_that_another_program_holds_is_named(folder: Path, patched: pytest.MonkeyPatch) -> None:
    patched.setattr(database, "WAIT_S", 0.2)
    with closing(sqlite3.connect(folder / "gradebook.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        refused(folder, "is in use by another program")
    assert release("01", course=folder).version == 2


def test_a_program_that_has_the_gradebook_open_goes_on_with_the_new_one(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "gradebook.db")) as other:
        assert other.execute("SELECT count(*) FROM released").fetchone() == (1,)
        release("01", course=folder)
        assert other.execute("SELECT count(*) FROM released").fetchone() == (2,)
        other.execute("CREATE TABLE typed_by_hand (x)")
        other.commit()
    with closing(sqlite3.connect(folder / "gradebook.db")) as again:
        assert again.execute("SELECT count(*) FROM typed_by_hand").fetchone() == (0,)


def test_a_gradebook_that_is_written_while_a_release_runs_is_not_written_over(
    folder: Path, patched: pytest.MonkeyPatch
) -> None:
    from tinytorch_lab.course.release import prove

    def meanwhile(*_: object) -> tuple[()]:
        with closing(sqlite3.connect(folder / "gradebook.db")) as other:
            other.execute("CREATE TABLE IF NOT EXISTS graded_meanwhile (x)")
            other.commit()
        return ()

    patched.setattr(prove, "untouched", meanwhile)
    with pytest.raises(ReleaseRefused, match="the gradebook was changed meanwhile"):
        release("01", course=folder)
    assert "New sums" not in (folder / NOTEBOOK).read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounts a small disk: needs root on Linux")
@pytest.mark.parametrize("kib", [60, 140, 200, 300])
def test_a_full_disk_leaves_the_old_release(folder: Path, tmp_path: Path, kib: int) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], check=False).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        place = Path(shutil.copytree(folder, disk / "class"))
        size = os.statvfs(disk)
        (disk / "filler").write_bytes(b"x" * max(0, size.f_bavail * size.f_frsize - kib * 1024))
        before = state(place)
        said = refusal(place)
        if said:
            assert said.startswith("01_sums was not released") or "Free space" in said
            assert state(place) == before
        else:
            assert "New sums" in (place / NOTEBOOK).read_text(encoding="utf-8")
        (disk / "filler").unlink()
        assert release("01", course=place).version == 2
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def refusal(folder: Path) -> str:
    """Why the module was not released; "" if it was."""
    try:
        release("01", course=folder)
    except CourseError as error:
        return str(error)
    return ""


def failing(times: int, number: int, where: str):
    """Path.replace that fails so often for targets with that name."""
    whole = Path.replace
    left = [times]

    def replace(self: Path, target: Path) -> Path:
        if where in str(target) and not str(target).endswith(".json") and left[0]:
            left[0] -= 1
            raise OSError(number, os.strerror(number), str(self), None, str(target))
        return whole(self, target)

    return replace


def test_an_exchange_on_another_disk_gets_a_copy(folder: Path, patched: pytest.MonkeyPatch) -> None:
    patched.setattr(Path, "replace", failing(1, errno.EXDEV, "outbound"))
    release("01", course=folder)
    assert (folder / "exchange/tiny/outbound/01_sums/sums.ipynb").read_bytes() == (folder / NOTEBOOK).read_bytes()


def test_a_notebook_that_is_open_on_windows_is_named_and_the_rest_is_done_later(
    folder: Path, patched: pytest.MonkeyPatch
) -> None:
    patched.setattr(Path, "replace", failing(1, errno.EACCES, "release"))
    with pytest.raises(CourseError, match=r"another program has it open.*the rest of the release is done then"):
        release("01", course=folder)
    assert (folder / JOURNAL).exists()
    open_class(folder)
    assert not (folder / JOURNAL).exists()
    assert "New sums" in (folder / NOTEBOOK).read_text(encoding="utf-8")
    assert release("01", course=folder).unchanged


def test_a_damaged_journal_is_named(folder: Path) -> None:
    (folder / JOURNAL).write_text("{", encoding="utf-8")
    with pytest.raises(CourseError, match=r"is damaged. Delete it"):
        class_status(folder)


def test_a_damaged_manifest_is_named_and_its_module_shown_as_a_draft(folder: Path) -> None:
    (folder / ".tinytorch-lab/releases/01_sums.json").write_text("[]", encoding="utf-8")
    refused(folder, "is damaged. Delete it")
    assert class_status(folder)[0].state == "draft"


def test_names_of_folders_that_mean_something_to_others(tmp_path: Path) -> None:
    folder = write(tmp_path / "class [1] #a?b%20 \N{LATIN SMALL LETTER U WITH DIAERESIS}'\"")
    assert author_file(folder).is_file()
    release("01", course=folder)
    assert zip_release(folder).is_file()


def test_a_damaged_notebook_of_one_module_hides_no_other_and_is_made_again(folder: Path) -> None:
    write(folder, GOOD.replace('"01-', '"02-'), "02_other")
    (folder / "source/01_sums/sums.ipynb").write_text("{", encoding="utf-8")
    damaged, other = class_status(folder)
    assert "is not a readable notebook" in damaged.faults[0].found
    assert other.state == "ready"
    assert release("01", course=folder).version == 2
    assert class_status(folder)[0].state == "released"


def test_an_author_s_file_that_may_not_be_read_is_a_fault_of_its_module(
    folder: Path, patched: pytest.MonkeyPatch
) -> None:
    whole = Path.read_bytes

    def read_bytes(self: Path) -> bytes:
        if self.name == "sums_dev.py":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
        return whole(self)

    patched.setattr(Path, "read_bytes", read_bytes)
    assert "cannot be read (Permission denied)" in class_status(folder)[0].faults[0].found
    with pytest.raises(ReleaseRefused, match="R2: The file cannot be read"):
        release("01", course=folder)
