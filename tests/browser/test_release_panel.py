"""The class panel in a real JupyterLab, on a real class folder: an instructor's way from faults to a release."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from ..class_sample import BAD, BAD_LINE, GOOD, SEALED, author_file, hand_in, write_class
from .axe import violations
from .lab import Lab
from .server import LabServer, start_server

RELEASE_MS = 120_000


@pytest.fixture(scope="module")
def class_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    folder = write_class(tmp_path_factory.mktemp("instructor") / "class")
    yield from start_server(folder, tmp_path_factory.mktemp("jupyter"), options=("--TinyTorchLab.instructor=True",))


@pytest.fixture
def lab(new_lab: Callable[[LabServer], Lab], class_server: LabServer) -> Lab:
    """A page of the instructor's, with the class in sight; both modules as they were written."""
    for module, text in (("01_sums", GOOD), ("02_products", BAD)):
        author_file(class_server.root, module).write_text(text, encoding="utf-8")
    lab = new_lab(class_server)
    lab.open()
    expect(panel(lab)).to_be_visible()
    lab.execute("tinytorch:open-class")
    expect(panel(lab).locator("[role=option]")).to_have_count(2)
    return lab


def panel(lab: Lab) -> Locator:
    return lab.page.locator("#tinytorch-class")


def row(lab: Lab, module: str) -> Locator:
    return panel(lab).locator(f"[data-row='{module}']")


def release_button(lab: Lab) -> Locator:
    return panel(lab).get_by_role("button", name="Release", exact=True)


def result(lab: Lab) -> Locator:
    """How the release ended."""
    return panel(lab).locator(".tt-Run-result")


def preview(lab: Lab) -> Locator:
    return lab.page.locator("#tinytorch-preview-01_sums")


def release(lab: Lab, name: str = "Release") -> None:
    row(lab, "01_sums").click()
    panel(lab).get_by_role("button", name=name, exact=True).click()


def submissions(lab: Lab) -> Locator:
    return lab.page.locator("#tinytorch-grading-01_sums")


def student(lab: Lab, name: str) -> Locator:
    return submissions(lab).locator(f"[data-student='{name}']")


def save(lab: Lab, module: str, text: str) -> None:
    """Write the text into the module's file, which is open in an editor, and save it."""
    lab.page.evaluate(
        """async ([path, text]) => {
            const widgets = [...window.jupyterapp.shell.widgets('main')];
            const { context } = widgets.find(each => each.context?.path === path);
            context.model.sharedModel.setSource(text);
            await context.save();
        }""",
        [author_file(Path(), module).as_posix(), text],
    )


def editor_line(lab: Lab) -> int:
    return int(lab.page.evaluate("window.jupyterapp.shell.currentWidget.content.editor.getCursorPosition().line"))


def test_a_student_sees_no_class(new_lab: Callable[[LabServer], Lab], server: LabServer) -> None:
    lab = new_lab(server)
    lab.open()
    expect(panel(lab)).to_have_count(0)
    assert not lab.page.evaluate("window.jupyterapp.commands.hasCommand('tinytorch:release-module')")


def test_a_fault_leads_to_its_line_and_goes_when_it_is_mended(lab: Lab) -> None:
    row(lab, "01_sums").press("ArrowDown")
    expect(row(lab, "02_products")).to_be_focused()
    release = release_button(lab)
    expect(release).to_have_attribute("aria-disabled", "true")
    expect(release).to_have_accessible_description("Release is off: 1 fault in modules/02_products/products_dev.py.")
    release.press("Enter")
    expect(panel(lab).locator(".tt-ReleaseRun")).to_have_count(0)
    lab.screenshot("class-faults")

    panel(lab).locator(".tt-Fault").get_by_role("button").first.press("Enter")
    expect(lab.page.locator(".jp-FileEditor .cm-content")).to_be_visible()
    lab.page.wait_for_function("window.jupyterapp.shell.currentWidget?.content?.editor?.getCursorPosition().line > 0")
    assert editor_line(lab) == BAD_LINE - 1
    assert (
        lab.page.evaluate("window.jupyterapp.shell.currentWidget.context.path") == "modules/02_products/products_dev.py"
    )

    save(lab, "02_products", GOOD.replace("01-", "02-"))
    expect(row(lab, "02_products")).to_have_attribute("data-state", "ready")
    expect(release_button(lab)).to_have_attribute("aria-disabled", "false")


