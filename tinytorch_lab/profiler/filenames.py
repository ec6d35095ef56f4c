"""Names of source files as they are shown, and which of them belong to measuring itself."""

from __future__ import annotations

import functools
import sys
import tracemalloc
from pathlib import Path, PurePath

_LAB = str(Path(__file__).parent.parent)
_MACHINERY = {"IPython", "codeop.py", "ipykernel", "jupyter_client", "traitlets", "tornado", "zmq"}


@functools.lru_cache(4096)
def is_machinery(filename: str) -> bool:
    """Whether a file is the lab's, or of the shell and the kernel that run the cell."""
    if filename.startswith(_LAB) or filename == tracemalloc.__file__:
        return True
    return short_name(filename).partition("/")[0] in _MACHINERY


def short_name(filename: str) -> str:
    """Path below the nearest directory that modules are imported from, such as ``numpy/_core/numeric.py``."""
    path = PurePath(filename)
    below = [path.relative_to(place) for place in sys.path if place and path.is_relative_to(place)]
    return min(below, key=lambda each: len(each.parts)).as_posix() if below else path.name
