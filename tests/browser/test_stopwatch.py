"""The stopwatch: three ways to press it, and what it leaves in the notebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat.v4
import pytest
from playwright.sync_api import expect

from .lab import PANEL, Lab
from .notebooks import write_notebook

LOCKED: dict[str, Any] = {
    "editable": False,
    "deletable": False,
    "nbgrader": {
        "grade": True,
        "grade_id": "test_sum",
        "locked": True,
        "points": 1,
        "schema_version": 3,
        "solution": False,
        "task": False,
    },
}


@pytest.fixture
def notebook(lab: Lab, request: pytest.FixtureRequest) -> Path:
    """A notebook of its own for each test, open in the lab: text, code, a locked test cell, code."""
    cells = [
        nbformat.v4.new_markdown_cell("# Text"),
        nbformat.v4.new_code_cell("x = 1"),
        nbformat.v4.new_code_cell("assert x == 1", metadata=LOCKED),
        nbformat.v4.new_code_cell("y = 2"),
    ]
    path = write_notebook(lab.server.root / f"{request.node.name}.ipynb", cells)
    lab.open_notebook(path.name)
    return path


def is_measured(lab: Lab, index: int) -> bool:
    return bool(lab.cell_json(index)["metadata"].get("tinytorch", {}).get("measure", False))


def test_the_button_shows_its_state_and_leaves_no_trace_when_switched_off(lab: Lab, notebook: Path) -> None:
    before = lab.cell_json(1)
    lab.activate_cell(1)
    expect(lab.stopwatch(1)).to_have_attribute("aria-pressed", "false")
    lab.stopwatch(1).click()
    expect(lab.stopwatch(1)).to_have_attribute("aria-pressed", "true")
    assert lab.cell_json(1)["metadata"]["tinytorch"] == {"measure": True}
    lab.activate_cell(3)
    expect(lab.stopwatch(3)).to_have_attribute("aria-pressed", "false")
    expect(lab.cell(1)).to_have_attribute("data-tt-measure", "true")
    lab.screenshot("stopwatch")
    lab.activate_cell(1)
    lab.stopwatch(1).click()
    expect(lab.stopwatch(1)).to_have_attribute("aria-pressed", "false")
    assert lab.cell_json(1) == before


def test_the_button_works_from_the_keyboard(lab: Lab, notebook: Path) -> None:
    lab.activate_cell(1)
    # The toolbar is made when the cell becomes active: only a finished button can have the focus.
    expect(lab.stopwatch(1)).to_have_attribute("aria-pressed", "false")
    lab.stopwatch(1).focus()
    lab.page.keyboard.press("Enter")
    expect(lab.stopwatch(1)).to_have_attribute("aria-pressed", "true")
    lab.page.keyboard.press("Space")
    expect(lab.stopwatch(1)).to_have_attribute("aria-pressed", "false")


def test_the_shortcut_works_in_command_mode_and_in_the_editor(lab: Lab, notebook: Path) -> None:
    lab.activate_cell(1)
    lab.page.keyboard.press("Alt+m")
    expect(lab.stopwatch(1)).to_have_attribute("aria-pressed", "true")
    lab.cell(1).locator(".cm-content").click()
    lab.page.keyboard.press("Alt+m")
    expect(lab.stopwatch(1)).to_have_attribute("aria-pressed", "false")
    assert lab.cell_json(1)["source"] == "x = 1"


def test_the_palette_has_it(lab: Lab, notebook: Path) -> None:
    lab.activate_cell(1)
    lab.execute("apputils:activate-command-palette")
    lab.page.keyboard.type("measure this cell")
    lab.page.locator(".lm-CommandPalette-item", has_text="Measure This Cell").first.click()
    expect(lab.cell(1)).to_have_attribute("data-tt-measure", "true")


def test_a_locked_cell_can_be_measured(lab: Lab, notebook: Path) -> None:
    lab.activate_cell(2)
    lab.stopwatch(2).click()
    assert lab.cell_json(2)["metadata"].items() >= (LOCKED | {"tinytorch": {"measure": True}}).items()
    lab.run_cell(1)
    lab.run_cell(2)
    expect(lab.result(2)).to_have_attribute("data-state", "done")
    assert lab.cell_json(2)["source"] == "assert x == 1"


def test_all_selected_code_cells_are_switched(lab: Lab, notebook: Path) -> None:
    lab.activate_cell(0)
    lab.execute("notebook:select-all")
    lab.execute("tinytorch:toggle-measure")
    assert [is_measured(lab, index) for index in range(4)] == [False, True, True, True]


def test_with_two_notebooks_side_by_side_each_button_is_for_its_own_cell(lab: Lab, notebook: Path) -> None:
    # JupyterLab hides the toolbar of a cell that is too narrow for it.
    lab.page.set_viewport_size({"width": 1900, "height": 900})
    lab.execute("application:toggle-left-area")
    lab.activate_cell(1)
    other = write_notebook(notebook.with_name("beside.ipynb"), [nbformat.v4.new_code_cell("z = 3")])
    lab.execute("docmanager:open", {"path": other.name, "options": {"mode": "split-right"}})
    lab.wait_kernel()
    expect(lab.page.locator(PANEL)).to_have_count(2)
    lab.page.locator(PANEL).first.locator("[data-jp-item-name='tt-measure'] jp-button").click()
    pressed = [
        panel.locator("[data-jp-item-name='tt-measure'] jp-button").get_attribute("aria-pressed")
        for panel in lab.page.locator(PANEL).all()
    ]
    assert pressed == ["true", "false"]


def test_text_cells_have_no_stopwatch(lab: Lab, notebook: Path) -> None:
    lab.activate_cell(0)
    expect(lab.cell(0).locator(".jp-cell-toolbar")).to_be_visible()
    expect(lab.cell(0).locator("[data-jp-item-name='tt-measure']")).to_be_hidden()


def test_a_reopened_notebook_still_shows_which_cells_are_measured(lab: Lab, notebook: Path) -> None:
    lab.activate_cell(3)
    lab.stopwatch(3).click()
    lab.execute("docmanager:save")
    lab.page.reload()
    lab.wait_ready()
    lab.wait_kernel()
    marked = lab.page.locator(f"{PANEL} .jp-Cell[data-tt-measure]")
    expect(marked).to_have_count(1)
    expect(marked).to_have_attribute("aria-description", "This cell is measured when it runs.")
    saved = json.loads(notebook.read_text(encoding="utf-8"))
    assert saved["cells"][3]["metadata"] == {"tinytorch": {"measure": True}}
