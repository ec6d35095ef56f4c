"""What is installed where, what is wrong and how to mend it."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.workspace import find_folder

PACKAGES = (
    "tinytorch-lab", "jupyterlab", "jupyter-server", "ipykernel", "ipython", "ipywidgets", "numpy", "matplotlib",
    "jupytext", "memory-profiler", "psutil",
)  # fmt: skip
REINSTALL = "pip install --force-reinstall --no-deps tinytorch-lab"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what, whether it is fine, what was seen, and what to do if it is not."""

    what: str
    fine: bool
    seen: str
    mend: str = ""

    def __str__(self) -> str:
        """One or two lines for the terminal."""
        line = f"{'ok     ' if self.fine else 'PROBLEM'}  {self.what}: {self.seen}"
        return line if self.fine else f"{line}\n         To mend it: {self.mend}"


def examine(start: Path) -> list[Finding]:
    """Look at everything, from the folder ``start``."""
    findings = [_python(), *(_package(name) for name in PACKAGES), _nbgrader()]
    looks: tuple[Callable[[], Finding], ...] = (
        _front_end,
        _server_extension,
        _kernel_extension,
        _kernel,
        _library,
        _blas,
        _peak_memory,
    )
    return [*findings, *(look() for look in looks), _folder(start)]


def _python() -> Finding:
    fine = sys.version_info >= (3, 11)
    return Finding("Python", fine, f"{platform.python_version()} at {sys.executable}", "use Python 3.11 or newer.")


def _package(name: str) -> Finding:
    try:
        return Finding(name, True, version(name))
    except PackageNotFoundError:
        return Finding(name, False, "not installed", f"pip install {name}")


def _nbgrader() -> Finding:
    try:
        return Finding("nbgrader", True, version("nbgrader"))
    except PackageNotFoundError:
        return Finding(
            "nbgrader", True, "not installed; only instructors need it (pip install 'tinytorch-lab[instructor]')"
        )


def _jupyter_file(kind: str, *parts: str) -> Path | None:
    from jupyter_core.paths import jupyter_config_path, jupyter_path

    places = jupyter_path() if kind == "data" else jupyter_config_path()
    return next((path for place in places if (path := Path(place, *parts)).is_file()), None)


def _front_end() -> Finding:
    found = _jupyter_file("data", "labextensions", "tinytorch-lab", "package.json")
    return Finding("front end", found is not None, str(found and found.parent), REINSTALL)


def _server_extension() -> Finding:
    found = _jupyter_file("config", "jupyter_server_config.d", "tinytorch_lab.json")
    enabled = found is not None and json.loads(found.read_text())["ServerApp"]["jpserver_extensions"]["tinytorch_lab"]
    return Finding("server extension", bool(enabled), f"enabled by {found}" if enabled else "not enabled", REINSTALL)


def _kernel_extension() -> Finding:
    place = Path(sys.prefix, "etc", "ipython", "ipython_kernel_config.json")
    fine = place.is_file() and "tinytorch_lab" in place.read_text(encoding="utf-8")
    seen = f"%%measure is loaded into every kernel by {place}" if fine else f"{place} does not load tinytorch_lab"
    return Finding("kernel extension", fine, seen, f"{REINSTALL}, or write %load_ext tinytorch_lab in a notebook.")


def _kernel() -> Finding:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return Finding("kernel python3", False, "not found", "pip install ipykernel")
    python = sys.executable if Path(command).name == command else command
    ran = subprocess.run([python, "-c", "import tinytorch_lab"], capture_output=True, text=True, check=False)
    seen = f"{python} {'has' if ran.returncode == 0 else 'does not have'} tinytorch_lab"
    return Finding("kernel python3", ran.returncode == 0, seen, f"{python} -m pip install tinytorch-lab")


def _library() -> Finding:
    spec = find_spec("tinytorch")
    if spec is None or spec.origin is None:
        return Finding("tinytorch", False, "not found", REINSTALL)
    ours = Path(__file__).resolve().parents[2]
    fine = Path(spec.origin).resolve().parent.parent == ours
    return Finding(
        "tinytorch", fine, spec.origin, "pip uninstall the other tinytorch, or rename the file that hides ours."
    )


def _blas() -> Finding:
    import numpy

    blas = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return Finding(
        "BLAS", True, f"{blas.get('name', 'unknown')} {blas.get('version', '')}, {os.cpu_count()} processors"
    )


def _peak_memory() -> Finding:
    if not sys.platform.startswith("linux"):
        return Finding("peak memory", True, "sampled (only Linux records the exact peak of one cell)")
    exact = os.access("/proc/self/clear_refs", os.W_OK)
    return Finding("peak memory", True, "exact" if exact else "sampled: /proc/self/clear_refs may not be written here")


def _folder(start: Path) -> Finding:
    try:
        found = find_folder(start)
    except CourseError as error:
        return Finding("course folder", False, str(error), "see above.")
    seen = f"{found.path} ({found.kind} folder)" if found else f"none at {start}; `tinytorch-lab new DIR` makes one"
    return Finding("course folder", True, seen)
