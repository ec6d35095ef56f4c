"""The wheel as a new user gets it. ``make test`` installs it into the environment that runs these tests."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest

DIST = Path(__file__).resolve().parents[2] / "dist"
MODULES = DIST.parent / "modules"


@pytest.fixture(scope="module")
def wheel() -> zipfile.ZipFile:
    (path,) = DIST.glob("*.whl")
    with zipfile.ZipFile(path) as opened:
        yield opened


def command(*words: str, folder: Path) -> str:
    """A program of this environment, run in an empty folder; its output, both streams."""
    program = Path(sys.executable).with_name(words[0])
    ran = subprocess.run([program, *words[1:]], cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def test_this_environment_holds_the_wheel_and_not_the_tree(tmp_path: Path) -> None:
    code = "import tinytorch, tinytorch_lab; print(tinytorch.__file__); print(tinytorch_lab.__file__)"
    places = command("python", "-P", "-c", code, folder=tmp_path).split()
    assert all(Path(place).is_relative_to(Path(sys.prefix)) for place in places), places


def test_the_wheel_is_small_and_carries_the_front_end_once(wheel: zipfile.ZipFile) -> None:
    assert Path(wheel.filename).stat().st_size <= 6 * 2**20
    styles = [name for name in wheel.namelist() if name.endswith("static/style.js")]
    assert [re.sub(r".*\.data/", "", name) for name in styles] == [
        "data/share/jupyter/labextensions/tinytorch-lab/static/style.js"
    ]


def test_the_wheel_holds_every_lessons_student_notebook(wheel: zipfile.ZipFile) -> None:
    lessons = {path.parent.name for path in MODULES.glob("*/*_dev.py")}
    assert lessons
    inside = {name.split("/")[3] for name in wheel.namelist() if name.startswith("tinytorch_lab/_course/modules/")}
    assert inside == lessons
    assert "tinytorch_lab/_course/course.toml" in wheel.namelist()


def test_the_wheel_holds_every_milestones_notebook_and_no_source_of_one(wheel: zipfile.ZipFile) -> None:
    names = {path.stem for path in MODULES.parent.glob("milestones/*.py")}
    assert names
    inside = [name for name in wheel.namelist() if "milestones/" in name]
    assert sorted(inside) == sorted(f"tinytorch_lab/_course/milestones/{name}.ipynb" for name in names)


def test_the_data_sets_load_from_the_wheel_with_their_licences(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    code = "from tinytorch.data import *; print(len(digits()[0]), len(mnist()[0]), len(photo_digits()[0]), len(shakespeare()))"
    assert command("python", "-P", "-c", code, folder=tmp_path) == "1437 8500 8500 1036160\n"
    assert [name for name in wheel.namelist() if name.endswith("dist-info/licenses/tinytorch/data/LICENSES.md")]


def test_the_wheel_holds_no_lesson_source_and_no_hidden_test(wheel: zipfile.ZipFile) -> None:
    hidden = hidden_lines("\n".join(path.read_text(encoding="utf-8") for path in MODULES.glob("*/*_dev.py")))
    assert len(hidden) > 20
    for name in wheel.namelist():
        assert not name.endswith("_dev.py")
        assert not name.startswith(("modules/", "tests/", "tools/"))
        text = wheel.read(name).decode("utf-8", errors="replace")
        if name.endswith(".ipynb"):
            text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
        for line in hidden:
            assert line not in text, f"{name} holds the hidden test {line!r}"


def hidden_lines(source: str) -> list[str]:
    """The lines of the hidden tests that stand nowhere else in the lessons, whose texts ``source`` is."""
    regions = re.findall(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", source, re.DOTALL)
    rest = re.sub(r"### BEGIN HIDDEN TESTS\n.*?### END HIDDEN TESTS", "", source, flags=re.DOTALL)
    lines = [line.strip() for region in regions for line in region.splitlines()]
    return [line for line in lines if len(line) > 20 and line not in rest]


def test_the_sdist_holds_the_front_end_and_the_lessons() -> None:
    (path,) = DIST.glob("*.tar.gz")
    with tarfile.open(path) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert {
        "tinytorch_lab/labextension/static/style.js",
        "modules/course.toml",
        "modules/01_tensor/tensor_dev.py",
    } <= names
    assert not any("node_modules" in name or ".venv" in name or name.startswith("dist") for name in names)


def test_jupyter_lists_both_extensions_as_enabled_and_ok(tmp_path: Path) -> None:
    lab = command("jupyter", "labextension", "list", folder=tmp_path)
    assert re.search(r"tinytorch-lab v\S+ .*enabled.*OK", re.sub(r"\x1b\[[0-9;]*m", "", lab)), lab
    server = re.sub(r"\x1b\[[0-9;]*m", "", command("jupyter", "server", "extension", "list", folder=tmp_path))
    assert re.search(r"tinytorch_lab enabled", server), server
    assert re.search(r"tinytorch_lab\s+\S*\s*OK", server), server


def test_pip_finds_nothing_broken(tmp_path: Path) -> None:
    assert "No broken requirements" in command("python", "-m", "pip", "check", folder=tmp_path)


def test_the_doctor_is_content_in_an_empty_folder(tmp_path: Path) -> None:
    assert command("tinytorch-lab", "doctor", folder=tmp_path).endswith("All well.\n")


def test_new_works_offline_from_the_wheel(tmp_path: Path) -> None:
    command("tinytorch-lab", "new", "mine", folder=tmp_path)
    notebook = json.loads((tmp_path / "mine/modules/01_tensor/tensor.ipynb").read_text(encoding="utf-8"))
    stubs = [
        "".join(cell["source"]) for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("solution")
    ]
    assert len(stubs) > 5
    assert all("NotImplementedError" in stub or "YOUR ANSWER HERE" in stub for stub in stubs)


def test_lab_serves_lesson_01_from_an_empty_folder(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(sys.executable).with_name("tinytorch-lab")
    options = ["--no-browser", f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=secret"]
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
    }
    log = (tmp_path / "log").open("w")
    lab = subprocess.Popen(
        [program, "lab", *options], cwd=tmp_path, env=environment, stdout=log, stderr=subprocess.STDOUT
    )
    try:
        address = wait_for(f"http://127.0.0.1:{port}/?token=secret", lab)
        assert "/lab/tree/modules/01_tensor/tensor.ipynb" in address
        assert (tmp_path / "course/modules/01_tensor/tensor.ipynb").is_file()
    finally:
        lab.send_signal(signal.SIGTERM)
        lab.wait(timeout=30)
    with pytest.raises(urllib.error.URLError):  # no server is left behind
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30)


def wait_for(url: str, server: subprocess.Popen[bytes]) -> str:
    """The address that ``url`` leads to, as soon as the server answers."""
    for _ in range(600):
        assert server.poll() is None, "tinytorch-lab lab ended"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return str(answer.url)
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError("tinytorch-lab lab does not answer")


def test_version_of_package_json_is_the_wheels(wheel: zipfile.ZipFile) -> None:
    version = json.loads((DIST.parent / "package.json").read_text(encoding="utf-8"))["version"]
    assert f"-{version}-" in Path(wheel.filename).name
    import tinytorch_lab

    assert tinytorch_lab.__version__ == version


@pytest.mark.skipif("TINYTORCH_WHEEL_VENV" not in os.environ, reason="run through make test, which installs the wheel")
def test_these_tests_run_in_the_wheels_environment() -> None:
    assert Path(os.environ["TINYTORCH_WHEEL_VENV"]).resolve() == Path(sys.prefix).resolve()
