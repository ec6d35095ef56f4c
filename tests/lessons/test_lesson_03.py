"""Lesson 03: its measurements show what its prose asks about, and change when a student's function is naive."""

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinytorch_lab.course.lesson import read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules" / "03_layers" / "layers_dev.py"
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


def test_memory_is_that_of_the_written_answer(lesson: dict[str, Any]) -> None:
    assert peaks(lesson, "memory") == {"model": 12, "hidden": 1, "scores": 0}
    parameters = lesson["model"].parameters()
    assert sum(parameter.data.nbytes for parameter in parameters) == 4 * (1024 * 1024 + 1024 + 10240 + 10)
    assert lesson["hidden"].data.nbytes == MIB


def test_starting_values_drawn_as_float32_show_in_the_figures(lesson: dict[str, Any]) -> None:
    def frugal(shape: tuple[int, ...], fan_in: int) -> Any:
        values = np.random.default_rng().random(shape, dtype=np.float32)
        values -= np.float32(0.5)
        values *= np.float32(2 / fan_in**0.5)
        return values

    lesson["scaled_uniform"] = frugal
    assert peaks(lesson, "memory")["model"] == 4


def test_prose_names_no_later_concept() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:] if cell.cell_type == "markdown").lower()
    for word in ("gradient", "autograd", "backward", "optimizer", "loss", "attention"):
        assert word not in prose.replace("04 losses", ""), word
