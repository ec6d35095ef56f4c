"""The lesson checker runs a lesson: script, fresh kernel, solved and unsolved; expressions are evaluated after the last cell."""

from pathlib import Path

import pytest

from tinytorch_lab.course.catalogue import Catalogue, Module
from tinytorch_lab.course.check.lesson import Lesson, load_lesson
from tinytorch_lab.course.check.running import run_cells, run_lesson, run_script
from tinytorch_lab.course.check.runs import Probe

MODULE = Module("01_pair", "core.pair", "Pair", "Foundation", (), "none", (), 100)
LESSON = '''# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %%
#| default_exp core.pair
#| export
import sys

# %% nbgrader={"grade": false, "grade_id": "01-add", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def add(a, b):
    """a + b"""
    ### BEGIN SOLUTION
    return a + b
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "01-add-test", "locked": true, "points": 100, "schema_version": 3, "solution": false, "task": false}
def test_add():
    assert add(1, 2) == 3
test_add()

# %%
# %%measure -o figures
kept = bytes(2**20)

# %%
print("a word of warning", file=sys.stderr)

# %%
missing
'''  # noqa: E501


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    return made(tmp_path_factory.mktemp("course"), LESSON)


def made(root: Path, text: str) -> Lesson:
    (root / MODULE.source).parent.mkdir(parents=True)
    (root / MODULE.source).write_text(text, encoding="utf-8")
    return load_lesson(root, Catalogue(("Foundation",), (MODULE,)), MODULE)


def test_all_forms_of_a_lesson_run(lesson: Lesson) -> None:
    ran = run_lesson(lesson, ["figures.net_bytes", "figures", "figures.nothing", "figures.error", "figures.error.line"])
    assert ran.script.status == 1
    assert "NameError" in ran.script.stderr
    assert {cell.number: cell.raised for cell in ran.notebook.cells if cell.raised} == {
        6: "NameError: name 'missing' is not defined"
    }
    assert ran.notebook.stderr == {5: "a word of warning\n"}
    assert ran.notebook.shown == {4}
    assert 2**20 <= (ran.notebook.probes["figures.net_bytes"].value or 0) < 1.1 * 2**20
    assert ran.notebook.probes["figures"] == Probe(None, "")
    assert ran.notebook.probes["figures.nothing"].failed.startswith("AttributeError")
    assert ran.notebook.cpu_s > 0
    assert {cell.number: cell.raised.partition(":")[0] for cell in ran.solved} == {
        1: "",
        2: "",
        3: "",
        4: "",
        5: "",
        6: "NameError",
    }
    assert {cell.number: cell.raised.partition(":")[0] for cell in ran.unsolved} == {1: "", 2: "", 3: "NotImplementedError", 5: "", 6: "NameError"}  # fmt: skip # noqa: E501


def test_a_process_that_ends_early_tells_nothing() -> None:
    assert run_cells([(1, "import os; os._exit(0)")]) == ()
    (one,) = run_cells([(1, "import sys; print('x'); sys.exit(3)")])
    assert one.raised == "SystemExit: 3"


def test_a_script_that_does_not_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinytorch_lab.course.check.running.STOP_AFTER_S", 0.5)
    endless = made(tmp_path, LESSON.replace("\nmissing\n", "\nimport time; time.sleep(600)\n"))
    assert run_script(endless).status is None
