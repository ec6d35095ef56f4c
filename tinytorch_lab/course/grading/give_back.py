"""The ways back to the student: nbgrader's exchange, and one zip for an LMS."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path, PurePosixPath

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.files import write_bytes_atomic
from tinytorch_lab.course.grading import received, tasks
from tinytorch_lab.course.grading.exchange import SECRET
from tinytorch_lab.course.grading.lms import MOODLE
from tinytorch_lab.course.grading.model import ClassPaths
from tinytorch_lab.course.release.exchange import Exchange


def through_exchange(paths: ClassPaths, exchange: Exchange, student: str, module: str) -> Path | None:
    """Put the page where ``nbgrader fetch_feedback`` finds it; None for a submission that did not come through the exchange.

    The file's name is made from a secret that nbgrader gave to the student's own submission: nobody else can find it.
    """
    secret = paths.submitted(student, module).parent / SECRET
    course = exchange.root / exchange.course
    if not secret.is_file() or not course.is_dir():
        return None
    outbound = course / "feedback"
    if not outbound.exists():
        outbound.mkdir(mode=0o711)
        outbound.chmod(0o711)  # as nbgrader makes it: to be entered, not to be listed
    key = hashlib.md5(secret.read_bytes() + module[3:].encode("utf-8"), usedforsecurity=False).hexdigest()
    place = outbound / f"{key}.html"
    write_bytes_atomic(place, paths.feedback(student, module).read_bytes())
    place.chmod(0o644)
    return place


def zip_feedback(paths: ClassPaths, module: str, file: Path) -> int:
    """Pack all pages of the module into ``file``; returns how many. Raises CourseError if there are none.

    What came from Moodle lies under the folder name that Moodle gave it, so that Moodle takes the zip as feedback files; all
    else as ``STUDENT/feedback/NN_name/name.html``, to be put into the student's folder as it is.
    """
    origins = received.load(paths, module)
    packed = io.BytesIO()
    count = 0
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for student in tasks.students_of(paths, module):
            page = paths.feedback(student, module)
            if page.is_file():
                origin = origins.get(student)
                archive.write(page, _name(student, module, origin.place if origin else ""))
                count += 1
    if not count:
        raise CourseError(f"There is no feedback for {module} yet. Run: tinytorch-lab feedback {module[:2]}")
    write_bytes_atomic(file, packed.getvalue())
    return count


def _name(student: str, module: str, origin: str) -> str:
    page = f"{module[3:]}.html"
    moodle = next((part for part in PurePosixPath(origin).parts if MOODLE.fullmatch(part)), None)
    if moodle is None:
        return f"{student}/feedback/{module}/{page}"
    named = MOODLE.fullmatch(moodle)
    assert named is not None
    return f"{moodle[: named.start('file')].rstrip('_')}_/{page}"
