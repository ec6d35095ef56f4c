"""Where the memory was allocated that a cell holds at its end."""

from __future__ import annotations

from typing import Any

import pytest
from kernels import Kernel, Ran

MB = 1_000_000


@pytest.fixture
def numpy_kernel(kernel: Kernel) -> Kernel:
    kernel.run("import numpy as np, json\nx = y = z = data = None")
    return kernel


def sites(ran: Ran, kind: str) -> list[tuple[Any, ...]]:
    return [(s["file"], s["cell_line"], s["size_bytes"]) for s in ran.last["sites"] if s["kind"] == kind]


@pytest.mark.parametrize("options", ["", "--memory", "--frames 4"])
def test_arrays_and_objects_are_told_apart_and_by_line(numpy_kernel: Kernel, options: str) -> None:
    ran = numpy_kernel.run(
        f"%%measure {options}\nx = np.zeros(2 * 10**6)\n\ny = [float(i) for i in range(10_000)]\nz = np.zeros(10**6); del z"
    )
    assert sites(ran, "NumPy") == [("cell", 2, 16 * MB)]
    ((file, line, size),) = sites(ran, "Python")
    assert (file, line) == ("cell", 4)
    assert size == pytest.approx(10_000 * 24 + 85_176, rel=0.05)  # floats of 24 bytes, and a list of 10,000 places
    assert ran.last["sites"][0]["source"] == "x = np.zeros(2 * 10**6)"
    assert (ran.last["sites"][0]["line"], ran.last["sites"][0]["blocks"]) == (2, 1)


@pytest.mark.parametrize("options", ["", "--frames 8"])
def test_an_allocation_in_a_library_belongs_to_the_line_that_called_it(numpy_kernel: Kernel, options: str) -> None:
    ran = numpy_kernel.run(f"\n%%measure {options}\nx = np.ones(10**6)\ny = 1\nz = np.ones(2 * 10**6)")
    assert sites(ran, "NumPy") == [("numpy/_core/numeric.py", 5, 16 * MB), ("numpy/_core/numeric.py", 3, 8 * MB)]


def test_what_was_freed_again_is_no_site(numpy_kernel: Kernel) -> None:
    ran = numpy_kernel.run("%%measure\nx = np.ones(10**6)\nz = np.ones(2 * 10**6)\ndel x")
    # Which of the two was freed cannot be told from the line of the library alone.
    assert sites(ran, "NumPy") == [("numpy/_core/numeric.py", None, 16 * MB)]
    assert sites(
        numpy_kernel.run("%%measure --frames 8\nx = np.ones(10**6)\nz = np.ones(2 * 10**6)\ndel x"), "NumPy"
    ) == [("numpy/_core/numeric.py", 3, 16 * MB)]


def test_a_function_of_another_cell_is_named_by_its_cell(numpy_kernel: Kernel) -> None:
    count = numpy_kernel.value("get_ipython().execution_count")
    numpy_kernel.run("def make():\n    return np.zeros(10**6)")
    assert sites(numpy_kernel.run("%%measure\nx = make()"), "NumPy") == [(f"In[{count}]", 2, 8 * MB)]


def test_a_block_in_a_notebook_has_sites(numpy_kernel: Kernel) -> None:
    ran = numpy_kernel.run("import tinytorch_lab\nwith tinytorch_lab.measure():\n    x = np.zeros(10**6)")
    assert sites(ran, "NumPy") == [("cell", 3, 8 * MB)]


@pytest.mark.parametrize("options", ["--time", "--trace-budget 0.05"])
def test_a_cell_that_was_not_traced_to_its_end_has_no_sites(numpy_kernel: Kernel, options: str) -> None:
    ran = numpy_kernel.run(f"%%measure {options}\nx = np.zeros(10**6)\nimport time; time.sleep(0.2)")
    assert ran.last["sites"] == []


def test_tracing_from_before_the_cell_does_not_add_sites(numpy_kernel: Kernel) -> None:
    numpy_kernel.run("import tracemalloc; tracemalloc.start(); data = np.zeros(3 * 10**6)")
    ran = numpy_kernel.run("%%measure\nx = np.zeros(10**6)")
    numpy_kernel.run("tracemalloc.stop()")
    assert sites(ran, "NumPy") == [("cell", 2, 8 * MB)]


def test_showing_a_value_adds_no_sites(numpy_kernel: Kernel) -> None:
    numpy_kernel.run("class R:\n    def __repr__(self):\n        self.kept = np.zeros(10**6); return 'R'")
    assert numpy_kernel.run("%%measure\nx = 1\nR()").last["sites"] == []


def test_a_statement_with_a_large_peak_keeps_it_though_its_sites_are_looked_at(numpy_kernel: Kernel) -> None:
    ran = numpy_kernel.run(
        "%%measure\nx = np.ones(10**6) + np.ones(10**6)\ny = list(range(20_000))\nz = np.ones(10**5)"
    )
    assert ran.last["statements"][0]["peak_bytes"] == pytest.approx(24 * MB, rel=0.35)
    assert ran.last["peak_bytes"] == ran.last["statements"][0]["peak_bytes"]
    assert ran.last["statements"][2]["peak_bytes"] == pytest.approx(800_000, rel=0.01)


def test_looking_at_sites_is_not_the_cells_memory(numpy_kernel: Kernel) -> None:
    cell = "x = [[i] for i in range(3000)]\ny = [[i] for i in range(3000)]"
    plain = numpy_kernel.run("import gc; gc.collect()") and numpy_kernel.run(f"%%measure -o m\n{cell}").last
    kept = 3000 * (56 + 8 + 8) + 2744 * 32  # lists of one, their places; 3000 ints but for the small ones
    for statement in plain["statements"]:
        assert statement["net_bytes"] == pytest.approx(kept, rel=0.15)
        assert statement["peak_bytes"] == pytest.approx(statement["net_bytes"], rel=0.05)


def test_a_million_blocks_are_not_sorted_and_a_note_says_so(numpy_kernel: Kernel) -> None:
    ran = numpy_kernel.run("%%measure --memory\nx = [[] for _ in range(1_000_000)]")
    numpy_kernel.run("del x")
    assert ran.last["sites"] == []
    assert any("So many blocks" in note for note in ran.last["notes"])
    assert ran.last["net_bytes"] > 56 * MB


def test_an_untraced_cell_has_no_sites_though_somebody_traces(numpy_kernel: Kernel) -> None:
    numpy_kernel.run("import tracemalloc; tracemalloc.start()")
    ran = numpy_kernel.run("%%measure --time\nx = np.zeros(10**6)")
    numpy_kernel.run("tracemalloc.stop()")
    assert ran.last["sites"] == []
