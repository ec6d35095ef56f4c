"""The explorer of the history: find, compare, plot, take along, delete; and what a saved notebook keeps of it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat.v4
import pytest
from playwright.sync_api import Locator, expect

from .lab import NOTEBOOK, Lab
from .notebooks import write_notebook
from .server import LabServer, start_server

SLOW = "x = [i * i for i in range(200_000)]\ntotal = sum(x)"
FAST = "n = 200_000\ntotal = (n - 1) * n * (2 * n - 1) // 6"
CELLS = [
    f"%%measure --time\n{SLOW}",
    "%%measure --label other\ny = list(range(10_000))",
    "import tinytorch_lab\ntinytorch_lab.history()",
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LabServer]:
    """Without a student folder and with a data directory of its own: the history begins empty."""
    root = tmp_path / "root"
    root.mkdir()
    yield from start_server(root, tmp_path)


@pytest.fixture
def measured(server: LabServer, new_lab: Callable[[LabServer], Lab]) -> Lab:
    """A notebook in front with seven runs of one text of a cell, one of another text of it, one of another cell."""
    path = write_notebook(server.root / "cells.ipynb", [nbformat.v4.new_code_cell(cell) for cell in CELLS])
    lab = new_lab(server)
    lab.open_notebook(path.name)
    for _ in range(6):
        lab.run_cell(0)
    for text in (f"%%measure\n{SLOW}", f"%%measure --time\n{FAST}"):
        lab.page.evaluate(f"text => {NOTEBOOK}.content.widgets[0].model.sharedModel.setSource(text)", text)
        lab.run_cell(0)
    lab.run_cell(1)
    lab.run_cell(2)
    return lab


def explorer(lab: Lab) -> Locator:
    return lab.cell(2).locator(".tt-History")


def choose(lab: Lab, which: int, text: str) -> None:
    """Choose the line with the text in the first (0) or second (1) list."""
    options = explorer(lab).locator("select[size]").nth(which).locator("option")
    options.locator("xpath=..").select_option(index=[text in line for line in options.all_inner_texts()].index(True))


def show(lab: Lab, page: str) -> Locator:
    """Bring a page of the explorer to the front."""
    explorer(lab).locator(".lm-TabBar-tab", has_text=page).click()
    return explorer(lab).locator(".widget-tab-contents > :not(.lm-mod-hidden)")


def press(lab: Lab, button: str) -> None:
    explorer(lab).get_by_role("button", name=button).click()


def downloaded(lab: Lab, kind: str) -> str:
    """What the link gives that the button for CSV or JSON brings."""
    press(lab, kind)
    with lab.page.expect_download() as download:
        explorer(lab).get_by_role("link", name=f"Download measurements.{kind.lower()}").click()
    return Path(download.value.path()).read_text(encoding="utf-8")


def test_it_finds_compares_plots_and_exports(measured: Lab) -> None:
    view = explorer(measured)
    expect(view).to_contain_text("9 of 9 measurements, 3 texts of cells")

    choose(measured, 0, "x\u00a0=\u00a0[i")
    choose(measured, 1, "n\u00a0=\u00a0200_000")
    expect(view).to_contain_text("The second is faster than the first, outside the noise.")
    measured.screenshot("history-compare", measured.cell(2))

    page = show(measured, "Over time")
    expect(page.locator("svg").first).to_contain_text("wall time (")
    expect(page.locator("svg").first).to_contain_text("run (oldest first)")
    measured.screenshot("history-over-time", measured.cell(2))

    page = show(measured, "Measurements")
    expect(page.locator("tbody tr")).to_have_count(9)
    measured.screenshot("history-measurements", measured.cell(2))
    view.get_by_placeholder("in label or source").fill("OTHER")
    view.get_by_placeholder("in label or source").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)

    show(measured, "Export")
    (row,) = csv.DictReader(io.StringIO(downloaded(measured, "CSV")))
    assert (row["label"], row["mode"]) == ("other", "default")
    (whole,) = json.loads(downloaded(measured, "JSON"))
    assert whole["source"].strip() == CELLS[1].partition("\n")[2]
    assert whole["wall_s"] == float(row["wall_s"])
    measured.screenshot("history-export", measured.cell(2))


def test_it_deletes_only_after_a_second_press(measured: Lab) -> None:
    page = show(measured, "Delete")
    press(measured, "Delete all measurements")
    expect(page).to_contain_text("Delete all 9 measurements")
    press(measured, "Keep")
    expect(page).not_to_contain_text("Delete all 9 measurements")
    press(measured, "Delete all measurements")
    explorer(measured).get_by_role("button", name="Delete", exact=True).click()
    expect(page).to_contain_text("9 measurements were deleted.")
    expect(explorer(measured)).to_contain_text("0 of 0 measurements")


def test_a_saved_notebook_keeps_the_latest_measurements(measured: Lab) -> None:
    outputs = measured.cell_json(2)["outputs"]
    assert [output["output_type"] for output in outputs] == ["display_data", "display_data"]
    static, widgets = ("".join(output["data"].get("text/html", "")) for output in outputs)
    assert "9 measurements, kept in" in static
    assert "n = 200_000" in static
    assert widgets == ""
