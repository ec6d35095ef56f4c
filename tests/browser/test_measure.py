"""What a new student does: open lesson 01, measure a cell, watch the figures while it runs, save, come back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from .lab import NOTEBOOK, Lab
from .server import LabServer, start_server

# Busy for some seconds, with memory that grows: every figure has a reason to change.
BUSY_CELL = """\
import time
blocks = []
end = time.monotonic() + 3
while time.monotonic() < end:
    blocks.append(b"x" * 2**20)
    time.sleep(0.02)
total = sum(map(len, blocks))"""

# Lets the kernel show the first and the last figures of a cell, and none between.
NO_UPDATES = """\
from tinytorch_lab.kernel.live import LiveDisplay
LiveDisplay.update = lambda self, measurement: None
"""

BUSY_SECONDS = 60

# Kernel and screen in one look, so that both are from the same moment.
SNAPSHOT = f"""
cell => {{
    const result = cell.querySelector('.tt-Measure');
    return {{
        busy: {NOTEBOOK}.sessionContext.session.kernel.status === 'busy',
        state: result?.dataset.state ?? null,
        tiles: [...cell.querySelectorAll('.tt-Tile-value')].map(value => value.textContent).join(' | '),
    }};
}}
"""


def snapshot(lab: Lab, index: int) -> dict[str, Any]:
    return dict(lab.cell(index).evaluate(SNAPSHOT))


def figures_change_while_busy(lab: Lab, index: int) -> bool:
    """Run the cell; True if two different rows of figures were on the screen while the kernel was busy with it."""
    lab.activate_cell(index)
    lab.start("notebook:run-cell")
    seen: set[str] = set()
    deadline = time.monotonic() + BUSY_SECONDS
    while time.monotonic() < deadline:
        now = snapshot(lab, index)
        if now["busy"] and now["state"] == "running":
            seen.add(now["tiles"])
        if now["state"] == "done" and not now["busy"]:
            return len(seen) >= 2
        lab.page.wait_for_timeout(50)
    raise AssertionError(f"The cell has not ended after {BUSY_SECONDS} s; the screen shows {snapshot(lab, index)}.")


def insert_busy_cell(lab: Lab) -> int:
    """Put the busy cell at the end of the notebook in front; returns its index."""
    index = len(lab.notebook()["cells"])
    lab.insert_cell(index, BUSY_CELL)
    return index


def test_a_new_student_measures_a_cell_and_finds_it_again(lab: Lab) -> None:
    lab.open()
    expect(lab.navigator()).to_be_visible()
    lab.module_row("01_tensor").click()
    lab.wait_kernel()
    lab.execute("notebook:clear-all-cell-outputs")
    code = [i for i, cell in enumerate(lab.notebook()["cells"]) if cell["cell_type"] == "code"]
    for index in code[:2]:
        lab.run_cell(index)
        assert all(output["output_type"] != "error" for output in lab.cell_json(index)["outputs"])

    busy = insert_busy_cell(lab)
    lab.activate_cell(busy)
    lab.stopwatch(busy).click()
    lab.execute("notebook:clear-all-cell-outputs")
    expect(lab.result(busy)).to_have_count(0)
    assert figures_change_while_busy(lab, busy)

    cell = lab.cell_json(busy)
    assert cell["metadata"]["tinytorch"] == {"measure": True}
    assert cell["source"] == BUSY_CELL
    figures = lab.tiles(busy)
    lab.screenshot("measured", lab.result(busy))

    lab.execute("docmanager:save")
    lab.server.stop_kernels()
    lab.page.reload()
    lab.wait_ready()
    lab.wait_kernel()
    lab.activate_cell(busy)
    expect(lab.result(busy)).to_have_attribute("data-state", "done")
    assert lab.tiles(busy) == figures
    assert lab.cell_json(busy)["source"] == BUSY_CELL


@pytest.fixture
def server_without_updates(student_folder: Path, tmp_path: Path) -> Iterator[LabServer]:
    yield from start_server(student_folder, tmp_path, startup=NO_UPDATES)


def test_the_check_notices_a_sampler_that_is_switched_off(
    server_without_updates: LabServer, new_lab: Callable[[LabServer], Lab]
) -> None:
    lab = new_lab(server_without_updates)
    lab.open_notebook("modules/01_tensor/tensor.ipynb")
    busy = insert_busy_cell(lab)
    lab.activate_cell(busy)
    lab.stopwatch(busy).click()
    assert not figures_change_while_busy(lab, busy)
    expect(lab.result(busy)).to_have_attribute("data-state", "done")


def test_a_cell_that_fails_shows_its_figures_until_then(lab: Lab) -> None:
    lab.open_notebook("modules/01_tensor/tensor.ipynb")
    lab.insert_cell(0, "%%measure --label mistake\nx = [0] * 10**6\ny = x[0]\n1 / y\nz = 1")
    lab.activate_cell(0)
    lab.start("notebook:run-cell")
    expect(lab.result(0)).to_have_attribute("data-state", "error")
    expect(lab.result(0)).to_contain_text("ZeroDivisionError at line 4: the figures are those until then")
    lab.screenshot("failed", lab.result(0))
