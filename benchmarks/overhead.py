"""What measuring costs, beside other profilers: CPU time of five cells, measured against plain, in one kernel process.

``python benchmarks/overhead.py [PAIRS]`` (9 by default). Each pair runs the same cell plain and measured, in alternating
order, through a real IPython kernel; a line shows the median and the quartiles of the ratios, for the CPU time that the
process used from the cell's first statement to its last, and for what the measurement itself says. Other profilers take
part if they are installed (``pip install --group benchmark``); scalene, which cannot measure memory in a kernel, runs
the cell as a script, in pairs of processes. Then the fixed costs: of an empty cell, of a live update, of loading, and
the size of the saved HTML.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
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
    "plain": "# plain again",
    "--time, quiet": "%%measure --time --quiet -o m",
    "--time": "%%measure --time -o m",
    "default": "%%measure -o m",
    "tracemalloc": "# traced\nimport tracemalloc; tracemalloc.start()",
    "%%memit": "%%memit -r 1",
    "memray": "%%memray_flamegraph",
    "pyinstrument": "%%pyinstrument",
}
EXTENSIONS = {"%%memit": "memory_profiler", "memray": "memray", "pyinstrument": "pyinstrument"}
LAST_LINES = {"tracemalloc": "\ntracemalloc.stop()"}
EMPTY_CELLS = 40
LOAD = """
import time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
started = time.perf_counter()
shell.run_line_magic("load_ext", "tinytorch_lab")
print((time.perf_counter() - started) * 1000)
"""
# What the sampler's thread does for one update, on a measurement of a real cell.
LIVE_UPDATE = """
import time
from tinytorch_lab.kernel.live import LiveDisplay
_display = LiveDisplay(get_ipython())
_display.open(m)
_ms = []
for _ in range(50):
    _started = time.thread_time()
    _display.update(m)
    _ms.append((time.thread_time() - _started) * 1000)
_display.close(m)
"""
HTML_SIZE = "len(__import__('tinytorch_lab.show').show.bundle(m)['text/html'].encode())"


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
        env |= {"JUPYTER_DATA_DIR": directory, "TINYTORCH_LAB_CALIBRATE": "0"}
        manager, client = start_new_kernel(kernel_name="python3", env=env, cwd=directory)
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


def timed(client: Any, mode: str, cell: str) -> dict[str, float]:
    """CPU seconds from the first statement to the last, the result of the cell, and the measured CPU time."""
    first_line = MODES.get(mode, "# plain")
    code = f"{first_line}\n_start = _cpu()\n{cell}\n_used = _cpu() - _start{LAST_LINES.get(mode, '')}"
    wanted = {"used": "_used", "result": "r"}
    if first_line.startswith("%%measure"):
        wanted["shown"] = "sum(s.cpu_s for s in m.statements[1:-1])"
    return run(client, code, wanted)


def ratios(client: Any, mode: str, cell: str, pairs: int) -> tuple[list[float], list[float]]:
    """Measured over plain, once by the process's clock and once as the measurement shows it."""
    assert timed(client, "", cell)["result"] == timed(client, mode, cell)["result"]
    used, shown = [], []
    for pair in range(pairs):
        order = ["", mode] if pair % 2 else [mode, ""]
        runs = {each: timed(client, each, cell) for each in order}
        used.append(runs[mode]["used"] / runs[""]["used"])
        if "shown" in runs[mode]:
            shown.append(runs[mode]["shown"] / runs[""]["used"])
    return used, shown


def scalene_ratios(cell: str, pairs: int) -> list[float]:
    """CPU seconds that a script says it used, under ``scalene run`` over plain."""
    used = []
    with tempfile.TemporaryDirectory() as directory:
        script = Path(directory) / "cell.py"
        script.write_text(f"{SETUP}\n_start = _cpu()\n{cell}\nprint('used', _cpu() - _start)\n")
        commands = {
            "plain": [sys.executable, str(script)],
            "scalene": [sys.executable, "-m", "scalene", "run", "-o", f"{directory}/profile.json", str(script)],
        }
        for pair in range(pairs):
            order = sorted(commands, reverse=bool(pair % 2))
            seconds = {name: seconds_of(commands[name], directory) for name in order}
            used.append(seconds["scalene"] / seconds["plain"])
    return used


def seconds_of(command: list[str], directory: str) -> float:
    """What the script behind ``command`` prints after ``used``."""
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    out = subprocess.run(command, capture_output=True, text=True, cwd=directory, env=env, check=True).stdout
    return float(next(line for line in out.splitlines() if line.startswith("used ")).split()[1])


def fixed_costs(client: Any) -> Iterator[tuple[str, list[float]]]:
    """Milliseconds by name: what measuring adds to an empty cell, one live update, loading the extension."""
    for mode in ("%%measure --time --quiet", "%%measure --time", "%%measure"):
        plain, measured = [], []
        for _ in range(EMPTY_CELLS):
            plain.append(round_trip(client, "pass"))
            measured.append(round_trip(client, f"{mode}\npass"))
        yield f"empty cell, {mode}", [m - p for m, p in zip(measured, plain, strict=True)]
    run(client, f"%%measure -o m\n{CELLS['MLP step']}")
    yield "one live update (thread's CPU)", run(client, LIVE_UPDATE, {"ms": "_ms"})["ms"]
    loads = [float(subprocess.check_output([sys.executable, "-c", LOAD], text=True)) for _ in range(9)]
    yield "loading the extension", loads


def round_trip(client: Any, code: str) -> float:
    """Milliseconds from request to reply."""
    started = time.perf_counter()
    run(client, code)
    return (time.perf_counter() - started) * 1000


def spread(values: list[float]) -> str:
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:6.2f} ({low:.2f}..{high:.2f})"


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    print(f"{date.today()}, Python {platform.python_version()}, {os.cpu_count()} CPUs, {pairs} pairs, CPU ratios")
    print(f"{'cell':<20} {'mode':<14} {'process':>22} {'shown':>22}")
    with kernel() as client:
        run(client, SETUP)
        absent = {mode for mode, name in EXTENSIONS.items() if not installed(name)}
        for name in EXTENSIONS.values():
            if installed(name):
                run(client, f"%load_ext {name}")
        for name, cell in CELLS.items():
            for mode in MODES:
                if mode in absent:
                    continue
                used, shown = ratios(client, mode, cell, pairs)
                print(f"{name:<20} {mode:<14} {spread(used):>22} {spread(shown) if shown else '':>22}", flush=True)
            if installed("scalene"):
                print(f"{name:<20} {'scalene, script':<14} {spread(scalene_ratios(cell, 3)):>21}", flush=True)
        for name, milliseconds in fixed_costs(client):
            print(f"{name:<36} {spread(milliseconds)} ms", flush=True)
        print(f"saved HTML: {run(client, '', {'size': HTML_SIZE})['size'] / 1000:.1f} kB")


def installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


if __name__ == "__main__":
    main()
