"""Lesson 07: its measurements show what its prose asks about, and change when a student's function is naive."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
import pytest

from tinytorch_lab.course.lesson import read_lesson

matplotlib.use("agg")
LESSON = Path(__file__).resolve().parents[2] / "modules" / "07_training" / "training_dev.py"


def test_accumulation_needs_less_memory_for_the_same_update(
    lesson: dict[str, Any], measuring_cell: Callable[[str], str]
) -> None:
    source = measuring_cell("accumulation")
    peaks = []
    for line in source.splitlines():
        tracemalloc.start()
        exec(line, lesson)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    at_once, in_parts = peaks
    assert in_parts < at_once / 2


def test_a_checkpoint_has_the_size_of_the_written_answer(lesson: dict[str, Any]) -> None:
    numbers, size, name = lesson["numbers"], lesson["size"], lesson["optimizer_of"].__name__
    assert name == "Adam"
    assert size / (4 * numbers) == pytest.approx(3, abs=0.02)


def test_the_network_learns_on_other_seeds_too(lesson: dict[str, Any]) -> None:
    cell = next(c for c in read_lesson(LESSON).cells if "unseen_loss, accuracy = " in c.source)
    for seed in (1, 2, 3):
        exec(cell.source.replace("manual_seed(7)", f"manual_seed({seed})"), lesson)
        assert lesson["accuracy"] >= 0.9


def test_no_later_module_is_named() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:-1] if cell.cell_type == "markdown").lower()
    for word in ("dataloader", "attention", "convolution", "augmentation"):
        assert word not in prose, word
