"""Complete, switch and submit: what a student's folder holds afterwards."""

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from tinytorch_lab.course import compare, complete, handin, overlay_files, record, reset, solution, source, workspace
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.progress import course_progress
from tinytorch_lab.course.workspace import Folder

from .solved import solve


def module(word: str) -> source.Module:
    return source.catalogue().find(word)


def test_a_module_whose_tests_fail_is_not_complete_and_nothing_changes(folder: Folder) -> None:
    solve(folder, "return a - b")
    done = complete.complete(folder, module("01"))
    assert done.refused == "0 of 1 tests pass; not yet: 01-add-test."
    assert not (folder.path / "tinytorch/core/pair.py").exists()
    assert course_progress(folder)["01_pair"].state == "in progress"


def test_a_complete_module_is_the_students_own_file(folder: Folder) -> None:
    solve(folder)
    said: list[str] = []
    done = complete.complete(folder, module("01"), said.append)
    assert done.refused is None
    assert said[:2] == ["Testing 01_pair", "Importing your tinytorch.core.pair"]
    made = (folder.path / "tinytorch/core/pair.py").read_text()
    assert made.startswith("# Your own module: written from modules/01_pair/pair.ipynb")
    assert "return a + b" in made
    assert "assert" not in made
    assert course_progress(folder)["01_pair"].state == "complete"
    assert record.load(folder.path).of("01_pair").completed is not None


def test_what_only_runs_in_the_notebook_is_refused_with_its_reason(folder: Folder) -> None:
    path = solve(folder, "return helper(a, b)")
    text = json.loads(path.read_text())
    cells = text["cells"]
    at = next(i for i, cell in enumerate(cells) if cell["id"] == "01-add")
    helper = {"cell_type": "code", "id": "own", "metadata": {}, "outputs": [], "execution_count": None,
              "source": "def helper(a, b): return a + b"}  # fmt: skip
    cells.insert(at, helper)
    cells[at + 1]["source"] += "\nadd(1, 2)\n"
    path.write_text(json.dumps(text))
    done = complete.complete(folder, module("01"))
    assert "do not import on their own: NameError: name 'helper' is not defined" in done.refused
    assert "`#| export`" in done.refused
    assert not (folder.path / "tinytorch/core/pair.py").exists()


def test_a_change_that_breaks_a_later_module_is_refused(folder: Folder, second_lesson: Path) -> None:
    workspace.new_student_folder(folder.path)
    path = solve(folder)
    assert complete.complete(folder, module("01")).refused is None
    solve(folder, "return add(add(a, b), b)", "02_next")
    assert complete.complete(folder, module("02")).others == ("01_pair",)
    whole = (folder.path / "tinytorch/core/pair.py").read_text()
    # Right for the tests of 01, wrong for those of 02.
    path.write_text(path.read_text().replace("return a + b", "return a + b if (a, b) in [(1, 2), (-1, 2)] else 0"))
    done = complete.complete(folder, module("01"))
    assert done.refused.startswith("With it, 02_next fails: 0 of 1 tests pass")
    assert (folder.path / "tinytorch/core/pair.py").read_text() == whole
    assert course_progress(folder)["01_pair"].state == "changed"


def test_mine_or_reference_is_one_switch_and_loses_nothing(folder: Folder) -> None:
    with pytest.raises(CourseError, match="complete it first"):
        complete.use(folder, module("01"), mine=True)
    solve(folder)
    complete.complete(folder, module("01"))
    mine = overlay_files.own_text(folder.path, module("01"))
    complete.use(folder, module("01"), mine=False)
    assert not course_progress(folder)["01_pair"].mine
    assert overlay_files.own_text(folder.path, module("01")) == mine
    complete.use(folder, module("01"), mine=True)
    assert course_progress(folder)["01_pair"].mine


def test_the_comparison_times_the_students_file_and_the_references(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both sides are asked for the same work; the reference is the package's, here core.tensor."""
    from dataclasses import replace

    timed = replace(
        module("01"),
        exports="core.tensor",
        compare=("import time; from tinytorch.core import tensor", "getattr(tensor, 'work', int)()"),
    )
    ratio = compare.times_reference(folder.path, timed, "import time\ndef work(): time.sleep(0.01)\n")
    assert ratio > 100
    assert "times the reference's time" in compare.remark(ratio)
    assert compare.times_reference(folder.path, replace(timed, compare=("", "no_such_name")), "") is None
    assert compare.times_reference(folder.path, module("01"), "") is None


def test_reset_gives_the_module_anew_and_keeps_what_was_there(folder: Folder) -> None:
    path = solve(folder)
    mine = path.read_bytes()
    backup = reset.reset(folder, module("01"))
    assert backup.parent == folder.path / "backups"
    assert backup.read_bytes() == mine
    assert "raise NotImplementedError()" in path.read_text()
    path.unlink()
    assert reset.reset(folder, module("01")) is None


def test_a_broken_notebook_can_be_reset(folder: Folder) -> None:
    path = folder.path / "modules/01_pair/pair.ipynb"
    path.write_text("{ broken")
    backup = reset.reset(folder, module("01"))
    assert backup.read_text() == "{ broken"
    assert course_progress(folder)["01_pair"].problem is None


def test_what_is_handed_in_is_one_file_with_a_receipt(folder: Folder) -> None:
    path = solve(folder)
    receipt = handin.submit(folder, module("01"))
    assert receipt.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert receipt.tests == "not run yet"
    with zipfile.ZipFile(receipt.file) as archive:
        assert archive.read("01_pair/pair.ipynb") == path.read_bytes()
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest == {
        "version": 1, "module": "01_pair", "at": receipt.at, "sha256": receipt.sha256, "notebook": "pair.ipynb",
    }  # fmt: skip
    assert receipt.sha256 in str(receipt)


def test_the_solution_is_shown_once_the_own_one_works(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solution, "_reference_text", lambda module: "def add(a, b):\n    return b + a\n")
    solve(folder)
    with pytest.raises(CourseError, match="once your own passes its tests"):
        solution.solution(folder, module("01"))
    assert [pair.name for pair in solution.solution(folder, module("01"), anyway=True)] == ["add"]
    complete.complete(folder, module("01"))
    (pair,) = solution.solution(folder, module("01"))
    assert "-    return a + b" in pair.diff()
    assert "+    return b + a" in pair.diff()
