"""What holds for every milestone: it runs in each of its forms, reaches what it promises from several starts, and can fail.

Those that train for minutes run in their short form here: fewer starts and steps, and lower goals.
"""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from nbclient import NotebookClient

import tinytorch
from tinytorch_lab.course import source, workspace
from tinytorch_lab.course.catalogue import load_catalogue
from tinytorch_lab.course.student import student_notebook

ROOT = Path(__file__).resolve().parents[2]
MILESTONES = sorted(ROOT.glob("milestones/*.py"))
LAST_MODULE = {"1": "06", "2": "06", "3": "06", "4": "09", "5": "13", "6": "19"}  # what a student has by then
STARTS = {"1": 5, "2": 5, "3": 5, "4": 1, "5": 1, "6": 1}  # in the short form, where there is one
# Threads of BLAS that wait for each other cost many times the work itself if the machine has other work to do.
SETTINGS = {"MPLBACKEND": "agg", "TINYTORCH_SHORT": "1", "OPENBLAS_NUM_THREADS": "1"}
PATIENCE = 240  # seconds: a few suffice, unless others need the processors
CANNOT_LEARN = "from tinytorch.core.optimizers import Optimizer\nOptimizer.step = lambda self: None\n"

every = pytest.mark.parametrize("milestone", MILESTONES, ids=lambda path: path.stem)


@every
def test_it_is_named_by_its_number_year_and_name(milestone: Path) -> None:
    number, year = re.fullmatch(r"([1-6])_(\d{4})_[a-z0-9]+", milestone.stem).groups()
    first = student_notebook(milestone).cells[0].source
    assert re.match(rf"# Milestone {number}: .* \({year}\)\n", first)
    for part in ("**You run it on your own library:**", "**It has to**"):
        assert part in first


def run(script: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, **SETTINGS}
    return subprocess.run([sys.executable, script], capture_output=True, text=True, env=environment, timeout=PATIENCE)


@every
def test_as_a_script_it_prints_its_starts_and_says_nothing_on_stderr(milestone: Path) -> None:
    done = run(milestone)
    assert (done.returncode, done.stderr) == (0, "")
    for seed in range(STARTS[milestone.name[0]]):
        assert re.search(rf"^seed {seed}: .*\d%", done.stdout, re.MULTILINE), done.stdout


@every
def test_the_students_notebook_runs_with_its_measurements_and_a_plot(
    milestone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TINYTORCH_SHORT", "OPENBLAS_NUM_THREADS"):  # the kernel has a backend for plots of its own
        monkeypatch.setenv(name, SETTINGS[name])
    notebook = student_notebook(milestone)
    NotebookClient(
        notebook, timeout=PATIENCE, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
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
            assert {alias.name for alias in node.names} <= {"copy", "os", "tracemalloc", "numpy", "matplotlib.pyplot"}
        elif isinstance(node, ast.ImportFrom) and node.module != "tinytorch.data":
            assert node.module == "tinytorch" or node.module.startswith("tinytorch.perf.")
            perf = node.module.removeprefix("tinytorch").removeprefix(".")
            late = [
                a.name for a in node.names if number[perf or tinytorch._HOME[a.name]] > LAST_MODULE[milestone.name[0]]
            ]
            assert late == []


@every
def test_it_fails_where_nothing_is_learned(milestone: Path, tmp_path: Path) -> None:
    script = tmp_path / milestone.name
    script.write_text(CANNOT_LEARN + milestone.read_text(encoding="utf-8"), encoding="utf-8")
    assert re.search("^AssertionError: seed 0", run(script).stderr, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "what", "instead", "message"),
    [
        ("2_1969_xor", "Tanh(), ", "", "two layers got only"),
        ("4_1998_cnn", "RandomCrop(28, padding=2)", "RandomCrop(28, padding=28)", r"reads only .* after shifts"),
        ("4_1998_cnn", "return lenet(3, 32)", "return without_convolution()", r"reads only .* on photographs"),
        (
            "4_1998_cnn",
            "train(without_convolution, ",
            "train(with_convolution, ",
            r"convolution is only .* better",
        ),
        (
            "5_2017_transformer",
            "train(with_attention, ",
            "train(without_attention, ",
            r"writes only 0\.0% of the words",
        ),
        (
            "5_2017_transformer",
            "train(writer, seed, reading_steps, ",
            "train(writer, seed, 20, ",
            r"no less than the table's",
        ),
        ("6_2018_mlperf", "pictures[:500]", "pictures[:500] / 50", "int8 keeps only"),
        ("6_2018_mlperf", "copy.deepcopy(base), 0.8)", "copy.deepcopy(base), 0.7)", "80 % zeros has .* of the size"),
        ("6_2018_mlperf", "copy.deepcopy(base), 0.625)", "copy.deepcopy(base), 0.98)", "48 neurons keeps only"),
        ("6_2018_mlperf", "linear2), 0.5)", "linear2), 0.0)", "half MLP, int8 has .* of the size"),
        (
            "6_2018_mlperf",
            '"int8": quantize_model(copy.deepcopy(base)',
            '"int8": quantize_model(GPT(kinds, 64, 2, 4, context)',
            "int8 has .* nats more",
        ),
        ("6_2018_mlperf", "enable_kv_cache(cached[name])", "pass", "float32 computes 2,079 rows for 64 positions"),
        (
            "6_2018_mlperf",
            "counted(cached[name], seed)",
            "counted(cached[name], seed + 1)",
            "float32 writes another text",
        ),
    ],
)
def test_each_promise_fails_without_what_it_is_about(
    name: str, what: str, instead: str, message: str, tmp_path: Path
) -> None:
    text = (ROOT / "milestones" / f"{name}.py").read_text(encoding="utf-8")
    assert text.count(what) == 1
    script = tmp_path / f"{name}.py"
    script.write_text(text.replace(what, instead), encoding="utf-8")
    assert re.search(f"^AssertionError: seed 0.*{message}", run(script).stderr, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "promised"),
    [
        ("4_1998_cnn", {"starts": 3, "learned": 8500, "goal": 0.97, "shifted_goal": 0.98, "photo_goal": 0.85}),
        ("5_2017_transformer", {"starts": 3}),
        ("6_2018_mlperf", {"starts": 3, "learned": 8500, "goal": 0.94, "least": 0.99, "context": 128}),
    ],
)
def test_the_students_form_is_the_whole_one(
    name: str, promised: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TINYTORCH_SHORT", raising=False)
    cells = [cell.source for cell in student_notebook(ROOT / "milestones" / f"{name}.py").cells]
    (settings,) = [source for source in cells if source.startswith('short = "TINYTORCH_SHORT" in os.environ\n')]
    whole: dict[str, object] = {"os": os}
    exec(settings, whole)
    assert {key: whole[key] for key in promised} == promised


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
