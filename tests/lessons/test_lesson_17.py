"""Lesson 17: its measurements show what its prose asks about, and change when a student's function copies."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tinytorch_lab.course.lesson import read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules" / "17_memoization" / "memoization_dev.py"
ARRAY = 2048 * 64 * 4

Cell = Callable[[str], str]


def traced(lesson: dict[str, Any], line: str) -> tuple[int, int]:
    """Bytes that a statement kept, and its peak."""
    tracemalloc.start()
    exec(line, lesson)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return kept, peak


def counted(lesson: dict[str, Any], line: str) -> dict[str, int]:
    """Rows, scores and copied rows of a statement, as the lesson counts them."""
    counts: dict[str, int] = lesson["watched"](exec, line, lesson)[1]
    return counts


def test_joining_copies_with_the_square_of_the_rows_and_appending_does_not(
    lesson: dict[str, Any], measuring_cell: Cell
) -> None:
    join, copied = lesson["join_rows"], []

    def watched(past: Any, rows: Any) -> Any:
        joined = join(past, rows)
        copied.append(joined.shape[-2])
        return joined

    lesson["join_rows"], lesson["n"] = watched, 50
    exec(measuring_cell("by_joining"), lesson)
    assert sum(copied) == 50 * 51 // 2
    by_joining = lesson["kept"]
    exec(measuring_cell("in_place"), lesson)
    np.testing.assert_array_equal(lesson["kept"], by_joining)
    assert np.shares_memory(lesson["kept"], lesson["reserved_rows"])
    assert len(copied) == 50


def test_a_cache_keeps_what_the_formula_says_and_a_text_adds_little(
    lesson: dict[str, Any], measuring_cell: Cell
) -> None:
    reserve, write = measuring_cell("memory").splitlines()
    expected = lesson["cache_bytes"](4, 512, 2, 4, 32)
    assert expected == 2 * 2 * 4 * 4 * 512 * 32 * 4
    kept, peak = traced(lesson, reserve)
    assert expected <= kept <= peak < expected + 20_000
    assert traced(lesson, write)[0] < 50_000


def test_the_text_is_the_same_with_48_times_fewer_rows(lesson: dict[str, Any], measuring_cell: Cell) -> None:
    without, enable, cached = measuring_cell("texts").splitlines()
    slow = counted(lesson, without)
    exec(enable, lesson)
    fast = counted(lesson, cached)
    np.testing.assert_array_equal(lesson["text_with"].data, lesson["text_without"].data)
    assert (slow["rows"], fast["rows"]) == (2 * sum(range(64, 128)), 2 * 127)
    assert fast["copied"] == 0


def test_a_token_costs_one_row_with_the_cache_and_all_rows_without(
    lesson: dict[str, Any], measuring_cell: Cell
) -> None:
    for size in (1, 2, 64, 300):
        for name, rows in (("without", size), ("with_cache", 1)):
            setup, _, measured = measuring_cell(name).partition("# measure:\n")
            if name == "with_cache":
                exec("small_cache = enable_kv_cache(small)", lesson)
            lesson["T"] = size
            exec(setup, lesson)
            assert counted(lesson, measured) == {"rows": 2 * rows, "scores": 2 * rows * size, "copied": 0}


def test_copies_are_what_plain_attention_keeps(lesson: dict[str, Any], measuring_cell: Cell) -> None:
    by_cache, disable, by_copies = measuring_cell("copies").splitlines()
    assert traced(lesson, by_cache)[1] < 0.5 * ARRAY
    exec(disable, lesson)
    kept, _ = traced(lesson, by_copies)
    assert 4 * ARRAY <= kept < 4.1 * ARRAY
    np.testing.assert_allclose(lesson["by_copies"].data, lesson["by_cache"].data, atol=1e-4)


def test_an_append_that_copies_shows_in_the_figures(lesson: dict[str, Any], measuring_cell: Cell) -> None:
    own = lesson["append_rows"]
    lesson["append_rows"] = lambda memory, filled, rows: own(memory, filled, rows).copy()
    assert traced(lesson, measuring_cell("copies").splitlines()[0])[1] > 1.9 * ARRAY


def test_the_table_says_from_where_on_the_cache_is_cheaper(
    lesson: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    def result(times: dict[int, float | None]) -> SimpleNamespace:
        points = [SimpleNamespace(size=size, time_s=seconds) for size, seconds in times.items()]
        return SimpleNamespace(points=points, time=SimpleNamespace(formula="3 ms + 1 µs * T"))

    source = next(cell.source for cell in read_lesson(LESSON).cells if cell.source.startswith("both = "))
    lesson["without"] = result({1: 1e-3, 2: 2e-3, 4: 4e-3, 8: 8e-3, 16: None})
    lesson["with_cache"] = result({1: 3e-3, 2: 3e-3, 4: 3e-3, 8: 3e-3, 16: 3e-3, 32: 3e-3})
    exec(source, lesson)
    printed = capsys.readouterr().out
    assert printed.count(" times") == 4
    assert "cheaper above T = 2; with it a token takes 3 ms + 1 µs * T" in printed


def test_the_written_answers_figures_are_right(lesson: dict[str, Any]) -> None:
    assert int((8 * 2**30 - 4 * 124e6) // lesson["cache_bytes"](1, 1024, 12, 12, 64)) == 107
    width, length = 64, 384
    assert 24 * length * width**2 == 4 * length**2 * width


def test_no_later_module_is_named() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:-1] if cell.cell_type == "markdown").lower()
    for word in ("tiling", "tiled", "fusion", "benchmark", "capstone", "confidence interval"):
        assert word not in prose, word
