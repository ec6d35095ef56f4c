"""The steps of a release, in their order."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from nbformat import NotebookNode

from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.class_folder import ClassFolder, open_class
from tinytorch_lab.course.lock import folder_lock
from tinytorch_lab.course.notebooks import parse_notebook
from tinytorch_lab.course.release import (
    editions,
    exchange,
    manifest,
    prove,
    publish,
    repeats,
    scan,
    submissions,
)
from tinytorch_lab.course.release.author_file import AuthorFile
from tinytorch_lab.course.release.database import GRADEBOOK
from tinytorch_lab.course.release.examine import checked, counted, refuse
from tinytorch_lab.course.release.model import (
    WARNING,
    Fault,
    Points,
    Released,
    ReleaseRefused,
    Say,
    Step,
)
from tinytorch_lab.course.release.stage import Stage, digest, fill, new_stage, prepared
from tinytorch_lab.course.student import to_text

STEPS = (
    "Reading and checking the module",
    "Running the reference against its own tests",
    "Making the students' version with nbgrader",
    "Running the students' version as it is",
    "Looking for solutions and hidden tests in it",
    "Publishing",
)


def release(
    module: str, *, course: Path, say: Say = lambda step: None, edition: bool = False, mend: bool = False
) -> Released:
    """Release a module (``01_tensor``, ``01`` or a unique beginning) of the class folder ``course``.

    Where submissions are in and cells that count have changed, one of the two must be given: ``mend`` keeps the submissions, to
    be graded again with the mended tests; ``edition`` begins a new one and keeps the old in ``editions/``.
    Raises ReleaseRefused with every fault; whatever is raised, what students had they have still. The author's file is only read.
    """
    folder = open_class(Path(course))
    found = folder.find(module)
    try:
        with folder_lock(folder.root):
            publish.recover(folder)
            return _release(folder, found, _steps(say), edition, mend)
    except OSError as error:
        raise ReleaseRefused(
            f"{found.id} was not released: {error.strerror or error}: {error.filename or 'no file named'}. Mend that and try again."
        ) from None


def _steps(say: Say) -> Iterator[None]:
    for number, name in enumerate(STEPS, 1):
        say(Step(name, number, len(STEPS)))
        yield


def _release(folder: ClassFolder, module: Module, steps: Iterator[None], edition: bool, mend: bool) -> Released:
    next(steps)
    file, warnings = checked(folder, module)
    source = prepared(file)
    kept = manifest.read(folder, module.id)
    if kept and stands(folder, module, source, kept) and exchange.is_out(folder, module.id, kept.release):
        return _released(folder, module, kept, warnings, unchanged=True)
    anew = _allowed(folder, module, source, edition, mend)
    with prove.surroundings(folder, module) as environment, new_stage(folder, module) as stage:
        next(steps)
        with ThreadPoolExecutor(1) as beside:  # nbgrader's process is at work while the reference runs
            filled = beside.submit(fill, stage, source, anew)
            solved = tuple(prove.reference(file, source, environment))
            refuse(module, solved)
            next(steps)
            filled.result()
        next(steps)
        made = parse_notebook(stage.release.read_text(encoding="utf-8"))
        proven = tuple(prove.untouched(file, made, environment))
        refuse(module, proven)
        next(steps)
        refuse(module, _leaks(file, stage))
        next(steps)
        warnings = (*warnings, *(fault for fault in (*solved, *proven) if fault.severity == WARNING))
        return _publish(folder, stage, file, kept, warnings, anew)


def stands(folder: ClassFolder, module: Module, source: NotebookNode, kept: manifest.Manifest) -> bool:
    """Whether students have exactly this already: the source is the same, and both notebooks are still in place."""
    return (
        hashlib.sha256(to_text(source).encode()).hexdigest() == kept.source
        and digest(_place(folder, "source", module)) == kept.source
        and digest(_place(folder, "release", module)) == kept.release
        and (folder.root / GRADEBOOK).is_file()
        and not _strays(folder, module)
    )


def _allowed(folder: ClassFolder, module: Module, source: NotebookNode, edition: bool, mend: bool) -> bool:
    """Whether a new edition begins. Raises ReleaseRefused where submissions are in and nobody said what is to become of them."""
    if strays := _strays(folder, module):
        names = ", ".join(path.name for path in strays)
        raise ReleaseRefused(
            f"{module.id} was not released. R8: release/{module.id}/ holds {names}, which no release put there. Move it away."
        )
    number = submissions.count(folder, module.id)
    if not number:
        return False
    changed = submissions.changed(folder, module.id, source)
    if not changed:
        return edition
    reshaped = submissions.reshaped(folder, module.id, source)
    if edition or (mend and not reshaped):
        return edition
    which = "--new-edition keeps them in editions/ and begins anew"
    also = "" if reshaped else "--mend keeps them, to be graded again with the changed tests; "
    raise ReleaseRefused(
        f"{module.id} was not released: {number} submission{'' if number == 1 else 's'} are in, and what counts has changed in "
        f"{', '.join(changed)}. Say what is to become of them: {also}{which}."
    )


def _strays(folder: ClassFolder, module: Module) -> list[Path]:
    place = _place(folder, "release", module)
    return scan.unlisted(place.parent, [place])


def _leaks(file: AuthorFile, stage: Stage) -> Iterator[Fault]:
    for path in scan.unlisted(stage.root / "release", [stage.release]):
        yield Fault(
            0, 0, "R8", "", f"nbgrader made {path.name} beside the notebook.", "Nothing but the notebook is released."
        )
    for line in scan.leaks(stage.release.read_bytes(), repeats.hidden(file)):
        yield Fault(0, 0, "R7", "", f"'{line[:80]}' would reach students.", "Find where it stands a second time.")


def _publish(
    folder: ClassFolder,
    stage: Stage,
    file: AuthorFile,
    kept: manifest.Manifest | None,
    warnings: tuple[Fault, ...],
    anew: bool,
) -> Released:
    module, points = stage.module, counted(file)
    made = manifest.Manifest(
        module.id, 1 + (kept.version if kept else 0), datetime.now(UTC).isoformat(timespec="seconds"),
        hashlib.sha256(file.path.read_bytes()).hexdigest(), digest(stage.source), digest(stage.release), points.auto, points.manual,
    )  # fmt: skip
    if kept and (made.source, made.release) == (kept.source, kept.release):
        made = dataclasses.replace(made, version=kept.version, at=kept.at)
    if digest(folder.root / GRADEBOOK) != stage.gradebook_before:
        raise ReleaseRefused(f"{module.id} was not released: the gradebook was changed meanwhile. Release it again.")
    noted = stage.root / "manifest.json"
    noted.write_text(manifest.text(made), encoding="utf-8")
    moves = {
        **(editions.archived(folder, module.id, kept.version if kept else 0, stage.root) if anew else {}),
        stage.gradebook: folder.root / stage.gradebook.name,
        stage.source: _place(folder, "source", module),
        **exchange.outbound(folder, stage),
        stage.release: _place(folder, "release", module),
        noted: manifest.place(folder, module.id),
    }
    publish.publish(folder, moves)
    return _released(folder, module, made, warnings)


def _released(
    folder: ClassFolder, module: Module, kept: manifest.Manifest, warnings: tuple[Fault, ...], unchanged: bool = False
) -> Released:
    return Released(
        module.id, kept.version, kept.at, kept.release, _place(folder, "release", module), Points(kept.auto, kept.manual), warnings,
        unchanged,
    )  # fmt: skip


def _place(folder: ClassFolder, kind: str, module: Module) -> Path:
    return folder.root / kind / module.id / f"{module.name}.ipynb"
