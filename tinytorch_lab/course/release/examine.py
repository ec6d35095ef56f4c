"""What reading a module shows, without running anything: every fault and warning at once, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tinytorch_lab.course.catalogue import MODULE_ID, Module
from tinytorch_lab.course.class_folder import ClassFolder
from tinytorch_lab.course.release import imports, markers, metadata, repeats
from tinytorch_lab.course.release.author_file import AuthorFile, read_author_file
from tinytorch_lab.course.release.model import Fault, Points, ReleaseRefused


def checked(folder: ClassFolder, module: Module) -> tuple[AuthorFile, tuple[Fault, ...]]:
    """The module read, and its warnings. Raises ReleaseRefused with every fault that reading shows."""
    file, faults = examined(folder, module)
    refuse(module, faults)
    assert file is not None
    return file, tuple(fault for fault in faults if fault.severity == "warning")


def examined(folder: ClassFolder, module: Module) -> tuple[AuthorFile | None, tuple[Fault, ...]]:
    """The module read (None if it cannot be), with every fault and warning that reading shows, sorted by place."""
    if not MODULE_ID.fullmatch(module.id):
        return None, (
            Fault(0, 0, "R1", "", f"The name is {module.id!r}.", "Name it 01_name: small letters, digits, _."),
        )
    file = read_author_file(folder.root / module.source)
    if not isinstance(file, AuthorFile):
        return None, file
    rules = (markers.faults, metadata.faults, markers.warnings, metadata.warnings)
    faults = [fault for rule in rules for fault in rule(file)]
    if not any(fault.rule == "R3" and fault.severity == "error" for fault in faults):
        faults += [*repeats.faults(file), *imports.faults(file)]  # without whole regions nobody knows what is sealed
    return file, (*sorted(faults), *style(folder, module, faults))


def style(folder: ClassFolder, module: Module, faults: Iterable[Fault]) -> Iterator[Fault]:
    """What the lesson standard says of the released form, as warnings; nothing where the module cannot be read as a lesson."""
    from tinytorch_lab.course.release import style_rules

    if not any(fault.severity == "error" for fault in faults):
        yield from style_rules.warnings(folder, module)


def refuse(module: Module, faults: Iterable[Fault]) -> None:
    """Raise ReleaseRefused if one of the faults is an error."""
    wrong = tuple(fault for fault in faults if fault.severity == "error")
    if wrong:
        raise ReleaseRefused(
            f"{module.id} was not released: {len(wrong)} fault{'' if len(wrong) == 1 else 's'} in {module.source}. "
            "What students have is as it was.", wrong,
        )  # fmt: skip


def counted(file: AuthorFile) -> Points:
    """What the graded cells are worth."""
    worth = [
        (cell, float(cell.grading["points"]))
        for cell in file.cells
        if cell.grading.get("grade") or cell.grading.get("task")
    ]
    auto = sum(points for cell, points in worth if cell.is_test and not cell.grading.get("solution"))
    return Points(auto, sum(points for _, points in worth) - auto)
