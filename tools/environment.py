"""What the repository's commands need: environments, the front end, the wheel, a browser. Standard library only."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
FRONT_END = (
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "labextension/src",
    "labextension/style",
    "labextension/schema",
)
PACKAGE = ("pyproject.toml", "package.json", "install.json", "jupyter-config", "README.md")
SOURCES = (*FRONT_END, *PACKAGE, "LICENSE", "modules", "tinytorch", "tinytorch_lab", "tools/hatch_build.py")


def say(text: str) -> None:
    """Tell what is being done."""
    print(f"-- {text}", flush=True)


def executable(name: str, venv: Path) -> Path:
    """A program of ``venv``."""
    return venv / ("Scripts" if WINDOWS else "bin") / (f"{name}.exe" if WINDOWS else name)


def script(name: str) -> str:
    """A program of the environment that one works in."""
    return str(executable(name, VENV))


def environment(venv: Path) -> dict[str, str]:
    """The variables of a process that runs in ``venv``."""
    paths = os.pathsep.join([str(executable("python", venv).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": paths, "VIRTUAL_ENV": str(venv), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def call(*command: str) -> int:
    """Run a command in the working environment; returns its status."""
    return subprocess.call(command, cwd=ROOT, env=environment(VENV))


def succeeds(*command: str) -> bool:
    """Whether a command runs and ends well; what it prints is not shown."""
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def run(*command: str, venv: Path = VENV) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, cwd=ROOT, env=environment(venv), check=True)


def install_for_work(lint: bool = False) -> None:
    """``.venv`` with this tree (editable), its front end built; quick when nothing changed."""
    make_venv(VENV, Path(sys.executable))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    requires = project["build-system"]["requires"]
    with step(VENV, "build-tools", digest_of(requires)) as needed:
        if needed:
            say("installing the build tools (Node among them, from a wheel)")
            pip(VENV, *requires, "editables")
    build_front_end()
    with step(VENV, "package", digest(("tinytorch_lab/labextension", *PACKAGE))) as needed:
        if needed:
            say("installing tinytorch-lab and what it needs")
            os.environ["HATCH_JUPYTER_BUILDER_SKIP_NPM"] = "1"
            pip(VENV, "--no-build-isolation", "-e", f"{ROOT}[instructor]")
    if lint:
        with step(VENV, "lint", digest_of(project["dependency-groups"])) as needed:
            if needed:
                say("installing linters and the type checker")
                pip(VENV, "--group", f"{ROOT / 'pyproject.toml'}:lint")


def build_front_end() -> None:
    """Install the npm packages that the lock names, and build, where the sources changed."""
    with step(VENV, "npm", digest(("package.json", "package-lock.json", ".npmrc")), ROOT / "node_modules") as needed:
        if needed:
            say("installing the front end's packages (npm ci)")
            run(script("npm"), "ci", "--no-audit", "--no-fund")
    output = ROOT / "tinytorch_lab" / "labextension" / "static" / "style.js"
    with step(VENV, "front-end", digest(FRONT_END), output) as needed:
        if needed:
            say("building the front end")
            run(script("npm"), "run", "--silent", "build:prod")


def build(force: bool = False) -> Path:
    """The wheel of this tree in dist/, made through an sdist; an old one is kept if the sources are the same."""
    with step(VENV, "wheel", "" if force else digest(SOURCES), ROOT / "dist") as needed:
        if needed:
            say("building sdist and wheel")
            shutil.rmtree(ROOT / "dist", ignore_errors=True)
            run(script("python"), "-m", "build", "--no-isolation", "--outdir", str(ROOT / "dist"))
    return next((ROOT / "dist").glob("*.whl"))


def test_environment(python: Path, wheel: Path, everything: bool) -> Path:
    """An environment of ``python`` with the wheel and the tests' own needs: never this tree."""
    venv = ROOT / f".venv-test-{version_of(python)}"
    make_venv(venv, python)
    groups = ["test", "browser"] if everything else ["test"]
    wanted = [f"{wheel}[instructor,cluster]" if everything else str(wheel)]
    if everything and os.environ.get("CI"):
        wanted = [f"{wheel}[instructor,cluster,parity]"]
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    with step(venv, "needs", digest_of([project, groups, wanted])) as needed:
        if needed:
            say(f"installing the wheel and the tests' needs for Python {version_of(python)}")
            named = [word for group in groups for word in ("--group", f"{ROOT / 'pyproject.toml'}:{group}")]
            pip(venv, *wanted, *named)
    with step(venv, "wheel", hashlib.sha256(wheel.read_bytes()).hexdigest()) as needed:
        if needed:
            pip(venv, "--force-reinstall", "--no-deps", str(wheel))
    return venv


