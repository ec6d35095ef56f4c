"""For every rule of "Understand": a cell that must make it speak, and one that must not."""

from __future__ import annotations

from dataclasses import dataclass

TRACED = "--trace-budget 60"


@dataclass(frozen=True)
class Cells:
    """``speaks`` and ``silent`` are run after ``setup`` and the cells ``before`` it."""

    speaks: str
    silent: str
    options: str = TRACED
    setup: str = ""
    before_speaks: str = ""
    before_silent: str = ""
    cleanup: str = ""
    runs_before: int = 0
    """How often the cell runs between ``setup`` and ``before_...``, so that there are earlier runs."""
    silent_options: str | None = None
    """Options of ``silent`` where they are others."""
    timed: bool = False
    """Other programs that use the processors can keep this rule from speaking, or make it speak."""
    linux: bool = False


IMPORTS = """
import gc, itertools, mmap, os, subprocess, sys, threading, time, types
import numpy as np
MB = 1_000_000
a, b, c, d = (np.ones(20 * MB // 8) for _ in range(4))
x = y = m = arrays = heap = None
if sys.platform == "linux":
    import ctypes
    ctypes.CDLL(None).malloc_trim(0)  # memory that was freed but not given back would be used again
def spin(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end: pass
def pages(size):
    block = mmap.mmap(-1, size)
    block.madvise(mmap.MADV_NOHUGEPAGE)
    block[::4096] = b"x" * len(block[::4096])
    return block
"""
FAKE_TORCH = """
torch = types.ModuleType("torch")
torch.cuda = types.SimpleNamespace(is_initialized=lambda: True)
"""
SWAPPED = """
from tinytorch_lab.profiler import process
original, readings = process._swapped, itertools.count()
process._swapped = lambda: {size} * next(readings)
"""
THREADS = """
from threadpoolctl import threadpool_limits
limits = threadpool_limits({threads}, user_api="blas")
"""
# The address space as the limit: little is left of it.
LIMIT = """
soft, hard = resource.getrlimit(resource.RLIMIT_AS)
used = int(open("/proc/self/statm").read().split()[0]) * mmap.PAGESIZE
resource.setrlimit(resource.RLIMIT_AS, (int(used * 1.07), hard))
"""
# Machines whose limits are such that the operation reaches half of one of them, whatever this machine can do.
ROOFLINE = """
from tinytorch import Tensor
from tinytorch_lab.profiler import roofline
from tinytorch_lab.profiler.records import Roofline
original = roofline.calibrated
p, q = (Tensor(np.ones((600, 600), dtype=np.float32)) for _ in range(2))
v, w = (Tensor(np.ones(4 * MB, dtype=np.float32)) for _ in range(2))
def seconds(f):
    times = []
    for _ in range(5):
        start = time.perf_counter(); f(); times.append(time.perf_counter() - start)
    return sorted(times)[2]
def machine(flops_per_s, bytes_per_s):
    roofline.calibrated = lambda **_: Roofline(flops_per_s, bytes_per_s, "made up", "2026-11-01T00:00:00Z")
"""
UNDO_ROOFLINE = "roofline.calibrated = original"
MATMUL_LIMITED = "machine(4 * 600 ** 3 / seconds(lambda: p @ q), 1e15)"
MEMORY_LIMITED = "machine(1e15, 2 * 48 * MB / seconds(lambda: v + w))"
NETWORK = """
from tinytorch import Tensor, nn, optim
model = nn.Linear(256, 256)
parameters = list(model.parameters())
"""

SMALL_TENSOR = "s = Tensor(np.ones(4, dtype=np.float32)); machine(1e11, 1e10)"
BATCH = "x = Tensor(np.ones(({rows}, 256), dtype=np.float32))"
WIDE = "model = nn.Linear(1024, 256); x = Tensor(np.ones((2, 1024), dtype=np.float32)); parameters = list(model.parameters())"
STEP = "model(x).sum().backward()\noptimizer.step()"
BUSY = "busy = [subprocess.Popen([sys.executable, '-c', 'while True: pass']) for _ in range(4 * os.cpu_count())]"
TWO_PRODUCTS = """
work = [threading.Thread(target=np.dot, args=(e, e)) for _ in range(2)]
[each.start() for each in work]; [each.join() for each in work]
"""
HOT = "for i in range(3000):\n    j = sum(range(300))\n    k = i"
EVEN = "for i in range(3000):\n    j = sum(range(99))\n    k = sum(range(99))\n    l = sum(range(99))"
UNDO_THREADS = "limits.restore_original_limits()"
UNDO_LIMIT = "resource.setrlimit(resource.RLIMIT_AS, (soft, hard))"
UNDO_BUSY = "[each.kill() for each in busy]; [each.wait() for each in busy]"

