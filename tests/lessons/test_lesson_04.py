"""Lesson 04: its measurements show what its prose asks about, and change when a student's function is naive."""

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinytorch_lab.course.lesson import read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules" / "04_losses" / "losses_dev.py"
MIB = 2**20


@pytest.fixture
def lesson() -> dict[str, Any]:
    """The lesson's namespace after all of its cells but the measuring ones."""
    namespace: dict[str, Any] = {"__name__": "lesson"}
    for cell in read_lesson(LESSON).cells:
        if cell.cell_type == "code" and not cell.source.startswith("%%"):
            exec(compile(cell.source, "cell", "exec"), namespace)
    return namespace


def peaks(lesson: dict[str, Any], name: str) -> dict[str, int]:
    """The peak of each statement of the measuring cell ``name``, in MiB, by the variable that it makes."""
    cell = next(c for c in read_lesson(LESSON).cells if c.source.startswith("%%") and f"-o {name}" in c.source)
    found = {}
    for line in cell.source.splitlines()[1:]:
        tracemalloc.start()
        exec(line, lesson)
        found[line.partition(" = ")[0]] = round(tracemalloc.get_traced_memory()[1] / MIB)
        tracemalloc.stop()
    return found


def test_the_peaks_are_those_of_the_written_answers(lesson: dict[str, Any]) -> None:
    assert peaks(lesson, "forms") == {"in_steps": 64, "at_once": 32}
    assert lesson["in_steps"] == pytest.approx(lesson["at_once"], rel=1e-5)
    losses = peaks(lesson, "losses")
    assert losses["many"] == 32 < losses["squared"] < losses["binary"]


def test_a_naive_cross_entropy_shows_in_the_figures(lesson: dict[str, Any]) -> None:
    lesson["cross_entropy"] = lesson["cross_entropy_in_steps"]
    assert peaks(lesson, "forms")["at_once"] == 64


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
