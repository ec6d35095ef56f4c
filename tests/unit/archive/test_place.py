from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tinytorch_lab.archive import place
from tinytorch_lab.archive.place import history_file

OLDER = {"kind": "student", "version": 1}


def mark(folder: Path, marker: dict[str, object] | str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    text = marker if isinstance(marker, str) else json.dumps(marker)
    (folder / ".tinytorch-lab.json").write_text(text)
    return folder


def test_it_is_in_jupyters_data_directory_without_a_student_folder(history_path: Path) -> None:
    assert history_file() == history_path
    assert not history_path.parent.exists()  # asking makes nothing


def test_it_is_in_the_student_folder_that_the_process_runs_in(history_path: Path, tmp_path: Path) -> None:
    mark(tmp_path, OLDER)
    assert history_file() == tmp_path / "measurements" / "history.db"


def test_a_cell_that_changes_the_directory_does_not_move_it(
    history_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark(tmp_path / "work", OLDER)
    before = history_file()
    monkeypatch.chdir(tmp_path)
    assert history_file() == before == tmp_path / "work" / "measurements" / "history.db"


def test_the_environment_names_the_student_folder(
    history_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINYTORCH_HOME", str(mark(tmp_path / "course", OLDER)))
    assert history_file() == tmp_path / "course" / "measurements" / "history.db"


@pytest.mark.parametrize(
    "marker", [{"kind": "class", "version": 1}, {"kind": "student", "version": 2}, {"kind": "student"}, "[]", "{"]
)
def test_other_folders_than_a_students_get_nothing(
    history_path: Path, tmp_path: Path, marker: dict[str, object] | str
) -> None:
    mark(tmp_path / "work", marker)
    assert history_file() == history_path


def test_it_can_be_switched_off(history_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYTORCH_LAB_HISTORY", "off")
    assert history_file() is None


def test_a_deleted_working_directory_is_no_student_folder(history_path: Path, tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows does not delete a working directory.")
    (tmp_path / "work").rmdir()
    assert place._working_directory() is None


def test_it_does_without_a_working_directory(history_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "START", None)
    assert history_file() == history_path


@pytest.mark.parametrize("variables", [{}, {"XDG_DATA_HOME": "/data"}, {"JUPYTER_DATA_DIR": "/elsewhere"}])
def test_it_is_the_directory_that_jupyter_itself_names(variables: dict[str, str]) -> None:
    named = ("JUPYTER_DATA_DIR", "XDG_DATA_HOME", "JUPYTER_PLATFORM_DIRS")
    environment = {key: value for key, value in os.environ.items() if key not in named} | variables
    code = "import tinytorch_lab.archive.place as p, jupyter_core.paths as j; print(p.jupyter_data()); print(j.jupyter_data_dir())"
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    ours, jupyters = ran.stdout.splitlines()
    assert ours == jupyters


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("darwin", {}, "HOME/Library/Jupyter"),
        ("win32", {"APPDATA": "/Roaming"}, "/Roaming/jupyter"),
        ("win32", {}, "HOME/AppData/Roaming/jupyter"),
    ],
)
def test_other_systems_have_their_own_place(
    platform: str, variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("JUPYTER_DATA_DIR", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(place.sys, "platform", platform)
    assert place.jupyter_data() == Path(expected.replace("HOME", str(Path.home())))
