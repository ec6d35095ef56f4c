"""Lesson 01: its measurements show what its prose asks about, and change when a student's function is naive."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tinytorch_lab.course.lesson import read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules" / "01_tensor" / "tensor_dev.py"
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


def test_views_cost_nothing_until_order_is_needed(lesson: dict[str, Any]) -> None:
    assert peaks(lesson, "views") == {"flat": 0, "turned": 0, "block": 0, "turned_flat": 16}


def test_broadcasting_copies_nothing_and_the_variance_holds_two_temporaries(lesson: dict[str, Any]) -> None:
    assert peaks(lesson, "temporaries") == {"rows": 0, "total": 16, "spread": 32}


@pytest.mark.parametrize(
    ("function", "cell", "variable"),
    [("reshape", "views", "flat"), ("transpose", "views", "turned"), ("expand", "temporaries", "rows")],
)
def test_a_naive_copy_shows_in_the_figures(lesson: dict[str, Any], function: str, cell: str, variable: str) -> None:
    view: Callable[..., Any] = lesson[function]
    lesson[function] = lambda *args: view(*args).copy()
    assert peaks(lesson, cell)[variable] == 16


def test_prose_names_no_later_concept() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:] if cell.cell_type == "markdown").lower()
    for word in ("computational graph", "autograd", "neural", "layer", "activation", "optimizer", "loss"):
        assert word not in prose
    assert prose.count("`backward`") == 1
