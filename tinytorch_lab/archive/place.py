"""Where the history is: in the student folder if the process runs in one, else in Jupyter's data directory."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

MARKER = ".tinytorch-lab.json"
MARKER_VERSION = 1
FILE_NAME = "history.db"


def _working_directory() -> Path | None:
    try:
        return Path.cwd()
    except FileNotFoundError:  # it was deleted
        return None


START = _working_directory()
"""Where the process was when it began to measure: a cell may go elsewhere, its history stays."""


def history_file() -> Path | None:
    """The file, which need not exist yet; None if TINYTORCH_LAB_HISTORY=off. Never in the working directory."""
    if os.environ.get("TINYTORCH_LAB_HISTORY", "").strip().lower() == "off":
        return None
    home = _student_folder()
    folder = home / "measurements" if home else jupyter_data() / "tinytorch-lab"
    return folder / FILE_NAME


def _student_folder() -> Path | None:
    """The folder that TINYTORCH_HOME names, else the nearest with a marker from START upwards; None if it is no student's.

    A folder with a damaged or newer marker is none: tinytorch and the doctor speak of those, the history keeps out.
    """
    named = os.environ.get("TINYTORCH_HOME")
    start = Path(named).expanduser().resolve() if named else START
    if start is None:
        return None
    for folder in (start,) if named else (start, *start.parents):
        if (folder / MARKER).is_file():
            return folder if _is_student(folder / MARKER) else None
    return None


def _is_student(marker: Path) -> bool:
    try:
        data = json.loads(marker.read_text(encoding="utf-8"))
        return bool(data["kind"] == "student" and data["version"] <= MARKER_VERSION)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def jupyter_data() -> Path:
    """Jupyter's data directory, by Jupyter's rules; not asked of jupyter_core, which takes long to import."""
    named = os.environ.get("JUPYTER_DATA_DIR")
    if named:
        return Path(named).expanduser().absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Jupyter"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / "jupyter"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "jupyter"
