"""Lesson 11: its measurements show what its prose asks about, and change when a student's function is naive."""

import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinytorch_lab.course.lesson import read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules" / "11_embeddings" / "embeddings_dev.py"
Peaks = Callable[[str], dict[str, int]]


def calls_into_c(function: Callable[..., object], *args: Any) -> int:
    """How many calls of functions in C, and of methods of arrays, ``function`` makes."""
    made = 0

    def count(frame: object, event: str, arg: object) -> None:
        nonlocal made
        made += event == "c_call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        function(*args)
    finally:
        sys.setprofile(before)
    return made


def test_a_product_holds_the_one_hot_matrix_and_a_gather_nothing_more_than_its_result(peaks: Peaks) -> None:
    found = peaks("lookup")
    assert found["gathered"] == 2
    assert found["by_product"] >= 32 + 2


def test_a_lookup_by_product_shows_in_the_figures(lesson: dict[str, Any], peaks: Peaks) -> None:
    lesson["embedding"] = lambda weight, ids: lesson["one_hot"](ids, len(weight)) @ weight
    assert peaks("lookup")["gathered"] >= 32 + 2


def test_the_gradient_is_as_large_as_the_table(lesson: dict[str, Any], peaks: Peaks) -> None:
    assert peaks("tables")["layer"] == 32
    vectors = lesson["layer"](lesson["batch"])
    vectors.backward(lesson["from_above"])
    table = lesson["layer"].weight
    assert table.data.nbytes == table.grad.nbytes == 32 * 2**20
    assert np.count_nonzero(table.grad.any(axis=1)) == np.unique(lesson["batch"]).size <= 4096


def test_the_ways_to_add_up_rows_agree(lesson: dict[str, Any], measuring_cell: Callable[[str], str]) -> None:
    for cell in ("lookup", "scatter"):
        exec(measuring_cell(cell), lesson)
    named = lesson["ids"][lesson["order"][lesson["starts"]]]
    for name in ("by_product", "by_add_at"):
        np.testing.assert_allclose(lesson[name], lesson["by_loop"], rtol=1e-3, atol=1e-3)
    for name in ("by_reduceat", "by_groups"):
        np.testing.assert_allclose(lesson[name], lesson["by_loop"][named], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("kind", ["even", "as in texts", "all different", "all equal", "sizes 1 to 90"])
def test_groups_make_fewer_calls_than_the_square_root_of_twice_the_ids(lesson: dict[str, Any], kind: str) -> None:
    """Two or three NumPy calls for each size; the loop takes a step for each id."""
    rng = np.random.default_rng(3)
    ids = {
        "even": rng.integers(0, 2048, 4096),
        "as in texts": lesson["ids"],
        "all different": np.arange(4096),
        "all equal": np.zeros(4096, np.int64),
        "sizes 1 to 90": np.repeat(np.arange(90), np.arange(1, 91)),
    }[kind]
    groups = lesson["group_ids"](ids, 4096)
    sizes = len(np.unique(groups[2]))
    assert sizes <= np.sqrt(2 * len(ids))
    assert calls_into_c(lesson["sum_groups"], np.ones((len(ids), 2)), *groups) <= 10 + 12 * sizes


def test_the_product_grows_with_the_vocabulary_and_the_gather_does_not(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    peaks: dict[str, list[int]] = {}
    for name in ("product_growth", "gather_growth"):
        setup, measured = measuring_cell(name).split("# measure:")
        for vocabulary in (4096, 32768):
            lesson["vocabulary"] = vocabulary
            exec(setup, lesson)
            exec(measured, lesson)
            tracemalloc.start()
            exec(measured, lesson)
            peaks.setdefault(name, []).append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks["product_growth"][1] > 7 * peaks["product_growth"][0]
    assert peaks["gather_growth"][1] < 2 * peaks["gather_growth"][0]


def test_the_bandwidth_cell_moves_what_its_prose_says(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    exec(measuring_cell("bandwidth"), lesson)
    for name in ("copied", "long_in_order", "long_shuffled", "short_in_order", "short_shuffled"):
        assert lesson[name].nbytes == 32 * 2**20, name
    assert lesson["narrow"][0].nbytes == 64
    np.testing.assert_array_equal(lesson["short_in_order"].reshape(-1), lesson["copied"].reshape(-1))


def test_no_later_module_is_named() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:-1] if cell.cell_type == "markdown").lower()
    for word in ("attention", "transformer", "gpt", "quantiz", "cache)", "kv cache"):
        assert word not in prose, word
