"""Results of %%complexity for the browser, with answers that are known by arithmetic."""

from __future__ import annotations

from typing import Any

import nbformat.v4
from nbformat import NotebookNode

from tinytorch_lab.scaling.result import MIME_TYPE, Complexity, Curve, Deciding, Growth, Point, Progress, Stop

SIZES = [64, 128, 256, 512, 1024, 2048]
SOURCE = "%%complexity n=64..2048\npairs(n)"


def quadratic() -> Complexity:
    """1 ms + 1 us * n^2 seconds and 8 * n^2 bytes, in six sizes."""
    return Complexity(
        names=["n"],
        state="done",
        points=[Point({"n": n}, _seconds(n), 0.95 * _seconds(n), 1.1 * _seconds(n), 5, 8 * n**2) for n in SIZES],
        time=_growth([_seconds(n) for n in _reach()], "1.0 ms + 1.0 µs * n^2"),
        memory=_growth([8.0 * n**2 for n in _reach()], "8.0 B * n^2"),
        ask=True,
        stopped=Stop("range", "All sizes were measured."),
        progress=Progress(2.1, 3.0),
        started="2026-11-22T09:00:00+00:00",
    )


def swept_cell(result: Complexity) -> NotebookNode:
    """A cell that was run and saved with this result."""
    data = {MIME_TYPE: result.to_dict(), "text/html": "<p>static</p>", "text/plain": "static"}
    output = nbformat.v4.new_output("display_data", data=data)
    return nbformat.v4.new_code_cell(SOURCE, outputs=[output], execution_count=1)


def prediction(cell: dict[str, Any]) -> dict[str, Any] | None:
    """What the cell's metadata remembers."""
    found = cell["metadata"].get("tinytorch", {}).get("prediction")
    return None if found is None else dict(found)


def _seconds(n: float) -> float:
    return 1e-3 + 1e-6 * n**2


def _reach() -> list[float]:
    return [64.0 * 2**power for power in range(10)]


def _growth(values: list[float], formula: str) -> Growth:
    curve = Curve("n", _reach(), values, [0.9 * value for value in values], [1.1 * value for value in values])
    return Growth(
        best="n^2",
        decided=True,
        candidates=["n^2"],
        confidence=0.97,
        exponent=1.99,
        interval=(1.97, 2.01),
        exponents={"n": 1.99},
        intervals={"n": (1.97, 2.01)},
        formula=formula,
        doubling={"n": 4.0},
        doubled={"n": values[6]},
        deciding=Deciding(256, 2048, 63.9, {"n^2": 64.0, "n^3": 512.0}, "From n = 256 to 2048 it grew 63.9 times."),
        curves=[curve],
        sentences=["It grows like n^2."],
    )
