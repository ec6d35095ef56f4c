"""Figures of cells whose truth is known, measured in a real kernel."""

from __future__ import annotations

import sys
from itertools import pairwise

import pytest
from kernels import OTHERS, Kernel

MB = 1_000_000
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the exact peak is Linux's")

TRACED = {
    "100 MB of ones": ("x = np.ones(100 * MB // 8)", 100 * MB, 100 * MB),
    "100 MB of zeros, never touched": ("x = np.zeros(100 * MB // 8)", 100 * MB, 100 * MB),
    "three of 50 MB in turn": ("for _ in range(3):\n    x = np.ones(50 * MB // 8)\n    del x", 50 * MB, 0),
    "three of 50 MB at once": ("x = [np.ones(50 * MB // 8) for _ in range(3)]", 150 * MB, 150 * MB),
    "a * b + c * d, 20 MB each": ("y = a * b + c * d", 40 * MB, 20 * MB),
    "a + b + c, 20 MB each": ("y = a + b + c", 20 * MB, 20 * MB),
    "a million floats in a list": ("x = [float(i) for i in range(1_000_000)]", 32_450_000, 32_450_000),
    "80 MB in a thread": (
        "def work():\n    x = np.ones(80 * MB // 8)\n    del x\nt = threading.Thread(target=work); t.start(); t.join()",
        80 * MB,
        0,
    ),
    "peak in the first of three statements": (
        "x = np.ones(30 * MB // 8)\ndel x\ny = np.ones(10 * MB // 8)",
        30 * MB,
        10 * MB,
    ),
}
SETUP = (
    "import threading, time, numpy as np\nMB = 1_000_000\n"
    "a, b, c, d = (np.ones(20 * MB // 8) for _ in range(4))\nx = y = None"
)
# Memory that was freed but not given back would be used again, and the resident memory would not rise.
TRIM = "import ctypes, sys\nif sys.platform == 'linux': ctypes.CDLL(None).malloc_trim(0)"


@pytest.mark.parametrize(("cell", "peak", "net"), TRACED.values(), ids=TRACED.keys())
def test_traced_peak_and_kept_memory(kernel: Kernel, cell: str, peak: int, net: int) -> None:
    kernel.run(SETUP)
    figures = kernel.run(f"%%measure --trace-budget 60\n{cell}").last
    assert figures["trace_complete"]
    assert figures["peak_bytes"] == pytest.approx(peak, rel=0.001, abs=OTHERS)
    assert figures["net_bytes"] == pytest.approx(net, rel=0.001, abs=OTHERS)


RESIDENT = {
    "100 MB of ones": ("x = np.ones(100 * MB // 8)", 100 * MB),
    "100 MB of zeros, never touched": ("x = np.zeros(100 * MB // 8)", 0),
    "150 MB for an instant": ("np.ones(150 * MB // 8).sum()", 150 * MB),
    "80 MB in a thread": (
        "def work(): np.ones(80 * MB // 8)\nt = threading.Thread(target=work); t.start(); t.join()",
        80 * MB,
    ),
    "64 MB of C memory": (
        "import mmap\nm = mmap.mmap(-1, 64 * MB)\nm[::4096] = b'x' * len(m[::4096])\nm.close()",
        64 * MB,
    ),
}


@LINUX
@pytest.mark.parametrize("mode", ["", "--time"])
@pytest.mark.parametrize(("cell", "rise"), RESIDENT.values(), ids=RESIDENT.keys())
def test_peak_of_resident_memory(kernel: Kernel, cell: str, rise: int, mode: str) -> None:
    kernel.run(SETUP)
    kernel.run(TRIM)
    figures = kernel.run(f"%%measure {mode}\n{cell}").last
    assert figures["rss_exact"]
    assert figures["rss_peak_bytes"] - figures["rss_start_bytes"] == pytest.approx(rise, rel=0.02, abs=1.5 * MB)


