"""What can go wrong with a file: other processes, kills, damage, newer releases, no room, no permission."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tinytorch_lab.archive import file as file_module
from tinytorch_lab.archive import remember
from tinytorch_lab.archive.file import HistoryError, HistoryFile, transaction
from tinytorch_lab.archive.history import History
from tinytorch_lab.profiler.measurement import Measurement

from .measurements import measured

WRITER = """
import sys
sys.path.insert(0, {tests!r})
from measurements import measured
from tinytorch_lab.archive import remember
for i in range({count}):
    measurement = measured(1.0 + i)
    remember(measurement, "x = f()")
    print(measurement.notes, flush=True)
"""


def writer(count: int) -> subprocess.Popen[str]:
    """Another process that keeps so many measurements in the same history."""
    code = WRITER.format(tests=str(Path(__file__).parent), count=count)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def kept() -> Measurement:
    measurement = measured()
    remember(measurement, "x = f()")
    return measurement


def test_processes_that_write_at_once_lose_nothing(history_path: Path) -> None:
    processes = [writer(60) for _ in range(3)]
    printed = [process.communicate(timeout=60)[0] for process in processes]
    assert printed == ["[]\n" * 60] * 3  # no notes
    assert len(History()) == 180


def test_a_killed_writer_leaves_a_sound_file(history_path: Path) -> None:
    if not hasattr(signal, "SIGKILL"):
        pytest.skip("Windows has no SIGKILL.")
    for _ in range(4):
        process = writer(10**6)
        assert process.stdout is not None
        for _ in range(10):
            process.stdout.readline()
        process.kill()
        process.wait()
    assert kept().notes == []
    assert len(History()) > 40
    with sqlite3.connect(history_path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_transaction_that_fails_halfway_leaves_nothing(history_path: Path) -> None:
    kept()

    def action(connection: sqlite3.Connection) -> None:
        with transaction(connection):
            connection.execute("DELETE FROM runs")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        HistoryFile(history_path).use(action)
    assert len(History()) == 1


@pytest.mark.parametrize("damage", ["head", "middle"])
def test_a_damaged_file_is_set_aside_and_a_new_one_begun(history_path: Path, damage: str) -> None:
    for _ in range(200):
        kept()
    data = bytearray(history_path.read_bytes())
    start = 0 if damage == "head" else 4096
    data[start : start + 8192] = b"?" * 8192
    history_path.write_bytes(data)
    measurement = kept()
    (aside,) = history_path.parent.glob("history.db.damaged-*")
    assert measurement.notes == [
        f"The history of measurements was damaged: it is now {aside}, and a new one was begun."
    ]
    assert aside.read_bytes() == data
    assert len(History()) == 1
    assert kept().notes == []


def test_only_the_newest_damaged_file_is_kept_and_clear_deletes_it(history_path: Path) -> None:
    history_path.parent.mkdir(parents=True)
    (history_path.parent / "history.db.damaged-2020-01-01-000000").touch()
    history_path.write_bytes(b"no database" * 100)
    kept()
    assert len(list(history_path.parent.glob("*.damaged-*"))) == 1
    History().clear()
    assert [path.name for path in history_path.parent.iterdir()] == ["history.db"]


def test_a_file_that_another_kernel_has_replaced_already_is_not_set_aside(history_path: Path) -> None:
    kept()
    history = HistoryFile(history_path)
    history._set_aside(inode=-1)  # that of the damaged file that this kernel had opened
    assert history_path.exists()
    assert history.notes == []


def test_an_empty_file_becomes_a_history(history_path: Path) -> None:
    history_path.parent.mkdir(parents=True)
    history_path.touch()
    assert kept().notes == []
    assert len(History()) == 1


def test_the_history_of_a_newer_release_is_left_alone(history_path: Path) -> None:
    kept()
    with sqlite3.connect(history_path) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    before = history_path.read_bytes()
    measurement = kept()
    assert measurement.earlier is None
    assert measurement.notes[0].startswith(f"{history_path} was written by a newer tinytorch-lab (history version 2")
    assert history_path.read_bytes() == before
    assert "newer tinytorch-lab" in str(History().problem)
    with pytest.raises(HistoryError, match="newer"):
        History().clear()


def test_a_cell_does_not_wait_for_a_history_that_is_in_use(history_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept()
    connection = sqlite3.connect(history_path, isolation_level=None)
    waits: list[float] = []
    connect = sqlite3.connect

    def watched(path: Path, *, timeout: float, isolation_level: None) -> sqlite3.Connection:
        waits.append(timeout)
        return connect(path, timeout=timeout, isolation_level=isolation_level)

    connection.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(file_module.sqlite3, "connect", watched)
    measurement = kept()
    connection.close()
    assert measurement.notes == [
        f"The history of measurements was in use by another kernel for too long ({history_path})."
    ]
    assert waits == [0.1]
    assert kept().notes == []


def test_what_was_read_is_compared_though_nothing_can_be_written(history_path: Path) -> None:
    kept()
    connection = sqlite3.connect(history_path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")  # others may read, not write
    measurement = kept()
    connection.close()
    assert measurement.earlier is not None
    assert measurement.earlier.runs == 1
    assert len(measurement.notes) == 1


def test_a_full_disk_becomes_a_note(history_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept()
    connect = sqlite3.connect

    def without_room(*arguments: object, **options: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)  # type: ignore[call-overload]
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    monkeypatch.setattr(file_module.sqlite3, "connect", without_room)
    notes = [note for _ in range(30) for note in kept().notes]
    assert notes[-1].startswith("The history of measurements cannot be used: database or disk is full")
    monkeypatch.undo()


def test_a_place_that_cannot_be_written_becomes_a_note(history_path: Path) -> None:
    history_path.parent.parent.write_text("a file where a directory should be")
    (note,) = kept().notes
    assert note == (
        f"The history of measurements cannot be used: Not a directory ({history_path}). "
        "Mend that, or switch it off: TINYTORCH_LAB_HISTORY=off."
    )


def test_a_read_only_history_is_still_compared_with(history_path: Path) -> None:
    kept()
    history_path.chmod(0o400)
    history_path.parent.chmod(0o500)
    try:
        if os.access(history_path, os.W_OK):
            pytest.skip("This user may write everywhere.")
        measurement = kept()
        assert measurement.earlier is not None
        assert measurement.earlier.runs == 1
        assert "attempt to write a readonly database" in measurement.notes[0]
    finally:
        history_path.parent.chmod(0o700)
        history_path.chmod(0o600)


def test_a_forked_child_and_threads_may_keep_measurements(history_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from concurrent.futures import ThreadPoolExecutor

    monkeypatch.setattr("tinytorch_lab.archive.file.LOCK_WAIT_S", 30)  # nobody gives up, however busy the machine is
    kept()
    with ThreadPoolExecutor(4) as pool:
        assert [note for made in pool.map(lambda _: kept(), range(40)) for note in made.notes] == []
    if hasattr(os, "fork"):
        child = os.fork()
        if child == 0:
            os._exit(len(kept().notes))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(History()) == 41 + hasattr(os, "fork")
