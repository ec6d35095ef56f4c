"""Lessons to library: writes ``tinytorch/core/tensor.py`` and its like, and tells what is stale."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tinytorch_lab.course.catalogue import Catalogue, Module
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.files import write_atomic
from tinytorch_lab.course.lesson import export_target, exported_code, is_exported, read_lesson

HEADER = "# Generated from {source} by `tinytorch-lab export`. Do not edit: edit the lesson.\n"


@dataclass(frozen=True)
class Exported:
    """What one lesson exports: the file's place relative to the root, and its text."""

    module: Module
    path: str
    text: str


def export_lesson(root: Path, module: Module) -> Exported:
    """The library file that ``module``'s lesson below ``root`` makes. Writes nothing."""
    source = root / module.source
    notebook = read_lesson(source)
    target = export_target(notebook, source)
    if target != module.exports:
        raise CourseError(
            f"{source} exports to {target}, but course.toml says {module.exports} for {module.id}: make them equal."
        )
    cells = [exported_code(cell) for cell in notebook.cells if is_exported(cell)]
    text = HEADER.format(source=module.source) + "\n\n".join(cells)
    return Exported(module, module.library_file, text)


def export_all(root: Path, catalogue: Catalogue, modules: tuple[Module, ...] = ()) -> list[Exported]:
    """What the given modules export, or all modules whose lesson exists if none is given."""
    chosen = modules or tuple(m for m in catalogue.modules if (root / m.source).exists())
    return [export_lesson(root, module) for module in chosen]


def stale(root: Path, exported: list[Exported]) -> list[Exported]:
    """Those whose file is missing or differs from what the lesson makes now."""
    return [one for one in exported if _current(root / one.path) != one.text]


def write(root: Path, exported: list[Exported]) -> list[Exported]:
    """Write the stale files below ``root``, each whole or not at all; returns those."""
    changed = stale(root, exported)
    for one in changed:
        write_atomic(root / one.path, one.text)
    return changed


def _current(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
