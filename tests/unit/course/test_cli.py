from pathlib import Path

import pytest

from tinytorch_lab import cli
from tinytorch_lab.course import launch


def test_new_says_what_it_wrote(small_course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["new", str(tmp_path / "c")]) == 0
    out = capsys.readouterr().out
    assert "modules" in out
    assert f"tinytorch-lab lab {tmp_path / 'c'}" in out


def test_what_a_user_can_mend_is_one_line_without_a_traceback(
    small_course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    assert cli.main(["new", str(tmp_path / "full")]) == 1
    err = capsys.readouterr().err
    assert err.startswith("tinytorch-lab: ")
    assert err.count("\n") == 1


def test_export_check_names_the_stale_file_and_the_command(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root / "modules" / "01_pair")
    assert cli.main(["export", "--check"]) == 1
    assert capsys.readouterr().out == "tinytorch/core/pair.py is stale: run `tinytorch-lab export 01`.\n"
    assert not (root / "tinytorch").exists()
    assert cli.main(["export", "01"]) == 0
    assert cli.main(["export", "--check"]) == 0
    assert "none stale" in capsys.readouterr().out


def test_export_outside_of_a_source_tree_says_where_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["export"]) == 1
    assert "not inside a folder with lessons" in capsys.readouterr().err


def test_lab_makes_the_folder_and_passes_its_options(
    small_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    monkeypatch.setattr(launch, "open_lab", lambda folder, options: opened.append((folder.path, options)) or 0)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["lab"]) == 0
    assert cli.main(["lab", "course", "--no-browser", "--port=9999"]) == 0
    assert cli.main(["lab", "--no-browser"]) == 0
    monkeypatch.chdir(tmp_path / "course" / "modules")
    assert cli.main(["lab"]) == 0
    course = (tmp_path / "course").resolve()
    assert opened == [(course, []), (course, ["--no-browser", "--port=9999"]), (course, ["--no-browser"]), (course, [])]


def test_lab_opens_a_class_folder_and_puts_nothing_into_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    monkeypatch.setattr(launch, "open_lab", lambda folder, options: opened.append(folder.kind) or 0)
    (tmp_path / ".tinytorch-lab.json").write_text('{"kind": "class", "version": 1}')
    assert cli.main(["lab", str(tmp_path)]) == 0
    assert opened == ["class"]
    assert [path.name for path in tmp_path.iterdir()] == [".tinytorch-lab.json"]


def test_doctor_reports_and_fails_only_for_problems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    status = cli.main(["doctor"])
    out = capsys.readouterr().out
    assert status == 0, out
    assert "PROBLEM" not in out
    (tmp_path / ".tinytorch-lab.json").write_text("broken")
    assert cli.main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "1 problem found." in out
    assert "is damaged" in out
