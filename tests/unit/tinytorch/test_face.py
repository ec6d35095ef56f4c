"""The public face: names are found, and nothing is loaded before it is asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

import tinytorch

PACKAGE = Path(tinytorch.__file__).parent
EXPORTED = sorted(
    f"tinytorch.{path.parent.name}.{path.stem}"
    for package in ("core", "perf")
    for path in (PACKAGE / package).glob("*.py")
    if path.stem != "__init__"
)


def python(code: str, folder: Path) -> str:
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def test_import_loads_nothing(tmp_path: Path) -> None:
    code = "import sys, tinytorch; print([n for n in sys.modules if n.startswith(('tinytorch.', 'numpy'))])"
    assert python(code, tmp_path) == "[]\n"


@pytest.mark.parametrize("name", tinytorch.__all__)
def test_every_public_name_is_there_and_static(name: str) -> None:
    assert getattr(tinytorch, name).__name__ == {"Layer": "Module"}.get(name, name)
    assert name in dir(tinytorch)
    assert f"import {name} as {name}" in Path(tinytorch.__file__).read_text(encoding="utf-8")


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Tensr'"):
        _ = tinytorch.Tensr


@pytest.mark.parametrize("module", EXPORTED)
def test_every_exported_module_imports_in_a_clean_interpreter_without_output(module: str, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import {module}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


@pytest.mark.parametrize("module", EXPORTED)
def test_an_exported_module_loads_no_later_one(module: str, tmp_path: Path) -> None:
    """In module NN's kernel no file of module >= NN is loaded: importing one loads only what its lesson needs."""
    from tinytorch_lab.course.source import catalogue

    later = [m for m in catalogue().modules if f"tinytorch.{m.exports}" == module]
    (own,) = later
    code = (
        f"import sys, {module}; print([n for n in sys.modules if n.startswith(('tinytorch.core.', 'tinytorch.perf.'))])"
    )
    loaded = eval(python(code, tmp_path))
    order = {f"tinytorch.{m.exports}": m.number for m in catalogue().modules}
    assert all(order[name] <= own.number for name in loaded)


def test_something_is_exported() -> None:
    assert "tinytorch.core.tensor" in EXPORTED
