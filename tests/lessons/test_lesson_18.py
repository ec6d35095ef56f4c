"""Lesson 18: its measurements show what its prose asks about, and change when a student's function is naive."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinytorch_lab
from tinytorch_lab.course.lesson import read_lesson
from tinytorch_lab.profiler.records import Op, Roofline
from tinytorch_lab.profiler.roofline import placement

LESSON = Path(__file__).resolve().parents[2] / "modules" / "18_acceleration" / "acceleration_dev.py"
MIB = 2**20


@pytest.mark.parametrize(
    "figures",
    [(2_000_000, 1000, 0.05), (1000, 2_000_000, 0.05), (1000, 1000, 10.0), (0, 4000, 0.001), (400, 100, 0.000004)],
)
def test_place_agrees_with_the_placement_of_measure(lesson: dict[str, Any], figures: tuple[int, int, float]) -> None:
    flops, moved, seconds = figures
    machine = Roofline(1e8, 5e7, "a BLAS", "a day")
    theirs = placement(Op("matmul", "forward", None, 1, seconds, flops, moved), machine)
    ours = lesson["place"](flops, moved, seconds, machine.flops_per_s, machine.bytes_per_s)
    assert ours.bound == theirs.bound.removesuffix("-bound")
    assert (ours.intensity, ours.attainable) == (theirs.intensity, theirs.roof_flops_per_s)
    assert ours.share == pytest.approx(theirs.share)


@pytest.mark.parametrize(
    ("name", "layers", "size"),
    [
        ("products", {"loops", "rows", "blas", "stack", "tall"}, 64),
        ("passes", {"tiles_16", "tiles_64", "tiles_256", "blas"}, 512),
    ],
)
def test_each_kernel_is_a_layer_with_the_flops_and_bytes_of_the_formula(
    lesson: dict[str, Any],
    measuring_cell: Callable[[str], str],
    capsys: pytest.CaptureFixture[str],
    name: str,
    layers: set[str],
    size: int,
) -> None:
    with tinytorch_lab.measure() as measured:
        exec(measuring_cell(name), lesson)
    assert {(op.name, op.layer) for op in measured.ops} == {("matmul", layer) for layer in layers}
    assert {(op.flops, op.moved_bytes) for op in measured.ops} == {(2 * size**3, 3 * 4 * size**2)}
    capsys.readouterr()
    lesson["report"](measured)
    assert {line.split()[0] for line in capsys.readouterr().out.splitlines()} == layers


def test_gelu_stands_under_the_same_roof_before_and_after(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    places = []
    for name, layer in [("before", "composed"), ("after", "fused")]:
        with tinytorch_lab.measure() as measured:
            exec(measuring_cell(name), lesson)
        (op,) = measured.ops
        assert (op.name, op.layer) == ("gelu", layer)
        places.append((op.flops, op.moved_bytes))
    elements = 2048 * 2048
    assert places == [(5 * elements, 8 * elements)] * 2


def test_one_pass_needs_the_result_and_a_block_and_steps_need_three_arrays(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    peaks = []
    for name in ("before", "after"):
        tracemalloc.start()
        exec(measuring_cell(name), lesson)
        peaks.append(tracemalloc.get_traced_memory()[1] / MIB)
        tracemalloc.stop()
    assert peaks[0] >= 48
    assert peaks[1] == pytest.approx(16 + 4 * lesson["BLOCK"] / MIB, abs=0.05)


def test_rows_make_a_call_for_each_number_of_the_left_matrix(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    set_up, measured = measuring_cell("growth").split("# measure:\n")
    assert measured.strip() == "by_rows(few, more)"
    for size in (8, 16):
        lesson["n"] = size
        exec(set_up, lesson)
        lesson["by_rows"](lesson["few"], *lesson["seen"](lesson["more"]))
        assert len(lesson["Seen"].calls) == size**2


def test_both_copies_of_the_layout_cell_hold_the_same_in_order(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    exec(measuring_cell("orders"), lesson)
    assert lesson["copied"].flags.c_contiguous
    np.testing.assert_array_equal(lesson["copied"], lesson["x"].T)
    np.testing.assert_allclose(lesson["copied_in_order"], lesson["across"], rtol=1e-3, atol=1e-2)


def test_no_later_module_is_named() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:-1] if cell.cell_type == "markdown").lower()
    for word in ("quantiz", "pruning", "distill", "kv cache", "memoiz", "benchmarking", "capstone"):
        assert word not in prose, word