def test_the_preview_follows_the_file_each_time_it_is_saved(lab: Lab) -> None:
    lab.page.evaluate("window.jupyterapp.commands.execute('docmanager:open', {path: 'modules/01_sums/sums_dev.py'})")
    expect(lab.page.locator(".jp-FileEditor .cm-content")).to_be_visible()
    lab.execute("tinytorch:preview-student-version")
    expect(preview(lab).locator(".tt-PreviewCell")).to_have_count(5)
    expect(preview(lab)).to_contain_text("2 stubs stand for solutions")
    expect(preview(lab)).to_contain_text("raise NotImplementedError")
    assert not any(sealed in preview(lab).inner_text() for sealed in SEALED)
    save(lab, "01_sums", GOOD.replace("# # Sums", "# # Sums of two"))
    expect(preview(lab)).to_contain_text("# Sums of two")
    save(lab, "01_sums", BAD.replace("02-", "01-"))
    expect(preview(lab).locator(".tt-Fault")).to_have_count(1)


def test_the_way_from_a_release_to_a_mended_test(lab: Lab) -> None:
    folder = lab.server.root
    release(lab)
    progress = panel(lab).locator(".tt-ReleaseRun progress")
    expect(progress).to_have_attribute("aria-valuetext", "Step 2 of 6: Running the reference against its own tests")
    expect(release_button(lab)).to_have_attribute("aria-disabled", "true")
    lab.picture("class-running")
    expect(result(lab)).to_have_text("Released as version 1, with 5 points.", timeout=RELEASE_MS)
    expect(row(lab, "01_sums")).to_have_attribute("data-state", "released")
    text = (folder / "release/01_sums/sums.ipynb").read_text(encoding="utf-8")
    assert not any(sealed in text for sealed in SEALED)
    panel(lab).get_by_role("button", name="Make a ZIP of All").click()
    expect(panel(lab).locator(".tt-Navigator-header .tt-Notice")).to_contain_text("release-zips/")
    lab.screenshot("class-released")
    assert violations(lab, "#tinytorch-class") == []

    for name, answer in (("ada", "a + b"), ("alan", "abs(a) + b"), ("grace", None)):
        hand_in(folder, name, answer)
    lab.execute("tinytorch:refresh-class")
    grade_submissions(lab)
    see_how_the_tests_went(lab)
    change_late_work(lab)

    # The hidden test asks for too much. It is mended: submissions are kept, and graded again.
    mended = GOOD.replace("add(-1, 1)", "add(1, -1)").replace("# # Sums", "# # Sums of two")
    author_file(folder, "01_sums").write_text(mended, encoding="utf-8")
    lab.execute("tinytorch:refresh-class")
    decide_to_keep(lab)
    expect(result(lab)).to_have_text("Released as version 2, with 5 points.", timeout=RELEASE_MS)
    expect(preview(lab)).to_contain_text("0 of 5 cells change")
    grade_again(lab)
    submissions(lab).get_by_role("button", name="Make Feedback").click()
    expect(submissions(lab).get_by_role("status")).to_contain_text("3 pages were made.", timeout=RELEASE_MS)
    assert (folder / "feedback/alan/01_sums/sums.html").is_file()


def grade_submissions(lab: Lab) -> None:
    asked: list[str] = []
    lab.page.on("request", lambda request: asked.append(request.url.rpartition("/")[2].partition("?")[0]))
    panel(lab).get_by_role("button", name="Submissions (3)…").click()
    expect(submissions(lab).locator(".tt-Grading-sum")).to_have_text("3 of 3 handed in · 3 not graded yet")
    assert asked.count("submissions") == 1
    submissions(lab).get_by_role("button", name="Grade 3 New").click()
    expect(submissions(lab).get_by_role("status")).to_contain_text("3 graded.", timeout=RELEASE_MS)
    expect(student(lab, "ada").locator("td")).to_contain_text(["needs manual grade", "3 of 5"])
    expect(student(lab, "alan").locator("td")).to_contain_text(["needs manual grade", "0 of 5"])
    student(lab, "alan").get_by_role("button").press("Enter")
    expect(submissions(lab).locator(".tt-Cells")).to_contain_text("add(-1, 1) should be 0")
    assert violations(lab, "#tinytorch-grading-01_sums") == []
    with lab.page.expect_download() as saved:
        submissions(lab).get_by_role("button", name="Grades as CSV").click()
    assert saved.value.suggested_filename == "01_sums_grades.csv"
    assert saved.value.path().read_text().startswith("id,")


