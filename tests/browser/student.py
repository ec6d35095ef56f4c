"""What a student does in the panel and in the notebook of module 01."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Locator

from tinytorch_lab.course.lesson import grader, read_lesson

from .axe import AXE, violations
from .lab import NOTEBOOK, Lab

LESSON = Path(__file__).parents[2] / "modules" / "01_tensor" / "tensor_dev.py"
RUN_MS = 120_000
"""A run starts a kernel; on a busy machine that takes its time."""


def solutions() -> dict[str, str]:
    """The reference's source of each exercise by its grade id, without the marks around the solution."""
    cells = [cell for cell in read_lesson(LESSON).cells if grader(cell).get("solution")]
    return {grader(cell)["grade_id"]: cell.source for cell in cells}


def make_folder(path: Path) -> None:
    """A new student folder."""
    subprocess.run([sys.executable, "-m", "tinytorch_lab", "new", str(path)], check=True, stdout=subprocess.DEVNULL)


def work(lab: Lab) -> Locator:
    return lab.navigator().locator(".tt-Work")


def press(lab: Lab, button: str) -> None:
    work(lab).get_by_role("button", name=button, exact=True).click()


def choose(lab: Lab, item: str) -> None:
    """An item of the menu behind the three dots."""
    press(lab, "More actions")
    lab.page.locator(".lm-Menu-item", has_text=item).click()


def write_cell(lab: Lab, cell_id: str, source: str) -> None:
    """Type into a cell, as far as the notebook can tell."""
    lab.page.evaluate(
        f"""([id, source]) => {{
            const cell = {NOTEBOOK}.content.model.sharedModel.cells.find(each => each.id === id);
            cell.setSource(source);
        }}""",
        [cell_id, source],
    )


def source_of(lab: Lab, cell_id: str) -> str:
    """What stands in a cell of the notebook in front."""
    cell = next(cell for cell in lab.notebook()["cells"] if cell["id"] == cell_id)
    return "".join(cell["source"])


def solve_all(lab: Lab) -> None:
    for grade_id, source in solutions().items():
        write_cell(lab, grade_id, source)


def check_axe(lab: Lab, selector: str) -> None:
    if not AXE.exists() and not os.environ.get("CI"):
        pytest.skip("axe-core is missing: npm ci installs it.")
    assert violations(lab, selector) == []
