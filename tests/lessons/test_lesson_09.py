"""Lesson 09: its measurements show what its prose asks about, and change when a student's function is naive."""

import itertools
import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tinytorch_lab.course.lesson import read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules" / "09_spatial" / "spatial_dev.py"

Peaks = Callable[[str], dict[str, int]]


def test_columns_take_k_times_k_images_and_blocks_do_not(lesson: dict[str, Any], peaks: Peaks) -> None:
    columns, output = 9 * 32 * 16 * 32 * 32 * 4 / 2**20, 32 * 16 * 32 * 32 * 4 / 2**20
    found = peaks("memory")
    assert found["whole"] == columns + output == 20
    assert output < found["blocks"] <= output + 2
    np.testing.assert_allclose(lesson["whole"], lesson["blocks"], rtol=1e-3, atol=1e-3)


def test_one_block_for_the_whole_batch_shows_in_the_figures(lesson: dict[str, Any], peaks: Peaks) -> None:
    lesson["BLOCK"] = 2**30
    assert peaks("memory")["blocks"] >= 20


class Counted(np.ndarray):
    """An array that counts how often somebody looks at one of its elements or slices."""

    looks = 0

    def __getitem__(self, key: Any) -> Any:
        Counted.looks += 1
        return super().__getitem__(key)


def looks(run: Callable[..., Any], x: Any, weights: Any) -> int:
    Counted.looks = 0
    run(x.view(Counted), weights)
    return Counted.looks


def test_loops_touch_each_number_often_and_columns_slice(lesson: dict[str, Any]) -> None:
    small, weights = lesson["small"], lesson["weights"]
    products = 2 * 16 * 10 * 10 * 144
    assert looks(lesson["conv2d_by_loops"], small, weights) == products
    assert looks(lesson["conv2d_by_columns"], small, weights) < 100


def test_the_counted_parameters_are_those_of_the_formula(lesson: dict[str, Any]) -> None:
    assert lesson["counted"] == lesson["by_formula"] == {"convolution": 224, "dense": 1_574_912}


def test_the_cost_of_the_growing_cell_is_quadratic_in_the_side(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    """By counting columns: four times as many for twice the side, and so many numbers of the output."""
    setup, _, measured = measuring_cell("growth").partition("# measure:\n")
    places = []
    for lesson["n"] in (32, 64, 128):
        exec(setup, lesson)
        places.append(eval(measured, lesson).size)
    ratios = [after / before for before, after in itertools.pairwise(places)]
    assert all(4 < ratio < 4.5 for ratio in ratios)


def test_no_size_of_the_growing_cell_leaves_the_caches(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    """With 8 channels in, the largest took 6 MiB, and on a busy machine the sweep said n^3."""
    setup, _, measured = measuring_cell("growth").partition("# measure:\n")
    lesson["n"] = int(re.findall(r"n=16\.\.(\d+) -o growth", LESSON.read_text(encoding="utf-8"))[0])
    exec(setup, lesson)
    tracemalloc.start()
    eval(measured, lesson)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 2**20 < peak < 4 * 2**20


def test_no_later_module_is_named() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:-1] if cell.cell_type == "markdown").lower()
    for word in ("attention", "embedding", "token", "transformer", "prune", "quantiz"):
        assert word not in prose, word
