"""A student's own files in front of the reference, each case in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

MINE = "class Tensor:\n    whose = 'mine'\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "course"
    (folder / "tinytorch" / "core").mkdir(parents=True)
    (folder / "modules" / "01_tensor").mkdir(parents=True)
    (folder / ".tinytorch-lab.json").write_text('{"kind": "student", "version": 1}')
    return folder


def python(code: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "TINYTORCH_HOME"} | variables
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


WHOSE = "import tinytorch; print(getattr(tinytorch.Tensor, 'whose', 'reference'))"


def test_without_a_file_of_ones_own_it_is_the_reference(home: Path) -> None:
    ran = python(WHOSE, home)
    assert (ran.stdout, ran.stderr) == ("reference\n", "")


@pytest.mark.parametrize("place", [".", "modules/01_tensor"])
def test_the_students_file_is_what_import_finds_anywhere_in_the_folder(home: Path, place: str) -> None:
    (home / "tinytorch/core/tensor.py").write_text(MINE)
    ran = python(WHOSE, home / place)
    assert (ran.stdout, ran.stderr) == ("mine\n", "")
    assert [p.name for p in (home / "tinytorch/core").iterdir()] == ["tensor.py"]  # no __pycache__


def test_plain_imports_and_later_modules_see_it_too(home: Path) -> None:
    (home / "tinytorch/core/tensor.py").write_text(MINE)
    (home / "tinytorch/core/later.py").write_text("from tinytorch.core.tensor import Tensor as Base\n")
    ran = python("from tinytorch.core.later import Base; print(Base.whose)", home)
    assert (ran.stdout, ran.stderr) == ("mine\n", "")


def test_outside_of_the_folder_it_is_the_reference_unless_the_variable_names_it(home: Path, tmp_path: Path) -> None:
    (home / "tinytorch/core/tensor.py").write_text(MINE)
    assert python(WHOSE, tmp_path).stdout == "reference\n"
    assert python(WHOSE, tmp_path, TINYTORCH_HOME=str(home)).stdout == "mine\n"


def test_a_class_folder_has_no_overlay(home: Path) -> None:
    (home / ".tinytorch-lab.json").write_text('{"kind": "class", "version": 1}')
    (home / "tinytorch/core/tensor.py").write_text(MINE)
    assert python(WHOSE, home).stdout == "reference\n"


def test_a_changed_file_is_read_again_even_within_the_same_second(home: Path) -> None:
    own = home / "tinytorch/core/tensor.py"
    for word in ("aaaa", "bbbb"):
        own.write_text(MINE.replace("mine", word))
        os.utime(own, (1_000_000_000, 1_000_000_000))
        assert python(WHOSE, home).stdout == word + "\n"


def test_a_broken_file_breaks_only_its_importers_and_says_whose_it_is(home: Path) -> None:
    own = home / "tinytorch/core/tensor.py"
    for text, error in (("x = (", "SyntaxError"), ("1 / 0", "ZeroDivisionError")):
        own.write_text(text)
        ran = python(WHOSE, home)
        assert ran.returncode == 1
        assert error in ran.stderr
        assert f"This comes from your own file {own}." in ran.stderr
        assert "to use the reference of tinytorch.core.tensor" in ran.stderr
        assert python("import tinytorch, tinytorch.core, tinytorch.perf; print('fine')", home).stdout == "fine\n"


@pytest.mark.parametrize(
    ("marker", "message"),
    [("{", "is damaged"), ('{"kind": "student", "version": 99}', "was made by a newer tinytorch-lab")],
)
def test_a_marker_that_cannot_be_trusted_is_a_sentence(home: Path, marker: str, message: str) -> None:
    (home / ".tinytorch-lab.json").write_text(marker)
    ran = python("import tinytorch.core", home)
    assert ran.returncode == 1
    assert message in ran.stderr.splitlines()[-1]


def test_a_variable_that_names_no_student_folder_is_a_sentence(tmp_path: Path) -> None:
    ran = python("import tinytorch.core", tmp_path, TINYTORCH_HOME=str(tmp_path))
    assert "which is no student folder" in ran.stderr.splitlines()[-1]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not delete a working directory")
def test_a_deleted_working_directory_is_no_error(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    # NumPy is left out: on Python 3.13.0 it does not import in such a place itself.
    code = "import os; os.rmdir(os.getcwd()); import tinytorch.core, tinytorch.overlay as o; print(o.student_folder())"
    assert python(code, gone).stdout == "None\n"
