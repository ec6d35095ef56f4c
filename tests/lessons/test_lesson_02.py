"""Lesson 02: its measurements show what its prose asks about, and change when a student's function is naive."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tinytorch_lab.course.lesson import read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules" / "02_activations" / "activations_dev.py"
MIB = 2**20


def test_the_temporaries_are_those_of_the_written_answer(
    lesson: dict[str, Any], peaks: Callable[[str], dict[str, int]]
) -> None:
    assert peaks("temporaries") == {"clipped": 16, "squashed": 48, "shares": 32, "smooth": 32}


def test_blocks_keep_the_temporaries_small(lesson: dict[str, Any], peaks: Callable[[str], dict[str, int]]) -> None:
    assert peaks("blocks") == {"whole": 32, "blocked": 17}
    assert np.array_equal(lesson["whole"], lesson["blocked"])


def test_a_naive_softmax_shows_in_the_figures(lesson: dict[str, Any], peaks: Callable[[str], dict[str, int]]) -> None:
    def naive(x: Any) -> Any:
        return np.exp(x - x.max(axis=-1, keepdims=True)) / np.exp(x - x.max(axis=-1, keepdims=True)).sum(
            -1, keepdims=True
        )

    lesson["softmax"] = naive
    assert peaks("temporaries")["shares"] == 48


def test_prose_names_no_later_concept() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:] if cell.cell_type == "markdown").lower()
    for word in ("gradient", "autograd", "backward", "optimizer", "loss", "attention", "parameter", "train"):
        assert word not in prose, word