@LINUX
def test_resident_memory_is_absolute(kernel: Kernel) -> None:
    kernel.run(SETUP + "\nimport psutil")
    figures = kernel.run("%%measure\nx = np.ones(100 * MB // 8)\nseen = psutil.Process().memory_info().rss").last
    assert figures["rss_peak_bytes"] == pytest.approx(kernel.value("seen"), rel=0.02)


@LINUX
def test_showing_a_value_is_not_the_cells_memory_or_time(kernel: Kernel) -> None:
    kernel.run(
        SETUP + "\nclass R:\n    def __repr__(self):\n        np.ones(200 * MB // 8); time.sleep(0.5); return 'R'"
    )
    figures = kernel.run("%%measure\nR()").last
    assert figures["peak_bytes"] < 10_000
    assert figures["wall_s"] < 0.25 < 0.5  # the display takes twice as long
    assert figures["rss_peak_bytes"] - figures["rss_start_bytes"] < 20 * MB


def test_an_empty_traced_statement_takes_almost_nothing(kernel: Kernel) -> None:
    figures = kernel.run("%%measure\npass").last
    assert 0 <= figures["peak_bytes"] < 2048
    assert abs(figures["net_bytes"]) < 2048


def test_a_cell_that_allocates_nothing_for_a_while_stays_small(kernel: Kernel) -> None:
    figures = kernel.run("%%measure\nfor _ in range(8_000_000): pass").last
    assert figures["traced_s"] > 0.3  # several live updates long
    assert figures["peak_bytes"] < 32 * 1024


def test_statements_have_lines_sources_and_their_own_memory(kernel: Kernel) -> None:
    kernel.run(SETUP)
    ran = kernel.run("%%measure\nx = np.ones(10 * MB // 8)\n\ny = np.ones(\n    20 * MB // 8)\ndel x; z = 1")
    lines = [(s["line"], s["end_line"], s["source"], s["done"]) for s in ran.last["statements"]]
    assert lines == [
        (2, 2, "x = np.ones(10 * MB // 8)", True),
        (4, 5, "y = np.ones(", True),
        (6, 6, "del x", True),
        (6, 6, "z = 1", True),
    ]
    nets = [s["net_bytes"] for s in ran.last["statements"]]
    assert nets == pytest.approx([10 * MB, 20 * MB, -10 * MB, 0], abs=OTHERS)
    assert ran.last["statements"][1]["peak_bytes"] == pytest.approx(20 * MB, abs=OTHERS)
    assert sum(s["wall_s"] for s in ran.last["statements"]) == pytest.approx(ran.last["wall_s"])


def test_magics_and_commands_are_shown_as_typed(kernel: Kernel) -> None:
    ran = kernel.run("\n%%measure\n!echo hi\n%who_ls\nx = 1")
    assert [(s["line"], s["source"]) for s in ran.last["statements"]] == [(3, "!echo hi"), (4, "%who_ls"), (5, "x = 1")]


def test_the_statement_that_raised_is_not_done(kernel: Kernel) -> None:
    figures = kernel.run("%%measure\nx = 1\n\nx / 0\nprint(x)").last
    assert [s["done"] for s in figures["statements"]] == [True, False]
    assert figures["statements_total"] == 3
    assert figures["error"] == {"type": "ZeroDivisionError", "message": "division by zero", "line": 4}


def test_the_error_line_is_the_cells_not_the_librarys(kernel: Kernel) -> None:
    figures = kernel.run("\n\n%%measure\nimport json\njson.loads('{')").last
    assert figures["error"]["line"] == 5


def test_figures_of_an_error_are_valid(kernel: Kernel) -> None:
    kernel.run(SETUP)
    figures = kernel.run("%%measure -o m\nx = np.ones(30 * MB // 8)\n1/0").last
    assert figures["state"] == "error"
    assert figures["peak_bytes"] == pytest.approx(30 * MB, abs=OTHERS)
    assert kernel.value("(m.state, m.peak_bytes)") == ["error", figures["peak_bytes"]]


