"""``tinytorch-lab history`` in a terminal."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest

from tinytorch_lab import cli
from tinytorch_lab.archive import remember

from .measurements import measured


@pytest.fixture(autouse=True)
def _two_measurements(history_path: Path) -> None:
    remember(measured(1.5), "x = f()")
    remember(measured(2.5, label="mine"), "x = f()")


def printed(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert cli.main(["history", *options]) == 0
    return capsys.readouterr().out


def test_it_prints_a_table_of_the_latest(capsys: pytest.CaptureFixture[str], history_path: Path) -> None:
    summary, _, *rows = printed(capsys).splitlines()
    assert summary == f"2 measurements, kept in {history_path}"
    assert ["mine" in row for row in rows] == [True, False]


def test_it_exports_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(printed(capsys, "--csv"))))
    assert [row["wall_s"] for row in rows] == ["2.5", "1.5"]
    assert [each["label"] for each in json.loads(printed(capsys, "--json"))] == ["mine", None]


def test_it_deletes_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "--clear") == "2 measurements were deleted.\n"
    assert printed(capsys).startswith("No measurement is kept yet")
    assert printed(capsys, "--json") == "[]\n"


def test_what_is_wrong_is_one_sentence(capsys: pytest.CaptureFixture[str], history_path: Path) -> None:
    with sqlite3.connect(history_path) as connection:
        connection.execute("PRAGMA user_version = 9")
    connection.close()
    assert cli.main(["history", "--clear"]) == 1
    err = capsys.readouterr().err
    assert err.startswith(f"tinytorch-lab: {history_path} was written by a newer tinytorch-lab")
    assert err.count("\n") == 1
