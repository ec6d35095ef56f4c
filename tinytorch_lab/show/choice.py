"""Which statements a view shows when there are too many."""

from __future__ import annotations

from collections.abc import Sequence

from tinytorch_lab.profiler.records import Statement


def costliest(statements: Sequence[Statement], limit: int) -> tuple[list[Statement], int]:
    """The ``limit`` statements with the most wall time, in the order of the cell, and how many are left out.

    A statement that did not finish is always among them.
    """
    ranked = sorted(range(len(statements)), key=lambda i: (statements[i].done, -statements[i].wall_s))
    return [statements[i] for i in sorted(ranked[:limit])], max(0, len(statements) - limit)
