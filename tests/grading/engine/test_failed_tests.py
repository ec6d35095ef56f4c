"""A test that failed has no points, however little of its error can be shown."""

from __future__ import annotations

import pytest
from small_module import cell, notebook, plain, released, solved, task, with_code

from tinytorch_lab.course.grading.engine import execution, restore, run, session
from tinytorch_lab.course.grading.engine import plain as plain_kernel
from tinytorch_lab.course.grading.engine.run import grade_one
from tinytorch_lab.course.grading.model import Graded, Limits

WRONG = {
    "fills the output": "def double(x):\n    print('x' * 2**17)",
    "many displays": "def double(x):\n    for i in range(1100): display(i)",
    "many streams": "import sys\ndef double(x):\n    for i in range(600):\n        print(i); print(i, file=sys.stderr)",
    "a long message": "def double(x): raise ValueError('x' * 2**17)",
    "a group of exceptions": "def double(x): raise ExceptionGroup('two', [ValueError(), ValueError()])",
    "a forgotten breakpoint": "import pdb\ndef double(x): pdb.set_trace()",
    "a magic's error": "from IPython.core.error import UsageError\ndef double(x): raise UsageError('none')",
    "no message": "class Mute(Exception):\n    def __str__(self): raise self\ndef double(x): raise Mute",
    "no traceback": "class Mute(Exception):\n    def _render_traceback_(self): return 1 / 0\ndef double(x): raise Mute",
    "a handler of its own": "def double(x): pass\nget_ipython().set_custom_exc((Exception,), lambda *a, **k: None)",
    "another display of errors": "def double(x): pass\nget_ipython().showtraceback = lambda *a, **k: None",
    "drops the test's lines": "def double(x): pass\nmanager = get_ipython().input_transformer_manager\n"
    "manager.line_transforms.append(lambda lines: [] if 'double(1)' in str(lines) else lines)",
    "runs other text": "def double(x): pass\nshell, run = get_ipython(), get_ipython().run_cell\n"
    "shell.run_cell = lambda code, **more: run('' if 'double(1)' in code else code, **more)",
    "another class": "def double(x): pass\nkind, run = type(get_ipython()), type(get_ipython()).run_cell\n"
    "kind.run_cell = lambda self, code, **more: run(self, '' if 'double(1)' in code else code, **more)",
    "keeps no error": "def double(x): pass\nget_ipython().recorder.fail = lambda *said: None",
    "cleared afterwards": "from IPython.display import clear_output\ndef double(x): pass\n"
    "get_ipython().events.register('post_run_cell', lambda result: clear_output())",
}


def points(graded: Graded) -> dict[str, float | None]:
    return {one.grade_id: one.score for one in graded.cells if one.kind == "test"}


@pytest.mark.parametrize("how", WRONG)
def test_no_points_for_a_test_that_failed(how: str) -> None:
    graded = grade_one(with_code(WRONG[how]))
    assert points(graded) == {"double-test": 0.0, "triple-test": 5.0, "quadruple-test": 5.0, "quintuple-test": 5.0}
    assert next(one.error for one in graded.cells if one.grade_id == "double-test")


def test_nor_in_a_plain_kernel() -> None:
    submission = released(notebook())
    cell(submission, "double")["source"] = WRONG["a group of exceptions"]
    cell(submission, "triple")["source"] = WRONG["many streams"].replace("double", "triple")
    cells = [one for one in submission["cells"] if one["cell_type"] == "code"]
    from nbformat import from_dict

    executed = plain_kernel.execute(from_dict(submission | {"cells": cells}), Limits(), (), {})
    failed = {
        cells[at]["metadata"].get("nbgrader", {}).get("grade_id") for at, ran in executed.ran.items() if ran.error
    }
    assert failed == {"double-test", "triple-test"}


def test_an_error_is_shown_in_part_if_it_is_long_and_what_was_printed_before_it_too() -> None:
    graded = grade_one(with_code("def double(x):\n    print('kept')\n    raise ValueError('x' * 2**17)"))
    assert graded.notebook is not None
    printed, error = cell(graded.notebook, "double-test")["outputs"]
    assert (printed["text"], error["ename"], len(error["evalue"])) == ("kept\n", "ValueError", 2000)
    assert len("".join(error["traceback"])) < 60_000


