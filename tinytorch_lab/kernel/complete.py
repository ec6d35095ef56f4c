"""What is added to a measurement once its figures are there."""

from __future__ import annotations

from typing import Any

from tinytorch_lab.archive import remember
from tinytorch_lab.kernel.request import identity
from tinytorch_lab.profiler import Measurement
from tinytorch_lab.understand import explain


def complete(measurement: Measurement, shell: Any, source: str) -> None:
    """Add which cell it was, earlier runs of it and what follows from the figures; keep it for later ones.

    ``source`` is the text of the cell without its ``%%measure`` line, or another text that tells it from others.
    """
    measurement.cell = identity(shell, source)
    remember(measurement, source)
    measurement.understand = explain(measurement)
