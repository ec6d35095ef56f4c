import json
import os
from pathlib import Path

import pytest

from tinytorch_lab.course import files, workspace
from tinytorch_lab.course.errors import CourseError


def test_new_makes_a_folder_with_the_lessons_there_are(small_course: Path, tmp_path: Path) -> None:
    folder = tmp_path / "my course"
    written = workspace.new_student_folder(folder)
    assert [p.relative_to(folder).as_posix() for p in written] == ["modules/01_pair/pair.ipynb", ".tinytorch-lab.json"]
    assert json.loads((folder / ".tinytorch-lab.json").read_text()) == {"kind": "student", "version": 1}
    assert (folder / "tinytorch" / "core").is_dir()


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_nobody_else_can_enter_a_new_folder(small_course: Path, tmp_path: Path) -> None:
    workspace.new_student_folder(tmp_path / "course")
    assert (tmp_path / "course").stat().st_mode & 0o077 == 0


def test_a_second_new_adds_what_is_missing_and_keeps_the_students_work(small_course: Path, tmp_path: Path) -> None:
    folder = tmp_path / "course"
    workspace.new_student_folder(folder)
    notebook = folder / "modules/01_pair/pair.ipynb"
    notebook.write_text("my work", encoding="utf-8")
    assert workspace.new_student_folder(folder) == []
    assert notebook.read_text(encoding="utf-8") == "my work"
    notebook.unlink()
    assert workspace.new_student_folder(folder) == [notebook]


def test_new_after_an_interrupted_new_finishes_it(
    small_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "course"
    real = workspace.write_atomic

    def full_disk(path: Path, text: str) -> None:
        if path.name == workspace.MARKER:
            raise OSError(28, "No space left on device", str(path))
        real(path, text)

    monkeypatch.setattr(workspace, "write_atomic", full_disk)
    with pytest.raises(OSError, match="No space left"):
        workspace.new_student_folder(folder)
    assert workspace.find_folder(folder) is None
    monkeypatch.setattr(workspace, "write_atomic", real)
    assert workspace.new_student_folder(folder) == [folder / workspace.MARKER]


def test_new_refuses_a_folder_that_holds_something_else(small_course: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("x")
    with pytest.raises(CourseError, match=r"not empty and is no student folder.*nothing was changed"):
        workspace.new_student_folder(tmp_path / "thesis")
    assert [p.name for p in (tmp_path / "thesis").iterdir()] == ["chapter.tex"]
    with pytest.raises(CourseError, match="is a file"):
        workspace.new_student_folder(tmp_path / "thesis" / "chapter.tex")


def test_the_nearest_marker_upwards_counts(tmp_path: Path) -> None:
    (tmp_path / ".tinytorch-lab.json").write_text('{"kind": "class", "version": 1}')
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert workspace.find_folder(inner) == workspace.Folder(tmp_path, "class", 1)
    with pytest.raises(CourseError, match="is a class folder; this needs a student folder"):
        workspace.find_folder(inner).require("student")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is damaged"),
        ("[]", "is damaged"),
        ('{"kind": "student"}', "is damaged"),
        ('{"kind": "teacher", "version": 1}', "kinds are student and class"),
        ('{"kind": "student", "version": 99}', "newer tinytorch-lab"),
    ],
)
def test_a_marker_that_cannot_be_trusted_is_a_sentence(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / ".tinytorch-lab.json").write_text(text)
    with pytest.raises(CourseError, match=message):
        workspace.find_folder(tmp_path)
    assert (tmp_path / ".tinytorch-lab.json").read_text() == text


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file.txt"
    files.write_atomic(path, "old\r\n")

    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        files.write_atomic(path, "new")
    assert path.read_bytes() == b"old\r\n"
    assert list(tmp_path.iterdir()) == [path]


def test_opening_a_module_makes_its_notebook_once(small_course: Path, tmp_path: Path) -> None:
    workspace.new_student_folder(tmp_path / "course")
    folder = workspace.find_folder(tmp_path / "course")
    notebook = folder.path / "modules/01_pair/pair.ipynb"
    notebook.unlink()
    assert workspace.open_notebook(folder, "pair") == notebook
    notebook.write_text("mine")
    assert workspace.open_notebook(folder, "01") == notebook
    assert notebook.read_text() == "mine"
    with pytest.raises(CourseError, match="no lesson 02_next yet"):
        workspace.open_notebook(folder, "02")
