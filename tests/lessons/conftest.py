"""A lesson as its notebook leaves it, and what its measuring cells need; each test_lesson_NN.py names its file as LESSON."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import matplotlib
import pytest

from tinytorch_lab.course.lesson import read_lesson

matplotlib.use("agg")
MIB = 2**20

Peaks = Callable[[str], dict[str, int]]


@pytest.fixture
def measuring_cell(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """The source of the measuring cell whose result is called ``name``, without its first line."""
    cells = [cell.source for cell in read_lesson(request.module.LESSON).cells if cell.source.startswith("%%")]

    def find(name: str) -> str:
        source = next(source for source in cells if f"-o {name}" in source)
        return str(source.partition("\n")[2])

    return find


@pytest.fixture
def lesson(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The lesson's namespace after all of its cells but the measuring ones."""
    namespace: dict[str, Any] = {"__name__": "lesson"}
    for cell in read_lesson(request.module.LESSON).cells:
        if cell.cell_type == "code" and not cell.source.startswith("%%"):
            exec(compile(cell.source, "cell", "exec"), namespace)
    return namespace


@pytest.fixture
def peaks(lesson: dict[str, Any], measuring_cell: Callable[[str], str]) -> Peaks:
    """Of a measuring cell with one statement a line: the peak of each in MiB, by the variable that it makes."""

    def measure(name: str) -> dict[str, int]:
        found = {}
        for line in measuring_cell(name).splitlines():
            tracemalloc.start()
            exec(line, lesson)
            found[line.partition(" = ")[0]] = round(tracemalloc.get_traced_memory()[1] / MIB)
            tracemalloc.stop()
        return found

    return measure
