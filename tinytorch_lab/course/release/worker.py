"""A release in a process of its own, for the server: ``python -m tinytorch_lab.course.release.worker``.

Reads ``{"module", "course", "edition", "mend"}`` and writes one JSON object a line: ``{"kind": "step", ...}`` as each begins, then
``{"kind": "done", "released"}``, ``{"kind": "refused", "sentence", "faults"}``, ``{"kind": "error", "message"}``, or after SIGTERM
``{"kind": "stopped"}``.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.release.model import ReleaseRefused
from tinytorch_lab.course.release.pipeline import release


def main() -> None:
    """Run one release."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who cancels it finds nothing left behind in /tmp
    job = json.load(sys.stdin)
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out, redirect_stdout(sys.stderr):
        _tell(out, _answer(job, out))


def _answer(job: dict[str, Any], out: TextIO) -> dict[str, Any]:
    try:
        done = release(
            job["module"], course=Path(job["course"]), edition=bool(job.get("edition")), mend=bool(job.get("mend")),
            say=lambda step: _tell(out, {"kind": "step", **asdict(step)}),
        )  # fmt: skip
    except ReleaseRefused as refused:
        return {"kind": "refused", "sentence": refused.sentence, "faults": [asdict(fault) for fault in refused.faults]}
    except CourseError as error:
        return {"kind": "error", "message": str(error)}
    except KeyboardInterrupt:
        return {"kind": "stopped"}
    except OSError as error:
        return {"kind": "error", "message": f"{error.strerror or error}: {error.filename or 'no file named'}"}
    return {"kind": "done", "released": asdict(done) | {"notebook": done.notebook.as_posix()}}


def _tell(out: TextIO, message: dict[str, Any]) -> None:
    out.write(json.dumps(message) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
