"""The student's commands print what they did, and end with a status."""

from pathlib import Path

import pytest

from tinytorch_lab import cli
from tinytorch_lab.course import source
from tinytorch_lab.course.workspace import Folder

from .solved import solve


@pytest.fixture(autouse=True)
def inside(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.path / "modules" / "01_pair")


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = cli.main(list(words))
    out, err = capsys.readouterr()
    return status, out, err


def test_from_status_to_complete(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "status")
    assert (status, out.splitlines()[0].split()[:3]) == (0, ["01_pair", "ready", "0/1"])
    status, out, _ = run(capsys, "test", "01")
    assert status == 1
    assert "1/1 FAIL 01-add-test: Something that this test needs is not built yet." in out
    assert "01_pair: 0 of 1 tests pass, 0 of 100 points." in out
    assert "NotImplementedError" not in out
    assert "NotImplementedError" in run(capsys, "test", "pair", "--traceback")[1]
    status, _, err = run(capsys, "complete", "01")
    assert status == 1
    assert err == "01_pair is not complete: 0 of 1 tests pass; not yet: 01-add-test.\n"
    solve(folder)
    assert run(capsys, "test", "01")[0] == 0
    assert "tests pass" in run(capsys, "status")[1]
    status, out, _ = run(capsys, "complete", "01")
    assert status == 0
    assert "01_pair is complete: later modules run on your tinytorch.core.pair. Restart kernels that are open." in out
    assert run(capsys, "use", "01", "reference")[0] == 0
    assert not (folder.path / "tinytorch/core/pair.py").exists()
    assert run(capsys, "use", "01", "mine")[0] == 0


def test_submit_reset_update_and_solution(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    solve(folder)
    status, out, _ = run(capsys, "submit", "01")
    assert status == 0
    assert "01_pair handed in at" in out
    assert "tests   not run yet" in out
    status, _, err = run(capsys, "solution", "01")
    assert status == 1
    assert "tinytorch-lab solution 01 --anyway" in err
    assert "What you had is in backups/" in run(capsys, "reset", "01")[1].replace("\\", "/")
    assert run(capsys, "update")[1] == "01_pair: nothing new\n"
    release = folder.path.parent / "release" / "01_pair"
    release.mkdir(parents=True)
    (release / "pair.ipynb").write_text(source.notebook_text(source.catalogue().find("01")), encoding="utf-8")
    assert run(capsys, "update", "--from", str(release.parent))[1] == "01_pair: nothing new\n"
    status, _, err = run(capsys, "update", "02", "--from", str(release.parent))
    assert (status, err) == (1, f"tinytorch-lab: {release.parent} does not hold 02; it holds 01_pair.\n")


def test_outside_of_a_student_folder_the_way_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    status, _, err = run(capsys, "status")
    assert status == 1
    assert "tinytorch-lab new DIR" in err


def test_a_damaged_progress_file_is_said(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    (folder.path / "progress.json").write_text("{")
    status, _, err = run(capsys, "status")
    assert status == 1
    assert "is damaged" in err
    assert "Move it away" in err
