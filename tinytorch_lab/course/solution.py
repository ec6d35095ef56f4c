"""A module's solution beside the student's own code, once the student has one that works."""

from __future__ import annotations

import ast
import difflib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from tinytorch_lab.course import overlay_files, record
from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.notebooks import code_hash, is_exercise, peek
from tinytorch_lab.course.workspace import Folder


@dataclass(frozen=True)
class Pair:
    """One function or class: the student's code and the reference's; either may be empty."""

    name: str
    mine: str
    reference: str

    def diff(self) -> str:
        """The difference as a unified diff; empty if there is none."""
        lines = difflib.unified_diff(
            self.mine.splitlines(), self.reference.splitlines(), "yours", "reference", lineterm="", n=100
        )
        return "\n".join(lines)


def solution(folder: Folder, module: Module, anyway: bool = False) -> list[Pair]:
    """The module's exercises, each with the reference's code. Raises CourseError before the student's own tests pass."""
    if not anyway and not _may_see(folder.path, module):
        raise CourseError(
            f"The solution of {module.id} is shown once your own passes its tests. If you want to see it all the same: "
            f"tinytorch-lab solution {module.number} --anyway"
        )
    theirs = _definitions(_reference_text(module))
    mine: dict[str, str] = {}
    for cell in peek(folder.path / module.notebook).cells:
        if is_exercise(cell):
            mine |= _definitions(cell.source)
    return [Pair(name, code, theirs.get(name, "")) for name, code in mine.items()]


def _may_see(folder: Path, module: Module) -> bool:
    tests = record.load(folder).of(module.id).tests
    passes = (
        tests is not None and tests.passed == tests.total and tests.code == code_hash(peek(folder / module.notebook))
    )
    return passes or overlay_files.own_text(folder, module) is not None


def _reference_text(module: Module) -> str:
    package = importlib.util.find_spec("tinytorch")
    try:
        return (Path(str(package and package.origin)).parent.parent / module.library_file).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CourseError(f"This version of the library has no tinytorch.{module.exports} to compare with.") from None


def _definitions(code: str) -> dict[str, str]:
    """The source of each function and class at the top level, by name; nothing of code that does not parse."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return {}
    return {
        node.name: ast.get_source_segment(code, node) or ""
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
