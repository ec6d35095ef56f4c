"""The hostile day, in a real JupyterLab: what goes wrong around a student's folder, and that nothing is lost by it."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import signal
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, expect

from tinytorch_lab.course import source

from .lab import NOTEBOOK, Lab
from .server import LabServer, start_server
from .student import RUN_MS, check_axe, make_folder, press, solutions, source_of, work, write_cell

PLACE = "modules/01_tensor/tensor.ipynb"
GONE = ["status of 404", "status of 409", "status of 500", "Directory not found"]
"""What the console shows of a folder that is not there any more; JupyterLab's file browser looks for it too."""
WAITING = """
import os, time
with open("begun", "w") as file:
    file.write(str(os.getpid()))
while not os.path.exists("go"):
    time.sleep(0.05)
"""


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    root = tmp_path_factory.mktemp("hostile")
    yield from start_server(root, tmp_path_factory.mktemp("jupyter"))


@pytest.fixture
def lab(own_server: LabServer, new_lab: Callable[[LabServer], Lab]) -> Iterator[Lab]:
    """On an empty folder."""
    for path in own_server.root.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    yield new_lab(own_server)
    own_server.stop_kernels()


def open_module(lab: Lab, folder: str = "") -> Lab:
    """Module 01 is open in the student folder below the root."""
    lab.open_notebook(f"{folder}{PLACE}")
    expect(work(lab).locator(".tt-Outline")).to_be_visible()
    return lab


@pytest.fixture(scope="module")
def new_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student folder, to be copied."""
    folder = tmp_path_factory.mktemp("new") / "course"
    make_folder(folder)
    return folder


@pytest.fixture
def student(lab: Lab, new_folder: Path) -> Lab:
    shutil.copytree(new_folder, lab.server.root, dirs_exist_ok=True)
    return open_module(lab)


def on_disk(folder: Path) -> dict[str, str]:
    """The notebook's cells by their id."""
    return {cell["id"]: cell["source"] for cell in nbformat.read(folder / PLACE, 4).cells}


def result(lab: Lab) -> Locator:
    return work(lab).locator(".tt-Run-result")


def wait_for_file(lab: Lab, path: Path) -> str:
    """What is in it; pytest-timeout ends a wait in vain."""
    while not (path.exists() and path.read_text()):
        lab.page.wait_for_timeout(50)
    return path.read_text()


def test_two_tabs(student: Lab, new_lab: Callable[[LabServer], Lab]) -> None:
    one, root = student, student.server.root
    two = new_lab(one.server)
    for lab in (one, two):  # the kernel that both tabs use answers to both what ipywidgets asks in one of them
        lab.expected.append("Comm not found")
    other = open_module(two)
    write_cell(one, "01-as-array", WAITING + solutions()["01-as-array"])
    press(one, "Test")
    wait_for_file(one, root / "modules/01_tensor/begun")

    press(other, "Complete")
    expect(result(other)).to_contain_text("Testing 01_tensor goes on since", timeout=RUN_MS)
    expect(result(other)).to_contain_text("cancel it there, and try again. Nothing was changed.")
    assert WAITING in source_of(other, "01-as-array"), "What the first tab saved is shown before it is run."
    other.screenshot("hostile-second-run")
    (root / "modules/01_tensor/go").touch()
    expect(result(one)).to_contain_text("1 of 10 tests pass", timeout=RUN_MS)

    # Both edit; the second to save is asked which of the two stays.
    write_cell(other, "01-as-array", "the_other = 'tab'")
    press(other, "Test")
    expect(result(other)).to_contain_text("0 of 10 tests pass", timeout=RUN_MS)
    write_cell(one, "01-as-array", "this = 'tab'")
    press(one, "Test")
    one.answer("Cancel")
    expect(result(one)).to_contain_text("The notebook was not saved, so nothing was done: its file has changed too")
    assert on_disk(root)["01-as-array"] == "the_other = 'tab'"
    assert source_of(one, "01-as-array") == "this = 'tab'"
    one.picture("hostile-conflict")


