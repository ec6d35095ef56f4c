"""Lesson 06: its measurements show what its prose asks about, and change when a student's function is naive."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tinytorch_lab.course.lesson import read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules" / "06_optimizers" / "optimizers_dev.py"
MIB = 2**20


def test_the_formula_holds_arrays_that_blocks_do_not(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    source = measuring_cell("forms")
    peaks = []
    for line in source.splitlines():
        tracemalloc.start()
        exec(line, lesson)
        peaks.append(tracemalloc.get_traced_memory()[1] / MIB)
        tracemalloc.stop()
    formula, blocks = peaks
    assert formula >= 5 * 16
    assert blocks < 1


def test_the_hill_is_as_the_written_answer_says(lesson: dict[str, Any]) -> None:
    needed = lesson["needed"]
    assert needed["plain, 0.021"] is None
    assert needed["Adam, 0.05"] < needed["momentum, 0.019"] < needed["plain, 0.019"] / 4


def test_no_later_module_is_named() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:-1] if cell.cell_type == "markdown").lower()
    for word in ("schedule", "checkpoint", "attention", "convolution", "dataloader"):
        assert word not in prose, word
