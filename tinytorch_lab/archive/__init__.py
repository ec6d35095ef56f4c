"""Earlier measurements: kept, found again by cell, compared. docs/history.md says what, where and how.

Not named history, since ``tinytorch_lab.history()`` is a function that students call.
"""

from __future__ import annotations

from tinytorch_lab.archive import place as place  # now: a cell may change the working directory, which it notes
from tinytorch_lab.profiler.measurement import Measurement


def remember(measurement: Measurement, source: str) -> None:
    """Fill ``measurement.earlier`` from the earlier runs of the same cell text, then keep this one.

    ``source`` is the text of the cell without its ``%%measure`` line. Raises no error: a history that
    cannot be read or written becomes a note.
    """
    from tinytorch_lab.archive.keep import keep

    try:
        keep(measurement, source)
    except Exception as failure:  # whatever is wrong with the history, the figures of the cell are right
        measurement.notes.append(f"The history of measurements failed: {type(failure).__name__}: {failure}")
