"""A result with every part there is: with the keyboard, for screen readers, in both themes, with little room."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from .full_result import repeat_cell, result_cell
from .lab import NOTEBOOK, Lab
from .notebooks import write_notebook

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"

VIOLATIONS = """
selector => axe.run(selector, { resultTypes: ['violations'] }).then(result => result.violations.map(
    rule => `${rule.id}: ${rule.nodes.map(node => `${node.html} ${node.failureSummary}`).join(' | ')}`))
"""


@pytest.fixture
def full(lab: Lab) -> Lab:
    path = write_notebook(lab.server.root / "full_result.ipynb", [result_cell(), repeat_cell()])
    lab.page.set_viewport_size({"width": 1280, "height": 2400})
    lab.open_notebook(path.name)
    return lab


def open_all(result: Locator) -> None:
    folded = result.locator(".tt-Disclosure-button[aria-expanded=false]")
    while folded.count():
        folded.first.click()


def focused(lab: Lab) -> dict[str, Any]:
    """The focused element: what a screen reader calls it, and whether it stands in the first result."""
    return dict(
        lab.page.evaluate(
            """() => {
                const element = document.activeElement;
                const name = element.getAttribute('aria-label') ?? element.textContent;
                return { name: name.trim(), inside: element.closest('.tt-Measure') !== null };
            }"""
        )
    )


def test_every_part_is_reached_with_the_keyboard(full: Lab) -> None:
    result = full.result(0)
    result.get_by_role("button", name="Clean time").focus()
    names = []
    while (now := focused(full))["inside"] and len(names) < 60:
        names.append(now["name"])
        full.page.keyboard.press("Tab")
    walked = " / ".join(names)
    for part in ("Copy text", "Copy image", "Wall time", "Which figures?", "Earlier runs", "Memory over time"):
        assert part in walked
    for part in ("Statements", "Lines", "By layer", "Roofline", "Memory of tensors", "Allocation sites"):
        assert part in walked
    assert all(names), "Something can be focused and has no name."

    points = result.locator(".tt-Roofline-point")
    points.first.focus()
    expect(result.locator(".tt-Roofline-text")).to_contain_text("matmul backward, compute-bound")
    full.page.keyboard.press("ArrowRight")
    expect(points.nth(1)).to_be_focused()
    full.page.keyboard.press("End")
    expect(points.last).to_be_focused()
    assert full.page.evaluate(f"{NOTEBOOK}.content.activeCellIndex") == 0

    result.get_by_role("button", name="Which figures?").first.press("Enter")
    expect(result.locator(".tt-Understand")).to_contain_text("roofline.flops_per_s")
    result.get_by_role("button", name="By layer").press("Enter")
    expect(result.locator(".tt-Ops tbody th").first).to_contain_text("Sequential")

    if not AXE.exists() and not os.environ.get("CI"):
        pytest.skip("axe-core is missing: npm ci installs it.")
    open_all(result)
    full.page.add_script_tag(path=AXE)
    for theme in ("dark", "light"):
        full.set_theme(theme)
        full.picture(f"full-{theme}", result)
        assert full.page.evaluate(VIOLATIONS, ".tt-Measure") == []
    full.picture("repeat", full.result(1))

    full.execute("application:toggle-left-area")
    for width in (700, 480):
        full.page.set_viewport_size({"width": width, "height": 3400})
        full.page.wait_for_timeout(300)  # the charts follow their places
        fits = "result => result.scrollWidth <= result.clientWidth"
        assert result.evaluate(fits), f"The result is cut off at a window of {width} pixels."
        full.picture(f"full-narrow-{width}", result)
