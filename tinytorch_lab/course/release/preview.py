"""What a release would give students, beside what they have now. Reads, runs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

from nbformat import NotebookNode

from tinytorch_lab.course.class_folder import open_class
from tinytorch_lab.course.notebooks import grade_id, read_notebook
from tinytorch_lab.course.release import markers
from tinytorch_lab.course.release.examine import checked
from tinytorch_lab.course.release.model import Preview, PreviewCell
from tinytorch_lab.course.release.stage import prepared
from tinytorch_lab.course.student import CODE_STUB, TEXT_STUB, stripped


def preview(module: str, course: Path) -> Preview:
    """The students' version of a module of the class folder ``course``. Raises ReleaseRefused while it has faults."""
    folder = open_class(course)
    found = folder.find(module)
    file, _ = checked(folder, found)
    then = stripped(prepared(file), found.id)
    released = folder.root / "release" / found.id / f"{found.name}.ipynb"
    now = read_notebook(released).cells if released.exists() else []
    lines = [line for cell in then.cells for line in cell.source.split("\n")]
    return Preview(
        found.id,
        tuple(_side_by_side(now, then.cells)),
        stubs=sum(line.strip() in (CODE_STUB[0], TEXT_STUB[0]) for line in lines),
        removed_lines=sum(1 for _ in markers.sealed_lines(file)),
    )


def _side_by_side(now: list[NotebookNode], then: list[NotebookNode]) -> Iterator[PreviewCell]:
    """The cells in pairs: those that nbgrader names by their name, others by where they stand between them."""
    matcher = SequenceMatcher(None, [_key(cell) for cell in now], [_key(cell) for cell in then], autojunk=False)
    for _, a, b, c, d in matcher.get_opcodes():
        for at in range(max(b - a, d - c)):
            old = now[a + at] if a + at < b else None
            new = then[c + at] if c + at < d else None
            cell = new if new is not None else old
            assert cell is not None
            yield PreviewCell(
                cell.cell_type, grade_id(cell), None if old is None else old.source, None if new is None else new.source
            )


def _key(cell: NotebookNode) -> str:
    return grade_id(cell) or f"{cell.cell_type}: {cell.source}"
