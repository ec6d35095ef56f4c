"""Each rule speaks where the figures support it, and is silent just beyond each of its thresholds."""

from __future__ import annotations

import mmap
from typing import Any

import pytest

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import (
    Earlier,
    GarbageCollections,
    Line,
    LineProfile,
    Machine,
    Op,
    Process,
    Roofline,
    Run,
    Site,
    Statement,
    TensorMemory,
)
from tinytorch_lab.understand import RULES, explain

MIB = 1 << 20
PAGES = 1 << 20  # page faults: 4 GiB of pages of 4 KiB


def statement(source: str, *, line: int = 1, wall: float = 0.0, peak: int = 0, net: int = 0) -> Statement:
    return Statement(line, line, source, wall, wall, peak, net, True)


def array_site(line: int, size: int, kind: str = "NumPy", blocks: int = 1) -> Site:
    return Site("cell", line, "", line, kind, size, blocks)


def op(**changes: Any) -> Op:
    """8 operations per byte in 0.1 s, on a machine that needs 4: 80 % of its limit."""
    figures: dict[str, Any] = {"name": "matmul", "phase": "forward", "layer": None, "calls": 2, "wall_s": 0.1}
    return Op(**(figures | {"flops": 8 * 10**9, "moved_bytes": 10**9} | changes))


def traced(rise: int, peak: int, **changes: Any) -> dict[str, Any]:
    resident = {"rss_start_bytes": 100 * MIB, "rss_peak_bytes": 100 * MIB + rise, "rss_exact": True}
    return {**resident, "peak_bytes": peak, "trace_complete": True, "traced": True, **changes}


def runs(*times: float) -> list[Run]:
    return [Run(time, time) for time in times]


def earlier(**changes: Any) -> Earlier:
    figures: dict[str, Any] = {"runs": 5, "median_wall_s": 1.0, "low_wall_s": 0.95, "high_wall_s": 1.05}
    return Earlier(**(figures | changes))


def profile(*walls: float, name: str = "cell", hits: int = 10) -> LineProfile:
    return LineProfile(name, name == "cell", [Line(i, f"step({i})", hits, wall) for i, wall in enumerate(walls, 2)])


ROOF = Roofline(1e11, 2.5e10, "OpenBLAS", "2026-11-01T00:00:00Z")
TWO = {"machine": Machine("3.12", "Linux", 2)}
BUSY = {"wall_s": 1.0, "cpu_s": 1.0}
NEW_ARRAY = "a = np.random.rand(1000, 1000)"
VIEW = {
    "statements": [statement(NEW_ARRAY, net=8 * MIB, peak=8 * MIB), statement("b = a[:, ::2].T", line=2, net=200)],
    "sites": [array_site(1, 8 * MIB)],
}
COPY = {"statements": [statement("b = a[rows]", net=2 * MIB)], "sites": [array_site(1, 2 * MIB)]}

