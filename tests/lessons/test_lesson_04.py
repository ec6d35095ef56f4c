"""Lesson 04: its measurements show what its prose asks about, and change when a student's function is naive."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinytorch_lab.course.lesson import read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules" / "04_losses" / "losses_dev.py"
MIB = 2**20


def test_the_peaks_are_those_of_the_written_answers(
    lesson: dict[str, Any], peaks: Callable[[str], dict[str, int]]
) -> None:
    assert peaks("forms") == {"in_steps": 64, "at_once": 32}
    assert lesson["in_steps"] == pytest.approx(lesson["at_once"], rel=1e-5)
    losses = peaks("losses")
    assert losses["many"] == 32 < losses["squared"] < losses["binary"]


def test_a_naive_cross_entropy_shows_in_the_figures(
    lesson: dict[str, Any], peaks: Callable[[str], dict[str, int]]
) -> None:
    lesson["cross_entropy"] = lesson["cross_entropy_in_steps"]
    assert peaks("forms")["at_once"] == 64


def test_beyond_a_margin_of_17_the_probability_is_exactly_1(lesson: dict[str, Any]) -> None:
    surprise = {
        margin: lesson["binary_cross_entropy"](lesson["sigmoid"](np.float32([margin])), np.float32([0]))
        for margin in (10, 15, 20, 80)
    }
    assert surprise[15] == pytest.approx(15, abs=0.5)
    assert surprise[20] == surprise[80] == 100
    for margin in (20, 80):
        assert lesson["cross_entropy"](np.float32([[margin, 0]]), np.array([1])) == margin


def test_prose_names_no_later_concept() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:] if cell.cell_type == "markdown").lower()
    for word in ("gradient", "autograd", "backward", "optimizer", "attention"):
        assert word not in prose, word
