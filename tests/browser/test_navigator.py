"""The navigator in a real JupyterLab."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from .lab import Lab


def answer(lab: Lab, body: str, status: int = 200) -> None:
    """Let the server's answer about the course be this one."""

    def fulfil(route: Route) -> None:
        route.fulfill(status=status, body=body, content_type="application/json")

    lab.page.route("**/tinytorch-lab/course*", fulfil)


def the_course(lab: Lab) -> dict[str, Any]:
    return dict(lab.server.get("tinytorch-lab/course"))


def test_a_new_student_sees_twenty_modules_in_four_parts(lab: Lab) -> None:
    lab.open()
    expect(lab.navigator()).to_be_visible()
    parts = lab.navigator().locator(".tt-Tree-partName")
    groups = ["foundation", "vision", "language", "systems", "milestones"]
    assert [name.lower() for name in parts.all_inner_texts()] == groups
    expect(lab.navigator().locator(".tt-Module:not(.tt-mod-milestone)")).to_have_count(20)
    expect(lab.module_row("1_1957_perceptron")).to_have_attribute("data-state", "locked")
    lab.screenshot("navigator")


def test_the_keyboard_alone_opens_lesson_01(lab: Lab) -> None:
    lab.open()
    lab.execute("tinytorch:open-navigator")
    keyboard = lab.page.keyboard
    expect(lab.module_row("01_tensor")).to_be_focused()
    keyboard.press("ArrowDown")
    expect(lab.module_row("02_activations")).to_be_focused()
    expect(lab.navigator().locator(".tt-About")).to_contain_text("Complete first: 01 Tensor")
    keyboard.press("ArrowUp")
    expect(lab.navigator().locator(".tt-About")).to_contain_text("You build: Tensor")
    lab.screenshot("navigator-keyboard")
    keyboard.press("End")
    expect(lab.navigator().locator("[role=treeitem]").last).to_be_focused()
    keyboard.press("Home")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    lab.wait_kernel()
    assert lab.page.evaluate("window.jupyterapp.shell.currentWidget.context.path") == "modules/01_tensor/tensor.ipynb"


def test_a_layout_that_has_chosen_is_respected(lab: Lab) -> None:
    lab.open()
    expect(lab.navigator()).to_be_visible()
    lab.execute("filebrowser:activate")
    expect(lab.navigator()).to_be_hidden()
    # JupyterLab saves its layout a moment after a change.
    with lab.page.expect_response(lambda response: "api/workspaces" in response.url):
        lab.execute("application:toggle-left-area")
        lab.execute("application:toggle-left-area")
    lab.page.reload()
    lab.wait_ready()
    lab.page.wait_for_selector("#filebrowser")
    expect(lab.navigator()).to_be_hidden()


def test_progress_shows_in_words_and_rings(lab: Lab) -> None:
    course = the_course(lab)
    states = ["complete", "changed", "in progress", "tests pass", "ready", "locked"]
    tests = {"passed": 10, "total": 10, "points": 76, "maxPoints": 76, "at": "", "stale": False}
    for module, state in zip(course["modules"], states, strict=False):
        module |= {"state": state, "exercises": 14, "solved": 5, "measuredSeconds": 75}
    course["modules"][0]["tests"] = tests
    course["modules"][5]["missing"] = ["03_layers", "04_losses"]
    course["milestones"][0]["missing"] = []
    answer(lab, json.dumps(course))
    lab.open()
    expect(lab.module_row("03_layers")).to_have_attribute(
        "aria-label", "03 Layers, in progress, 5 of 14 exercises solved"
    )
    expect(lab.module_row("06_optimizers")).to_have_attribute(
        "title", re.compile("Complete first: 03 Layers, 04 Losses")
    )
    expect(lab.navigator()).to_contain_text("2 of 20 modules complete")
    expect(lab.navigator()).to_contain_text(re.compile("76 of [0-9]+ points · 7 min 30 s measured"))
    lab.screenshot("navigator-states")


def test_a_search_shows_what_it_finds(lab: Lab) -> None:
    lab.open()
    lab.execute("tinytorch:search-modules")
    lab.page.keyboard.type("adam")
    expect(lab.navigator().locator(".tt-Module")).to_have_count(1)
    expect(lab.module_row("06_optimizers")).to_be_visible()
    lab.picture("navigator-search")
    lab.page.keyboard.press("Escape")
    expect(lab.module_row("01_tensor")).to_be_visible()


def test_the_browser_marks_the_first_paint(lab: Lab) -> None:
    lab.open()
    expect(lab.module_row("01_tensor")).to_be_visible()
    lab.page.wait_for_function("performance.getEntriesByName('tinytorch:navigator-first-paint').length === 1")


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (404, "<html>", "The server part of tinytorch-lab is not running. Run: tinytorch-lab doctor"),
        (500, '{"message": "course.toml is broken in line 3."}', "course.toml is broken in line 3."),
    ],
)
def test_a_server_that_fails_is_quoted(lab: Lab, status: int, body: str, sentence: str) -> None:
    answer(lab, body, status)
    lab.open()
    lab.execute("tinytorch:open-navigator")
    expect(lab.navigator().get_by_role("alert")).to_contain_text(sentence)
    lab.screenshot(f"navigator-error-{status}")
    lab.expected.append(f"status of {status}")