def test_time_mode_leaves_tracing_off(kernel: Kernel) -> None:
    ran = kernel.run("%%measure --time\nimport tracemalloc\nprint(tracemalloc.is_tracing())")
    assert ran.stream("stdout") == "False\n"
    figures = ran.last
    assert (figures["traced"], figures["traced_s"], figures["peak_bytes"], figures["net_bytes"]) == (
        False,
        0,
        None,
        None,
    )
    assert set(figures["timeline"]["traced_bytes"]) == {None}
    assert figures["mode"] == "time"


def test_tracing_ends_with_its_budget_and_says_so(kernel: Kernel) -> None:
    kernel.run(SETUP)
    ran = kernel.run(
        "%%measure --trace-budget 0.2\nimport tracemalloc\nx = np.ones(10 * MB // 8)\nwhile tracemalloc.is_tracing(): pass\n"
        "y = np.ones(30 * MB // 8)"
    )
    figures = ran.last
    assert (figures["traced"], figures["trace_complete"], figures["net_bytes"]) == (True, False, None)
    assert 0.2 <= figures["traced_s"] <= figures["wall_s"]
    assert figures["peak_bytes"] == pytest.approx(10 * MB, rel=0.01)
    assert figures["statements"][1]["peak_bytes"] == pytest.approx(10 * MB, rel=0.01)
    assert [s["peak_bytes"] for s in figures["statements"][2:]] == [None, None]
    assert any("--trace-budget 0.2" in note for note in figures["notes"])


def test_a_budget_of_zero_does_not_trace(kernel: Kernel) -> None:
    ran = kernel.run("%%measure --trace-budget 0\nimport tracemalloc\nprint(tracemalloc.is_tracing())")
    assert ran.stream("stdout") == "False\n"
    assert ran.last["traced"] is False


def test_cpu_time_counts_all_threads_and_waiting_is_not_cpu_time(kernel: Kernel) -> None:
    kernel.run(SETUP)
    figures = kernel.run("%%measure --time\ntime.sleep(0.3)").last
    assert figures["wall_s"] > 0.29
    assert figures["cpu_s"] < figures["wall_s"] / 3


def test_garbage_collections_are_counted(kernel: Kernel) -> None:
    figures = kernel.run("%%measure\nimport gc\ngc.collect(); gc.collect()").last
    assert figures["gc"]["collections"][2] >= 2
    assert figures["gc"]["pause_s"] > 0


def test_the_timeline_begins_at_zero_and_ends_with_the_cell(kernel: Kernel) -> None:
    kernel.run(SETUP)
    kernel.run(TRIM)
    figures = kernel.run("%%measure\ntime.sleep(0.2)\nx = np.ones(50 * MB // 8)\ntime.sleep(0.2)").last
    timeline = figures["timeline"]
    assert timeline["t_s"][0] == 0
    assert timeline["t_s"][-1] == pytest.approx(figures["wall_s"], abs=1e-3)
    assert len(timeline["t_s"]) == len(timeline["rss_bytes"]) == len(timeline["traced_bytes"]) > 8
    assert timeline["traced_bytes"][-1] == pytest.approx(50 * MB, rel=0.001)
    assert max(timeline["rss_bytes"]) - timeline["rss_bytes"][0] == pytest.approx(50 * MB, rel=0.05)
    gaps = [later - earlier for earlier, later in pairwise(timeline["t_s"])]
    assert timeline["longest_gap_s"] == pytest.approx(max(gaps), abs=1e-3)


@pytest.mark.parametrize("typed", ["len?", "?len", "files = !echo a", "x = %sx echo a"])
def test_a_statement_is_shown_as_it_was_typed(kernel: Kernel, typed: str) -> None:
    ran = kernel.run(f"%%measure\n\n{typed}")
    assert [(s["line"], s["source"]) for s in ran.last["statements"]] == [(3, typed)]


def test_an_error_in_a_block_has_its_line_and_one_that_cannot_be_read_is_still_the_blocks(kernel: Kernel) -> None:
    kernel.run("from tinytorch_lab import measure\nclass Odd(Exception):\n    def __str__(self): return 1 / 0")
    ran = kernel.run("with measure('block'):\n    x = 1\n    raise Odd")
    assert ran.status == "error"
    assert ran.last["error"] == {"type": "Odd", "message": "", "line": 3}
