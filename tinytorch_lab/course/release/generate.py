"""nbgrader strips the module, in a process of its own: it changes the working directory and the environment of its process.

``python -m tinytorch_lab.course.release.generate`` reads ``Job`` as JSON and writes ``{"error": sentence or null}``.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.release.database import GRADEBOOK

TIMEOUT_S = 300
COURSE_ID = "tiny"
_CLASS = re.compile(r"(?:\w+\.)+\w+: ")
"""How a traceback's last line begins."""
_AFTER = ("[SQL:", "[parameters:", "(Background on")
"""What SQLAlchemy says after that."""


@dataclass(frozen=True)
class Job:
    """``module`` in the course folder ``root``, whose ``source/`` holds it; ``anew`` drops what its gradebook has of it."""

    root: str
    module: str
    course_id: str = COURSE_ID
    anew: bool = False


def generate(job: Job) -> None:
    """Make ``release/`` and the gradebook's rows in ``job.root``. Raises CourseError with what nbgrader said.

    nbgrader works on a copy below the temporary folder: it takes brackets in a path for a pattern, and ``?`` for a query.
    """
    root = Path(job.root)
    with tempfile.TemporaryDirectory(prefix="tinytorch-") as place:
        shutil.copytree(root, place, dirs_exist_ok=True)
        _run_nbgrader(dataclasses.replace(job, root=place))
        shutil.copytree(Path(place) / "release", root / "release")
        shutil.copyfile(Path(place) / GRADEBOOK, root / GRADEBOOK)


def _run_nbgrader(job: Job) -> None:
    bin_folder = str(Path(sys.executable).parent)  # nbgrader calls alembic, which stands beside our Python
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__], input=json.dumps(asdict(job)), capture_output=True, text=True, encoding="utf-8",
            errors="replace", cwd=job.root, timeout=TIMEOUT_S, check=False,
            env={**os.environ, "PATH": os.pathsep.join([bin_folder, os.environ.get("PATH", "")])},
        )  # fmt: skip
        answer = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise CourseError(f"nbgrader did not end within {TIMEOUT_S} seconds.") from None
    except ValueError:
        raise CourseError(f"nbgrader ended with status {done.returncode}: {_last_line(done.stderr)}") from None
    if answer["error"]:
        raise CourseError(answer["error"])


def main() -> None:
    """Read a job, run nbgrader, tell how it ended."""
    job = Job(**json.load(sys.stdin))
    with redirect_stdout(sys.stderr):  # what nbgrader and alembic print is no part of the answer
        error = _run(job)
    json.dump({"error": error}, sys.stdout)


def _run(job: Job) -> str | None:
    try:
        from nbgrader.api import Gradebook, MissingEntry
        from nbgrader.apps import NbGraderAPI
        from traitlets.config import Config
    except ImportError:
        return "nbgrader is not installed here. Install it: pip install 'tinytorch-lab[instructor]'"
    config = Config()
    config.CourseDirectory.root = job.root
    config.CourseDirectory.course_id = job.course_id
    api: Any = NbGraderAPI(config=config)
    if job.anew:
        with Gradebook(api.coursedir.db_url, api.coursedir.course_id) as gradebook, suppress(MissingEntry):
            gradebook.remove_assignment(job.module)
    result = api.generate_assignment(job.module)
    if result["success"]:
        return None
    return f"nbgrader refused the module: {_last_line(result.get('error') or result.get('log') or '')}"


def _last_line(text: str) -> str:
    """What a traceback or a log comes to."""
    said = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith(_AFTER)]
    return _CLASS.sub("", said[-1], count=1)[:400] if said else "it said nothing."


if __name__ == "__main__":
    main()
