from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tinytorch_lab.archive import remember
from tinytorch_lab.archive.cells import siblings, versions
from tinytorch_lab.archive.history import History
from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import CellIdentity, Machine

from .measurements import measured, traced


@pytest.fixture
def history(history_path: Path) -> History:
    """Three runs of one cell with two texts, one of a cell in another notebook."""
    remember(measured(1.0, label='the "label", 1'), "import numpy\nx = f()\ny = 2")
    remember(traced(8.0), "import numpy\nx = f()\ny = 2")
    remember(measured(3.0), "# changed\nx = G()")
    remember(measured(9.0, cell=CellIdentity("other.ipynb", "z")), "z = 1")
    return History()


def test_an_empty_history_is_no_problem_and_makes_no_file(history_path: Path) -> None:
    history = History()
    assert (len(history), history.problem, history.to_json(), history.clear()) == (0, None, "[]\n", 0)
    assert not history_path.parent.exists()


def test_records_are_found_by_text_notebook_and_mode(history: History) -> None:
    def times(rows: list[Measurement]) -> list[float]:
        return [row.wall_s for row in rows]

    assert times(history.records()) == [9.0, 3.0, 8.0, 1.0]
    assert times(history.records("g()")) == [3.0]
    assert times(history.records("LABEL")) == [1.0]
    assert times(history.records(notebook="other.ipynb")) == [9.0]
    assert times(history.records(mode="default")) == [8.0]
    assert times(history.records("x =", mode="time")) == [3.0, 1.0]


def test_a_title_is_the_label_or_the_first_line_that_says_something(history: History) -> None:
    assert [row.title for row in history.records()] == ["z = 1", "x = G()", "x = f()", 'the "label", 1']


def test_csv_reads_back_with_empty_for_unknown(history: History) -> None:
    rows = list(csv.DictReader(io.StringIO(history.to_csv())))
    assert [row["wall_s"] for row in rows] == ["9.0", "3.0", "8.0", "1.0"]
    assert [row["peak_bytes"] for row in rows] == ["", "", "1000", ""]
    assert rows[3]["label"] == 'the "label", 1'
    assert rows[2]["kind"] == "traced"


def test_json_holds_whole_measurements_with_their_text(history: History) -> None:
    found = json.loads(history.to_json(history.records("x = f()", mode="default")))
    assert [each["source"] for each in found] == ["import numpy\nx = f()\ny = 2"]
    again = Measurement.from_dict(found[0])
    assert (again.wall_s, again.peak_bytes, again.statements[0].source) == (8.0, 1000, "x = f()")


def test_clear_deletes_for_good(history: History, history_path: Path) -> None:
    secret = b"import numpy"
    assert secret in history_path.read_bytes()
    assert history.clear() == 4
    assert (len(history), len(History())) == (0, 0)
    assert secret not in history_path.read_bytes()


def test_a_changed_text_is_a_version_of_the_same_cell(history: History) -> None:
    found = versions(history.records())
    assert [(each.last.title, each.number, each.of) for each in found] == [
        ("z = 1", 1, 1),
        ("x = G()", 2, 2),
        ("x = f()", 1, 2),
    ]
    old = found[2]
    assert (old.untraced_s, old.traced_s, old.peak_bytes, old.net_bytes) == ([1.0], [8.0], 1000, 10)
    assert siblings(old, found) == [found[2], found[1]]


def test_the_figures_of_a_version_are_of_one_machine(history_path: Path) -> None:
    remember(measured(1.0), "x")
    remember(measured(5.0, machine=Machine("3.13.0", "Linux x86_64", 2)), "x")
    (version,) = versions(History().records())
    assert len(version.rows) == 2
    assert version.untraced_s == [5.0]


def test_without_a_cell_the_text_tells_cells_apart(history_path: Path) -> None:
    for source in ("x", "y"):
        remember(measured(cell=CellIdentity()), source)
    remember(measured(cell=CellIdentity(), label="block"), "")
    assert [each.of for each in versions(History().records())] == [1, 1, 1]
