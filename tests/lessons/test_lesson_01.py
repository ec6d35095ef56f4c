"""Lesson 01: its measurements show what its prose asks about, and change when a student's function is naive."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tinytorch_lab.course.lesson import read_lesson

LESSON = Path(__file__).resolve().parents[2] / "modules" / "01_tensor" / "tensor_dev.py"
MIB = 2**20


def test_views_cost_nothing_until_order_is_needed(
    lesson: dict[str, Any], peaks: Callable[[str], dict[str, int]]
) -> None:
    assert peaks("views") == {"flat": 0, "turned": 0, "block": 0, "turned_flat": 16}


def test_broadcasting_copies_nothing_and_the_variance_holds_two_temporaries(
    lesson: dict[str, Any], peaks: Callable[[str], dict[str, int]]
) -> None:
    assert peaks("temporaries") == {"rows": 0, "total": 16, "spread": 32}


@pytest.mark.parametrize(
    ("function", "cell", "variable"),
    [("reshape", "views", "flat"), ("transpose", "views", "turned"), ("expand", "temporaries", "rows")],
)
def test_a_naive_copy_shows_in_the_figures(
    lesson: dict[str, Any], peaks: Callable[[str], dict[str, int]], function: str, cell: str, variable: str
) -> None:
    view: Callable[..., Any] = lesson[function]
    lesson[function] = lambda *args: view(*args).copy()
    assert peaks(cell)[variable] == 16


def test_prose_names_no_later_concept() -> None:
    prose = "\n".join(cell.source for cell in read_lesson(LESSON).cells[1:] if cell.cell_type == "markdown").lower()
    for word in ("computational graph", "autograd", "neural", "layer", "activation", "optimizer", "loss"):
        assert word not in prose
    assert prose.count("`backward`") == 1
