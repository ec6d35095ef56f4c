"""Lesson 03: its measurements show what its prose asks about, and change when a student's function is naive."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tinytorch_lab.course.lesson import read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules" / "03_layers" / "layers_dev.py"
MIB = 2**20


def test_memory_is_that_of_the_written_answer(lesson: dict[str, Any], peaks: Callable[[str], dict[str, int]]) -> None:
    assert peaks("memory") == {"model": 12, "hidden": 1, "scores": 0}
    parameters = lesson["model"].parameters()
    assert sum(parameter.data.nbytes for parameter in parameters) == 4 * (1024 * 1024 + 1024 + 10240 + 10)
    assert lesson["hidden"].data.nbytes == MIB


def test_starting_values_drawn_as_float32_show_in_the_figures(
    lesson: dict[str, Any], peaks: Callable[[str], dict[str, int]]
) -> None:
    def frugal(shape: tuple[int, ...], fan_in: int) -> Any:
        values = np.random.default_rng().random(shape, dtype=np.float32)
        values -= np.float32(0.5)
        values *= np.float32(2 / fan_in**0.5)
        return values

    lesson["scaled_uniform"] = frugal
    assert peaks("memory")["model"] == 4


def test_prose_names_no_later_concept() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:] if cell.cell_type == "markdown").lower()
    for word in ("gradient", "autograd", "backward", "optimizer", "loss", "attention"):
        assert word not in prose.replace("04 losses", ""), word
