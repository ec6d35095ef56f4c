"""How fast a student's module is beside the reference: a remark, never a reason to refuse."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.overlay_files import staged

ROUNDS = 5
LIMIT_S = 60
TIME = """
import json, sys, timeit
prepare, statement = json.load(sys.stdin)
timer = timeit.Timer(statement, prepare)
number = 1
while timer.timeit(number) < 0.02:
    number *= 2
print(min(timer.repeat(3, number)) / number)
"""


def times_reference(folder: Path, module: Module, text: str) -> float | None:
    """The time of the module's statement with ``text`` as its file over that with the reference; None if it cannot be told.

    Both run in processes of their own, in turns; the result is the median over the rounds. All other modules are those that
    the student uses.
    """
    if not module.compare:
        return None
    ratios = []
    with staged(folder, module, text) as mine, staged(folder, module, None) as reference:
        for _ in range(ROUNDS):
            own, other = _seconds(mine, module), _seconds(reference, module)
            if own is None or other is None:
                return None
            ratios.append(own / other)
    return statistics.median(ratios)


def remark(ratio: float) -> str:
    """The comparison in words."""
    if ratio >= 1.5:
        return f"It takes {ratio:.1f} times the reference's time: right comes first, the lesson's measurements show where it goes."
    return f"It takes {ratio:.1f} times the reference's time."


def _seconds(home: Path, module: Module) -> float | None:
    environment = {**os.environ, "TINYTORCH_HOME": str(home), "MPLBACKEND": "agg"}
    environment.pop("TINYTORCH_MASK", None)
    try:
        done = subprocess.run(
            [sys.executable, "-c", TIME], input=json.dumps(module.compare), capture_output=True, text=True, cwd=home,
            env=environment, timeout=LIMIT_S, check=False,
        )  # fmt: skip
        return float(done.stdout.split()[-1])
    except (subprocess.TimeoutExpired, ValueError, IndexError):
        return None