def see_how_the_tests_went(lab: Lab) -> None:
    button = submissions(lab).get_by_role("button", name="Tests…")
    button.press("Enter")
    tests = submissions(lab).locator(".tt-Items tbody tr")
    expect(tests).to_have_count(1)
    expect(tests.locator("td")).to_contain_text(["33 %", "1 of 3"])
    assert violations(lab, "#tinytorch-grading-01_sums") == []
    with lab.page.expect_download() as saved:
        submissions(lab).get_by_role("button", name="Tests as CSV").click()
    assert saved.value.suggested_filename == "01_sums_tests.csv"
    button.press("Enter")
    expect(tests).to_have_count(0)


def change_late_work(lab: Lab) -> None:
    """By keyboard: due an hour ago, everything is late and loses points; who gets an extension does not."""
    panel = submissions(lab)
    panel.get_by_role("button", name="Late Work…").press("Enter")
    form = panel.get_by_role("form", name="Late work")
    expect(form.get_by_label("Due, by your clock")).to_be_focused()
    form.get_by_label("Due, by your clock").fill(f"{datetime.now() - timedelta(hours=1):%Y-%m-%dT%H:%M}")
    form.get_by_label("Percent a day").fill("10")
    lab.screenshot("class-late")
    assert violations(lab, "#tinytorch-grading-01_sums") == []
    form.get_by_label("Percent a day").press("Enter")
    expect(form).to_have_count(0)
    expect(panel.get_by_role("button", name="Late Work…")).to_be_focused()
    expect(student(lab, "ada").locator("td")).to_contain_text(
        ["needs manual grade", "2.7 of 5-0.3 for lateness", "late"]
    )

    student(lab, "ada").get_by_role("button").click()
    panel.locator("[data-student='ada'] + tr").get_by_role("button", name="Extension…").click()
    form = panel.get_by_role("form", name="Extension of ada")
    form.get_by_label("Due, by your clock").fill(f"{datetime.now() - timedelta(hours=2):%Y-%m-%dT%H:%M}")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_contain_text("is before 01_sums is due")
    lab.expected.append("409")
    form.get_by_label("Due, by your clock").fill(f"{datetime.now() + timedelta(hours=1):%Y-%m-%dT%H:%M}")
    form.get_by_role("button", name="Save").click()
    expect(student(lab, "ada")).to_contain_text("extended to")
    expect(student(lab, "ada")).not_to_contain_text("for lateness")
    lab.screenshot("class-extension")
    policy = (lab.server.root / "grading.toml").read_text(encoding="utf-8")
    assert policy.startswith("version = 1")
    assert "[extensions.ada]" in policy


def decide_to_keep(lab: Lab) -> None:
    """Release what has changed, with submissions in: it is announced, asked, and only then done."""
    notice = panel(lab).locator(".tt-ClassModule .tt-Notice")
    expect(notice.get_by_role("listitem")).to_have_text(["01-add-test"])
    panel(lab).get_by_role("button", name="Preview").click()
    changed = preview(lab).locator(".tt-PreviewCell:has(table)")
    expect(changed).to_have_count(1)
    expect(changed.locator("tr[data-kind=changed] td[data-side=reference] code")).to_have_text("# Sums of two")
    lab.screenshot("class-preview")
    assert violations(lab, "#tinytorch-preview-01_sums") == []
    release(lab, "Release…")
    expect(lab.page.locator(".jp-Dialog")).to_contain_text("01-add-test")
    lab.picture("class-decision")
    lab.answer("Cancel")
    expect(panel(lab).locator(".tt-ReleaseRun [role=status]")).to_have_text("Released as version 1, with 5 points.")
    release(lab, "Release…")
    lab.answer("Keep Submissions")


def grade_again(lab: Lab) -> None:
    lab.execute("tinytorch:open-submissions", {"module": "01_sums"})
    expect(submissions(lab)).to_contain_text("3 were graded with earlier tests: ada, alan, grace.")
    submissions(lab).get_by_role("button", name="Grade Them Again").click()
    changes = submissions(lab).locator(".tt-Changes tbody tr")
    expect(changes).to_have_count(1, timeout=RELEASE_MS)
    expect(changes).to_have_text("alan0 of 53 of 5needs manual grade")
    lab.screenshot("class-regraded")
