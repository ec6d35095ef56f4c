"""The class folder as grading needs it: its places, its modules, and the library that submissions run on."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from tinytorch_lab.course.catalogue import Catalogue
from tinytorch_lab.course.class_folder import ClassFolder, find_class, open_class
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading.model import ClassPaths
from tinytorch_lab.course.release import prove


def class_paths(named: Path | None, start: Path) -> ClassPaths:
    """The places of the class folder ``named``, else of the one around ``start``. Raises CourseError if there is none."""
    return ClassPaths(open_class(named).root if named else find_class(start).root)


def catalogue_of(paths: ClassPaths) -> Catalogue:
    """The modules of the class."""
    return ClassFolder(paths.root).catalogue


def masked(paths: ClassPaths, module: str) -> tuple[str, ...]:
    """What must not be importable while ``module`` is graded: what it builds and what comes later."""
    folder = ClassFolder(paths.root)
    return prove.masked(folder, folder.catalogue.find(module))


def own_library(paths: ClassPaths, module: str) -> dict[str, str]:
    """The library files of the class's earlier modules, where they are other than the installed ones: core/tensor.py, text.

    Everybody is graded on these, or else on the installed reference, never on what they built before: a mistake costs once.
    """
    folder = ClassFolder(paths.root)
    found = importlib.util.find_spec("tinytorch")
    assert found is not None  # it comes in the same wheel
    assert found.origin is not None
    installed = Path(found.origin).parent
    made = dict(prove.earlier(folder, folder.catalogue.find(module)))
    own = {path.removeprefix("tinytorch/"): text for path, text in made.items()}
    return {path: text for path, text in own.items() if _text(installed / path) != text}


def _text(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None


def require_nbgrader() -> None:
    """Raise CourseError unless nbgrader is installed."""
    if importlib.util.find_spec("nbgrader") is None:
        raise CourseError("This needs nbgrader, which is not installed here: pip install 'tinytorch-lab[instructor]'")
