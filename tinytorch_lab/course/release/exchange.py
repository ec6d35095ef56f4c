"""nbgrader's exchange, from which students on the same machine fetch: ``CLASS/exchange``, or where nbgrader_config.py says."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tinytorch_lab.course.class_folder import ClassFolder
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.release.generate import COURSE_ID
from tinytorch_lab.course.release.stage import Stage, digest

CONFIG = "nbgrader_config.py"
TIMEOUT_S = 30
_ASK = """
import json, sys
from traitlets.config.loader import PyFileConfigLoader
config = PyFileConfigLoader(sys.argv[1], path=".").load_config()
print(json.dumps([str(config.Exchange.get("root", "")), str(config.CourseDirectory.get("course_id", ""))]))
"""


@dataclass(frozen=True)
class Exchange:
    """Its folder, and the course's name in it."""

    root: Path
    course: str

    def outbound(self, module: str) -> Path:
        """From where students fetch the module."""
        return self.root / self.course / "outbound" / module / f"{module[3:]}.ipynb"

    @property
    def inbound(self) -> Path:
        """Where their submissions arrive."""
        return self.root / self.course / "inbound"


def exchange_of(folder: ClassFolder) -> Exchange:
    """The class's exchange. Raises CourseError if its nbgrader_config.py cannot be read."""
    root, course = _configured(folder.root / CONFIG) if (folder.root / CONFIG).is_file() else ("", "")
    return Exchange(folder.root / (root or "exchange"), course or COURSE_ID)


def _configured(config: Path) -> tuple[str, str]:
    """The exchange's folder and the course's name there, "" where the file does not say; it is code, so anything can happen."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", _ASK, config.name], cwd=config.parent, capture_output=True, text=True, check=False,
            encoding="utf-8", errors="replace", timeout=TIMEOUT_S,
        )  # fmt: skip
        root, course = json.loads(done.stdout.splitlines()[-1])
        return str(root), str(course)
    except subprocess.TimeoutExpired:
        said = f"it did not end within {TIMEOUT_S} seconds"
    except (ValueError, IndexError, TypeError):
        said = (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
    raise CourseError(f"{config} cannot be read: {said}. Mend it.")


def is_out(folder: ClassFolder, module: str, sha256: str) -> bool:
    """Whether students can fetch exactly this notebook."""
    return sys.platform == "win32" or digest(exchange_of(folder).outbound(module)) == sha256


def outbound(folder: ClassFolder, stage: Stage) -> dict[Path, Path]:
    """The move that puts the release into the exchange; none on Windows, where nbgrader has no exchange."""
    if sys.platform == "win32":
        return {}
    exchange = exchange_of(folder)
    _open_for_students(exchange)
    copy = stage.root / "outbound.ipynb"
    shutil.copyfile(stage.release, copy)
    copy.chmod(0o644)
    return {copy: exchange.outbound(stage.module.id)}


def _open_for_students(exchange: Exchange) -> None:
    """The folders with the rights that nbgrader asks for: everybody may put something in, nobody reads another's."""
    if exchange.inbound.is_dir():
        return
    for path, mode in (
        (exchange.root, 0o777),
        (exchange.root / exchange.course, 0o755),
        (exchange.root / exchange.course / "outbound", 0o755),
        (exchange.inbound, 0o2733),
    ):
        if not path.is_dir():
            path.mkdir(parents=True)
            path.chmod(mode)
