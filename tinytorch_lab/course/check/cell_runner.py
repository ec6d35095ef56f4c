"""Run a lesson's cells in one namespace: ``python -m tinytorch_lab.course.check.cell_runner < cells > outcome``.

Reads a list of ``{"number": int, "code": str}`` and writes a list of what each cell raised and took. It is a process of its
own, so that nothing that a lesson does to its process meets the checker.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import time
from typing import Any


def run_cell(code: str, number: int, namespace: dict[str, Any]) -> dict[str, Any]:
    """Execute one cell; whatever it raises is a part of the outcome."""
    raised, assertion = "", False
    cpu, wall = time.process_time(), time.perf_counter()
    try:
        exec(compile(code, f"cell {number}", "exec", dont_inherit=True), namespace)  # without our own __future__
    except BaseException as error:
        raised, assertion = f"{type(error).__name__}: {error}"[:2000], isinstance(error, AssertionError)
    return {
        "number": number,
        "raised": raised,
        "assertion": assertion,
        "cpu_s": time.process_time() - cpu,
        "wall_s": time.perf_counter() - wall,
    }


def main() -> None:
    """Run the cells of stdin."""
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    cells = json.load(sys.stdin)
    namespace: dict[str, Any] = {"__name__": "lesson"}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        outcome = [run_cell(cell["code"], cell["number"], namespace) for cell in cells]
    with answer:
        json.dump(outcome, answer)


if __name__ == "__main__":
    main()
