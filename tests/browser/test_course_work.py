"""A student works on module 01 in a real JupyterLab: test, mend, complete, compare, hand in, begin anew."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from .lab import NOTEBOOK, Lab
from .server import LabServer, start_server
from .student import RUN_MS, check_axe, choose, make_folder, press, solutions, solve_all, work, write_cell


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """On a folder of its own, empty at first: these tests change what is in it."""
    root = tmp_path_factory.mktemp("work")
    yield from start_server(root, tmp_path_factory.mktemp("jupyter"))


@pytest.fixture
def on_empty_folder(own_server: LabServer, new_lab: Callable[[LabServer], Lab]) -> Iterator[Lab]:
    for path in own_server.root.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    lab = new_lab(own_server)
    yield lab
    own_server.stop_kernels()


@pytest.fixture
def student(on_empty_folder: Lab) -> Lab:
    """Module 01 of a new student folder is open."""
    lab = on_empty_folder
    make_folder(lab.server.root)
    lab.open()
    lab.module_row("01_tensor").click()
    lab.wait_kernel()
    return lab


def test_from_a_failing_test_to_a_complete_module(student: Lab) -> None:
    lab = student
    outline = work(lab).locator(".tt-Outline")
    expect(outline.locator("li[data-done=true]")).to_have_count(0)
    expect(outline.locator("li[data-kind=understand]")).to_have_count(3)

    write_cell(lab, "01-as-array", solutions()["01-as-array"])
    press(lab, "Test")
    expect(work(lab).locator(".tt-Run-result")).to_contain_text("1 of 10 tests pass", timeout=RUN_MS)
    expect(outline.locator("li[data-cell='01-as-array']")).to_have_attribute("data-done", "true")
    first = work(lab).locator(".tt-Outcome").first
    expect(first).to_contain_text("Something that this test needs is not built yet.")
    first.locator("summary").click()
    expect(first.locator("pre")).to_contain_text("NotImplementedError")
    lab.screenshot("work-failing")
    first.get_by_role("button", name="01-contiguous-strides-test").click()
    lab.page.wait_for_function(f"{NOTEBOOK}.content.activeCell?.model.id === '01-contiguous-strides-test'")

    press(lab, "Complete")
    result = work(lab).locator(".tt-Run-result")
    expect(result).to_contain_text("Not complete: 1 of 10 tests pass; not yet: 01-contiguous", timeout=RUN_MS)
    expect(lab.module_row("01_tensor")).to_have_attribute("data-state", "in progress")
    lab.picture("work-refused")

    solve_all(lab)
    press(lab, "Complete")
    expect(result).to_contain_text("Complete. Later modules run on your code now.", timeout=RUN_MS)
    expect(lab.module_row("01_tensor")).to_have_attribute("data-state", "complete")
    expect(work(lab).locator(".tt-Notice")).to_contain_text("New kernels import your code of 01_tensor.")
    lab.screenshot("work-complete")
    before = kernel_starts(lab)
    press(lab, "Restart Kernels")
    expect(work(lab).locator(".tt-Notice")).to_have_count(0, timeout=RUN_MS)
    assert kernel_starts(lab) > before

    work(lab).get_by_role("radio", name="Reference").click()
    expect(work(lab).get_by_role("radio", name="Reference")).to_be_checked()
    expect(work(lab).locator(".tt-Notice")).to_contain_text("New kernels import the reference's 01_tensor.")
    library = lab.server.root / "tinytorch" / "core"
    assert (library / "tensor.py.off").exists()

    choose(lab, "Compare with the Solution")
    compare = lab.page.locator(".tt-Compare")
    expect(compare.get_by_role("heading", name="as_array")).to_be_visible()
    check_axe(lab, ".tt-Compare")
    lab.screenshot("compare")


def kernel_starts(lab: Lab) -> int:
    """How often the page has asked for the start of the kernel of the notebook in front."""
    return int(
        lab.page.evaluate(
            """() => performance.getEntriesByType('resource').filter(
                entry => /api\\/kernels\\/[^/]+\\/restart/.test(entry.name)).length"""
        )
    )


def test_a_test_can_be_cancelled_and_the_next_one_starts_when_it_has_ended(student: Lab) -> None:
    write_cell(student, "01-as-array", "import time; time.sleep(600)")
    press(student, "Test")
    press(student, "Cancel")
    result = work(student).locator(".tt-Run-result")
    expect(result).to_contain_text("Cancelled")
    write_cell(student, "01-as-array", solutions()["01-as-array"])
    press(student, "Test")
    expect(result).to_contain_text("1 of 10 tests pass", timeout=RUN_MS)


def test_handing_in_gives_a_receipt_and_a_reset_keeps_a_copy(student: Lab) -> None:
    lab = student
    write_cell(lab, "01-as-array", "mine = 'not saved yet'")
    choose(lab, "Make the File to Hand In")
    notice = work(lab).locator(".tt-Notice")
    expect(notice).to_contain_text(re.compile("submissions/01_tensor_.*zip"))
    expect(notice).to_contain_text(re.compile("[0-9a-f]{64}"))
    lab.picture("work-receipt")

    write_cell(lab, "01-as-array", "mine = 'not saved either'")
    choose(lab, "Reset the Module")
    lab.answer("Reset")
    expect(notice).to_contain_text("Your old one is kept:")
    (backup,) = (lab.server.root / "backups").rglob("*.ipynb")
    assert "not saved either" in backup.read_text(encoding="utf-8")
    cell = next(cell for cell in lab.notebook()["cells"] if cell["id"] == "01-as-array")
    assert "raise NotImplementedError" in "".join(cell["source"])
    assert lab.page.locator(".jp-Dialog").count() == 0


def test_feedback_and_the_grade_in_it_are_shown_when_they_are_there(student: Lab) -> None:
    lab = student
    assert work(lab).get_by_text("Feedback").count() == 0
    page = lab.server.root / "feedback" / "01_tensor" / "tensor.html"
    page.parent.mkdir(parents=True)
    page.write_text("<h4>tensor (Score: 61.5 / 76.0)</h4><p>Mind the strides.</p>", encoding="utf-8")
    lab.navigator().get_by_role("button", name="Refresh the course").click()
    expect(work(lab)).to_contain_text("Graded: 61.5 of 76 points. Feedback from your instructor is there.")
    lab.screenshot("work-feedback")
    press(lab, "Read It")
    expect(lab.page.frame_locator(".jp-HTMLViewer iframe").get_by_text("Mind the strides.")).to_be_visible()


def test_hints_come_one_at_a_time_and_the_solution_is_not_shown_by_accident(student: Lab) -> None:
    lab = student
    step = work(lab).locator("li[data-cell='01-as-array']")
    lab.execute("tinytorch:show-hint")
    expect(step.locator(".tt-Hints")).to_contain_text("Hint 1 of 1: astype(target, copy=False)")
    lab.start("tinytorch:compare-module")
    lab.answer("Not Yet")
    assert lab.page.locator(".tt-Compare").count() == 0
    lab.start("tinytorch:compare-module")
    lab.answer("Show It Anyway")
    expect(lab.page.locator(".tt-Compare")).to_contain_text("raise NotImplementedError")
    # What was shown is shown after a reload; JupyterLab keeps its state a moment after a change.
    with lab.page.expect_response(lambda response: "api/workspaces" in response.url):
        lab.execute("application:toggle-left-area")
        lab.execute("application:toggle-left-area")
    lab.page.reload()
    lab.wait_ready()
    lab.execute("docmanager:open", {"path": "modules/01_tensor/tensor.ipynb"})
    expect(step.locator(".tt-Hints")).to_contain_text("Hint 1 of 1: astype(target, copy=False)")


def test_one_goes_on_at_the_first_step_that_is_not_done(student: Lab) -> None:
    lab = student
    lab.navigator().get_by_role("button", name="Continue with 01 Tensor").click()
    lab.page.wait_for_function(f"{NOTEBOOK}.content.activeCell?.model.id === '01-as-array'")
    lab.page.reload()
    lab.wait_ready()
    expect(lab.navigator().get_by_role("button", name="Continue with 01 Tensor")).to_be_visible()


def test_the_first_screen_makes_the_folder(on_empty_folder: Lab) -> None:
    lab = on_empty_folder
    lab.open()
    lab.execute("tinytorch:open-navigator")
    expect(lab.navigator()).to_contain_text("Begin the course")
    check_axe(lab, "#tinytorch-navigator")
    lab.screenshot("navigator-first-screen")
    lab.navigator().get_by_role("button", name="Make My Folder").click()
    lab.module_row("01_tensor").click(timeout=RUN_MS)
    lab.wait_kernel()
    assert lab.page.evaluate(f"{NOTEBOOK}.context.path") == "course/modules/01_tensor/tensor.ipynb"


def test_axe_finds_nothing_in_the_panel(student: Lab) -> None:
    lab = student
    press(lab, "Test")
    expect(work(lab).locator(".tt-Run-result")).to_contain_text("0 of 10 tests pass", timeout=RUN_MS)
    lab.execute("tinytorch:submit-module")
    expect(work(lab).locator(".tt-Notice")).to_be_visible()
    work(lab).locator(".tt-Outcome summary").first.click()
    lab.execute("tinytorch:show-hint")
    for theme in ("dark", "light"):
        lab.set_theme(theme)
        check_axe(lab, "#tinytorch-navigator")
