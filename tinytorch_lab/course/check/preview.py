"""What students would get of a lesson, for its author to look at while writing: ``.cache/preview/NN_name/name.ipynb``."""

from __future__ import annotations

from pathlib import Path

from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.files import write_atomic
from tinytorch_lab.course.student import CODE_STUB, TEXT_STUB, student_notebook, to_text

PLACE = Path(".cache") / "preview"


def write_preview(root: Path, module: Module) -> str:
    """Write the students' version of the module below ``root``; returns a line about it, or why there is none."""
    target = root / PLACE / module.id / f"{module.name}.ipynb"
    try:
        notebook = student_notebook(root / module.source)
    except CourseError as error:
        return f"{module.id}: no preview. {error}"
    text = to_text(notebook)
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        write_atomic(target, text)
    lines = [line.strip() for cell in notebook.cells for line in cell.source.split("\n")]
    stubs = sum(line in (CODE_STUB[0], TEXT_STUB[0]) for line in lines)
    return f"{module.id}: students get {len(notebook.cells)} cells with {stubs} stubs: {target.relative_to(root).as_posix()}"
