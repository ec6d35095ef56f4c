"""The traced peak of one run."""

from __future__ import annotations

import time
import tracemalloc
from dataclasses import dataclass

from tinytorch_lab.profiler.tracing import TracedMemory
from tinytorch_lab.scaling.job import Job, Sizes


@dataclass(frozen=True)
class Traced:
    """The ``peak`` of one run in bytes above its start, None if the code turned tracing off.

    ``held`` is what the set-up had allocated before; ``wall_s`` the clock time of set-up and run.
    """

    peak: int | None
    held: int
    wall_s: float


def traced_run(job: Job, sizes: Sizes) -> Traced:
    """Run once, traced."""
    memory = TracedMemory()
    began = time.perf_counter()
    memory.attach(start=True)
    before, held = tracemalloc.get_traced_memory()[0], 0
    try:
        job.prepare(sizes)
        held = tracemalloc.get_traced_memory()[0] - before
        memory.resume()
        job.work()
        memory.pause()
    finally:
        memory.detach()
    return Traced(None if memory.lost else memory.peak, max(0, held), time.perf_counter() - began)
