"""A student's own modules in front of the reference.

Inside a student folder, ``tinytorch.core`` and ``tinytorch.perf`` look for their modules in ``FOLDER/tinytorch/core`` and
``FOLDER/tinytorch/perf`` first. So "mine or reference" is a file there or not: nothing is copied, nothing goes stale. The
folder is the one that the environment variable TINYTORCH_HOME names, else the nearest parent of the working directory that
holds the marker file ``.tinytorch-lab.json``.

The environment variable TINYTORCH_MASK (``core.tensor,core.layers``) names modules that cannot be imported at all: a
notebook's tests run with what it builds masked, so that they judge the notebook and not the library.
"""

import json
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import FileFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

MARKER = ".tinytorch-lab.json"
VERSION = 1


def search_path(package: str, reference: list[str]) -> list[str]:
    """The ``__path__`` of ``tinytorch.<package>``: the student's folder, if the process runs in one, then the reference's.

    Raises ImportError if the folder's marker is damaged or newer than this library.
    """
    if os.environ.get("TINYTORCH_MASK") and _mask not in sys.meta_path:
        sys.meta_path.insert(0, _mask)
    home = student_folder()
    if home is None:
        return reference
    own = str(home / "tinytorch" / package)
    if _hook not in sys.path_hooks:
        sys.path_hooks.insert(0, _hook)
    _own_folders.add(own)
    return [own, *reference]


def student_folder() -> Path | None:
    """The student folder that this process runs in, or None. Raises ImportError if what marks it cannot be trusted."""
    named = os.environ.get("TINYTORCH_HOME")
    if named:
        home = Path(named).expanduser().resolve()
        if not (home / MARKER).is_file():
            raise ImportError(
                f"TINYTORCH_HOME is {named}, which is no student folder: it holds no {MARKER}. Unset or mend it."
            )
        return home if _kind(home) == "student" else None
    try:
        here = Path.cwd()
    except FileNotFoundError:  # the working directory was deleted
        return None
    for home in (here, *here.parents):
        if (home / MARKER).is_file():
            return home if _kind(home) == "student" else None
    return None


def _kind(home: Path) -> str:
    try:
        marker = json.loads((home / MARKER).read_text(encoding="utf-8"))
        kind, version = str(marker["kind"]), int(marker["version"])
    except (ValueError, KeyError, TypeError):
        raise ImportError(
            f'{home / MARKER} is damaged. It should read {{"kind": "student", "version": {VERSION}}}: write that into it.'
        ) from None
    if version > VERSION:
        raise ImportError(
            f"{home} was made by a newer tinytorch-lab (folder version {version}). Upgrade this installation."
        )
    return kind


class StudentLoader(SourceFileLoader):
    """Loads a student's file, says whose file it is when it fails, and leaves no ``__pycache__`` in the folder."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the file; whatever it raises carries a note with its place."""
        try:
            super().exec_module(module)
        except BaseException as error:
            error.add_note(
                f"This comes from your own file {self.path}. Mend it, or move it away to use the reference of {self.name}."
            )
            raise

    def set_data(self, path: str, data: Any, *, _mode: int = 0o666) -> None:
        """Write no byte code: the folder holds what the student put there."""


class Mask(MetaPathFinder):
    """Refuses the modules that TINYTORCH_MASK names."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        """Raise ImportError for a masked module; find nothing."""
        masked = os.environ.get("TINYTORCH_MASK", "").split(",")
        if fullname.removeprefix("tinytorch.") in masked:
            raise ImportError(
                f"{fullname} is not there while this notebook is tested: it has to come from the notebook itself."
            )


_mask = Mask()
_own_folders: set[str] = set()
_finder = FileFinder.path_hook((StudentLoader, [".py"]))


def _hook(path: str) -> FileFinder:
    if path not in _own_folders:
        raise ImportError(f"{path} is not a student's tinytorch")
    return _finder(path)  # type: ignore[return-value]