CELLS: dict[str, Cells] = {
    "swap": Cells(
        "pass",
        "pass",
        before_speaks=SWAPPED.format(size=32 << 20),
        before_silent=SWAPPED.format(size=1),
        cleanup="process._swapped = original",
    ),
    "memory-limit": Cells(
        "pass",
        "pass",
        setup="import resource; soft, hard = resource.getrlimit(resource.RLIMIT_AS)",
        before_speaks=LIMIT,
        cleanup=UNDO_LIMIT,
        linux=True,
    ),
    "devices": Cells(
        "pass",
        "pass",
        setup=FAKE_TORCH,
        before_speaks="sys.modules['torch'] = torch",
        cleanup="sys.modules.pop('torch', None)",
    ),
    "short": Cells("pass", "time.sleep(0.02)"),
    "crowded": Cells(
        "spin(0.3)",
        "time.sleep(0.3)",
        "--time",
        "busy = []",
        before_speaks=BUSY + "; time.sleep(1)",
        cleanup=UNDO_BUSY,
        linux=True,
    ),
    "slower": Cells(
        "time.sleep(nap)  # slower",
        "time.sleep(nap)  # slower",
        "--time",
        "nap = 0.2",
        "nap = 1.5",
        "nap = 0.2",
        runs_before=6,
    ),
    "faster": Cells(
        "time.sleep(nap)  # faster",
        "time.sleep(nap)  # faster",
        "--time",
        "nap = 0.5",
        "nap = 0.02",
        "nap = 0.5",
        runs_before=6,
    ),
    "hot-line": Cells(HOT, EVEN, "--lines", timed=True),
    "waiting": Cells("time.sleep(0.3)", "spin(0.3)", "--time"),
    "temporaries": Cells("y = a * b + c * d", "y = a + b"),
    "copy": Cells("y = a[::-1].copy()", "y = a[::-1]"),
    "objects": Cells("x = [float(i) for i in range(200_000)]", "x = np.arange(200_000.0)"),
    "compute-bound": Cells(
        "for _ in range(20): p @ q",
        "for _ in range(20): v + w",
        TRACED,
        ROOFLINE,
        MATMUL_LIMITED,
        MEMORY_LIMITED,
        UNDO_ROOFLINE,
        timed=True,
    ),
    "memory-bound": Cells(
        "for _ in range(20): v + w",
        "for _ in range(20): p @ q",
        TRACED,
        ROOFLINE,
        MEMORY_LIMITED,
        MATMUL_LIMITED,
        UNDO_ROOFLINE,
        timed=True,
    ),
    "overhead-bound": Cells(
        "for _ in range(20_000): s + s",
        "for _ in range(20): v + w",
        TRACED,
        ROOFLINE,
        SMALL_TENSOR,
        SMALL_TENSOR,
        UNDO_ROOFLINE,
        timed=True,
    ),
    "activations": Cells(
        "model(x).sum().backward()",
        "model(x).sum().backward()",
        TRACED,
        NETWORK,
        BATCH.format(rows=4096),
        BATCH.format(rows=2),
    ),
    "optimizer-state": Cells(
        STEP,
        STEP,
        TRACED,
        NETWORK,
        f"{WIDE}; optimizer = optim.Adam(parameters)",
        f"{WIDE}; optimizer = optim.SGD(parameters, lr=0.1)",
    ),
    "gc": Cells("for _ in range(5): gc.collect()", "pass", "--time", "heap = [[i] for i in range(300_000)]"),
    "blas-threads": Cells(
        "time.sleep(0.15)",
        "time.sleep(0.15)",
        "--time",
        before_speaks=THREADS.format(threads="os.cpu_count() + 2"),
        before_silent=THREADS.format(threads=1),
        cleanup=UNDO_THREADS,
    ),
    "page-churn": Cells("for _ in range(20): pages(16 << 20)", "m = pages(64 << 20)", "--time", linux=True),
    "view": Cells(
        "x = np.random.rand(1000, 1000)\ny = x[:, ::2].T", "x = np.random.rand(1000, 1000)\ny = x[:, ::2].T.copy()"
    ),
    "untouched": Cells(  # once in many runs on a busy machine it is silent: the process grew by something else meanwhile
        "x = np.zeros(100 * MB // 8)", "x = np.ones(100 * MB // 8)", linux=True, cleanup="del x", timed=True
    ),
    "c-buffers": Cells("m = pages(64 * MB)", "x = np.ones(64 * MB // 8)", linux=True),
    "tracing": Cells(
        "for i in range(400_000): x = i * 2", "for i in range(400_000): x = i * 3", silent_options="--time"
    ),
    "several-cores": Cells(TWO_PRODUCTS, "np.dot(e, e)", "--time", setup="e = np.ones((1500, 1500))", timed=True),
    "one-core": Cells(
        "spin(0.3)",
        "time.sleep(0.3)",
        "--time",
        before_speaks=THREADS.format(threads=2) + "time.sleep(0.5)",  # new BLAS threads look for work for a while
        before_silent=THREADS.format(threads=2),
        cleanup=UNDO_THREADS,
        timed=True,
    ),
    "first-touch": Cells("m = pages(256 << 20)", "for _ in range(20): pages(16 << 20)", "--time", linux=True),
    "dominant": Cells("time.sleep(0.3)\npass\npass", "time.sleep(0.1)\ntime.sleep(0.1)\ntime.sleep(0.1)", "--time"),
    "children": Cells("subprocess.run([sys.executable, '-c', 'sum(range(10 ** 6))'])", "sum(range(10 ** 6))", "--time"),
    "noise": Cells(
        "time.sleep(next(naps))",
        "time.sleep(0.2)",
        "--repeat 6",
        before_speaks="naps = itertools.cycle([0.02, 0.3, 0.05, 0.4, 0.1, 0.2])",
    ),
}
