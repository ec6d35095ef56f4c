"""Lesson 05: its measurements show what its prose asks about, and change when a student's function is naive."""

import ast
import functools
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tinytorch_lab.course.lesson import read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules" / "05_autograd" / "autograd_dev.py"
MIB = 2**20


def test_backward_gives_back_what_was_kept(lesson: dict[str, Any], measuring_cell: Callable[[str], str]) -> None:
    source = measuring_cell("kept")
    for weight in lesson["weights"]:
        weight.grad = None
    kept = []
    tracemalloc.start()
    for part in ast.parse(source).body:
        before = tracemalloc.get_traced_memory()[0]
        exec(compile(ast.Module([part], []), "cell", "exec"), lesson)
        kept.append((tracemalloc.get_traced_memory()[0] - before) / MIB)
    tracemalloc.stop()
    scores = 512 * 10 * 4 / MIB
    gradients = 4 * (784 * 512 + 512 * 512 + 512 * 10) / MIB
    assert kept == pytest.approx([0, 4 + scores, gradients - 4 - scores], abs=0.02)


def test_backward_does_the_products_of_the_written_answer(lesson: dict[str, Any]) -> None:
    """Two for each of forward, but for the gradient of the data; counted as the rules run."""
    products: list[int] = []
    rule = lesson["RULES"][lesson["linear"]]

    def counted(g: Any, y: Any, x: Any, w: Any) -> Any:
        def run(gradient: Any) -> Any:
            products.append(2 * x.shape[0] * x.shape[1] * w.shape[1])
            return gradient()

        return tuple(functools.partial(run, gradient) for gradient in rule(g, y, x, w))

    lesson["RULES"][lesson["linear"]] = counted
    try:
        lesson["backward"](lesson["forward"]())
    finally:
        lesson["RULES"][lesson["linear"]] = rule
    forward = 2 * 512 * (784 * 512 + 512 * 512 + 512 * 10)
    assert sum(products) == 2 * forward - 2 * 512 * 784 * 512
    assert sum(products) / forward == pytest.approx(1.4, abs=0.02)


def test_no_later_module_is_named() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:-1] if cell.cell_type == "markdown").lower()
    for word in ("optimizer", "learning rate", "adam", "attention", "convolution"):
        assert word not in prose, word
