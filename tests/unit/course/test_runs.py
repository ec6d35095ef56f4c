"""Runs of tests in one folder: one at a time, ended at once when they are cancelled, and what is completed is what was tested."""

import json
import threading
from pathlib import Path

import pytest

from tinytorch_lab.course import compare, complete, lock, record, source, testing
from tinytorch_lab.course.errors import Cancelled, CourseError
from tinytorch_lab.course.workspace import Folder
from tinytorch_lab.server import answers
from tinytorch_lab.server.sender import Sender

from .solved import solve

ENDLESS = "open('begun', 'w').close()\\n    while True: pass"


def module() -> source.Module:
    return source.catalogue().find("01")


def set_once_there(file: Path, stop: threading.Event) -> threading.Thread:
    """Sets ``stop`` as soon as the file is there."""

    def watch() -> None:
        while not file.exists():
            stop.wait(0.01)
        stop.set()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread


def test_a_cancelled_run_ends_in_the_middle_of_its_cell_and_keeps_nothing(folder: Folder) -> None:
    """Else the cell would run to its limit, and what it ends with would be kept."""
    solve(folder, ENDLESS)
    stop = threading.Event()
    set_once_there(folder.path / "modules/01_pair/begun", stop)
    with pytest.raises(Cancelled):
        testing.run_and_record(folder, module(), stop=stop)
    assert record.load(folder.path).of("01_pair").tests is None
    with lock.run_lock(folder.path, "Another run", wait_s=0):
        pass  # the way is free


@pytest.mark.parametrize("start", [testing.run_and_record, complete.complete])
def test_a_second_run_is_refused_with_what_goes_on(folder: Folder, start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "WAIT_S", 0.0)
    solve(folder)
    with lock.run_lock(folder.path, "Completing 02_next"), pytest.raises(CourseError) as caught:
        start(folder, module())
    assert str(caught.value).startswith("Completing 02_next goes on since ")
    assert "cancel it there, and try again. Nothing was changed." in str(caught.value)
    assert record.load(folder.path).of("01_pair").tests is None


def test_what_waits_for_another_run_can_be_cancelled(folder: Folder) -> None:
    stop = threading.Event()
    stop.set()
    with lock.run_lock(folder.path, "Testing"), pytest.raises(Cancelled):
        testing.run_and_record(folder, module(), stop=stop)


@pytest.mark.parametrize("note", ["", "[1]", '{"what": 1}', "{half"])
def test_a_note_that_cannot_be_read_is_no_reason_to_fail(folder: Folder, note: str) -> None:
    with lock.run_lock(folder.path, "Testing"):
        (folder.path / ".tinytorch-lab/run.json").write_text(note)
        with (
            pytest.raises(CourseError, match=r"^Tests go on in another tab or a terminal\. Wait"),
            lock.run_lock(folder.path, "Testing", wait_s=0),
        ):
            pass


def test_what_is_completed_is_what_was_tested(folder: Folder) -> None:
    """Another tab saves the notebook while it is tested."""
    path = solve(folder)

    def other_tab(*_: object) -> None:
        path.write_text(
            path.read_text(encoding="utf-8").replace("return a + b", "return 'never tested'"), encoding="utf-8"
        )

    assert complete.complete(folder, module(), tell=other_tab).refused is None
    assert "return a + b" in (folder.path / "tinytorch/core/pair.py").read_text(encoding="utf-8")
    assert json.loads((folder.path / "progress.json").read_text())["modules"]["01_pair"]["tests"]["passed"] == 1


def test_who_cancels_before_the_last_step_changes_nothing(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    solve(folder)
    send = Sender(lambda message: None)
    monkeypatch.setattr(compare, "times_reference", lambda *_: send.stop.set())
    with pytest.raises(Cancelled):
        answers.complete_module(folder.path, "01_pair", send)
    assert not (folder.path / "tinytorch/core/pair.py").exists()
    assert record.load(folder.path).of("01_pair").completed is None
