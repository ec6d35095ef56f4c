"""Lesson 12: its measurements show what its prose asks about, and change when a student's function is naive."""

import ast
import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinytorch_lab.course.lesson import read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules" / "12_attention" / "attention_dev.py"
MIB = 2**20

Kept = dict[str, tuple[int, int]]


@pytest.fixture
def memory(lesson: dict[str, Any], measuring_cell: Callable[[str], str]) -> Callable[[str], Kept]:
    """Of each statement of a measuring cell: the peak and what is kept in MiB, by the last variable that it makes."""

    def measure(name: str) -> Kept:
        found = {}
        for statement in ast.parse(measuring_cell(name)).body:
            source = ast.unparse(statement)
            tracemalloc.start()
            try:
                exec(source, lesson)
                kept, peak = (round(figure / MIB) for figure in tracemalloc.get_traced_memory())
            finally:
                tracemalloc.stop()
            found[re.findall(r"(\w+) = ", source)[-1]] = peak, kept
        return found

    return measure


def test_the_fused_form_keeps_one_array_of_scores(lesson: dict[str, Any], memory: Callable[[str], Kept]) -> None:
    found = memory("kept")
    assert found["fused"] == (17, 17)
    assert found["unkept"] == (17, 1)
    assert found["weights"][0] >= 48
    assert found["weights"][1] == 33
    np.testing.assert_allclose(lesson["fused"].data, lesson["composed"].data, rtol=1e-3, atol=1e-5)


def test_a_naive_fused_form_shows_in_the_figures(lesson: dict[str, Any], memory: Callable[[str], Kept]) -> None:
    def naive(q: Any, k: Any, v: Any, mask: Any = None, keep: dict[str, Any] | None = None) -> Any:
        scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights = weights / weights.sum(axis=-1, keepdims=True)
        if keep is not None:
            keep["scores"], keep["weights"] = scores, weights
        return weights @ v

    lesson["attention"] = naive
    found = memory("kept")
    assert found["fused"][0] >= 48
    assert found["fused"][1] >= 33


def test_heads_multiply_the_scores_that_are_kept(memory: Callable[[str], Kept]) -> None:
    found = memory("heads")
    assert found["eight_heads"][1] - found["one_head"][1] == 7


def test_memory_grows_with_the_square_of_the_length(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    set_up, run = measuring_cell("growth").split("# measure:\n")
    peaks = []
    for size in (512, 1024, 2048):
        lesson["T"] = size
        exec(set_up, lesson)
        tracemalloc.start()
        exec(run, lesson)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    exponents = np.log2(np.array(peaks[1:]) / peaks[:-1])
    assert ((exponents > 1.8) & (exponents < 2.05)).all()


def test_loops_never_hold_the_scores(lesson: dict[str, Any]) -> None:
    q, k, v = (np.ones((300, 2), np.float32) for _ in range(3))
    tracemalloc.start()
    by_loops = lesson["attention_by_loops"](q, k, v)
    loops = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    at_once = lesson["attention"](q, k, v)
    product = tracemalloc.get_traced_memory()[1] - by_loops.nbytes
    tracemalloc.stop()
    np.testing.assert_allclose(by_loops, at_once, rtol=1e-5)
    assert loops < 4 * 300 * 300 / 10
    assert product >= 4 * 300 * 300


def test_heads_do_not_change_the_products(lesson: dict[str, Any]) -> None:
    from tinytorch_lab.profiler.ops.flops import forward_flops

    def flops(heads: int) -> int:
        shape = (heads, 512, 256 // heads)
        counted = forward_flops("attention", [shape] * 3, shape, {})
        assert counted is not None
        return counted - 6 * heads * 512 * 512  # less scale and softmax

    assert flops(1) == flops(8) == 4 * 512 * 512 * 256


def test_a_number_added_to_all_scores_drowns_them(lesson: dict[str, Any]) -> None:
    assert lesson["drowned"][0] == lesson["drowned"][1]
    assert lesson["few"][0] != lesson["few"][1]


def test_prose_names_no_later_concept() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:-1] if cell.cell_type == "markdown").lower()
    for word in ("transformer", "gpt", "layer norm", "kv cache", "quantiz", "prun"):
        assert word not in prose, word