def test_students_choose_no_sentence_that_stands_in_the_grades() -> None:
    for name in ("CellTimeLimit", "MemoryError"):
        graded = grade_one(
            with_code(f"{name} = type('{name}', (Exception,), {{}})\ndef double(x): raise {name}('=1+1\\x1b[2J')")
        )
        assert "=1+1" not in graded.reason
        assert graded.cells[0].error == f"{name}: =1+1?[2J"


@pytest.mark.parametrize(
    "code",
    [
        "!echo kept\nname = 'kept'",
        "shown = !echo kept\nname = shown[0]",
        "%%bash\necho kept > file",
        "open('own.py', 'w').write('name = 1')\nfrom own import name",
    ],
)
def test_what_a_notebook_may_do_outside_of_grading_it_may_do_here(code: str) -> None:
    def change(submission: dict) -> None:
        submission["cells"].insert(2, plain(code))

    graded = grade_one(solved(change))
    assert graded.notebook is not None
    assert [one for one in graded.notebook["cells"][2]["outputs"] if one["output_type"] == "error"] == []


def test_halves_of_characters_and_pictures_that_are_none_do_no_harm() -> None:
    submission = released(notebook())
    cell(submission, "double")["source"] = "def double(x):\n    print('\\ud800')\n    raise ValueError('\\udfff')"
    cell(submission, "why")["attachments"] = {"a": 5, "b": {"image/png": 7}, "c": {"image/png": "AA"}}
    graded = grade_one(task(submission))
    assert graded.notebook is not None
    assert graded.cells[0].error == "ValueError: ?"
    assert cell(graded.notebook, "double-test")["outputs"][0]["text"] == "?\n"
    assert cell(graded.notebook, "why")["attachments"] == {"c": {"image/png": "AA"}}


def test_what_thousands_of_cells_show_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "MAX_SHOWN", 5000)

    def change(submission: dict) -> None:
        submission["cells"][2:2] = [plain("print('x' * 2000)") for _ in range(5)]
        cell(submission, "triple")["source"] = "def triple(x): raise ValueError('y' * 2000)"

    graded = grade_one(solved(change))
    assert graded.notebook is not None
    assert [len(one["outputs"]) for one in graded.notebook["cells"][2:7]] == [1, 1, 0, 0, 0]
    assert points(graded) == {"double-test": 5.0, "triple-test": 0.0, "quadruple-test": 5.0, "quintuple-test": 5.0}


def test_thousands_of_slow_cells_hold_up_no_class_and_cost_no_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "CELLS_AT_LIMIT", 2)

    def change(submission: dict) -> None:
        submission["cells"][2:2] = [plain("import time\ntime.sleep(0.15)") for _ in range(50)]

    graded = grade_one(solved(change, limits=Limits(cell_wall_s=0.5)))
    assert (graded.state, graded.score) == ("needs manual grade", 20.0)
    assert graded.notebook is not None
    said = "The cells before it used more than 1 s of time; only exercises and given cells run then."
    assert graded.notebook["cells"][51]["outputs"][0]["evalue"] == f"This cell did not run. {said}"


def test_a_reason_that_quotes_what_was_handed_in_fits_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ValueError("\x1b[2J\n\ud800" * 1000)

    monkeypatch.setattr(run, "restore", fails)
    graded = grade_one(solved())
    assert graded.state == "grading failed"
    assert graded.reason.isprintable()
    assert len(graded.reason) < 400


@pytest.mark.parametrize("more", [{"junk": [[]] * 200}, {"cells": [plain("1")] * 11}])
def test_a_notebook_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch, more: dict) -> None:
    monkeypatch.setattr(restore, "MAX_NODES", 100)
    monkeypatch.setattr(restore, "MAX_CELLS", 10)
    graded = grade_one(task({**{"nbformat": 4, "metadata": {}, "cells": []}, **more}))
    assert graded.state == "grading failed"
    assert "no readable notebook (more than 10" in graded.reason
