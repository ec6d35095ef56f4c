"""What measuring costs: CPU time of five cells, measured against plain, in one kernel process.

``python benchmarks/overhead.py [PAIRS]`` (9 by default). Each pair runs the same cell plain and measured, in alternating
order, through a real IPython kernel; a line shows the median and the quartiles of the ratios, for the CPU time that the
process used from the cell's first statement to its last, and for what the measurement itself says.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from jupyter_client.manager import start_new_kernel

SETUP = """
import time, numpy as np
from time import process_time as _cpu
rng = np.random.default_rng(0)
A, B = rng.standard_normal((2, 700, 700))
X, W1, W2 = rng.standard_normal((64, 256)), rng.standard_normal((256, 256)), rng.standard_normal((256, 10))
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
"""
CELLS = {
    "matmul": "r = 0.0\nfor _ in range(25): r += float((A @ B).sum())",
    "MLP step": (
        "w1, w2, r = W1.copy(), W2.copy(), 0.0\n"
        "for _ in range(600):\n"
        "    h = np.maximum(X @ w1, 0); y = h @ w2; g = 2 * y / y.size\n"
        "    g2 = h.T @ g; g1 = X.T @ ((g @ w2.T) * (h > 0)); w1 -= 1e-4 * g1; w2 -= 1e-4 * g2; r = float((y * y).mean())"
    ),
    "many small objects": "r = len([{'i': i, 'l': [i]} for i in range(500_000)])",
    "integer loop": "r = 0\nfor i in range(6_000_000): r += i * 3 % 7",
    "recursion": "r = fib(29)",
}
MODES = {
    "--time": "%%measure --time --quiet -o m",
    "--time, live": "%%measure --time -o m",
    "default": "%%measure -o m",
}


@contextmanager
def kernel() -> Iterator[Any]:
    """A client of a kernel that has our extension."""
    with tempfile.TemporaryDirectory() as directory:
        profile = Path(directory) / "profile_default"
        profile.mkdir()
        settings = {"InteractiveShellApp": {"extensions": ["tinytorch_lab"]}, "HistoryManager": {"enabled": False}}
        (profile / "ipython_kernel_config.json").write_text(json.dumps(settings))
        path = os.pathsep.join(filter(None, (str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH"))))
        env = {**os.environ, "IPYTHONDIR": directory, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}
        manager, client = start_new_kernel(kernel_name="python3", env=env)
        try:
            yield client
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def run(client: Any, code: str, expressions: dict[str, str] | None = None) -> dict[str, Any]:
    """Run a cell; the values of expressions afterwards."""
    reply = client.execute_interactive(
        code, user_expressions=expressions or {}, output_hook=lambda message: None, timeout=600
    )["content"]
    if reply["status"] != "ok":
        raise RuntimeError(f"{reply['ename']}: {reply['evalue']} in\n{code}")
    return {name: eval(value["data"]["text/plain"]) for name, value in reply["user_expressions"].items()}


def timed(client: Any, first_line: str, cell: str) -> dict[str, float]:
    """CPU seconds from the first statement to the last, the result of the cell, and the measured CPU time."""
    code = f"{first_line}\n_start = _cpu()\n{cell}\n_used = _cpu() - _start"
    wanted = {"used": "_used", "result": "r"}
    if first_line.startswith("%%measure"):
        wanted["shown"] = "sum(s.cpu_s for s in m.statements[1:-1])"
    return run(client, code, wanted)


def ratios(client: Any, first_line: str, cell: str, pairs: int) -> tuple[list[float], list[float]]:
    """Measured over plain, once by the process's clock and once as the measurement shows it."""
    assert timed(client, "# plain", cell)["result"] == timed(client, first_line, cell)["result"]
    used, shown = [], []
    for pair in range(pairs):
        lines = ["# plain", first_line]
        runs = {line: timed(client, line, cell) for line in (lines if pair % 2 else lines[::-1])}
        used.append(runs[first_line]["used"] / runs["# plain"]["used"])
        shown.append(runs[first_line].get("shown", runs[first_line]["used"]) / runs["# plain"]["used"])
    return used, shown


def spread(values: list[float]) -> str:
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:6.2f} ({low:.2f}..{high:.2f})"


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    print(f"{date.today()}, Python {platform.python_version()}, {os.cpu_count()} CPUs, {pairs} pairs, CPU ratios")
    print(f"{'cell':<20} {'mode':<14} {'process':>22} {'shown':>22}")
    with kernel() as client:
        run(client, SETUP)
        for name, cell in CELLS.items():
            for mode, line in {"plain": "# plain again", **MODES}.items():
                used, shown = ratios(client, line, cell, pairs)
                print(f"{name:<20} {mode:<14} {spread(used):>22} {spread(shown):>22}", flush=True)


if __name__ == "__main__":
    main()
