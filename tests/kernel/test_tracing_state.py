"""tracemalloc before, in and after measured cells."""

from __future__ import annotations

import sys

import pytest
from kernels import OTHERS, Kernel

MB = 1_000_000


@pytest.fixture
def traced_kernel(kernel: Kernel) -> Kernel:
    """The user has started tracing with 7 frames, and used up to 60 MB."""
    kernel.run(
        "import tracemalloc, numpy as np\ntracemalloc.start(7)\nbig = np.ones(7_500_000)\ndel big\nkept = np.ones(500_000)"
    )
    yield kernel
    kernel.run("tracemalloc.stop()")


def test_tracing_of_others_stays_on_with_its_frames_traces_and_peak(traced_kernel: Kernel) -> None:
    ran = traced_kernel.run("%%measure\nx = np.ones(2_500_000)\ndel x")
    assert ran.last["peak_bytes"] == pytest.approx(20 * MB, abs=OTHERS)
    assert ran.last["trace_complete"]
    assert any("was on already" in note for note in ran.last["notes"])
    state = "(tracemalloc.is_tracing(), tracemalloc.get_traceback_limit(), tracemalloc.get_traced_memory()[1])"
    tracing, frames, peak = traced_kernel.value(state)
    assert (tracing, frames) == (True, 7)
    assert peak == pytest.approx(60 * MB, rel=0.01)
    assert traced_kernel.value("tracemalloc.get_object_traceback(kept) is not None")


def test_the_budget_does_not_end_tracing_of_others(traced_kernel: Kernel) -> None:
    ran = traced_kernel.run("%%measure --trace-budget 0.05\nimport time; time.sleep(0.3)")
    assert ran.last["trace_complete"]
    assert traced_kernel.value("tracemalloc.is_tracing()")


def test_time_mode_tells_that_others_trace(traced_kernel: Kernel) -> None:
    ran = traced_kernel.run("%%measure --time\nx = 1")
    assert ran.last["traced"]
    assert traced_kernel.value("tracemalloc.is_tracing()")


LOSING = {
    "stops it": "tracemalloc.stop()",
    "restarts it": "tracemalloc.stop(); tracemalloc.start()",
    "clears it": "tracemalloc.clear_traces()",
    "starts it with more frames": "tracemalloc.start(5)",
}


@pytest.mark.parametrize("act", LOSING.values(), ids=LOSING.keys())
def test_a_cell_that_cuts_tracing_has_no_memory_figures(kernel: Kernel, act: str) -> None:
    ran = kernel.run(f"%%measure -o m\nimport tracemalloc\n{act}\nx = [0] * 1000\nprint('end')")
    on = kernel.value("__import__('tracemalloc').is_tracing()")
    kernel.run("tracemalloc.stop()")
    assert (ran.status, ran.stream("stdout")) == ("ok", "end\n")
    assert (ran.last["peak_bytes"], ran.last["net_bytes"], ran.last["trace_complete"]) == (None, None, False)
    assert ran.last["statements"][-1]["peak_bytes"] is None
    assert any("not known" in note for note in ran.last["notes"])
    assert on == ("tracemalloc.start(" in act)


def test_tracing_that_the_cell_starts_stays_on(kernel: Kernel) -> None:
    ran = kernel.run("%%measure\nimport tracemalloc\ntracemalloc.start()\nx = bytes(800_000)")
    state = kernel.value("(tracemalloc.is_tracing(), tracemalloc.get_object_traceback(x) is not None)")
    kernel.run("tracemalloc.stop()")
    assert state == [True, True]
    assert ran.last["peak_bytes"] == pytest.approx(800_000, rel=0.02)


def test_time_mode_tells_that_the_cell_traced(kernel: Kernel) -> None:
    ran = kernel.run("%%measure --time\nimport tracemalloc\ntracemalloc.start()")
    kernel.run("tracemalloc.stop()")
    assert (ran.last["traced"], ran.last["peak_bytes"]) == (True, None)
    assert any("switched on" in note for note in ran.last["notes"])


def test_a_cell_may_reset_the_peak(kernel: Kernel) -> None:
    ran = kernel.run("%%measure\nimport tracemalloc\nx = bytearray(1_000_000)\ntracemalloc.reset_peak()")
    assert (ran.status, ran.last["trace_complete"]) == ("ok", True)
    assert ran.last["peak_bytes"] == pytest.approx(1_000_000, rel=0.01)


def test_freeing_what_was_there_before_is_not_seen(kernel: Kernel) -> None:
    kernel.run("before = bytearray(5_000_000)")
    assert abs(kernel.run("%%measure\ndel before").last["net_bytes"]) < 2000


def test_an_interrupted_cell_leaves_tracing_off(kernel: Kernel) -> None:
    ran = kernel.run("%%measure\nprint('go')\nwhile True: pass", during=kernel.interrupt)
    assert ran.last["state"] == "interrupted"
    assert not kernel.value("__import__('tracemalloc').is_tracing()")


@pytest.mark.skipif(sys.platform == "win32", reason="no fork on Windows")
def test_a_forked_child_is_neither_traced_nor_measured(kernel: Kernel) -> None:
    ran = kernel.run(
        "%%measure\nimport os, tracemalloc, threading\nr, w = os.pipe()\npid = os.fork()\n"
        "if pid == 0:\n"
        "    names = [t.name for t in threading.enumerate()]\n"
        "    os.write(w, repr((tracemalloc.is_tracing(), [n for n in names if 'tinytorch' in n])).encode())\n"
        "    os._exit(0)\n"
        "os.waitpid(pid, 0)\nprint(os.read(r, 100).decode(), tracemalloc.is_tracing())"
    )
    assert ran.stream("stdout") == "(False, []) True\n"
    assert ran.last["trace_complete"]


@pytest.mark.skipif(sys.platform == "win32", reason="no fork on Windows")
def test_a_forked_child_that_leaves_the_block_shows_nothing(kernel: Kernel) -> None:
    ran = kernel.run(
        "import os, tinytorch_lab\npid = 1\ntry:\n    with tinytorch_lab.measure('m') as m:\n        pid = os.fork()\n"
        "finally:\n    if pid == 0: os._exit(0)\n_ = os.waitpid(pid, 0)"
    )
    assert len(ran.displays) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no fork on Windows")
def test_children_can_be_forked_while_figures_are_shown(kernel: Kernel) -> None:
    ran = kernel.run(
        "%%measure\nimport os, time\nend = time.perf_counter() + 1.5\ncount = 0\n"
        "while time.perf_counter() < end:\n    pid = os.fork()\n"
        "    if pid == 0:\n        print('child', flush=True)\n        os._exit(0)\n"
        "    os.waitpid(pid, 0)\n    count += 1\ncount > 3",
        timeout=60,
    )
    assert (ran.status, ran.result) == ("ok", "True")
