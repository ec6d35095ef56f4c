"""What happened outside of the measured process, or at the limits of the machine."""

from __future__ import annotations

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.understand import words
from tinytorch_lab.understand.rule import MIB, Finding, had_children

LITTLE_LEFT = 0.1
SWAPPED_BYTES = 16 * MIB
COLLECTOR_SHARE = 0.05
COLLECTOR_S = 0.01


def swap(m: Measurement) -> Finding | None:
    """Memory of this process went to the disk."""
    swapped = m.process.swapped_bytes
    if swapped is None or swapped < SWAPPED_BYTES:
        return None
    return Finding(
        f"{words.size(swapped)} of this process went to swap space: there was not enough memory. What is needed again "
        "is read from the disk, which is many times slower; use smaller data or batches, or free what you no longer "
        "need.",
        {"swapped_bytes": swapped},
    )


def memory_limit(m: Measurement) -> Finding | None:
    """Little memory is left."""
    limit, left = m.process.memory_limit_bytes, m.process.memory_left_bytes
    if not limit or left is None or left > LITTLE_LEFT * limit:
        return None
    return Finding(
        f"Only {words.size(left)} of the {words.size(limit)} of memory that this process may use are left. Beyond it "
        "the system swaps, or ends the kernel without a message: delete large variables, or use smaller data.",
        {"memory_left_bytes": left, "memory_limit_bytes": limit},
    )


def devices(m: Measurement) -> Finding | None:
    """Another device worked, which nobody measured."""
    if not m.process.devices:
        return None
    names = " and ".join(m.process.devices)
    return Finding(
        f"Work and memory of {names} are not measured. Such devices work on after a call has returned, so the time is "
        "only complete if the cell waits for them at its end (in torch: synchronize()).",
        {"devices": names},
    )


def children(m: Measurement) -> Finding | None:
    """Child processes ran beside the cell."""
    number, cpu = m.process.child_processes, m.process.children_cpu_s or 0.0
    if not had_children(m):
        return None
    figures: dict[str, float | int | str] = {"child_processes": number}
    said = []
    if m.process.children_cpu_s is not None:
        figures["children_cpu_s"] = cpu
        said.append(f"those that ended took {words.seconds(cpu)} of CPU time")
    if m.process.children_peak_bytes is not None:
        figures["children_peak_bytes"] = m.process.children_peak_bytes
        held = f"held up to {words.size(m.process.children_peak_bytes)}"
        said.append(f"together they {held} (what a fork shares counts in each)" if number > 1 else f"it {held}")
    who = f"Up to {number} child processes were" if number > 1 else "A child process was"
    return Finding(
        f"{who} alive while the cell ran{': ' + ', '.join(said) if said else ''}. That is not part of the cell's own "
        "CPU time and memory: each process has its own memory, and data between them is copied.",
        figures,
    )


def collector(m: Measurement) -> Finding | None:
    """Garbage collection took a share of the time."""
    pause, total = m.gc.pause_s, m.wall_s
    if total <= 0 or pause < max(COLLECTOR_S, COLLECTOR_SHARE * total):
        return None
    times = sum(m.gc.collections)
    return Finding(
        f"Python's garbage collector ran {words.count(times, 'time')} and took {words.share(pause, total)} of the "
        "time: it walks through lists, dicts and objects to find those that only point at each other. Fewer objects, "
        "or arrays instead of lists, leave it less to do.",
        {"pause_s": pause, "wall_s": total, "collections": times},
    )