# rule: (figures that make it speak, words of its sentence, changes of them of which each makes it silent)
CASES: dict[str, tuple[dict[str, Any], str, list[dict[str, Any]]]] = {
    "swap": ({"process": Process(swapped_bytes=16 * MIB)}, "16 MiB", [{"process": Process(swapped_bytes=15 * MIB)}]),
    "memory-limit": (
        {"process": Process(memory_limit_bytes=1000 * MIB, memory_left_bytes=100 * MIB)},
        "100 MiB of the 1000 MiB",
        [{"process": Process(memory_limit_bytes=1000 * MIB, memory_left_bytes=101 * MIB)}, {"process": Process()}],
    ),
    "devices": ({"process": Process(devices=["torch on cuda"])}, "torch on cuda are not measured", [{"process": Process()}]),
    "short": (
        {"wall_s": 0.0049},
        "only 4.9 ms",
        [{"wall_s": 0.005}, {"wall_s": 0.0}, {"runs": runs(0.0049, 0.0049)}],
    ),
    "crowded": (
        {**BUSY, "process": Process(run_delay_s=0.25)},
        "25 % of the time",
        [
            {"process": Process(run_delay_s=0.24)},
            {"wall_s": 0.09, "process": Process(run_delay_s=0.09)},
            {"process": Process()},
        ],
    ),
    "slower": (
        {"wall_s": 2.0, "earlier": earlier(verdict="slower")},
        "2 times as slow as the median of 5 earlier runs (1 s)",
        [{"earlier": earlier(verdict=verdict)} for verdict in ("first", "too few", "same", "faster")] + [{"earlier": None}],
    ),
    "faster": (
        {"wall_s": 0.5, "earlier": earlier(verdict="faster")},
        "2 times as fast",
        [{"earlier": earlier(verdict=verdict)} for verdict in ("first", "too few", "same", "slower")],
    ),
    "hot-line": (
        {"wall_s": 1.0, "lines": [profile(0.3, 0.3)]},
        "Line 2 (step(2)) took 50 % of the time of its lines: it ran 10 times, 30 ms each",
        [{"lines": [profile(0.3, 0.29, 0.1)]}, {"lines": [profile(0.009, 0.001)]}, {"lines": [profile(0.3)]}, {"lines": []},
         {"process": Process(run_delay_s=0.25)}],
    ),
    "waiting": (
        {"wall_s": 1.0, "cpu_s": 0.25},
        "worked for 25 % of the time",
        [
            {"cpu_s": 0.26},
            {"wall_s": 0.09, "cpu_s": 0.0},
            {"process": Process(child_processes=1)},
            {"process": Process(children_cpu_s=0.01)},
            {"process": Process(devices=["torch on cuda"])},
            {"process": Process(run_delay_s=0.1)},
        ],
    ),
    "temporaries": (
        {"peak_bytes": 40 * MIB, "statements": [statement("y = a * b + c * d", peak=40 * MIB, net=20 * MIB)]},
        "Line 1 (y = a * b + c * d) needed 40 MiB at once and kept 20 MiB: 20 MiB were temporary. An expression",
        [
            {"statements": [statement("y = a * b + c * d", peak=37 * MIB, net=20 * MIB)]},
            {"statements": [statement("y = a * b + c * d", peak=8 * MIB - 1, net=0)]},
            {"peak_bytes": 80 * MIB},
            {"statements": [statement("y = f()"), statement("y = g()", peak=40 * MIB, net=0)]},
            {"statements": [Statement(1, 1, "y = a * b")]},
        ],
    ),
    "copy": (
        COPY,
        "Line 1 (b = a[rows]) computes no new numbers, but made 2 MiB",
        [
            {"sites": [array_site(1, MIB - 1)]},
            {"sites": [array_site(1, 2 * MIB, "Python")]},
            {"sites": []},
            {"statements": [statement("b = a[rows] + 1", net=2 * MIB)]},
            {"statements": [statement("b = a[rows]", net=4 * MIB)]},
            {"statements": [*COPY["statements"], statement("c = np.ones(9)")]},
        ],
    ),
    "objects": (
        {"sites": [array_site(2, 32 * 100_000, "Python", 100_000)]},
        "Line 2 keeps 100,000 Python objects in 3.1 MiB, 32 bytes each",
        [
            {"sites": [array_site(2, 32 * 99_999, "Python", 99_999)]},
            {"sites": [array_site(2, 129 * 100_000, "Python", 100_000)]},
            {"sites": [array_site(2, 20 * 100_000, "Python", 100_000)]},
            {"sites": [array_site(2, 32 * 100_000, "NumPy", 100_000)]},
        ],
    ),
    "compute-bound": (
        {"wall_s": 0.2, "roofline": ROOF, "ops": [op()]},
        "matmul (forward, 100 ms) is limited by computing: it does 8 operations for each byte",
        [
            {"ops": [op(moved_bytes=14 * 10**8)]},
            {"ops": [op(flops=None)]},
            {"ops": [op(moved_bytes=None)]},
            {"ops": [op(flops=24 * 10**8, moved_bytes=10**8)]},
            {"ops": [op(), op(wall_s=0.2, flops=None)]},
            {"wall_s": 1.1},
            {"roofline": None},
        ],
    ),
    "memory-bound": (
        {"wall_s": 0.2, "roofline": ROOF, "ops": [op(name="add", flops=2 * 10**8, moved_bytes=2 * 10**9)]},
        "add (forward, 100 ms) is limited by memory: it does only 0.1 operations for each byte",
        [
            {"ops": [op(flops=54 * 10**8, moved_bytes=2 * 10**9)]},
            {"ops": [op(flops=10**7, moved_bytes=6 * 10**8)]},
            {"ops": [op(flops=10**8, moved_bytes=4 * 10**9)]},
            {"ops": [op(flops=None, moved_bytes=2 * 10**9)]},
        ],
    ),
    "overhead-bound": (
        {"wall_s": 0.2, "roofline": ROOF, "ops": [op(calls=1000, flops=5 * 10**8, moved_bytes=10**7)]},
        "ran 1,000 times, 100 µs each, at 5.0 % of what this machine can do",
        [
            {"ops": [op(calls=999, flops=5 * 10**8, moved_bytes=10**7)]},
            {"ops": [op(calls=1000, flops=11 * 10**8, moved_bytes=10**7)]},
            {"ops": [op(calls=1000, flops=None)]},
            {"process": Process(run_delay_s=0.05)},
        ],
    ),
    "activations": (
        {"tensors": TensorMemory(parameters_bytes=MIB, activations_bytes=2 * MIB)},
        "2 MiB of results were kept for the backward pass, 2 times the parameters",
        [
            {"tensors": TensorMemory(parameters_bytes=MIB, activations_bytes=2 * MIB - 1)},
            {"tensors": TensorMemory(parameters_bytes=1, activations_bytes=MIB - 1)},
            {"tensors": TensorMemory(activations_bytes=2 * MIB)},
            {"tensors": None},
        ],
    ),
    "optimizer-state": (
        {"tensors": TensorMemory(parameters_bytes=2 * MIB, optimizer_bytes=4 * MIB)},
        "The optimizer holds 4 MiB, 2 times the parameters",
        [
            {"tensors": TensorMemory(parameters_bytes=4 * MIB, optimizer_bytes=4 * MIB)},
            {"tensors": TensorMemory(parameters_bytes=1, optimizer_bytes=MIB - 1)},
            {"tensors": TensorMemory(parameters_bytes=2 * MIB)},
        ],
    ),
    "gc": (
        {"wall_s": 1.0, "gc": GarbageCollections([3, 1, 0], 0.05)},
        "ran 4 times and took 5 % of the time",
        [
            {"gc": GarbageCollections([3, 1, 0], 0.049)},
            {"wall_s": 0.05, "gc": GarbageCollections([1, 0, 0], 0.009)},
        ],
    ),
    "blas-threads": (
        {**BUSY, **TWO, "process": Process(blas_threads=3)},
        "BLAS may use 3 threads, but this process has only 2 processors",
        [{"process": Process(blas_threads=2)}, {"process": Process()}, {"machine": Machine()}, {"wall_s": 0.09}],
    ),
    "page-churn": (
        {"wall_s": 1.0, "process": Process(minor_faults=PAGES), **traced(PAGES * mmap.PAGESIZE // 3, 0)},
        f"{PAGES:,} page faults brought in",
        [
            {"rss_peak_bytes": 100 * MIB + PAGES * mmap.PAGESIZE // 2},
            {"wall_s": 30.0},
            {"process": Process(minor_faults=10)},
            {"process": Process(minor_faults=PAGES, child_processes=1)},
            {"process": Process(minor_faults=PAGES, children_cpu_s=0.01)},
            {"process": Process()},
        ],
    ),
    "view": (
        VIEW,
        "Line 2 (b = a[:, ::2].T) kept 200 B, though a holds 8 MiB: it is a view",
        [
            {"sites": []},
            {"sites": [array_site(1, 8 * MIB, "Python")]},
            {"sites": [array_site(1, MIB - 1)]},
            {"statements": [VIEW["statements"][0], statement("b = a.T", line=2, net=4097)]},
            {"statements": [VIEW["statements"][0], statement("b = c.T", line=2, net=200)]},
            {"statements": [VIEW["statements"][0], statement("b = a[0]", line=2, net=32)]},
            {"statements": [VIEW["statements"][0], statement("b = a[:9].ravel()", line=2, net=200)]},
            {"statements": [VIEW["statements"][0], statement("a = f()", line=2), statement("b = a.T", line=3)]},
        ],
    ),
    "untouched": (
        traced(16 * MIB, 32 * MIB, statements=[statement("x = np.zeros(n)", net=32 * MIB)]),
        "Line 1 (x = np.zeros(n)) reserved 32 MiB, but the process grew by 16 MiB only",
        [
            traced(17 * MIB, 32 * MIB),
            {"statements": [statement("x = np.zeros(n)", net=31 * MIB)]},
            {"statements": [statement("x = np.ones(n)", net=32 * MIB)]},
            {"rss_exact": False},
            {"trace_complete": False},
        ],
    ),
    "c-buffers": (
        traced(64 * MIB, 32 * MIB),
        "grew by 64 MiB, but Python objects and NumPy arrays make up only 32 MiB",
        [
            traced(63 * MIB, 32 * MIB),
            traced(31 * MIB, 0),
            {"trace_complete": False},
            {"peak_bytes": None},
            {"process": Process(tracer_bytes=MIB)},
            {"runs": runs(1.0, 1.0)},
        ],
    ),
    "tracing": (
        {"earlier": earlier(tracing_factor=1.5, untraced_wall_s=0.2)},
        "take 1.5 times as long; its own time is 200 ms",
        [{"earlier": earlier(tracing_factor=1.4, untraced_wall_s=0.2)}, {"earlier": earlier()}, {"earlier": None}],
    ),
    "several-cores": (
        {"wall_s": 1.0, "cpu_s": 1.4, "process": Process(blas_threads=2)},
        "1.4 processors worked at the same time on average: BLAS, which may use 2 threads",
        [{"cpu_s": 1.39}, {"wall_s": 0.09, "cpu_s": 1.0}],
    ),
    "one-core": (
        {**BUSY, **TWO, "process": Process(blas_threads=2)},
        "One processor worked, of 2.",
        [
            {"cpu_s": 0.74},
            {"cpu_s": 1.16},
            {"process": Process(blas_threads=1)},
            {"process": Process()},
            {"machine": Machine("3.12", "Linux", 1)},
            {"wall_s": 0.09, "cpu_s": 0.09},
        ],
    ),
    "first-touch": (
        {"wall_s": 1.0, "process": Process(minor_faults=PAGES), **traced(PAGES * mmap.PAGESIZE, 0)},
        f"{PAGES:,} page faults: the system handed out",
        [
            {"rss_peak_bytes": 100 * MIB + PAGES * mmap.PAGESIZE // 3},
            {"wall_s": 30.0},
            {"process": Process(minor_faults=10)},
            {"process": Process(minor_faults=PAGES, child_processes=1)},
            {"rss_start_bytes": None},
        ],
    ),
    "dominant": (
        {"statements": [statement("a()", wall=0.8), statement("b()", wall=0.1), statement("c()", wall=0.1)]},
        "Line 1 (a()) took 80 % of the time of 3 statements",
        [
            {"statements": [statement("a()", wall=0.7), statement("b()", wall=0.1), statement("c()", wall=0.1)]},
            {"statements": [statement("a()", wall=0.9), statement("b()", wall=0.1)]},
            {"statements": [statement("a()", wall=0.08), statement("b()", wall=0.01), statement("c()")]},
            {"wall_s": 1.0, "process": Process(run_delay_s=0.25)},
        ],
    ),
    "children": (
        {"process": Process(child_processes=2, children_cpu_s=0.5, children_peak_bytes=64 * MIB)},
        "Up to 2 child processes were alive while the cell ran: those that ended took 500 ms of CPU time, together they held",
        [{"process": Process()}, {"process": Process(children_cpu_s=0.009)}],
    ),
    "noise": (
        {"runs": runs(1.0, 1.0, 1.1, 1.23, 1.3)},
        "the middle half of 5 runs took 1 s to 1.2 s",
        [{"runs": runs(1.0, 1.05, 1.1, 1.25, 1.3)}, {"runs": runs(1.0, 1.0, 2.0, 2.0)}, {"runs": []}],
    ),
}  # fmt: skip


def said(rule: str, figures: dict[str, Any]) -> list[str]:
    return [each.text for each in explain(Measurement(**({"state": "done"} | figures))) if each.rule == rule]


def test_every_rule_is_tested() -> None:
    assert CASES.keys() == RULES.keys()


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_speaks_at_its_threshold(rule: str) -> None:
    figures, wanted, _ = CASES[rule]
    [text] = said(rule, figures)
    assert wanted in text
    assert text.endswith(".")
    assert len(text) < 400


SILENT = [(rule, number) for rule, (_, _, changes) in CASES.items() for number in range(len(changes))]


@pytest.mark.parametrize(("rule", "number"), SILENT)
def test_a_rule_is_silent_beyond_its_threshold(rule: str, number: int) -> None:
    figures, _, changes = CASES[rule]
    assert said(rule, figures | changes[number]) == []


@pytest.mark.parametrize("state", ["running", "error", "interrupted"])
@pytest.mark.parametrize("rule", CASES)
def test_nothing_is_said_of_a_cell_that_did_not_end_well(rule: str, state: str) -> None:
    assert said(rule, {**CASES[rule][0], "state": state}) == []


def test_an_empty_measurement_has_nothing_to_say() -> None:
    assert explain(Measurement(state="done")) == []


def test_sentences_come_in_the_order_of_the_rules() -> None:
    every = {key: value for figures, _, _ in CASES.values() for key, value in figures.items()}
    found = [each.rule for each in explain(Measurement(**(every | {"state": "done"})))]
    assert len(found) > 5
    assert found == [rule for rule in RULES if rule in found]


@pytest.mark.parametrize("rule", CASES)
def test_the_figures_of_a_sentence_are_numbers_or_names(rule: str) -> None:
    [insight] = [e for e in explain(Measurement(**({"state": "done"} | CASES[rule][0]))) if e.rule == rule]
    assert insight.figures
    assert {type(value) for value in insight.figures.values()} <= {int, float, str}


def test_one_blas_thread_is_told_where_matrix_products_took_the_time() -> None:
    cell = {**BUSY, **TWO, "process": Process(blas_threads=1), "ops": [op(wall_s=0.5)]}
    assert "BLAS may use only 1 thread of 2 processors" in said("blas-threads", cell)[0]
    assert said("blas-threads", {**cell, "ops": [op(wall_s=0.49)]}) == []
    assert said("blas-threads", {**cell, "ops": [op(wall_s=0.5, name="add")]}) == []


def test_a_traced_loop_is_sent_to_a_clean_run_until_there_was_one() -> None:
    loop = {"wall_s": 1.0, "traced": True, "traced_s": 1.0, "statements": [statement("for i in range(n):", wall=0.5)]}
    waiting_loop = statement("[t.join() for t in ts]", wall=0.9)
    waiting_loop.cpu_s = 0.4
    assert "%%measure --time" in said("tracing", loop)[0]
    for change in (
        {"statements": [statement("for i in range(n):", wall=0.49)]},
        {"statements": [statement("y = a @ b", wall=0.9)]},
        {"traced": False},
        {"earlier": earlier(untraced_wall_s=0.9)},
        {"statements": [waiting_loop]},
    ):
        assert said("tracing", loop | change) == []
    crowded = {"statements": [waiting_loop], "process": Process(run_delay_s=0.5)}
    assert said("tracing", loop | crowded) != [], "what waited for a processor would have worked"


def test_memory_of_a_short_cell_is_called_exact_only_if_it_was_traced() -> None:
    assert said("short", {"wall_s": 0.001, "peak_bytes": 100})[0].endswith("The memory is exact all the same.")
    assert said("short", {"wall_s": 0.001})[0].endswith("give it more work.")


def test_one_child_process_holds_memory_and_several_may_share_some() -> None:
    one = Process(child_processes=1, children_peak_bytes=64 * MIB)
    assert "it held up to 64 MiB." in said("children", {"process": one})[0]
    several = Process(child_processes=2, children_peak_bytes=64 * MIB)
    assert "(what a fork shares counts in each)" in said("children", {"process": several})[0]


def test_the_hot_line_of_a_function_is_told_before_the_line_that_calls_it() -> None:
    figures = {"wall_s": 1.0, "lines": [profile(0.9, 0.1), profile(0.5, 0.1, name="step")]}
    assert "Line 2 of step (step(2)) took 83 %" in said("hot-line", figures)[0]
    assert said("hot-line", figures | {"lines": [profile(0.9, 0.1), profile(0.3, 0.1, name="step")]})[0].startswith(
        "Line 2 (step(2)) took 90 %"
    )


def test_noise_of_earlier_runs_counts_too() -> None:
    assert "middle half of 5 runs" in said("noise", {"earlier": earlier(high_wall_s=1.16)})[0]
    assert said("noise", {"earlier": earlier(high_wall_s=1.14)}) == []
    assert said("noise", {"earlier": earlier(high_wall_s=1.16, runs=4)}) == []
    assert said("noise", {"earlier": earlier(high_wall_s=None)}) == []


def test_objects_too_many_for_sites_are_told_by_what_tracing_needed() -> None:
    kept = {
        "trace_complete": True,
        "statements": [statement("x = [float(i) for i in range(n)]", net=10 * MIB)],
        "process": Process(tracer_bytes=5 * MIB),
    }
    assert (
        "Line 1 (x = [float(i) for i in range(n)]) keeps 10 MiB in so many small Python objects"
        in said("objects", kept)[0]
    )
    for change in (
        {"process": Process(tracer_bytes=5 * MIB - 1)},
        {"statements": [statement("x = [float(i) for i in range(n)]", net=11 * MIB)]},
        {"statements": [statement("x = [float(i) for i in range(n)]", net=2 * MIB - 1)]},
        {"statements": [statement("x = np.ones(n)", net=10 * MIB)]},
        {"sites": [array_site(1, 10 * MIB)]},
        {"trace_complete": False},
    ):
        assert said("objects", kept | change) == []
