"""How far each module is, read anew only where a file of it has changed: reading all lessons of a course takes seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.class_folder import ClassFolder, open_class
from tinytorch_lab.course.release.model import ModuleStatus

Fingerprint = tuple[tuple[str, int, int], ...]

_known: dict[tuple[Path, str], tuple[Fingerprint, ModuleStatus]] = {}


def statuses(course: Path) -> list[ModuleStatus]:
    """Every module of the class folder that has a lesson, in the class's order."""
    folder = open_class(course)
    return [_status(folder, module) for module in folder.catalogue.modules if (folder.root / module.source).is_file()]


def _status(folder: ClassFolder, module: Module) -> ModuleStatus:
    from tinytorch_lab.course.release.status import module_status

    key, now = (folder.root, module.id), _fingerprint(folder, module)
    if key not in _known or _known[key][0] != now:
        _known[key] = (now, module_status(folder, module))
    return _known[key][1]


def _fingerprint(folder: ClassFolder, module: Module) -> Fingerprint:
    """Name, time and size of every file that a module's status is read from."""
    return tuple(
        (str(path), stat.st_mtime_ns, stat.st_size) for path in _files(folder, module) if (stat := path.stat())
    )


def _files(folder: ClassFolder, module: Module) -> Iterator[Path]:
    root = folder.root
    for place in ("modules", "release", "source"):
        yield from (path for path in sorted((root / place / module.id).glob("*")) if path.exists())
    own = (root / "modules" / "course.toml", root / ".tinytorch-lab" / "releases" / f"{module.id}.json")
    yield from (path for path in own if path.exists())
    yield from sorted((root / "submitted").glob(f"*/{module.id}"))
