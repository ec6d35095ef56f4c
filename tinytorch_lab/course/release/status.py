"""How far each module of a class is: what the panel shows. Reads, runs nothing."""

from __future__ import annotations

from pathlib import Path

from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.class_folder import ClassFolder, open_class
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.release import manifest, submissions
from tinytorch_lab.course.release.examine import counted, examined
from tinytorch_lab.course.release.model import CHANGED, DRAFT, ERROR, READY, RELEASED, Fault, ModuleStatus, Points
from tinytorch_lab.course.release.pipeline import stands
from tinytorch_lab.course.release.stage import prepared


def class_status(course: Path) -> tuple[ModuleStatus, ...]:
    """Every module of the class folder ``course`` that has a lesson, in the class's order."""
    folder = open_class(course)
    return tuple(
        module_status(folder, module) for module in folder.catalogue.modules if (folder.root / module.source).is_file()
    )


def module_status(folder: ClassFolder, module: Module) -> ModuleStatus:
    """One of them; what is damaged is a fault of its own."""
    try:
        return _examined(folder, module)
    except CourseError as error:  # a damaged manifest or notebook of this module: the others are shown all the same
        fault = Fault(0, 0, "R2", "", str(error), "Mend that first.")
        return ModuleStatus(module.id, module.title, module.source, DRAFT, faults=(fault,))


def _examined(folder: ClassFolder, module: Module) -> ModuleStatus:
    kept = manifest.read(folder, module.id)
    file, faults = examined(folder, module)
    wrong = any(fault.severity == ERROR for fault in faults)
    source = None if file is None or wrong else prepared(file)
    if source is not None and kept and stands(folder, module, source, kept):
        state = RELEASED
    else:
        state = CHANGED if kept else DRAFT if wrong else READY
    return ModuleStatus(
        module.id, module.title, module.source, state,
        version=kept.version if kept else None,
        at=kept.at if kept else None,
        points=counted(file) if file is not None and not wrong else Points(),
        faults=faults,
        submissions=submissions.count(folder, module.id),
        changed_graded=submissions.changed(folder, module.id, source) if source is not None and kept else (),
        reshaped=submissions.reshaped(folder, module.id, source) if source is not None and kept else (),
    )  # fmt: skip
