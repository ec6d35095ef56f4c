"""The student's own library files: exported from notebooks, switched on and off, staged for a trial."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbformat import NotebookNode

from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.files import write_atomic
from tinytorch_lab.course.lesson import exported_code, is_exported
from tinytorch_lab.course.workspace import MARKER

HEADER = "# Your own module: written from modules/{module.id}/{module.name}.ipynb by `tinytorch-lab complete {module.number}`.\n"
OFF = ".off"


def exported_text(notebook: NotebookNode, module: Module) -> str:
    """The library file that the student's notebook makes."""
    cells = [exported_code(cell) for cell in notebook.cells if is_exported(cell)]
    if not cells:
        raise CourseError(
            f"The notebook of {module.id} has no cell that begins with `#| export`, so there is nothing to complete. "
            f"Get the lesson's cells back: tinytorch-lab update {module.number}"
        )
    return HEADER.format(module=module) + "\n\n".join(cells)


def own_file(folder: Path, module: Module) -> Path:
    """Where the student's file stands while it is used."""
    return folder / module.library_file


def own_text(folder: Path, module: Module) -> str | None:
    """What the student has completed, in use or not; None if nothing."""
    for file in (own_file(folder, module), _off(folder, module)):
        if file.exists():
            return file.read_text(encoding="utf-8", errors="replace")
    return None


def is_used(folder: Path, module: Module) -> bool:
    """Whether later modules run on the student's file."""
    return own_file(folder, module).exists()


def use(folder: Path, module: Module, mine: bool) -> None:
    """Switch later modules to the student's file, or to the reference. Raises CourseError if there is no such file."""
    on, off = own_file(folder, module), _off(folder, module)
    if mine and not on.exists():
        if not off.exists():
            raise CourseError(f"There is nothing of yours for {module.id} yet: complete it first.")
        off.replace(on)
    elif not mine and on.exists():
        on.replace(off)


def publish(folder: Path, module: Module, text: str) -> None:
    """Put the student's file in place, in use."""
    write_atomic(own_file(folder, module), text)
    _off(folder, module).unlink(missing_ok=True)


@contextmanager
def staged(folder: Path, module: Module, text: str | None) -> Iterator[Path]:
    """A throw-away student folder with the library files in use there, ``module``'s being ``text`` (None: the reference)."""
    with tempfile.TemporaryDirectory(prefix="tinytorch-") as place:
        stage = Path(place)
        shutil.copyfile(folder / MARKER, stage / MARKER)
        for package in ("core", "perf"):
            (stage / "tinytorch" / package).mkdir(parents=True)
            for file in (folder / "tinytorch" / package).glob("*.py"):
                shutil.copyfile(file, stage / "tinytorch" / package / file.name)
        own_file(stage, module).unlink(missing_ok=True)
        if text is not None:
            write_atomic(own_file(stage, module), text)
        yield stage


def _off(folder: Path, module: Module) -> Path:
    file = own_file(folder, module)
    return file.with_name(file.name + OFF)
