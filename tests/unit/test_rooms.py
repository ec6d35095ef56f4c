"""The rooms of the design keep their import rules: which top-level names each part of the code may import."""

import ast
import sys
from pathlib import Path

import pytest

import tinytorch
import tinytorch_lab

LAB = Path(tinytorch_lab.__file__).parent
LIBRARY = Path(tinytorch.__file__).parent

OWN_ROOMS = (
    "grading",
    "release",
)
"""Folders of course/ with rules of their own."""

# (room, files, what it may import beside the standard library; a dotted name allows what stands below it)
ROOMS = [
    ("tinytorch", [LIBRARY], {"numpy", "tinytorch"}),
    (
        "profiler",
        [LAB / "profiler"],
        {"numpy", "psutil", "threadpoolctl", "memory_profiler", "line_profiler", "tinytorch_lab.profiler"},
    ),
    ("archive", [LAB / "archive"], {"tinytorch_lab.archive", "tinytorch_lab.profiler"}),
    ("understand", [LAB / "understand"], {"tinytorch_lab.understand", "tinytorch_lab.profiler"}),
    (
        "scaling",
        [LAB / "scaling"],
        {"numpy", "psutil", "threadpoolctl", "tinytorch_lab.scaling", "tinytorch_lab.profiler"},
    ),
    (
        "show",
        [LAB / "show"],
        {
            "IPython.display",
            "matplotlib",
            "ipywidgets",
            "tinytorch_lab.show",
            "tinytorch_lab.archive",
            "tinytorch_lab.profiler",
            "tinytorch_lab.scaling",
        },
    ),
    (
        "kernel",
        [LAB / "magics.py", LAB / "kernel"],
        {
            "IPython",
            "tinytorch_lab.kernel",
            "tinytorch_lab.archive",
            "tinytorch_lab.profiler",
            "tinytorch_lab.scaling",
            "tinytorch_lab.show",
            "tinytorch_lab.understand",
        },
    ),
    (
        "course",
        [place for place in sorted((LAB / "course").iterdir()) if place.name not in OWN_ROOMS],
        {"jupytext", "nbformat", "nbclient", "numpy", "jupyter_core", "jupyter_client", "tinytorch_lab.course"},
    ),
    (
        "release",
        [LAB / "course" / "release"],
        {"jupytext", "nbformat", "nbgrader", "traitlets", "tinytorch_lab.course"},
    ),
    (
        "grading",
        [place for place in sorted((LAB / "course" / "grading").iterdir()) if place.name != "engine"],
        {
            "nbgrader",
            "sqlalchemy",
            "nbconvert",
            "bleach",
            "jinja2",
            "nbformat",
            "traitlets",
            "matplotlib",
            "tomlkit",
            "tinytorch_lab.course",
        },
    ),
    (
        "engine",  # IPython and NumPy only in the processes that run submissions
        [LAB / "course" / "grading" / "engine"],
        {"IPython", "numpy", "nbclient", "nbformat", "nbgrader", "traitlets.config", "tinytorch_lab.course"},
    ),
    (
        "server",
        [LAB / "server"],
        {"jupyter_server", "tornado", "traitlets", "tinytorch_lab.server", "tinytorch_lab.course"},
    ),
    (
        "cli",
        [LAB / "cli.py", LAB / "__main__.py"],
        {
            "tinytorch_lab.course",
            "tinytorch_lab.profiler",
            "tinytorch_lab.archive",
            "tinytorch_lab.show",
            "tinytorch_lab.cli",
        },
    ),
]


def files(places: list[Path]) -> list[Path]:
    found = [file for place in places for file in (sorted(place.rglob("*.py")) if place.is_dir() else [place])]
    return [file for file in found if file.suffix == ".py"]


def imported(file: Path) -> set[str]:
    """The dotted names that a file imports anywhere, but for those under TYPE_CHECKING."""
    names: set[str] = set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    skipped = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: write absolute imports"
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= below if node.module == "tinytorch_lab" else {str(node.module)}
    return names


def allowed(name: str, may: set[str]) -> bool:
    top = name.partition(".")[0]
    return top in sys.stdlib_module_names or any(name == one or name.startswith(one + ".") for one in may)


@pytest.mark.parametrize(("room", "places", "may"), ROOMS, ids=[room for room, _, _ in ROOMS])
def test_a_room_imports_only_what_it_may(room: str, places: list[Path], may: set[str]) -> None:
    wrong = [
        f"{file.name} imports {name}"
        for file in files(places)
        for name in sorted(imported(file))
        if not allowed(name, may)
    ]
    assert wrong == []


def test_every_file_belongs_to_a_room() -> None:
    inside = {file for _, places, _ in ROOMS for file in files(places)}
    assert {file.name for file in files([LAB]) if file not in inside} == {"__init__.py"}


def test_the_check_finds_a_wrong_import(tmp_path: Path) -> None:
    file = tmp_path / "room.py"
    file.write_text("import os\ndef f():\n    from tornado import web\n    import tinytorch_lab.profiler.clock\n")
    wrong = [name for name in imported(file) if not allowed(name, {"tinytorch_lab.course"})]
    assert sorted(wrong) == ["tinytorch_lab.profiler.clock", "tornado"]


def test_importing_the_package_loads_nothing_but_itself() -> None:
    import subprocess

    code = "import sys; old = set(sys.modules); import tinytorch_lab; print(sorted(set(sys.modules) - old))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert [name for name in eval(ran.stdout) if name.startswith(("tinytorch", "numpy", "IPython", "psutil"))] == [
        "tinytorch_lab"
    ]
