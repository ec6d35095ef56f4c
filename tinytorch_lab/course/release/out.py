"""Out to students: one zip of what is released, for an LMS or a web page."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from tinytorch_lab.course.class_folder import open_class
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.files import write_bytes_atomic
from tinytorch_lab.course.release import manifest
from tinytorch_lab.course.release.stage import digest

STAMP = (1980, 1, 1, 0, 0, 0)
"""The time of every entry: the same releases make the same zip."""


def zip_release(course: Path, modules: tuple[str, ...] = ()) -> Path:
    """Write ``release-zips/NAME.zip`` with the released modules named (all by default); students: ``update --from``.

    Raises CourseError if one of them is not released.
    """
    folder = open_class(course)
    wanted = [folder.find(word) for word in modules] or [
        module for module in folder.catalogue.modules if manifest.read(folder, module.id)
    ]
    if not wanted:
        raise CourseError("Nothing is released yet: tinytorch-lab release NN")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for module in wanted:
            kept = manifest.read(folder, module.id)
            notebook = folder.root / "release" / module.id / f"{module.name}.ipynb"
            if kept is None or not notebook.is_file():
                raise CourseError(f"{module.id} is not released yet: tinytorch-lab release {module.number}")
            if digest(notebook) != kept.release:
                raise CourseError(
                    f"{notebook} is not what was released. Release it again: tinytorch-lab release {module.number}"
                )
            archive.writestr(
                zipfile.ZipInfo(f"{module.id}/{notebook.name}", STAMP), notebook.read_bytes(), zipfile.ZIP_DEFLATED
            )
    name = wanted[0].id if len(wanted) == 1 else "course"
    target = folder.root / "release-zips" / f"{name}.zip"
    write_bytes_atomic(target, packed.getvalue())
    return target
