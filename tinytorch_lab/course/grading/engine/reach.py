"""Which files a submission may reach: Python, the library without what is masked, a few of the system's, its own directory."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

from tinytorch_lab.course.grading.engine import landlock

SYSTEM = (
    "/lib", "/lib64", "/bin", "/usr/lib", "/usr/lib64", "/usr/bin", "/usr/share/zoneinfo", "/usr/share/fonts",
    "/usr/share/fontconfig", "/etc/fonts", "/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types", "/etc/passwd", "/etc/group",
    "/etc/nsswitch.conf", "/etc/os-release", "/etc/debian_version", "/proc", "/sys/devices/system/cpu", "/dev/urandom",
    "/dev/random",
)  # fmt: skip
"""Not /usr and /etc as a whole: nbgrader's exchange, with everybody's submissions, stands below /usr/local/share by default."""
DEVICES = ("/dev/null", "/dev/zero")
PACKAGES = ("tinytorch", "tinytorch_lab")


def rules(writable: list[Path], readable: list[Path], masked: tuple[str, ...]) -> list[tuple[Path, int]]:
    """Landlock's rules: ``writable`` may be used at will, ``readable`` and what every submission needs may be read."""
    hidden = frozenset(_masked_files(masked))
    made = [(place, landlock.WRITE) for place in writable]
    made += [(Path(name), landlock.READ | landlock.WRITE_FILE) for name in DEVICES if Path(name).exists()]
    for place in [*readable, *(Path(name) for name in SYSTEM), *_python()]:
        made += _tree(place.resolve(), hidden)
    return made


def _python() -> Iterator[Path]:
    """Python's own files and the installed packages; of a source tree, only our two packages."""
    for prefix in {sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parent.parent)}:
        yield from (Path(prefix) / name for name in ("lib", "lib64", "bin", "pyvenv.cfg"))
    yield from (Path(entry) for entry in sys.path if entry.endswith(("site-packages", "dist-packages")))
    for name in PACKAGES:
        yield _package(name)


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise ImportError(f"The package {name} is not installed for {sys.executable}.")
    return Path(found.origin).parent


def _masked_files(masked: tuple[str, ...]) -> Iterator[Path]:
    """The masked modules' files, and the byte code made of them."""
    for name in masked:
        file = _package("tinytorch").resolve() / (name.replace(".", "/") + ".py")
        yield file
        yield from (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc")


def _tree(place: Path, hidden: frozenset[Path]) -> Iterator[tuple[Path, int]]:
    """Rules that let ``place`` be read but for ``hidden``: one rule for a tree in which nothing is hidden."""
    if place in hidden or not place.exists():
        return
    if not any(file.is_relative_to(place) for file in hidden):
        yield place, landlock.READ
        return
    yield place, landlock.LIST
    for inner in sorted(place.iterdir()):
        yield from _tree(inner, hidden)
