"""The history stays small: what goes first when room is made."""

from __future__ import annotations

import secrets
from collections import Counter
from pathlib import Path

import pytest

from tinytorch_lab.archive import remember, rows
from tinytorch_lab.archive.history import History

from .measurements import measured


def keep(source: str, count: int = 1, **fields: object) -> None:
    for _ in range(count):
        remember(measured(**fields), source)


def kept() -> Counter[str]:
    return Counter(row.source for row in History().records())


def test_the_number_of_measurements_is_bounded(history_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_ROWS", 50)
    for i in range(130):
        keep(f"x = {i % 4}")
        assert len(History()) <= 50
    assert len(History()) >= 40


def test_the_oldest_go_but_the_newest_five_of_every_text_stay(
    history_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MAX_ROWS", 50)
    keep("old", 8)
    keep("new", 55)
    assert kept()["old"] == 5
    assert 40 <= kept().total() <= 50


def test_a_text_with_very_many_runs_makes_room_for_the_others(
    history_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MAX_ROWS", 50)
    monkeypatch.setattr(rows, "FULL_PER_TEXT", 20)
    keep("rare", 15)
    keep("often", 36)  # together one too many
    assert kept() == {"rare": 15, "often": 30}


def test_where_there_are_too_many_texts_the_oldest_go_with_their_source(
    history_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MAX_ROWS", 20)
    for i in range(30):
        keep(f"x = {i}")
    assert {"x = 29", "x = 20"} <= set(kept())
    assert "x = 0" not in kept()
    assert b"x = 0\x00" not in history_path.read_bytes()


def test_the_size_of_the_file_is_bounded(history_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_FILE_BYTES", 200_000)
    for i in range(80):
        keep(f"x = {i}", label=secrets.token_hex(5000))
    assert history_path.stat().st_size <= 220_000
    assert len(History()) >= 5
    assert "x = 79" in kept()
