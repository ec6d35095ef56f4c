"""The navigator in a real JupyterLab."""

from __future__ import annotations

import json
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
    assert [name.lower() for name in parts.all_inner_texts()] == ["foundation", "vision", "language", "systems"]
    expect(lab.navigator().locator(".tt-Module")).to_have_count(20)
    lab.screenshot("navigator")


def test_the_keyboard_alone_opens_lesson_01(lab: Lab) -> None:
    lab.open()
    lab.execute("tinytorch:open-navigator")
    keyboard = lab.page.keyboard
    keyboard.press("ArrowDown")
    expect(lab.module_row("01_tensor")).to_be_focused()
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
    for module, state in zip(
        course["modules"], ["complete", "complete", "in progress", "ready", "locked"], strict=False
    ):
        module |= {"state": state, "exercises": 14, "solved": 5}
    course["modules"][4]["missing"] = ["03_layers", "04_losses"]
    answer(lab, json.dumps(course))
    lab.open()
    expect(lab.module_row("03_layers")).to_have_attribute(
        "aria-label", "03 Layers, in progress, 5 of 14 exercises solved"
    )
    lab.module_row("05_autograd").hover()
    expect(lab.navigator().locator(".tt-About-missing")).to_contain_text("03 Layers, 04 Losses")
    lab.screenshot("navigator-states")


def test_outside_a_student_folder_it_says_how_to_make_one(lab: Lab) -> None:
    answer(lab, json.dumps(the_course(lab) | {"folder": None}))
    lab.open()
    expect(lab.navigator()).to_be_hidden()
    lab.execute("tinytorch:open-navigator")
    expect(lab.navigator()).to_contain_text("tinytorch-lab new DIR")
    lab.screenshot("navigator-no-folder")


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
    # The browser itself reports the failed request, which is what this test asked for.
    lab.errors[:] = [error for error in lab.errors if f"status of {status}" not in error]
