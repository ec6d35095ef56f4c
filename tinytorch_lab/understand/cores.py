"""How many processors worked, and what the rest of the time was."""

from __future__ import annotations

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.understand import words
from tinytorch_lab.understand.rule import LONG_ENOUGH_S, Finding, is_crowded, others_worked

IDLE = 0.25
ONE_CORE = (0.75, 1.15)
SEVERAL_CORES = 1.4
PRODUCTS = ("matmul", "linear", "conv2d", "dot")
MOST = 0.5


def waiting(m: Measurement) -> Finding | None:
    """The processor worked for a small part of the time, nothing of it unaccounted for elsewhere."""
    if m.wall_s < LONG_ENOUGH_S or m.runs or others_worked(m):
        return None
    delay = m.process.run_delay_s
    if (m.cpu_s + (delay or 0.0)) > IDLE * m.wall_s:
        return None
    other = "" if delay is not None else ", or for a processor that other programs kept busy"
    return Finding(
        f"The cell worked for {words.share(m.cpu_s, m.wall_s)} of the time; the rest it waited: for a sleep, a file, "
        f"the network or another thread{other}. Faster computing does not help here; waiting for several things at "
        "once does.",
        {"cpu_s": m.cpu_s, "wall_s": m.wall_s},
    )


def crowded(m: Measurement) -> Finding | None:
    """Ready to run, but other programs had the processors."""
    delay = m.process.run_delay_s
    if delay is None or m.wall_s < LONG_ENOUGH_S or not is_crowded(m):
        return None
    return Finding(
        f"For {words.share(delay, m.wall_s)} of the time the cell was ready but found no free processor: other "
        "programs, or threads of its own, used them. Its wall time is longer than on a quiet machine; compare CPU "
        "time instead.",
        {"run_delay_s": delay, "wall_s": m.wall_s},
    )


def one_core(m: Measurement) -> Finding | None:
    """One processor did the work although there are more."""
    threads, cores = m.process.blas_threads, _cores(m)
    if threads is None or threads < 2 or m.machine.cpus < 2 or cores is None or not ONE_CORE[0] <= cores <= ONE_CORE[1]:
        return None
    return Finding(
        f"One processor worked, of {m.machine.cpus}. Python runs one thread at a time and NumPy's element-wise "
        f"operations use one; only larger matrix products are spread, by BLAS, over its {threads} threads. More cores "
        "help only work that is split.",
        {"cpu_s": m.cpu_s, "wall_s": m.wall_s, "blas_threads": threads, "cpus": m.machine.cpus},
    )


def several_cores(m: Measurement) -> Finding | None:
    """More than one processor worked at the same time."""
    cores = _cores(m)
    if cores is None or cores < SEVERAL_CORES:
        return None
    threads = m.process.blas_threads or 0
    who = f"BLAS, which may use {threads} threads for matrix products, or" if threads > 1 else "this was done by"
    return Finding(
        f"{words.number(cores)} processors worked at the same time on average: {who} threads of the cell's own. CPU "
        "time adds up all of them, so it is longer than the wall time; what the split saves is seen in the wall time "
        "only.",
        {"cpu_s": m.cpu_s, "wall_s": m.wall_s, "blas_threads": threads},
    )


def blas_threads(m: Measurement) -> Finding | None:
    """More BLAS threads than processors, or one thread for work that could be split."""
    threads, cpus = m.process.blas_threads, m.machine.cpus
    if threads is None or cpus < 1 or m.wall_s < LONG_ENOUGH_S:
        return None
    figures: dict[str, float | int | str] = {"blas_threads": threads, "cpus": cpus}
    if threads > cpus:
        return Finding(
            f"BLAS may use {threads} threads, but this process has only {words.count(cpus, 'processor')}: the threads "
            "then take turns and wait for each other. Start the kernel with OPENBLAS_NUM_THREADS or OMP_NUM_THREADS "
            "at that number.",
            figures,
        )
    products_s = sum(op.wall_s for op in m.ops if op.name in PRODUCTS)
    if threads > 1 or cpus < 2 or products_s < MOST * m.wall_s:
        return None
    return Finding(
        f"Matrix products took {words.share(products_s, m.wall_s)} of the time, and BLAS may use only 1 thread of "
        f"{cpus} processors. Start the kernel with a larger OPENBLAS_NUM_THREADS or OMP_NUM_THREADS to split them.",
        {**figures, "wall_s": products_s},
    )


def _cores(m: Measurement) -> float | None:
    """Processors that worked on average; None where the cell is too short to tell."""
    return m.cpu_s / m.wall_s if m.wall_s >= LONG_ENOUGH_S else None
