"""R2 and R4: the file is a module, its cells are Python, nbgrader's metadata are whole."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbformat import NotebookNode

from tinytorch_lab.course.check.cells import Cell
from tinytorch_lab.course.release.author_file import AuthorFile
from tinytorch_lab.course.release.model import WARNING, Fault

GRADE_ID = re.compile(r"[A-Za-z0-9_-]+")
FLAGS = ("grade", "solution", "locked", "task")
KEYS = (*FLAGS, "grade_id", "points", "schema_version", "cell_type", "checksum")
KEPT = ("nbgrader",)
MAX_NAME = 100
MAX_POINTS = 1_000_000
OF_THE_READER = (
    "lines_to_next_cell", "lines_to_end_of_cell_marker", "cell_marker", "title", "tags", "incorrectly_encoded_metadata",
)  # fmt: skip
"""Metadata that jupytext makes, or that say nothing to a student: dropped without a word."""


def faults(file: AuthorFile) -> Iterator[Fault]:
    """What is wrong with the file as a whole, then cell by cell."""
    yield from _language(file)
    if not any(cell.source.strip() for cell in file.cells):
        yield Fault(0, 0, "R2", "", "The file has no cells.", "Write the module first.")
    elif not any(cell.grading.get("grade") for cell in file.cells):
        yield Fault(0, 0, "R2", "", "No cell is graded.", 'Give a test cell nbgrader={"grade": true, ...}.')
    seen: dict[str, int] = {}
    for cell, node in zip(file.cells, file.notebook.cells, strict=True):
        yield from _python(file, cell)
        yield from _flags(file, cell, node)
        yield from _kind(file, cell)
        yield from _name(file, cell, seen)
        yield from _points(file, cell)


def _language(file: AuthorFile) -> Iterator[Fault]:
    kernel = file.notebook.metadata.get("kernelspec", {})
    if not isinstance(kernel, dict):
        yield Fault(
            1, 0, "R2", "", f"The header's kernelspec is {kernel!r}.", "It needs display_name, language and name."
        )
        return
    language = kernel.get("language", "python" if str(kernel.get("name", "python3")).startswith("python") else None)
    if language != "python":
        named = repr(language) if language else f"of the kernel {kernel.get('name')!r}"
        yield Fault(1, 0, "R2", "", f"The header names the language {named}.", "A module is Python.")


def warnings(file: AuthorFile) -> Iterator[Fault]:
    """Metadata that students do not get."""
    for cell, node in zip(file.cells, file.notebook.cells, strict=True):
        if dropped := sorted(set(node.metadata) - {*KEPT, *OF_THE_READER}):
            yield file.fault(
                "R4", f"The metadata {', '.join(map(_shown, dropped))} are not released.", "Nothing to do if that is fine.", cell,
                severity=WARNING,
            )  # fmt: skip


def complete(metadata: dict[str, object]) -> dict[str, object]:
    """nbgrader metadata of schema 3 with every flag, and nothing that is not nbgrader's."""
    made: dict[str, object] = {flag: bool(metadata.get(flag)) for flag in FLAGS}
    made |= {"grade_id": metadata["grade_id"], "schema_version": 3}
    if made["grade"] or made["task"]:
        made["points"] = metadata["points"]
    return dict(sorted(made.items()))


def _shown(key: object) -> str:
    """A key as it can be printed anywhere: a lone surrogate as its escape."""
    return str(key)[:40].encode("utf-8", "backslashreplace").decode()


def is_used(metadata: dict[str, object]) -> bool:
    """Whether nbgrader does something with a cell of these metadata."""
    return any(metadata.get(flag) for flag in FLAGS)


