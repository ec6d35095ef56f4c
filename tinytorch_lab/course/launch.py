"""Open JupyterLab on a student folder, at the module to go on with; or on a class folder, for its instructor."""

from __future__ import annotations

import os
import subprocess
import sys

from tinytorch_lab.course import source
from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.progress import course_progress
from tinytorch_lab.course.workspace import Folder, open_notebook


def module_to_open(folder: Folder) -> Module:
    """The first module in progress, else the first that is ready, else the course's first."""
    progress = course_progress(folder)
    modules = source.catalogue().modules
    for state in ("in progress", "ready"):
        for module in modules:
            if progress[module.id].state == state:
                return module
    return modules[0]


def lab_command(folder: Folder, options: list[str]) -> list[str]:
    """The command that starts JupyterLab in ``folder``; ``options`` come last and win.

    A student's opens on the current notebook, a class's with the panel of instructors.
    """
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={folder.path}",
        *(_for_an_instructor() if folder.kind == "class" else _for_a_student(folder)),
        *(["--allow-root"] if is_root() else []),
        *options,
    ]


def _for_a_student(folder: Folder) -> list[str]:
    notebook = open_notebook(folder, module_to_open(folder).id)
    return [f"--LabApp.default_url=/lab/tree/{notebook.relative_to(folder.path).as_posix()}"]


def _for_an_instructor() -> list[str]:
    return ["--TinyTorchLab.instructor=True"]


def is_root() -> bool:
    """Whether this is the superuser, as in most containers, for whom Jupyter does not start unless told to."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def open_lab(folder: Folder, options: list[str]) -> int:
    """Run JupyterLab until it ends; returns its exit status.

    Where the system can, this process becomes JupyterLab, so that whoever stops the one stops the other.
    """
    command = lab_command(folder, options)
    print(f"Opening JupyterLab in {folder.path}. Press Ctrl+C twice here to stop it.", flush=True)
    if os.name == "posix":
        os.chdir(folder.path)
        os.execv(command[0], command)
    server = subprocess.Popen(command, cwd=folder.path)
    while True:
        try:
            return server.wait()
        except KeyboardInterrupt:
            continue  # JupyterLab got the same Ctrl+C and asks what to do
