"""What can be done with a result: measure its clean time, copy it; and the figure that a cell keeps."""

from __future__ import annotations

from pathlib import Path

import nbformat.v4
import pytest
from playwright.sync_api import expect

from .lab import NOTEBOOK, Lab
from .notebooks import write_notebook

SOURCE = "x = [0] * 10**6\ny = x * 2"


@pytest.fixture
def measured(lab: Lab, request: pytest.FixtureRequest) -> Path:
    """A notebook whose first cell was measured, traced; the second was not."""
    cells = [nbformat.v4.new_code_cell(f"%%measure\n{SOURCE}"), nbformat.v4.new_code_cell("z = 1")]
    path = write_notebook(lab.server.root / f"{request.node.name}.ipynb", cells)
    lab.open_notebook(path.name)
    lab.run_cell(0)
    expect(lab.result(0)).to_have_attribute("data-state", "done")
    return path


def test_clean_time_asks_then_runs_the_cell_once_more_untraced(lab: Lab, measured: Path) -> None:
    before = lab.cell_json(0)
    button = lab.result(0).get_by_role("button", name="Clean time")
    button.press("Enter")
    expect(lab.page.locator(".jp-Dialog")).to_contain_text("running it once more, without tracing memory")
    lab.answer("Cancel")
    expect(button).to_be_focused()
    assert '"rerun"' not in "".join(lab.sent)
    assert lab.cell_json(0)["execution_count"] == before["execution_count"]

    button.press("Enter")
    lab.answer("Run Again")
    # The old result leaves with its button: the focus is on the cell, where the keyboard goes on.
    expect(lab.cell(0)).to_be_focused()
    expect(lab.cell(0).locator(".jp-InputPrompt")).to_have_text("[2]:")
    expect(lab.result(0)).to_contain_text("one run, not traced")
    expect(lab.result(0).locator("[data-tile=wall]")).not_to_contain_text("with tracing")
    requests = [message for message in lab.sent if '"rerun":"time"' in message]
    assert len(requests) == 1
    after = lab.cell_json(0)
    assert before["execution_count"] == 1
    assert after["execution_count"] == 2
    assert after["source"] == before["source"]
    assert "tinytorch" not in after["metadata"]
    lab.screenshot("clean-time", lab.cell(0))


def test_a_result_is_copied_as_text_and_as_an_image(lab: Lab, measured: Path) -> None:
    lab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lab.result(0).get_by_role("button", name="Copy text").click()
    expect(lab.result(0).get_by_role("status").first).to_have_text("Copied as text")
    display = next(each for each in lab.cell_json(0)["outputs"] if each["output_type"] == "display_data")
    text = "".join(display["data"]["text/plain"])
    assert lab.page.evaluate("navigator.clipboard.readText()") == text

    lab.result(0).get_by_role("button", name="Copy image").click()
    expect(lab.result(0).get_by_role("status").first).to_have_text("Copied as image")
    picture = lab.page.evaluate(
        """async () => {
            const [item] = await navigator.clipboard.read();
            const image = await createImageBitmap(await item.getType('image/png'));
            const canvas = new OffscreenCanvas(image.width, image.height);
            const context = canvas.getContext('2d');
            context.drawImage(image, 0, 0);
            const colours = new Set(new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer));
            return { width: image.width, colours: colours.size };
        }"""
    )
    assert picture["width"] == 2 * 760
    assert picture["colours"] > 20, "The picture is empty."

    # The palette does the same for the active cell.
    lab.page.evaluate("navigator.clipboard.writeText('')")
    lab.activate_cell(0)
    lab.execute("tinytorch:copy-result-text")
    assert lab.page.evaluate("navigator.clipboard.readText()") == text
    lab.activate_cell(1)
    assert not lab.page.evaluate("window.jupyterapp.commands.isEnabled('tinytorch:copy-result-text')")


def test_the_figure_in_the_toolbar_survives_in_the_saved_notebook_without_a_kernel(lab: Lab, measured: Path) -> None:
    lab.activate_cell(1)
    expect(lab.figure(1)).to_be_hidden()
    lab.activate_cell(0)
    expect(lab.figure(0)).to_contain_text("traced ·")
    text = lab.figure(0).inner_text()
    assert (lab.figure(0).get_attribute("aria-label") or "").startswith("Measured, wall time")
    lab.screenshot("figure", lab.cell(0))
    lab.execute("docmanager:save")
    lab.page.reload()
    lab.wait_ready()
    lab.page.wait_for_selector(".jp-NotebookPanel .jp-Cell")
    lab.page.evaluate(f"{NOTEBOOK}.sessionContext.ready.then(() => {NOTEBOOK}.sessionContext.shutdown())")
    lab.activate_cell(0)
    expect(lab.figure(0)).to_have_text(text)
    # What needs a kernel is not offered, the rest is.
    expect(lab.result(0).get_by_role("button", name="Clean time")).to_have_count(0)
    expect(lab.result(0).get_by_role("button", name="Copy text")).to_be_visible()
