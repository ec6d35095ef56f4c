from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

import pytest

from tinytorch_lab.archive import remember
from tinytorch_lab.archive.history import History
from tinytorch_lab.profiler.records import Timeline

from .measurements import measured, traced


def test_a_measurement_is_kept_whole_but_for_its_timeline(history_path: Path) -> None:
    measurement = traced(label="mine", timeline=Timeline([0.1], [1], [2], 0.3))
    remember(measurement, "x = f()\n")
    (kept,) = History().records()
    again = kept.measurement()
    assert again.timeline == Timeline()
    measurement.timeline, measurement.earlier = Timeline(), None
    assert again == measurement
    assert (kept.source, kept.label) == ("x = f()\n", "mine")


def test_the_hash_of_the_text_is_filled_in_but_not_overwritten(history_path: Path) -> None:
    measurement = measured()
    remember(measurement, " x = f()\n")
    assert measurement.cell.source_hash == hashlib.sha256(b"x = f()").hexdigest()[:16]
    other = measured()
    other.cell.source_hash = "0123456789abcdef"
    remember(other, "x = f()")
    assert other.cell.source_hash == "0123456789abcdef"


def test_a_long_text_is_stored_once_and_cut(history_path: Path) -> None:
    source = "x = 1  # long\n" * 10_000
    for _ in range(3):
        remember(measured(), source)
    assert {row.source for row in History().records()} == {source[:8192]}
    assert history_path.stat().st_size < 50_000


def test_switched_off_it_keeps_nothing_and_says_nothing(history_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYTORCH_LAB_HISTORY", "off")
    measurement = measured()
    remember(measurement, "x")
    assert (measurement.earlier, measurement.notes) == (None, [])
    assert not history_path.parent.exists()
    assert History().problem == "The history is switched off (TINYTORCH_LAB_HISTORY=off)."


def test_nothing_is_written_into_the_working_directory(history_path: Path) -> None:
    remember(measured(), "x")
    assert history_path.exists()
    assert list(Path.cwd().iterdir()) == []


def test_whatever_fails_becomes_a_note(history_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zlib, "compress", lambda data: 1 / 0)
    measurement = measured()
    remember(measurement, "x")
    assert measurement.notes == ["The history of measurements failed: ZeroDivisionError: division by zero"]
