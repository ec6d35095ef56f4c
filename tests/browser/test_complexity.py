"""The result of %%complexity: predict before the answer is shown, by keyboard, saved and reopened."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator

import nbformat.v4
import pytest
from playwright.sync_api import Locator, expect

from .lab import NOTEBOOK, Lab
from .notebooks import write_notebook
from .server import LabServer
from .sweeps import prediction, quadratic, swept_cell

# Enough cells above it, so that the notebook renders the sweep only when it is scrolled to.
ABOVE = 20

CELL = "%%complexity n=16..256 --budget 1\ntable = [[i * j for j in range(n)] for i in range(n)]"


def open_sweep(lab: Lab, name: str) -> Locator:
    """A notebook with a saved sweep far down, that asks."""
    above = [nbformat.v4.new_markdown_cell(f"Cell {i}\n\n" * 8) for i in range(ABOVE)]
    path = write_notebook(lab.server.root / f"{name}.ipynb", [*above, swept_cell(quadratic())])
    lab.open_notebook(path.name)
    lab.activate_cell(ABOVE)
    expect(lab.result(ABOVE)).to_have_attribute("data-asks", "true")
    return lab.result(ABOVE)


def expect_answer(result: Locator) -> None:
    expect(result).to_have_attribute("data-asks", "false")
    expect(result.locator("[data-resource=time]")).to_contain_text("grows like")
    expect(result.locator(".tt-Predict")).to_have_count(0)


def test_a_prediction_by_keyboard_shows_the_answer_and_is_saved(lab: Lab) -> None:
    result = open_sweep(lab, "predicted")
    expect(result).not_to_contain_text("grows like")
    expect(result.locator(".tt-Plot, .tt-Table, .tt-Facts")).to_have_count(0)
    lab.picture("complexity-asks", result)
    keyboard = lab.page.keyboard
    result.get_by_role("radio", name="1", exact=True).first.focus()
    for key in ("Space", *["ArrowRight"] * 5, "Enter"):  # 1, log n, root n, n, n log n, n^2
        keyboard.press(key)
    expect_answer(result)
    expect(result).to_contain_text("the measurement agrees")
    expect(result).to_be_focused()
    assert lab.page.evaluate(f"{NOTEBOOK}.content.activeCellIndex") == ABOVE
    assert lab.page.evaluate(f"{NOTEBOOK}.content.mode") == "command"
    lab.screenshot("complexity", result)

    lab.execute("docmanager:save")
    lab.server.stop_kernels()
    lab.page.reload()
    lab.wait_ready()
    lab.wait_kernel()
    lab.activate_cell(ABOVE)
    expect_answer(lab.result(ABOVE))
    said = prediction(lab.cell_json(ABOVE))
    assert said is not None
    assert (said["time"], "memory" in said) == ("n^2", False)
    assert not lab.page.evaluate(f"{NOTEBOOK}.model.dirty")


def test_skipping_shows_the_answer_and_the_slider_extrapolates(lab: Lab) -> None:
    result = open_sweep(lab, "skipped")
    result.get_by_role("button", name="Skip").click()
    expect_answer(result)
    said = prediction(lab.cell_json(ABOVE))
    assert said is not None
    assert said["skipped"] is True

    slider = result.get_by_role("slider")
    slider.focus()
    for _ in range(8):  # eight steps are one doubling
        slider.press("ArrowRight")
    expect(result.locator(".tt-Reach output")).to_contain_text("time about 16.8 s (15.1 s to 18.5 s)")
    slider.press("ArrowDown")
    expect(slider).to_be_focused()
    assert lab.page.evaluate(f"{NOTEBOOK}.content.activeCellIndex") == ABOVE

    lab.execute("application:toggle-left-area")
    for width in (700, 440):
        lab.page.set_viewport_size({"width": width, "height": 1600})
        lab.page.wait_for_timeout(300)  # the plots follow their place
        fits = "result => result.scrollWidth <= result.clientWidth"
        assert result.evaluate(fits), f"The result is cut off at a window of {width} pixels."


@pytest.fixture
def asking_switched_off(server: LabServer) -> Iterator[None]:
    put_settings(server, {"askPrediction": False})
    yield
    put_settings(server, {})


def put_settings(server: LabServer, settings: dict[str, object]) -> None:
    """Save the user's settings of the plugin, as the settings editor does."""
    request = urllib.request.Request(
        f"{server.url}lab/api/settings/tinytorch-lab:plugin",
        method="PUT",
        data=json.dumps({"raw": json.dumps(settings)}).encode(),
        headers={"Authorization": f"token {server.token}", "Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=30).close()


@pytest.mark.usefixtures("asking_switched_off")
def test_switched_off_in_the_settings_nothing_is_asked(lab: Lab) -> None:
    path = write_notebook(lab.server.root / "unasked.ipynb", [swept_cell(quadratic())])
    lab.open(path.name)
    expect_answer(lab.result(0))
    assert prediction(lab.cell_json(0)) is None


def test_a_running_sweep_asks_and_blocks_nothing(lab: Lab, new_lab: Callable[[LabServer], Lab]) -> None:
    cells = [nbformat.v4.new_code_cell(source) for source in (CELL, "print('after', 6 * 7)")]
    path = write_notebook(lab.server.root / "run-all.ipynb", cells)
    lab.open_notebook(path.name)
    lab.start("notebook:run-all-cells")
    result = lab.result(0)
    expect(result).to_have_attribute("data-asks", "true")
    expect(result).not_to_contain_text("grows like")
    expect(lab.cell(1)).to_contain_text("after 42")
    expect(result).to_have_attribute("data-state", "done")
    expect(result).to_have_attribute("data-asks", "true")

    memory = result.get_by_role("group", name="Memory")
    memory.get_by_role("radio", name="n squared", exact=True).check()
    result.get_by_role("button", name="Predict").click()
    expect(result).to_have_attribute("data-asks", "false")
    expect(result.locator("[data-resource=memory] .tt-Verdict")).to_contain_text("You predicted n2")
    lab.run_cell(0)  # the same text: the prediction still counts
    expect(result).to_have_attribute("data-state", "done")
    expect(result).to_have_attribute("data-asks", "false")
    lab.execute("docmanager:save")
    lab.page.context.close()
    lab.server.stop_kernels()

    other = new_lab(lab.server)
    other.page.goto(f"{lab.server.url}notebooks/{path.name}?token={lab.server.token}")
    other.wait_ready()
    expect(other.result(0)).to_have_attribute("data-asks", "false")
    other.picture("complexity-notebook7", other.result(0))
    # Notebook 7.6 itself reports errors at its start (a settings schema); an error of ours names our files.
    other.errors[:] = [error for error in other.errors if "tinytorch" in error]
