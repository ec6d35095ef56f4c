"""What the instructor gave: the source notebook's cells as nbgrader's gradebook would hold them, hidden tests and all."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from nbformat import NotebookNode

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.notebooks import grade_id, parse_notebook


@dataclass(frozen=True)
class Given:
    """``cells`` by grade_id in their order, ``released`` what the student got of them, ``metadata`` of the notebook,
    ``imports`` the modules that its code imports."""

    cells: dict[str, NotebookNode]
    released: dict[str, str]
    metadata: dict[str, Any]
    imports: tuple[str, ...]


@lru_cache(maxsize=32)
def given(text: str) -> Given:
    """Read the source notebook with nbgrader's own steps, as ``nbgrader generate_assignment`` does."""
    from nbgrader import preprocessors as steps

    notebook = _parse(text)
    imports = tuple(dict.fromkeys(name for cell in notebook.cells for name in _imports(cell)))
    whole = _apply(notebook, steps.LockCells, steps.ClearSolutions, steps.ClearOutput, steps.ComputeChecksums)
    released = _apply(copy.deepcopy(whole), steps.ClearHiddenTests, steps.ClearMarkScheme)
    return Given(
        {grade_id(cell): cell for cell in whole.cells if grade_id(cell)},
        {grade_id(cell): cell.source for cell in released.cells if grade_id(cell)},
        {"kernelspec": whole.metadata.get("kernelspec", {}), "language_info": {"name": "python"}},
        imports,
    )


def _parse(text: str) -> NotebookNode:
    try:
        return parse_notebook(text)
    except ValueError as error:
        raise CourseError(f"The source notebook cannot be read ({error}). Release the module again.") from None


def _apply(notebook: NotebookNode, *steps: type) -> NotebookNode:
    for step in steps:
        notebook, _ = step().preprocess(notebook, {})
    return notebook


def _imports(cell: NotebookNode) -> Iterator[str]:
    """The modules that a code cell imports; nothing of a cell that is no plain Python, since it has a magic, say."""
    if cell.cell_type != "code":
        return
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
