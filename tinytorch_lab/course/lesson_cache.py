"""Student's notebooks of a checkout's lessons, made once for each content of the lesson: reading 20 lessons takes a second."""

from __future__ import annotations

import contextlib
import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from tinytorch_lab.course import lesson as reading
from tinytorch_lab.course import student as making
from tinytorch_lab.course.files import write_atomic


def student_text(source: Path, kept: Path) -> str:
    """The student's notebook of the lesson at ``source`` as text; below the folder ``kept`` for the next time.

    Its name there holds a fingerprint of the lesson and of what makes the notebook, so that no old one is ever taken.
    """
    made = kept / f"{source.stem}.{_fingerprint(source)}.ipynb"
    # A checkout that may not be written to, or a full disk: it is only slower.
    with contextlib.suppress(OSError):
        return made.read_text(encoding="utf-8")
    text = making.to_text(making.student_notebook(source))
    with contextlib.suppress(OSError):
        write_atomic(made, text)
        for older in kept.glob(f"{source.stem}.*.ipynb"):
            if older != made:
                older.unlink(missing_ok=True)
    return text


def _fingerprint(source: Path) -> str:
    content = source.read_bytes() if source.exists() else b""
    return hashlib.sha256(content + _maker()).hexdigest()[:24]


@cache
def _maker() -> bytes:
    """What the notebook depends on beside the lesson."""
    code = b"".join(Path(str(module.__file__)).read_bytes() for module in (reading, making))
    return code + " ".join(version(name) for name in ("jupytext", "nbformat")).encode()
