"""Measuring all cells of a notebook at once."""

from __future__ import annotations

import nbformat.v4
import pytest
from playwright.sync_api import Locator, expect

from .lab import NOTEBOOK, Lab
from .notebooks import write_notebook


def open_cells(lab: Lab, name: str, sources: list[str]) -> None:
    cells = [nbformat.v4.new_markdown_cell("# Text"), *(nbformat.v4.new_code_cell(source) for source in sources)]
    path = write_notebook(lab.server.root / f"{name}.ipynb", cells)
    lab.open_notebook(path.name)


def measure_all(lab: Lab) -> Locator:
    """Start it; returns the view of its table."""
    lab.start("tinytorch:measure-all")
    expect(lab.page.locator(".jp-Dialog")).to_contain_text("code cells run again, in order")
    lab.answer("Measure All")
    return lab.page.locator(".tt-MeasureAll")


def names(view: Locator) -> list[str]:
    return view.locator("tbody code").all_inner_texts()


def test_all_cells_are_measured_and_listed_costliest_first(lab: Lab, request: pytest.FixtureRequest) -> None:
    sources = ["import time", "%%measure --time --label nap\ntime.sleep(0.4)", "kept = [0] * 10**6", ""]
    open_cells(lab, request.node.name, sources)
    view = measure_all(lab)
    expect(view.get_by_role("status")).to_contain_text("3 code cells measured")
    listed = names(view)
    assert listed[0] == "nap", "The cell that sleeps longest is the costliest."
    assert set(listed) == {"nap", "import time", "kept = [0] * 10**6"}
    # Options of a %%measure line count here too.
    expect(view.locator("tbody tr").first).not_to_contain_text("traced")
    assert all("tinytorch" not in cell["metadata"] for cell in lab.notebook()["cells"])
    lab.screenshot("measure-all")

    peak = view.get_by_role("button", name="Peak")
    peak.press("Enter")
    expect(view.get_by_role("columnheader", name="Peak")).to_have_attribute("aria-sort", "descending")
    assert names(view)[0] == "kept = [0] * 10**6"

    view.get_by_role("button", name="nap").press("Enter")
    expect(lab.cell(2)).to_be_focused()
    assert lab.page.evaluate(f"{NOTEBOOK}.content.activeCellIndex") == 2


def test_it_stops_at_the_first_error_and_when_it_is_cancelled(lab: Lab, request: pytest.FixtureRequest) -> None:
    open_cells(lab, request.node.name, ["import time", "1 / 0", "never = 1"])
    view = measure_all(lab)
    expect(view.get_by_role("status")).to_have_text(
        "Stopped at the first error, in cell 3: ZeroDivisionError: division by zero"
    )
    assert sorted(names(view)) == ["1 / 0", "import time"]
    assert lab.cell_json(3)["execution_count"] is None
    lab.screenshot("measure-all-error")

    endless = "while True:\n    time.sleep(0.05)"
    lab.page.evaluate(f"source => {{ {NOTEBOOK}.content.widgets[2].model.sharedModel.setSource(source) }}", endless)
    view.get_by_role("button", name="Measure Again").click()
    lab.answer("Measure All")
    expect(view.get_by_role("status")).to_contain_text("Measuring cell 2 of 3")
    expect(lab.result(2)).to_have_attribute("data-state", "running")
    view.get_by_role("button", name="Cancel").click()
    expect(view.get_by_role("status")).to_have_text("Cancelled after 2 of 3 cells.")
    assert lab.cell_json(3)["execution_count"] is None