def _python(file: AuthorFile, cell: Cell) -> Iterator[Fault]:
    if cell.kind != "code":
        return
    if cell.source.lstrip().startswith("%%"):
        if cell.is_test:
            yield file.fault(
                "R2", "The graded cell begins with a magic, so it is not run for points.", "Take it out.", cell
            )
        return
    try:
        ast.parse(cell.code)
    except SyntaxError as error:
        yield file.fault("R2", f"The cell is not Python: {error.msg}.", "Mend the line.", cell, error.lineno or 1)
    except (ValueError, RecursionError, MemoryError) as error:
        yield file.fault("R2", f"The cell cannot be parsed: {error}.", "Make it simpler.", cell)


def _flags(file: AuthorFile, cell: Cell, node: NotebookNode) -> Iterator[Fault]:
    if "incorrectly_encoded_metadata" in node.metadata:
        broken = node.metadata["incorrectly_encoded_metadata"]
        yield file.fault(
            "R4", f"The metadata on the cell's first line are not valid JSON: {str(broken)[:80]}",
            "Mend them: without, nbgrader takes the cell for an ordinary one.", cell,
        )  # fmt: skip
    for flag in FLAGS:
        if not isinstance(cell.grading.get(flag, False), bool):
            yield file.fault("R4", f"{flag!r} is {repr(cell.grading[flag])[:60]}.", "It must be true or false.", cell)
    for key in sorted(set(cell.grading) - set(KEYS)):
        yield file.fault(
            "R4", f"nbgrader has no key {key[:60]!a}.", f"Its keys are {', '.join(KEYS)}: mend or delete it.", cell
        )
    for key in sorted(set(node.metadata) - {"nbgrader"}):
        if key.lower() == "nbgrader" or (isinstance(node.metadata[key], dict) and "grade_id" in node.metadata[key]):
            yield file.fault(
                "R4", f"The key {_shown(key)} holds what nbgrader looks for.", "Write it as nbgrader.", cell
            )


def _kind(file: AuthorFile, cell: Cell) -> Iterator[Fault]:
    grade, solution = bool(cell.grading.get("grade")), bool(cell.grading.get("solution"))
    if cell.kind == "markdown" and grade != solution and not cell.grading.get("task"):
        yield file.fault(
            "R4", "A cell of prose is " + ("graded but no answer." if grade else "an answer but not graded."),
            'An answer in words has both "grade": true and "solution": true.', cell,
        )  # fmt: skip
    if cell.grading.get("task") and (cell.kind != "markdown" or grade or solution):
        yield file.fault(
            "R4", "The cell is a task and something else.", "A task is prose, and nothing but a task.", cell
        )
    if cell.kind == "raw" and is_used(cell.grading):
        yield file.fault("R4", "A raw cell has nbgrader metadata.", "Make it code or prose.", cell)


def _name(file: AuthorFile, cell: Cell, seen: dict[str, int]) -> Iterator[Fault]:
    if not is_used(cell.grading):
        return
    name = cell.grading.get("grade_id")
    if not isinstance(name, str) or not GRADE_ID.fullmatch(name):
        yield file.fault(
            "R4",
            f"The grade_id is {repr(name)[:60]}.",
            "It needs letters, digits, '-' and '_', and at least one of them.",
            cell,
        )
    elif name in seen:
        yield file.fault("R4", f"The grade_id {name} is that of cell {seen[name]} too.", "Give one another id.", cell)
    elif len(name) > MAX_NAME:
        yield file.fault("R4", f"The grade_id has {len(name)} characters.", f"Keep it below {MAX_NAME}.", cell)
    else:
        seen[name] = cell.number


def _points(file: AuthorFile, cell: Cell) -> Iterator[Fault]:
    if not (cell.grading.get("grade") or cell.grading.get("task")):
        return
    points = cell.grading.get("points")
    number = isinstance(points, (int, float)) and not isinstance(points, bool)
    if not number or not 0 <= points <= MAX_POINTS:  # type: ignore[operator]
        yield file.fault(
            "R4", f"The graded cell has {repr(points)[:60]} points.", f"Give it a number from 0 to {MAX_POINTS}.", cell
        )
