"""A student's notebook is tested in a real kernel: its own code against the tests that were given."""

from pathlib import Path

import nbformat
import pytest

from tinytorch_lab.course import kernel_run, record, source, testing
from tinytorch_lab.course.workspace import Folder

from .solved import solve


def run(folder: Folder, module: str = "01", **options: object) -> testing.Tested:
    return testing.run_and_record(folder, source.catalogue().find(module), **options)


def test_an_unsolved_notebook_fails_and_says_what_is_missing(folder: Folder) -> None:
    tested = run(folder)
    assert (tested.passed, tested.points, tested.max_points, tested.stopped) == (0, 0, 100, None)
    (outcome,) = tested.outcomes
    assert (outcome.grade_id, outcome.cell_id, outcome.state) == ("01-add-test", "01-add-test", "failed")
    assert outcome.message == "Something that this test needs is not built yet."
    assert "NotImplementedError" in outcome.traceback
    kept = record.load(folder.path).of("01_pair").tests
    assert (kept.passed, kept.total, kept.failures[0].grade_id) == (0, 1, "01-add-test")


def test_a_solved_notebook_passes_and_is_left_as_it_is(folder: Folder) -> None:
    notebook = solve(folder)
    before = notebook.read_bytes()
    told = []
    tested = run(folder, tell=lambda outcome, number, total: told.append((outcome.state, number, total)))
    assert (tested.all_passed, tested.points, told) == (True, 100, [("passed", 1, 1)])
    assert notebook.read_bytes() == before


def test_a_wrong_answer_comes_back_in_the_words_of_the_test(folder: Folder) -> None:
    solve(folder, "return a * b")
    notebook = folder.path / "modules/01_pair/pair.ipynb"
    (given,) = folder.path.glob(".tinytorch-lab/given/01_pair.*.ipynb")
    for file in (notebook, given):
        text = file.read_text(encoding="utf-8").replace("== 3", "== 3, 'expected 3, got ' + str(add(1, 2))")
        file.write_text(text, encoding="utf-8")
    (outcome,) = run(folder).outcomes
    assert (outcome.state, outcome.message) == ("failed", "expected 3, got 2")


@pytest.mark.parametrize("tampering", ["edited", "deleted"])
def test_a_test_that_the_student_changed_is_the_given_one_again(folder: Folder, tampering: str) -> None:
    path = solve(folder, "return 7")
    notebook = nbformat.read(path, 4)
    cell = next(c for c in notebook.cells if c.id == "01-add-test")
    if tampering == "edited":
        cell.source = "pass"
    else:
        notebook.cells.remove(cell)
    nbformat.write(notebook, path)
    assert [o.state for o in run(folder).outcomes] == ["failed"]


def test_what_is_tested_cannot_come_from_the_library(folder: Folder) -> None:
    """Not from the student's own completed file either, by whatever name."""
    (folder.path / "tinytorch/core/pair.py").write_text("def add(a, b): return a + b")
    solve(folder, "import tinytorch.core.pair; return tinytorch.core.pair.add(a, b)")
    (outcome,) = run(folder).outcomes
    assert outcome.state == "failed"
    assert "tinytorch.core.pair is not there while this notebook is tested" in outcome.message


def test_later_modules_are_not_there_and_earlier_ones_are_the_students(folder: Folder, second_lesson: Path) -> None:
    from tinytorch_lab.course import workspace

    workspace.new_student_folder(folder.path)
    (folder.path / "tinytorch/core/pair.py").write_text("def add(a, b): return a + b")
    solve(folder, "return add(add(a, b), b)", "02_next")
    assert run(folder, "02").all_passed
    assert testing.masked(source.catalogue().find("01")) == "core.pair,core.next"
    assert testing.masked(source.catalogue().find("02")) == "core.next"


def test_a_kernel_that_dies_is_a_sentence_and_the_rest_did_not_run(folder: Folder) -> None:
    solve(folder, "import os; os._exit(1)")
    tested = run(folder)
    assert "The kernel died in the cell 01-add-test" in tested.stopped
    assert [o.state for o in tested.outcomes] == ["not run"]
    assert tested.points == 0


def test_an_endless_cell_is_stopped(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_run, "CELL_LIMIT_S", 2)
    solve(folder, "while True: pass")
    tested = run(folder)
    assert "did not end within 2 seconds" in tested.stopped
    assert [o.state for o in tested.outcomes] == ["not run"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("return (a + b", "SyntaxError in line 8: '(' was never closed"),
        ("return a + b\nadd.no_such_name", None),
        ("return a + b\n1 / 0\n", None),
    ],
)
def test_a_test_that_misses_a_name_says_which_cell_does_not_run(folder: Folder, code: str, said: str | None) -> None:
    """Only where the name is missing: the others define add before they fail."""
    solve(folder, code.replace("\n", "\\n"))
    (outcome,) = run(folder).outcomes
    if said is None:
        assert (outcome.state, outcome.cause_id) == ("passed", "")
        return
    assert outcome.message == f"The cell 01-add does not run: {said}"
    assert (outcome.state, outcome.cause_id) == ("failed", "01-add")
    assert "line 8\n    return (a + b" in outcome.traceback  # Python 3.13 calls the error otherwise
    assert record.load(folder.path).of("01_pair").tests.failures[0].message == outcome.message


def test_what_another_broken_cell_makes_is_traced_to_that_cell(folder: Folder) -> None:
    """The test misses `plus`, which one cell makes of `add`, which the broken cell should define."""
    path = solve(folder, "return a +")
    notebook = nbformat.read(path, 4)
    at = next(number for number, cell in enumerate(notebook.cells) if cell.id == "01-add")
    notebook.cells.insert(at + 1, nbformat.v4.new_code_cell("plus = add"))
    nbformat.write(notebook, path)
    (given,) = folder.path.glob(".tinytorch-lab/given/01_pair.*.ipynb")
    given.write_text(given.read_text(encoding="utf-8").replace("assert add(1", "assert plus(1"), encoding="utf-8")
    (outcome,) = run(folder).outcomes
    assert (outcome.cause_id, outcome.message[:35]) == ("01-add", "The cell 01-add does not run: Synta")


def test_a_damaged_progress_file_is_kept_and_the_tests_run(folder: Folder) -> None:
    solve(folder)
    file = folder.path / "progress.json"
    for text in ("{ half", '{"version": 99, "modules": {}}', '{"version": 1}', "[]"):
        file.write_text(text)
        assert record.load(folder.path).problem is not None
        assert record.load(folder.path).modules == {}
    assert run(folder).all_passed
    assert file.read_text() == "[]"
