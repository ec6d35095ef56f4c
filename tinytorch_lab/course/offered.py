"""What a student folder offers: the modules of this version, and what came with an instructor's release, which comes first.

The texts of a release are kept in ``.tinytorch-lab/released/``, so that a later reset or ``update`` gives the same again and not
the lesson of the installed version.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from tinytorch_lab.course import source
from tinytorch_lab.course.catalogue import EXPORTS, Catalogue, Module
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.files import write_atomic
from tinytorch_lab.course.notebooks import peek

PART = "From your instructor"
_TARGET = re.compile(r"#\|\s*default_exp\s+(\S+)")
_TITLE = re.compile(r"# (?:Module [0-9]+: *)?(.+)")


def offered(folder: Path | None) -> Catalogue:
    """The course of the folder (None: of this version): its own modules of a release stand at its end, in a part of their own."""
    course = source.catalogue()
    known = {module.id for module in course.modules}
    released = sorted((folder / ".tinytorch-lab" / "released").glob("*.ipynb")) if folder else []
    own = tuple(_own(path) for path in released if path.stem not in known)
    return replace(course, parts=(*course.parts, PART), modules=(*course.modules, *own)) if own else course


def has_text(folder: Path | None, module: Module) -> bool:
    """Whether there is a notebook to give for the module."""
    return (folder is not None and _place(folder, module.id).exists()) or source.has_lesson(module)


def text(folder: Path, module: Module) -> str:
    """The notebook to give, as text: the release's, else this version's. Raises CourseError if there is neither."""
    released = _place(folder, module.id)
    return released.read_text(encoding="utf-8") if released.exists() else source.notebook_text(module)


def keep(folder: Path, texts: dict[str, str]) -> None:
    """Keep what a release holds, by module id."""
    for module, content in texts.items():
        write_atomic(_place(folder, module), content)


def _place(folder: Path, module: str) -> Path:
    return folder / ".tinytorch-lab" / "released" / f"{module}.ipynb"


def _own(path: Path) -> Module:
    """A module that only the release knows: described by its notebook, as far as it can be read."""
    title, exports = path.stem[3:].replace("_", " ").capitalize(), ""
    try:
        cells = peek(path).cells
    except CourseError:
        cells = []
    for cell in cells:
        if cell.cell_type == "markdown" and (heading := _TITLE.match(cell.source)):
            title = heading[1]
            break
    for cell in cells:
        target = _TARGET.search(cell.source) if cell.cell_type == "code" else None
        if target and EXPORTS.fullmatch(target[1]):
            exports = target[1]
    points = sum(int(cell.metadata.get("nbgrader", {}).get("points", 0) or 0) for cell in cells)
    return Module(path.stem, exports, title, PART, (), "", (), points)
