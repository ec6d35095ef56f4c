"""Earlier measurements: kept, found again by cell, compared."""

from __future__ import annotations

from tinytorch_lab.profiler.measurement import Measurement


def remember(measurement: Measurement, source: str) -> None:
    """Fill ``measurement.earlier`` from the earlier runs of the same cell text, then keep this one.

    ``source`` is the text of the cell without its ``%%measure`` line. Raises no error: a history that
    cannot be read or written becomes a note.
    """
