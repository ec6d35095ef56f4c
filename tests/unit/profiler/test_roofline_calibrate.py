"""What is remembered of a machine, where, and when it is measured anew."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tinytorch_lab.cli import main
from tinytorch_lab.profiler import calibrate, peaks
from tinytorch_lab.profiler.records import Roofline


@pytest.fixture(autouse=True)
def runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[float]]:
    """The seconds that each peak was measured for; the peaks themselves are 7e9 and 3e9."""
    runs: list[float] = []
    monkeypatch.setattr(peaks, "product_flops_per_s", lambda seconds: runs.append(seconds) or 7e9)
    monkeypatch.setattr(peaks, "stream_bytes_per_s", lambda seconds: runs.append(seconds) or 3e9)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("TINYTORCH_LAB_CALIBRATE", raising=False)
    monkeypatch.setattr(calibrate, "_declined", False)
    new_process()
    yield runs
    new_process()


def new_process() -> None:
    calibrate._known.clear()
    calibrate._fresh.clear()


def test_measured_once_and_remembered(runs: list[float], tmp_path: Path) -> None:
    said: list[str] = []
    first = calibrate.calibrated(measure=True, announce=said.append)
    assert first is not None
    assert (first.flops_per_s, first.bytes_per_s) == (7e9, 3e9)
    assert "thread" in first.blas
    assert said == ["Measuring once what this machine can do at most: 5 s or less."]
    new_process()
    assert calibrate.calibrated(measure=True, announce=said.append) == first
    assert len(said) == 1
    assert sum(runs) < calibrate.BUDGET_S
    assert [file.name for file in (tmp_path / "tinytorch-lab").iterdir()] == ["roofline.json"]


def test_unasked_nothing_is_measured(runs: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    assert calibrate.calibrated(measure=False) is None
    monkeypatch.setenv("TINYTORCH_LAB_CALIBRATE", "0")
    assert calibrate.calibrated(measure=True) is None
    assert runs == []


def test_what_is_forbidden_to_measure_may_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    known = calibrate.calibrate()
    new_process()
    monkeypatch.setenv("TINYTORCH_LAB_CALIBRATE", "0")
    assert calibrate.calibrated(measure=True) == known


def test_another_number_of_threads_is_another_machine(monkeypatch: pytest.MonkeyPatch, runs: list[float]) -> None:
    calibrate.calibrate()
    monkeypatch.setattr(calibrate, "blas_name", lambda: "a BLAS, 64 threads")
    assert calibrate.calibrated(measure=False) is None
    calibrate.calibrated(measure=True)
    assert len(runs) == 4
    assert len(json.loads(calibrate.cache_file().read_text())["machines"]) == 2, "the first is kept"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', '{"version": 99, "machines": {}}', "\xff"])
def test_a_damaged_file_is_told_and_replaced(text: str) -> None:
    file = calibrate.cache_file()
    file.parent.mkdir()
    file.write_text(text, encoding="latin-1")
    said: list[str] = []
    assert calibrate.calibrated(measure=True, announce=said.append) is not None
    assert said[0].startswith(f"{file} is damaged or of another version and will be replaced. Measuring")
    new_process()
    assert calibrate.calibrated(measure=False) is not None
    assert calibrate.complaint() == ""


@pytest.mark.parametrize(
    "values",
    [None, 5, {}, {"flops_per_s": 1.0}, {"flops_per_s": "7", "bytes_per_s": 1, "blas": "", "measured": ""},
     {"flops_per_s": 0, "bytes_per_s": 1, "blas": "", "measured": ""}],
)  # fmt: skip
def test_a_damaged_entry_is_measured_anew(values: Any) -> None:
    file = calibrate.cache_file()
    file.parent.mkdir()
    file.write_text(json.dumps({"version": 1, "machines": {calibrate.machine_key(): values}}))
    assert calibrate.calibrated(measure=False) is None
    assert calibrate.calibrated(measure=True) is not None


def test_limits_that_an_operation_beats_are_measured_again_once(runs: list[float]) -> None:
    calibrate.calibrate()
    new_process()
    runs.clear()
    assert calibrate.calibrated(measure=True, seen_flops_per_s=7.6e9) is not None
    assert len(runs) == 0, "within the noise"
    calibrate.calibrated(measure=True, seen_flops_per_s=8e9)
    assert len(runs) == 2
    calibrate.calibrated(measure=True, seen_flops_per_s=8e9)
    assert len(runs) == 2, "once is enough"


def test_an_unwritable_place_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "file"))
    measured = calibrate.calibrate()
    assert calibrate.calibrated(measure=False) == measured, "for this process it is known"


def test_a_failed_write_leaves_the_old_file(monkeypatch: pytest.MonkeyPatch) -> None:
    calibrate.calibrate()
    before = calibrate.cache_file().read_text()

    def refuse(self: Path, target: Path) -> None:
        raise OSError("no space")

    monkeypatch.setattr(Path, "replace", refuse)
    calibrate.calibrate()
    assert calibrate.cache_file().read_text() == before
    assert len(list(calibrate.cache_file().parent.iterdir())) == 1


@pytest.mark.parametrize("reason", [KeyboardInterrupt, MemoryError])
def test_an_interrupt_ends_measuring_for_this_process(
    monkeypatch: pytest.MonkeyPatch, reason: type[BaseException]
) -> None:
    def interrupted(seconds: float) -> float:
        raise reason

    monkeypatch.setattr(peaks, "product_flops_per_s", interrupted)
    assert calibrate.calibrated(measure=True) is None
    monkeypatch.setattr(peaks, "product_flops_per_s", lambda seconds: 7e9)
    assert calibrate.calibrated(measure=True) is None
    assert isinstance(calibrate.calibrate(), Roofline), "asked for, it is measured"


def test_the_data_directory_is_jupyters(monkeypatch: pytest.MonkeyPatch) -> None:
    from jupyter_core.paths import jupyter_data_dir

    assert calibrate.data_directory() == Path(jupyter_data_dir())
    monkeypatch.delenv("JUPYTER_DATA_DIR")
    assert calibrate.data_directory() == Path(jupyter_data_dir())
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    assert calibrate.data_directory() == Path(jupyter_data_dir()) == Path("/somewhere/jupyter")


def test_the_data_directory_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JUPYTER_DATA_DIR")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert calibrate.data_directory() == Path.home() / "Library" / "Jupyter"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("APPDATA", "/roaming")
    assert calibrate.data_directory() == Path("/roaming/jupyter")
    monkeypatch.delenv("APPDATA")
    assert calibrate.data_directory() == Path.home() / ".jupyter" / "data"


def test_the_processor_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    answer = subprocess.CompletedProcess([], 0, stdout="Apple M4\n")
    monkeypatch.setattr(subprocess, "run", lambda *arguments, **options: answer)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 10)
    assert calibrate.machine_key().startswith("Apple M4; 10 processors; NumPy ")
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(platform, "processor", lambda: "Intel64 Family 6")
    assert calibrate.machine_key().startswith("Intel64 Family 6; ")


def test_the_largest_cache(tmp_path: Path) -> None:
    for number, size in enumerate(["32K", "1024K", "36M", "nonsense"]):
        (tmp_path / f"index{number}").mkdir()
        (tmp_path / f"index{number}" / "size").write_text(size + "\n")
    assert peaks.last_level_cache(tmp_path) == 36 * 2**20
    assert peaks.last_level_cache(tmp_path / "missing") == peaks.USUAL_CACHE


def test_the_stream_leaves_memory_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peaks, "last_level_cache", lambda: 32 * 2**20)
    for left, size in [(None, 128 * 2**20), (64 * 2**30, 128 * 2**20), (960 * 2**20, 40 * 2**20), (2**20, 16 * 2**20)]:
        monkeypatch.setattr(peaks, "memory_limit", lambda left=left: (2**40, left))
        assert peaks.stream_elements() * 4 == size


def test_the_command_says_what_it_measured_and_where_it_is_kept(
    capsys: pytest.CaptureFixture[str], runs: list[float]
) -> None:
    assert main(["calibrate"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Matrix products (float32): 7 GFLOP/s, with ")
    assert lines[1] == "Main memory: 3 GB/s read and written by one thread."
    assert lines[2] == "Below 2.3 flops per byte memory is the limit, above it arithmetic."
    assert re.fullmatch(rf"Measured in \d+\.\d s, kept in {calibrate.cache_file()}\.", lines[3])
    new_process()
    assert main(["calibrate"]) == 0
    assert capsys.readouterr().out.splitlines()[3].startswith("Measured 20")
    assert len(runs) == 2
    assert main(["calibrate", "--force"]) == 0
    assert len(runs) == 4


def test_the_command_tells_of_a_damaged_file(capsys: pytest.CaptureFixture[str]) -> None:
    calibrate.cache_file().parent.mkdir()
    calibrate.cache_file().write_text("{")
    assert main(["calibrate"]) == 0
    assert "is damaged or of another version and will be replaced." in capsys.readouterr().out


def test_the_command_tells_if_nothing_can_be_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "file"))
    assert main(["calibrate"]) == 1
    assert "but it cannot be kept in" in capsys.readouterr().out
