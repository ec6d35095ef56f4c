"""Where a cell runs."""

from __future__ import annotations

import os
import platform

from tinytorch_lab.profiler.records import Machine


def this_machine() -> Machine:
    """This process's Python, operating system and processors."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    cpus = len(affinity(0)) if affinity else os.cpu_count() or 0
    return Machine(platform.python_version(), f"{platform.system()} {platform.machine()}", cpus)
