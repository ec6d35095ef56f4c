"""What holds for every milestone: it runs in each of its forms, reaches what it promises from five starts, and can fail."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from nbclient import NotebookClient

import tinytorch
from tinytorch.core.optimizers import Optimizer
from tinytorch_lab.course import source, workspace
from tinytorch_lab.course.catalogue import load_catalogue
from tinytorch_lab.course.student import student_notebook

ROOT = Path(__file__).resolve().parents[2]
MILESTONES = sorted(ROOT.glob("milestones/*.py"))
LAST_MODULE = {"1": "06", "2": "06", "3": "06"}  # what a student has by then

every = pytest.mark.parametrize("milestone", MILESTONES, ids=lambda path: path.stem)


@every
def test_it_is_named_by_its_number_year_and_name(milestone: Path) -> None:
    number, year = re.fullmatch(r"([1-6])_(\d{4})_[a-z0-9]+", milestone.stem).groups()
    first = student_notebook(milestone).cells[0].source
    assert re.match(rf"# Milestone {number}: .* \({year}\)\n", first)
    for part in ("**You run it on your own library:**", "**It has to**"):
        assert part in first


@every
def test_as_a_script_it_prints_five_starts_and_says_nothing_on_stderr(milestone: Path) -> None:
    environment = {**os.environ, "MPLBACKEND": "agg"}
    done = subprocess.run([sys.executable, milestone], capture_output=True, text=True, env=environment, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    for seed in range(5):
        assert re.search(rf"^seed {seed}: .*\d%", done.stdout, re.MULTILINE), done.stdout


@every
def test_the_students_notebook_runs_with_its_measurements_and_a_plot(milestone: Path, tmp_path: Path) -> None:
    notebook = student_notebook(milestone)
    NotebookClient(
        notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not [cell.source for cell in code for output in cell.outputs if output.get("name") == "stderr"]
    measured = [cell for cell in code if cell.source.startswith("%%measure ")]
    assert measured
    for cell in measured:
        assert any({"text/html", "text/plain"} <= output.get("data", {}).keys() for output in cell.outputs), cell.source
    assert any("image/png" in output.get("data", {}) for cell in code for output in cell.outputs)


@every
def test_it_uses_only_what_the_student_has_built_by_then(milestone: Path) -> None:
    modules = load_catalogue(ROOT / "modules" / "course.toml").modules
    number = {module.exports: module.number for module in modules}
    for node in ast.walk(ast.parse(milestone.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= {"numpy", "matplotlib.pyplot"}
        elif isinstance(node, ast.ImportFrom) and node.module != "tinytorch.data":
            assert node.module == "tinytorch"
            late = [a.name for a in node.names if number[tinytorch._HOME[a.name]] > LAST_MODULE[milestone.name[0]]]
            assert late == []


@every
def test_it_fails_where_nothing_is_learned(milestone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setattr(Optimizer, "step", lambda self: None)
    with pytest.raises(AssertionError, match="seed 0"):
        exec(compile(milestone.read_text(encoding="utf-8"), milestone.name, "exec"), {"__name__": "milestone"})


def test_xor_fails_without_the_bend_between_its_layers() -> None:
    text = (ROOT / "milestones" / "2_1969_xor.py").read_text(encoding="utf-8")
    assert text.count("Tanh(), ") == 1
    with pytest.raises(AssertionError, match="seed 0: two layers got only"):
        exec(compile(text.replace("Tanh(), ", ""), "xor", "exec"), {"__name__": "milestone"})


def test_a_student_folder_gets_them_and_keeps_what_the_student_changed(tmp_path: Path) -> None:
    names = [f"milestones/{path.stem}.ipynb" for path in MILESTONES]
    assert list(source.milestones()) == names
    folder = tmp_path / "course"
    written = [path.relative_to(folder).as_posix() for path in workspace.new_student_folder(folder)]
    assert [name for name in written if name.startswith("milestones/")] == names
    (folder / names[0]).write_text("mine", encoding="utf-8")
    (folder / names[1]).unlink()
    assert workspace.new_student_folder(folder) == [folder / names[1]]
    assert (folder / names[0]).read_text(encoding="utf-8") == "mine"
