"""The history in real kernels: measured cells find their earlier runs again, also after a restart."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from kernels import MIME, Kernel, running_kernel

CELL = "%%measure --time\ntotal = sum(range(100_000))"
MARKER = {"kind": "student", "version": 1}


def earlier(kernel: Kernel, cell: str = CELL) -> dict[str, object] | None:
    """What the result of the cell says of earlier runs."""
    last = kernel.run(cell).last
    assert not any("history" in note for note in last["notes"]), last["notes"]
    found: dict[str, object] | None = last["earlier"]
    return found


def test_runs_of_a_cell_find_the_earlier_ones(fresh_kernel: Kernel, tmp_path: Path) -> None:
    found = [earlier(fresh_kernel) for _ in range(7)]
    assert [each and each["runs"] for each in found] == list(range(7))
    verdicts = [each and each["verdict"] for each in found]
    assert verdicts[:5] == ["first", *["too few"] * 4]
    assert set(verdicts[5:]) <= {"same", "faster", "slower"}
    assert earlier(fresh_kernel, f"{CELL}  # changed")["runs"] == 0  # type: ignore[index]
    assert (tmp_path / "data" / "tinytorch-lab" / "history.db").exists()


def test_a_traced_run_gets_the_cells_own_time_and_the_factor(fresh_kernel: Kernel) -> None:
    untraced = fresh_kernel.run(CELL).last
    traced = fresh_kernel.run(CELL.replace(" --time", "")).last
    joined = traced["earlier"]
    assert (joined["runs"], joined["verdict"]) == (0, "first")
    assert joined["untraced_wall_s"] == untraced["wall_s"]
    assert joined["traced_wall_s"] == traced["wall_s"]
    assert joined["tracing_factor"] == traced["wall_s"] / untraced["wall_s"]
    assert joined["peak_bytes"] == traced["peak_bytes"]


def test_the_history_of_a_student_folder_is_in_it_and_outlives_the_kernel(tmp_path: Path) -> None:
    (tmp_path / ".tinytorch-lab.json").write_text(json.dumps(MARKER))
    lesson = tmp_path / "modules" / "01_tensor"
    for runs in range(2):
        with running_kernel(lesson) as kernel:
            assert earlier(kernel, f"{CELL}\nimport os\nos.chdir('/')")["runs"] == runs  # type: ignore[index]
    assert (tmp_path / "measurements" / "history.db").exists()
    assert not (lesson / "data").exists()
    shown = subprocess.run(
        [sys.executable, "-m", "tinytorch_lab", "history"],
        cwd=lesson,
        env={"TINYTORCH_LAB_HISTORY": "on", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.startswith(f"2 measurements, kept in {tmp_path / 'measurements' / 'history.db'}")


def test_failed_and_interrupted_cells_are_kept_without_a_comparison(fresh_kernel: Kernel) -> None:
    assert earlier(fresh_kernel, "%%measure\n1 / 0") is None
    stopped = fresh_kernel.run("%%measure\nprint('go')\nwhile True: pass", during=fresh_kernel.interrupt).last
    assert stopped["earlier"] is None
    fresh_kernel.run("import tinytorch_lab\nkept = [row.state for row in tinytorch_lab.history().records()]")
    assert fresh_kernel.value("kept") == ["interrupted", "error"]


def test_two_kernels_share_a_history(tmp_path: Path) -> None:
    (tmp_path / ".tinytorch-lab.json").write_text(json.dumps(MARKER))
    with running_kernel(tmp_path / "a") as one, running_kernel(tmp_path / "b") as other:
        found = [earlier(kernel) for kernel in (one, other, one, other)]
    assert [each and each["runs"] for each in found] == [0, 1, 2, 3]


def test_the_explorer_is_shown_as_the_value_of_a_cell(fresh_kernel: Kernel) -> None:
    fresh_kernel.run(CELL)
    ran = fresh_kernel.run("import tinytorch_lab\ntinytorch_lab.history()")
    assert ran.status == "ok"
    assert ran.stream("stderr") == ""
    static, widget = (m["content"]["data"] for m in ran.messages if m["msg_type"] == "display_data")
    assert "total = sum(range(100_000))" in static["text/html"]
    assert "1 measurement, kept in" in static["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in widget
    assert MIME not in static


def test_a_history_that_cannot_be_written_costs_a_note_and_nothing_else(tmp_path: Path) -> None:
    with running_kernel(tmp_path) as kernel:
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "data" / "tinytorch-lab").write_text("a file where a directory should be")
        ran = kernel.run(CELL)
    assert (ran.status, ran.last["state"], ran.last["earlier"]) == ("ok", "done", None)
    assert any("The history of measurements cannot be used: " in note for note in ran.last["notes"])
    assert ran.stream("stdout") == ran.stream("stderr") == ""
