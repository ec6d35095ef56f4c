"""Class folders for the tests of the release, made from modules that are texts."""

from __future__ import annotations

from pathlib import Path

from .nasty import GOOD


def author_file(folder: Path, module: str = "01_sums") -> Path:
    """The author's file of ``module``."""
    return folder / "modules" / module / f"{module[3:]}_dev.py"


def write(folder: Path, text: str | bytes = GOOD, module: str = "01_sums") -> Path:
    """The class ``folder``, which holds nothing but ``modules/``, with ``text`` as its module."""
    file = author_file(folder, module)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def state(folder: Path, *but: str) -> dict[str, bytes]:
    """Every file of the folder but our own books, by its place, to see that nothing has changed."""
    kept = {}
    for file in sorted(folder.rglob("*")):
        place = file.relative_to(folder).as_posix()
        if file.is_file() and not place.startswith((".tinytorch-lab/lock", *but)):
            kept[place] = file.read_bytes()
    return kept
