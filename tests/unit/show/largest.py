"""Measurements with everything in them."""

from __future__ import annotations

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import (
    CellError,
    Earlier,
    Insight,
    Layer,
    Line,
    LineProfile,
    Op,
    Roofline,
    Run,
    Site,
    Statement,
    TensorMemory,
    Timeline,
)

WORST = "<&" * 60
"""120 characters that HTML writes with four or five each."""


def largest() -> Measurement:
    """Every list full, every text as long as it may be, or longer."""
    points: list[int | None] = [10**11 + i for i in range(500)]
    lines = [Line(i, WORST, 10**9, 1.0 + i) for i in range(500)]
    return Measurement(
        state="error",
        label=WORST * 5,
        wall_s=1.5,
        cpu_s=3.0,
        runs=[Run(1.0 + i, 1.0) for i in range(200)] + [Run(9.0, 9.0, True)],
        traced=True,
        trace_complete=True,
        peak_bytes=10**9,
        net_bytes=10**9,
        rss_peak_bytes=10**9,
        statements=[Statement(i, i, WORST, 1.0 + i, 1.0, 10**9, 10**9, i < 400) for i in range(500)],
        statements_total=500,
        lines=[LineProfile(WORST, False, lines) for _ in range(20)],
        sites=[Site(WORST, i, WORST, i, kind, 10**9, 10**6) for i in range(10) for kind in ("Python", "NumPy")],
        timeline=Timeline([i / 3 for i in range(500)], points, points),
        ops=[Op(f"{WORST}{i}", "backward", WORST, 10**9, 1.0, 10**12, 10**9) for i in range(50)],
        layers=[Layer(WORST, WORST, "backward", 10**9, 1.0, 10**12, 10**9, 10**9) for _ in range(100)],
        tensors=TensorMemory(10**9, 10**9, 10**9, 10**9, 10**9),
        roofline=Roofline(1e12, 1e11, WORST, "2026-11-01T00:00:00Z"),
        error=CellError("ValueError", WORST * 5, 4),
        earlier=Earlier(20, [1.0] * 20, 1.0, 0.9, 1.1, "slower", 1.0, 2.0, 10**9, 10**9, 2.0),
        understand=[Insight(f"rule-{i}", "<" + "word " * 70) for i in range(12)],
        notes=["n" * 200] * 8,
    )