def make_venv(venv: Path, python: Path) -> None:
    """Make ``venv`` if it is missing, with a pip that knows dependency groups."""
    with step(venv, "venv", digest_of(version_of(python)), executable("python", venv)) as needed:
        if needed:
            say(f"making {venv.name} with Python {version_of(python)}")
            subprocess.run([str(python), "-m", "venv", "--clear", str(venv)], check=True)
            pip(venv, "--upgrade", "pip>=25.1")


def pip(venv: Path, *arguments: str) -> None:
    """``pip install`` in ``venv``."""
    run(str(executable("python", venv)), "-m", "pip", "install", "--quiet", *arguments, venv=venv)


class step:
    """A step that is left out if it succeeded before with the same inputs and its product is still there."""

    def __init__(self, venv: Path, name: str, inputs: str, product: Path | None = None) -> None:
        self.stamp, self.inputs, self.product = venv / f".step-{name}", inputs, product

    def __enter__(self) -> bool:
        """Whether the step has to be done."""
        same = self.stamp.exists() and self.stamp.read_text(encoding="utf-8") == self.inputs
        there = self.product is None or self.product.exists()
        self.stamp.unlink(missing_ok=True)
        return not (same and there)

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """Remember it, if nothing went wrong."""
        if kind is None:
            self.stamp.write_text(self.inputs, encoding="utf-8")


def digest_of(value: object) -> str:
    """A short name for a value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def digest(names: Iterable[str]) -> str:
    """A short name for the contents of files and folders of this tree."""
    total = hashlib.sha256()
    for path in sorted(path for name in names for path in files_below(ROOT / name)):
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def files_below(path: Path) -> Iterable[Path]:
    """The file itself, or the folder's files but for byte code."""
    if path.is_file():
        return [path]
    return [p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts and p.suffix != ".ipynb"]


def version_of(python: Path) -> str:
    """``"3.12"``; empty if it does not run."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    ran = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False)
    return ran.stdout.strip()


def pythons() -> list[Path]:
    """This Python, then the other supported ones of the machine (PATH and pyenv), one a version."""
    found = {version_of(Path(sys.executable)): Path(sys.executable)}
    for minor in range(11, 15):
        wanted = f"3.{minor}"
        for candidate in candidates(wanted):
            if wanted not in found and version_of(candidate) == wanted:
                found[wanted] = candidate
    return list(found.values())


def candidates(wanted: str) -> Iterable[Path]:
    """Where a Python of that version may be."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    released = [p for p in versions.glob(f"{wanted}.*") if re.fullmatch(r"[0-9.]+", p.name)]
    yield from (p / ("python.exe" if WINDOWS else "bin/python") for p in sorted(released, reverse=True))
    if on_path := shutil.which(f"python{wanted}"):
        yield Path(on_path)


def find_or_install_browser() -> str | None:
    """Chromium, or installed through apt-get where that is possible; None where there is none (CI then fails)."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    if found := next(filter(None, map(shutil.which, names)), None):
        return found
    if shutil.which("apt-get") and hasattr(os, "geteuid"):
        say("installing chromium for the browser tests (apt-get)")
        prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
        install = [
            *prefix,
            "apt-get",
            "install",
            "-y",
            "-qq",
            "--no-install-recommends",
            "chromium",
            "fonts-liberation",
        ]
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        for command in ([*prefix, "apt-get", "update", "-qq"], install):
            subprocess.run(command, check=False, **quiet)
        if found := shutil.which("chromium"):
            return found
    message = "No Chromium found. Install it (Debian: apt-get install chromium) to run the browser tests."
    if os.environ.get("CI"):
        sys.exit(message)
    say(f"{message} They are SKIPPED now.")
    return None