def test_a_kernel_that_is_killed_while_its_module_is_completed(student: Lab) -> None:
    lab, root = student, student.server.root
    before = root / "tinytorch" / "core" / "tensor.py"
    before.write_text("# What was completed before.\n", encoding="utf-8")
    write_cell(lab, "01-as-array", WAITING)
    press(lab, "Complete")
    os.kill(int(wait_for_file(lab, root / "modules/01_tensor/begun")), signal.SIGKILL)
    expect(result(lab)).to_contain_text("Not complete: 0 of 10 tests pass", timeout=RUN_MS)
    expect(result(lab)).to_contain_text(
        "The kernel died in the cell 01-as-array: it ran out of memory, or the code ended it."
    )
    assert before.read_text(encoding="utf-8") == "# What was completed before.\n"
    assert on_disk(root)["01-as-array"] == WAITING
    expect(work(lab).get_by_role("button", name="Complete", exact=True)).to_be_enabled()


def newer_release() -> bytes:
    """A zip as an instructor sends it: an exercise and a test have other words, and a text is new."""
    notebook = nbformat.reads(source.notebook_text(source.catalogue().find("01")), 4)
    for cell in notebook.cells:
        if cell.id in ("01-as-array", "01-as-array-test"):
            cell.source += "\n# The course has changed this."
    notebook.cells.append(nbformat.v4.new_markdown_cell("One question more.", id="more"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("release/01_tensor/tensor.ipynb", nbformat.writes(notebook))
    return packed.getvalue()


def test_an_update_over_edited_cells(student: Lab) -> None:
    lab, root = student, student.server.root
    write_cell(lab, "01-as-array", "mine = 'and not saved yet'")
    with lab.page.expect_file_chooser() as chooser:
        lab.navigator().get_by_role("button", name="Update from a file of your course").focus()
        lab.page.keyboard.press("Enter")
    chooser.value.set_files({"name": "week 2.zip", "mimeType": "application/zip", "buffer": newer_release()})
    notice = work(lab).locator(".tt-Notice")
    expect(notice).to_contain_text(
        "01_tensor cells: 1 brought up to date (01-as-array-test); 1 new (One question more.)"
    )
    expect(notice).to_contain_text("1 changed by you and by the course: yours stands (01-as-array)")
    expect(notice).to_contain_text(re.compile("Your old one is kept: backups/.*01_tensor_before-update.ipynb"))
    (backup,) = (root / "backups").iterdir()
    assert "mine = 'and not saved yet'" in backup.read_text(encoding="utf-8")
    for cells in (on_disk(root), {cell["id"]: "".join(cell["source"]) for cell in lab.notebook()["cells"]}):
        assert cells["01-as-array"] == "mine = 'and not saved yet'"
        assert cells["01-as-array-test"].endswith("# The course has changed this.")
        assert cells["more"] == "One question more."
    assert lab.page.locator(".jp-Dialog").count() == 0
    expect(work(lab)).not_to_contain_text("A newer version")  # the installed one is another, and not the instructor's
    for theme in ("dark", "light"):
        lab.set_theme(theme)
        check_axe(lab, "#tinytorch-navigator")
    lab.screenshot("hostile-update")


def test_a_notebook_with_a_syntax_error(student: Lab) -> None:
    lab = student
    write_cell(lab, "01-as-array", "def as_array(data, dtype=None):\n    return np.asarray(data\n")
    press(lab, "Test")
    expect(result(lab)).to_contain_text("0 of 10 tests pass", timeout=RUN_MS)
    sentence = "The cell 01-as-array does not run: SyntaxError in line 2: '(' was never closed"
    first = work(lab).locator(".tt-Outcome").first
    expect(first).to_contain_text(sentence)
    expect(work(lab).locator(".tt-Outline li[data-cell='01-as-array']")).to_contain_text(sentence)
    lab.screenshot("hostile-syntax-error")
    first.get_by_role("button", name="Go to that cell").click()
    lab.page.wait_for_function(f"{NOTEBOOK}.content.activeCell?.model.id === '01-as-array'")


def test_the_folder_of_the_server_is_renamed(student: Lab) -> None:
    lab, root = student, student.server.root
    write_cell(lab, "01-as-array", "mine = 'and not saved yet'")
    lab.expected += GONE
    away = root.rename(root.with_name("renamed"))
    try:
        press(lab, "Test")
        lab.answer("Close")
        expect(result(lab)).to_contain_text("The notebook could not be saved, so nothing was done.")
        problem = lab.navigator().locator(".tt-Navigator-problem")
        expect(problem).to_contain_text(
            "is not there any more: the folder was renamed or moved. Give it its old name back"
        )
        expect(lab.module_row("01_tensor")).to_be_visible()
        lab.screenshot("hostile-renamed")
        check_axe(lab, "#tinytorch-navigator")
        assert not root.exists()
    finally:
        away.rename(root)
    lab.navigator().get_by_role("button", name="Try again").click()
    expect(problem).to_have_count(0)
    lab.execute("docmanager:save")
    assert on_disk(root)["01-as-array"] == "mine = 'and not saved yet'"


def test_a_folder_below_it_is_renamed(lab: Lab, new_folder: Path) -> None:
    root = lab.server.root
    shutil.copytree(new_folder, root / "course")
    open_module(lab, "course/")
    open_button = work(lab).get_by_role("button", name="Open", exact=True)
    lab.page.evaluate("window.jupyterapp.serviceManager.contents.rename('course', 'renamed here')")
    lab.page.wait_for_function(f"{NOTEBOOK}.context.path.startsWith('renamed here/')")
    lab.execute("tinytorch:refresh-course")
    expect(open_button).to_have_count(0)  # panel and notebook have followed
    write_cell(lab, "01-as-array", "mine = 'and saved'")
    lab.execute("docmanager:save")
    assert on_disk(root / "renamed here")["01-as-array"] == "mine = 'and saved'"

    write_cell(lab, "01-as-array", "mine = 'and not saved yet'")
    lab.expected += GONE
    (root / "renamed here").rename(root / "mine")
    lab.execute("tinytorch:refresh-course")
    press(lab, "Test")
    expect(result(lab)).to_contain_text(
        "renamed here/modules/01_tensor/tensor.ipynb is not there any more. Nothing was done."
    )
    lab.picture("hostile-renamed-below")
    assert [path.name for path in root.iterdir() if not path.name.startswith(".")] == ["mine"]
    lab.execute("docmanager:open", {"path": f"mine/{PLACE}"})
    expect(open_button).to_have_count(0)
    lab.wait_kernel()


@pytest.fixture
def small_disk(own_server: LabServer) -> Iterator[Path]:
    """``course`` lies on a disk of its own that has 4 MiB."""
    place = own_server.root / "course"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        place.rmdir()
        pytest.skip(f"A full disk needs the right to mount: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", "-l", place], check=True)
    place.rmdir()


def fill(disk: Path) -> Path:
    """A film that leaves no byte free."""
    film = disk / "film"
    with film.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    assert shutil.disk_usage(disk).free == 0
    return film


def test_a_full_disk(lab: Lab, small_disk: Path, new_folder: Path) -> None:
    shutil.copytree(new_folder, small_disk, dirs_exist_ok=True)
    open_module(lab, "course/")
    lab.execute("docmanager:save")
    before = (small_disk / PLACE).read_bytes()
    lab.expected.append("status of 500")
    film = fill(small_disk)
    press(lab, "Test")
    expect(result(lab)).to_contain_text("No space left on device", timeout=RUN_MS)

    write_cell(lab, "01-as-array", solutions()["01-as-array"])
    press(lab, "Test")
    lab.answer("Close")
    expect(result(lab)).to_contain_text("The notebook could not be saved, so nothing was done.")
    assert (small_disk / PLACE).read_bytes() == before
    lab.picture("hostile-full-disk")

    film.unlink()
    press(lab, "Test")
    expect(result(lab)).to_contain_text("1 of 10 tests pass", timeout=RUN_MS)
    assert on_disk(small_disk)["01-as-array"] == solutions()["01-as-array"]
