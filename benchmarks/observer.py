"""What the observer costs: CPU time of small operations, paired, in one process.

``python benchmarks/observer.py [PAIRS]`` (9 by default). Three variants of ``tinytorch.core.tensor`` run the same loops in
alternating order: without the lines that know an observer (made by editing the source in memory), as it is with nobody
listening, and with ``OpsWatch`` listening. A line shows median and quartiles of the ratios to the first one, and what
listening adds to each operation.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import types
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import process_time
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from tinytorch.core import tensor
from tinytorch_lab.profiler.ops import OpsWatch

OBSERVER_LINES = (
    "    observer = _observer\n    started = 0.0 if observer is None else time.perf_counter()\n",
    "    if observer is not None:\n"
    '        observer(Event(op.__name__, params, inputs, out, "forward", time.perf_counter() - started))\n',
)
LOOPS: dict[str, tuple[int, Callable[[Any, Any, Any], Any]]] = {
    "add, 20 elements": (20_000, lambda a, b, w: a + b),
    "add, requires a gradient": (20_000, lambda a, b, w: a + w),
    "reshape (a view)": (20_000, lambda a, b, w: a.reshape(20)),
    "exp, 20 elements": (20_000, lambda a, b, w: a.exp()),
    "matmul 4x5 @ 5x4": (20_000, lambda a, b, w: a @ b.T),
    "sum, 20 elements": (20_000, lambda a, b, w: a.sum(axis=0)),
}
LARGE: dict[str, tuple[int, Callable[[Any, Any, Any], Any]]] = {
    "add, 1000x1000": (20, lambda a, b, w: a + b),
    "matmul 300x300": (20, lambda a, b, w: a @ b),
}


def variant(name: str, without: tuple[str, ...] = ()) -> types.ModuleType:
    """The tensor library from its source, with some lines taken out of it."""
    source = Path(str(tensor.__file__)).read_text(encoding="utf-8")
    for lines in without:
        if source.count(lines) != 1:
            raise SystemExit(
                f"tinytorch/core/tensor.py has no longer exactly once:\n{lines}Bring this benchmark up to date."
            )
        source = source.replace(lines, "")
    module = types.ModuleType(name)
    exec(compile(source, name, "exec"), module.__dict__)
    return module


def operands(library: Any, shape: tuple[int, int]) -> tuple[Any, Any, Any]:
    values = np.linspace(0.5, 1.5, shape[0] * shape[1], dtype=np.float32).reshape(shape)
    return library.Tensor(values), library.Tensor(values + 1), library.Tensor(values, requires_grad=True)


def timed(repeats: int, work: Callable[[Any, Any, Any], Any], arguments: tuple[Any, Any, Any]) -> float:
    started = process_time()
    for _ in range(repeats):
        work(*arguments)
    return process_time() - started


def listened(repeats: int, work: Callable[[Any, Any, Any], Any], arguments: tuple[Any, Any, Any]) -> float:
    watch = OpsWatch()
    watch.start()
    watch.resume()
    try:
        return timed(repeats, work, arguments)
    finally:
        watch.stop()
        if watch.failure:
            raise SystemExit(watch.failure)


def spread(values: list[float]) -> str:
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:6.3f} ({low:.3f}..{high:.3f})"


def compare(name: str, loop: tuple[int, Callable[[Any, Any, Any], Any]], shape: tuple[int, int], pairs: int) -> None:
    repeats, work = loop
    bare, plain = variant("bare", OBSERVER_LINES), variant("plain")
    arguments = {"bare": operands(bare, shape), "plain": operands(plain, shape), "real": operands(tensor, shape)}
    results = [work(*each).numpy() for each in arguments.values()]
    assert all(np.array_equal(results[0], one) for one in results)
    unset, listening, added = [], [], []
    for pair in range(pairs):
        runs = {
            "bare": lambda: timed(repeats, work, arguments["bare"]),
            "plain": lambda: timed(repeats, work, arguments["plain"]),
            "real": lambda: listened(repeats, work, arguments["real"]),
        }
        order = list(runs) if pair % 2 else list(runs)[::-1]
        took = {one: runs[one]() for one in order}
        unset.append(took["plain"] / took["bare"])
        listening.append(took["real"] / took["bare"])
        added.append((took["real"] - took["plain"]) / repeats * 1e6)
    print(f"{name:<26} {spread(unset):>24} {spread(listening):>24} {statistics.median(added):>12.2f} us", flush=True)


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(
        f"{date.today()}, Python {platform.python_version()}, NumPy {np.__version__}, {pairs} pairs, CPU ratios{load}"
    )
    print(f"{'loop':<26} {'nobody listens':>24} {'the lab listens':>24} {'added a call':>15}")
    for name, loop in LOOPS.items():
        compare(name, loop, (4, 5), pairs)
    compare("add, 1000x1000", LARGE["add, 1000x1000"], (1000, 1000), pairs)
    compare("matmul 300x300", LARGE["matmul 300x300"], (300, 300), pairs)


if __name__ == "__main__":
    main()
