"""M005 and S004: measuring cells, and what is measured."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tinytorch_lab.course.check.cells import Cell
from tinytorch_lab.course.check.findings import Finding
from tinytorch_lab.course.check.lesson import Lesson


def magics(lesson: Lesson) -> Iterator[Finding]:
    """Magics stand on the first line of measuring cells only, and none prints the answer."""
    for cell in lesson.code:
        first = cell.source.partition("\n")[0]
        if first.startswith("%%") and not cell.is_measuring:
            yield lesson.finding("M005", f"'{first}' is no measuring magic.", "Use %%measure or %%complexity.", cell, 1)
        if cell.is_measuring and (cell.is_solution or cell.is_test):
            yield lesson.finding(
                "M005", "A solution or test cell is measured.", "Measure in a cell of its own.", cell, 1
            )
        if "--predict" in first.split():
            yield lesson.finding("M005", "--predict prints the answer.", "Leave it out: the reader is asked.", cell, 1)
        for line in cell.magic_lines:
            text = cell.source.split("\n")[line - 1].strip()
            yield lesson.finding("M005", f"'{text}' is a magic inside of a cell.", "Write plain Python.", cell, line)


def small_sizes(lesson: Lesson) -> Iterator[Finding]:
    """What %%complexity varies has a value already, so that the script runs too."""
    assigned: set[str] = set()
    for cell in lesson.code:
        words = cell.source.partition("\n")[0].split() if cell.source.startswith("%%complexity") else []
        for name in (word.partition("=")[0] for word in words if word.partition("=")[0].isidentifier() and "=" in word):
            if name not in assigned:
                yield lesson.finding(
                    "M005",
                    f"The size {name} has no value before %%complexity.",
                    f"Write `{name} = 32` in a cell before.",
                    cell,
                    1,
                )
        assigned |= {n.id for n in ast.walk(cell.tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def analysis(lesson: Lesson) -> Iterator[Finding]:
    """Part 2 holds one %%complexity and one %%measure at least."""
    cells = list(lesson.cells_of("Part 2", ("Part 3", "Integration test")))
    for magic in ("%%complexity", "%%measure"):
        if cells and not any(cell.source.startswith(magic) for cell in cells):
            yield lesson.finding(
                "S004", f"Part 2 has no {magic} cell.", "Add one, with a prediction before it.", cells[0]
            )


def predicted(lesson: Lesson) -> Iterator[Finding]:
    """The prose before a measuring cell asks for a prediction, and its result has a name."""
    prose: Cell | None = None
    for cell in lesson.cells:
        prose = cell if cell.kind == "markdown" else prose
        if not cell.is_measuring:
            continue
        if prose is None or "predict" not in prose.source.lower():
            yield lesson.finding("S004", "No prediction is asked before it.", "Ask: **Predict, then run.**", cell, 1)
        if result_name(cell) is None:
            yield lesson.finding(
                "S004", "The result has no name.", "Add `-o NAME`, so that questions can use it.", cell, 1
            )


def own_component(lesson: Lesson) -> Iterator[Finding]:
    """What is measured calls what the student built, directly or through given code."""
    built = {node.name for cell in lesson.code if cell.is_solution for node in cell.defined()}
    uses = _uses(lesson)
    for cell in lesson.code:
        if cell.is_measuring and not _reach(_names(cell.tree), uses) & built:
            yield lesson.finding(
                "S004",
                "The cell measures nothing that the student built.",
                "Call what a solution cell defines.",
                cell,
                1,
            )


def result_name(cell: Cell) -> str | None:
    """The name that ``-o`` gives to the result of a measuring cell."""
    words = cell.source.partition("\n")[0].split()
    return words[words.index("-o") + 1] if "-o" in words[:-1] else None


def _uses(lesson: Lesson) -> dict[str, set[str]]:
    """For each name that the lesson's cells bind at their top: the names that its definitions read."""
    uses: dict[str, set[str]] = {}
    for cell in lesson.code:
        for node in cell.tree.body:
            bound = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            for name in {node.name} if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else bound:
                uses.setdefault(name, set()).update(_names(node))
    return uses


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}


def _reach(names: set[str], uses: dict[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += uses.get(name, ())
    return reached
