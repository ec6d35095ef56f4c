"""Lesson 15: its measurements show what its prose asks about, and change when a student's function is naive."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinytorch_lab.course.lesson import read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules" / "15_quantization" / "quantization_dev.py"
MIB = 2**20

Traced = Callable[[str], tuple[int, int]]


def traced(lesson: dict[str, Any], line: str) -> tuple[int, int]:
    """Bytes that a statement kept, and its peak."""
    tracemalloc.start()
    exec(line, lesson)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return kept, peak


@pytest.fixture
def memory(lesson: dict[str, Any], measuring_cell: Callable[[str], str]) -> dict[str, tuple[int, int]]:
    """Of the statements of 2.1, by the variable that each makes."""
    lines = measuring_cell("layers").splitlines()
    return {line.partition(" = ")[0]: traced(lesson, line) for line in lines}


def test_both_layers_keep_what_the_table_says(memory: dict[str, tuple[int, int]]) -> None:
    assert memory["wide"][0] == pytest.approx(4 * 1024 * 1024 + 4 * 1024, abs=8000)
    assert memory["narrow"][0] == pytest.approx(1024 * 1024 + 16 * 1024, abs=8000)


def test_the_int8_layer_needs_its_weights_in_float32_while_it_works(memory: dict[str, tuple[int, int]]) -> None:
    assert memory["one8"][1] == pytest.approx(4 * MIB, rel=0.05)
    assert memory["one32"][1] < 0.1 * MIB


def test_smaller_parts_lower_that_peak_as_the_written_answer_says(
    lesson: dict[str, Any], memory: dict[str, tuple[int, int]]
) -> None:
    before = lesson["one8"].data
    lesson["EXACT"] = 256
    assert traced(lesson, "one8 = narrow(one)")[1] < 0.3 * memory["one8"][1]
    np.testing.assert_array_equal(lesson["one8"].data, before)


def test_the_three_products_are_equal(lesson: dict[str, Any], measuring_cell: Callable[[str], str]) -> None:
    exec(measuring_cell("products"), lesson)
    np.testing.assert_array_equal(lesson["by_integers"], lesson["by_parts"])
    np.testing.assert_array_equal(lesson["by_integers"], lesson["by_floats"])


def test_the_growing_cell_has_a_fixed_part_the_weights(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    """By its memory: a float32 copy of the weights, and for each row the input and three forms of the output."""
    setup, _, measured = measuring_cell("growth").partition("# measure:\n")
    peaks = {}
    for lesson["rows"] in (1, 1001, 2001):
        exec(setup, lesson)
        peaks[lesson["rows"]] = traced(lesson, measured)[1]
    a_row = (peaks[2001] - peaks[1001]) / 1000
    assert a_row == pytest.approx(4 * 784 + 2 * 4 * 256, rel=0.05)
    assert peaks[1] == pytest.approx(4 * 784 * 256, rel=0.05)


def test_a_grid_for_each_column_saves_the_factor_of_the_ranges(lesson: dict[str, Any]) -> None:
    def error(axis: int | None) -> float:
        back = lesson["dequantize_int8"](*lesson["quantize_int8"](lesson["uneven"], axis=axis)).data
        return float(np.delete(np.abs(back - lesson["uneven"]), 7, axis=1).mean())

    assert lesson["uneven_by"] / 2 < error(None) / error(1) < lesson["uneven_by"] * 2


def test_good_ranges_keep_the_accuracy_and_dark_ones_do_not(lesson: dict[str, Any]) -> None:
    accuracy = lesson["accuracy"]
    assert accuracy["float32"] >= 0.95
    for name in ("int8, ranges of each call", "int8, observed"):
        assert accuracy[name] >= accuracy["float32"] - 0.01
    assert accuracy["int8, observed on dark pictures"] < accuracy["float32"] - 0.05


def test_no_later_module_is_named() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:-1] if cell.cell_type == "markdown").lower()
    for word in ("prune", "pruning", "sparse", "distil", "kv cache", "benchmark", "capstone"):
        assert word not in prose, word
