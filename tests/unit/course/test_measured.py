"""The time spent measuring, read from a history that the archive itself wrote."""

from pathlib import Path

from tinytorch_lab.archive.file import HistoryFile
from tinytorch_lab.course import measured


def test_seconds_are_summed_by_module(tmp_path: Path) -> None:
    (tmp_path / "measurements").mkdir()
    rows = [
        (str(tmp_path / "modules/01_tensor/tensor.ipynb"), 1.5, None),
        (str(tmp_path / "modules/01_tensor/tensor.ipynb"), None, 0.25),
        (str(tmp_path / "modules/02_activations/activations.ipynb"), 2.0, 1.0),
        (str(tmp_path / "scratch.ipynb"), 8.0, None),
        (None, 16.0, None),
    ]
    insert = "INSERT INTO runs (notebook, wall_s, traced_wall_s) VALUES (?, ?, ?)"
    HistoryFile(tmp_path / measured.HISTORY).use(lambda connection: connection.executemany(insert, rows))
    assert measured.seconds_measured(tmp_path) == {"01_tensor": 1.75, "02_activations": 2.0}


def test_no_history_or_a_broken_one_is_nothing(tmp_path: Path) -> None:
    assert measured.seconds_measured(tmp_path) == {}
    (tmp_path / "measurements").mkdir()
    (tmp_path / measured.HISTORY).write_text("no database")
    assert measured.seconds_measured(tmp_path) == {}
