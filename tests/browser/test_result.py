"""The result under a cell: by mouse and keyboard, while it runs, and where there is little room."""

from __future__ import annotations

import nbformat.v4
import pytest
from playwright.sync_api import expect

from .lab import NOTEBOOK, Lab
from .notebooks import write_notebook

STEPS = """\
%%measure --label steps
import time
import numpy as np
a = np.ones((1024, 1024))
b = [a * i for i in range(8)]
time.sleep(0.3)
c = np.concatenate(b) @ a
del b
time.sleep(0.3)"""

SLOW = """\
%%measure
import time
blocks = []
for i in range(600):
    blocks.append(b"x" * 2**18)
    time.sleep(0.05)"""


@pytest.fixture
def results(lab: Lab, request: pytest.FixtureRequest) -> Lab:
    """A notebook with three cells to measure: steps, a slow one, an untraced one."""
    sources = [STEPS, SLOW, "%%measure --time\nx = sum(range(10**6))\ny = x + 1"]
    path = lab.server.root / f"{request.node.name}.ipynb"
    write_notebook(path, [nbformat.v4.new_code_cell(source) for source in sources])
    lab.open_notebook(path.name)
    return lab


def active_cell(lab: Lab) -> int:
    return int(lab.page.evaluate(f"{NOTEBOOK}.content.activeCellIndex"))


def test_tiles_explain_themselves_to_mouse_and_keyboard(results: Lab) -> None:
    results.run_cell(0)
    peak = results.result(0).locator("[data-tile=peak]")
    peak.click()
    expect(peak).to_have_attribute("aria-expanded", "true")
    expect(results.result(0)).to_contain_text("above what they held when the cell started")
    peak.press("Tab")
    kept = results.result(0).locator("[data-tile=kept]")
    expect(kept).to_be_focused()
    kept.press("Enter")
    expect(kept).to_have_attribute("aria-expanded", "true")
    kept.press("Space")
    expect(kept).to_have_attribute("aria-expanded", "false")
    kept.press("Space")
    results.screenshot("explained", results.result(0))
    results.screenshot("lab")


def test_the_timeline_answers_pointer_and_arrow_keys_and_the_notebook_stays(results: Lab) -> None:
    results.run_cell(0)
    chart = results.result(0).get_by_role("slider")
    chart.focus()
    chart.press("Home")
    first = chart.get_attribute("aria-valuetext")
    chart.press("ArrowRight")
    chart.press("ArrowDown")
    chart.press("ArrowUp")
    assert chart.get_attribute("aria-valuetext") != first
    assert active_cell(results) == 0
    expect(chart).to_be_focused()
    chart.hover()
    expect(results.result(0).locator(".tt-Timeline-place")).to_contain_text("line")
    results.picture("timeline", results.result(0))


def test_a_running_cell_is_busy_and_can_be_interrupted(results: Lab) -> None:
    results.activate_cell(1)
    results.start("notebook:run-cell")
    expect(results.result(1)).to_have_attribute("data-state", "running")
    expect(results.result(1).get_by_role("slider")).to_be_visible()
    results.page.wait_for_timeout(2500)  # for a picture with a line in it
    results.screenshot("running", results.cell(1))
    results.execute("notebook:interrupt-kernel")
    expect(results.result(1)).to_have_attribute("data-state", "interrupted")
    expect(results.result(1)).to_contain_text("Interrupted: the figures are those until then")
    results.screenshot("interrupted", results.result(1))


def test_what_is_open_stays_open_while_figures_change(results: Lab) -> None:
    results.activate_cell(1)
    results.start("notebook:run-cell")
    expect(results.result(1)).to_have_attribute("data-state", "running")
    wall = results.result(1).locator("[data-tile=wall]")
    wall.click()
    before = wall.inner_text()
    results.page.wait_for_function("([tile, text]) => tile.innerText !== text", arg=[wall.element_handle(), before])
    expect(wall).to_have_attribute("aria-expanded", "true")
    results.execute("notebook:interrupt-kernel")
    expect(results.result(1)).to_have_attribute("data-state", "interrupted")


def test_an_untraced_cell_says_what_was_not_measured(results: Lab) -> None:
    results.run_cell(2)
    expect(results.result(2).locator("[data-tile=peak]")).to_contain_text("not measured")
    expect(results.result(2)).not_to_contain_text("with tracing")
    results.screenshot("untraced", results.result(2))


def test_a_narrow_notebook_shows_everything(results: Lab) -> None:
    results.run_cell(0)
    results.execute("application:toggle-left-area")
    for width in (700, 480):
        results.page.set_viewport_size({"width": width, "height": 1400})
        results.page.wait_for_timeout(300)  # the chart follows its place
        fits = "result => result.scrollWidth <= result.clientWidth"
        assert results.result(0).evaluate(fits), f"The result is cut off at a window of {width} pixels."
        results.screenshot(f"narrow-{width}", results.result(0))
