from pathlib import Path

import pytest

from tinytorch_lab.course import launch, record, source, workspace
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.notebooks import code_hash, read_notebook
from tinytorch_lab.course.overlay_files import exported_text
from tinytorch_lab.course.progress import Progress, count_solved, course_progress

from .solved import solve


def test_states_follow_the_folder(folder: workspace.Folder) -> None:
    assert course_progress(folder)["01_pair"] == Progress("ready", 0, 1, (), False)
    notebook = solve(folder)
    assert course_progress(folder)["01_pair"] == Progress("in progress", 1, 1, (), False)
    made = exported_text(read_notebook(notebook), source.catalogue().find("01"))
    (folder.path / "tinytorch/core/pair.py").write_text(made)
    assert course_progress(folder)["01_pair"] == Progress("complete", 1, 1, (), True, completed=True)
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("return a + b", "return b + a"), encoding="utf-8")
    assert course_progress(folder)["01_pair"].state == "changed"
    (folder.path / "tinytorch/core/pair.py").rename(folder.path / "tinytorch/core/pair.py.off")
    assert course_progress(folder)["01_pair"] == Progress("changed", 1, 1, (), False, completed=True)


def test_tests_count_for_the_code_that_they_ran_on(folder: workspace.Folder) -> None:
    notebook = solve(folder)
    code = code_hash(read_notebook(notebook))
    record.change(folder.path, "01_pair", tests=record.Tests(1, 1, 100, 100, "2026-01-01T00:00:00+00:00", code))
    assert course_progress(folder)["01_pair"].state == "tests pass"
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("return a + b", "return a - b"), encoding="utf-8")
    changed = course_progress(folder)["01_pair"]
    assert (changed.state, changed.stale) == ("in progress", True)
    record.change(folder.path, "01_pair", tests=record.Tests(0, 1, 0, 100, "x", code_hash(read_notebook(notebook))))
    assert course_progress(folder)["01_pair"].state == "in progress"


def test_an_older_lesson_in_the_folder_is_said(folder: workspace.Folder, lesson: Path) -> None:
    assert not course_progress(folder)["01_pair"].update
    lesson.write_text(
        lesson.read_text(encoding="utf-8").replace("Module 01: Pair", "Module 01: A pair"), encoding="utf-8"
    )
    assert course_progress(folder)["01_pair"].update


def test_a_module_without_a_lesson_is_unavailable_and_tells_what_it_needs(folder: workspace.Folder) -> None:
    assert course_progress(folder)["02_next"] == Progress("unavailable", 0, 0, ("01_pair",), False)


def test_prerequisites_lock_until_they_are_complete(folder: workspace.Folder, small_course: Path) -> None:
    (small_course / "modules/02_next").mkdir()
    source = (small_course / "modules/01_pair/pair_dev.py").read_text(encoding="utf-8")
    (small_course / "modules/02_next/next_dev.py").write_text(
        source.replace("core.pair", "core.next"), encoding="utf-8"
    )
    assert course_progress(folder)["02_next"].state == "locked"
    (folder.path / "tinytorch/core/pair.py").write_text("")
    assert course_progress(folder)["02_next"].state == "ready"


def test_without_a_folder_nothing_is_begun(small_course: Path) -> None:
    assert course_progress(None)["01_pair"] == Progress("ready", 0, 0, (), False)


def test_a_broken_notebook_is_named_and_kept(folder: workspace.Folder) -> None:
    notebook = folder.path / "modules/01_pair/pair.ipynb"
    notebook.write_text("{ no json")
    with pytest.raises(CourseError, match="is not a readable notebook"):
        count_solved(notebook)
    progress = course_progress(folder)["01_pair"]
    assert progress.state == "ready"
    assert str(notebook) in progress.problem
    assert notebook.read_text() == "{ no json"


def test_jupyterlab_opens_the_module_in_progress(folder: workspace.Folder) -> None:
    assert launch.module_to_open(folder).id == "01_pair"
    command = launch.lab_command(folder, ["--no-browser"])
    assert f"--ServerApp.root_dir={folder.path}" in command
    assert "--LabApp.default_url=/lab/tree/modules/01_pair/pair.ipynb" in command
    assert command[-1] == "--no-browser"


@pytest.mark.parametrize("superuser", [True, False])
def test_jupyterlab_is_told_when_the_user_is_root(
    folder: workspace.Folder, monkeypatch: pytest.MonkeyPatch, superuser: bool
) -> None:
    monkeypatch.setattr(launch, "is_root", lambda: superuser)
    assert ("--allow-root" in launch.lab_command(folder, [])) is superuser


def test_a_class_folder_opens_for_its_instructor(tmp_path: Path) -> None:
    (tmp_path / ".tinytorch-lab.json").write_text('{"kind": "class", "version": 1}')
    command = launch.lab_command(workspace.read_marker(tmp_path), [])
    assert "--TinyTorchLab.instructor=True" in command
    assert not [option for option in command if "default_url" in option]
