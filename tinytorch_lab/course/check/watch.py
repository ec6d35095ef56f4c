"""Runs a check again whenever a file that it reads was saved."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

PAUSE_S = 0.5


def watch(paths: list[Path], check: Callable[[], object], pause: Callable[[float], None] = time.sleep) -> None:
    """Call ``check`` now and after every change of the files below ``paths``, until the reader presses Ctrl-C."""
    try:
        for _ in _changes(paths, pause):
            check()
    except KeyboardInterrupt:
        return


def _changes(paths: list[Path], pause: Callable[[float], None]) -> Iterator[None]:
    seen: dict[Path, int] | None = None
    while True:
        now = state(paths)
        if now != seen:
            seen = now
            yield
        else:
            pause(PAUSE_S)


def state(paths: list[Path]) -> dict[Path, int]:
    """When each file below ``paths`` was last saved, in nanoseconds."""
    found: dict[Path, int] = {}
    for path in paths:
        for file in [path] if path.is_file() else path.rglob("*"):
            try:
                if file.is_file():
                    found[file] = file.stat().st_mtime_ns
            except FileNotFoundError:
                continue  # an editor replaces files
    return found
