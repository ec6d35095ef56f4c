"""What is kept, for people: search it, take it along, delete it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from tinytorch_lab.archive.file import HistoryError, HistoryFile
from tinytorch_lab.archive.place import history_file
from tinytorch_lab.archive.rows import Row, all_rows

COLUMNS = [
    *("id", "started", "notebook", "cell_id", "source_hash", "title", "label", "mode", "state", "kind"),
    *("wall_s", "cpu_s", "traced_s", "traced_wall_s", "peak_bytes", "net_bytes", "machine"),
]
"""Of the CSV form: times in seconds, memory in bytes, empty where unknown; docs/measurement-format.md explains them."""


class History:
    """The measurements that are kept where this process runs, as they were when this object was made."""

    def __init__(self) -> None:
        self.path = history_file()
        """The file, whether or not it is there yet; None if the history is switched off."""
        self.problem: str | None = None
        """Why there is nothing to see, as a sentence; None if all is well."""
        self._rows: list[Row] = []
        self.refresh()

    def refresh(self) -> None:
        """Read the file again."""
        self._rows, self.problem = [], None
        if self.path is None:
            self.problem = "The history is switched off (TINYTORCH_LAB_HISTORY=off)."
        elif self.path.exists():
            file = HistoryFile(self.path)
            try:
                self._rows = file.use(all_rows)
                self.problem = " ".join(file.notes) or None
            except HistoryError as error:
                self.problem = str(error)

    def __len__(self) -> int:
        return len(self._rows)

    def records(self, text: str = "", *, notebook: str | None = None, mode: str | None = None) -> list[Row]:
        """The kept measurements, newest first.

        ``text`` is looked for in label and source, capitals or not; ``notebook`` is its path; ``mode`` such as "time".
        """
        wanted = text.casefold()
        return [
            row
            for row in self._rows
            if (not wanted or wanted in f"{row.label or ''}\n{row.source}".casefold())
            and (notebook is None or row.notebook == notebook)
            and (mode is None or row.mode == mode)
        ]

    def to_dicts(self, rows: Iterable[Row] | None = None) -> list[dict[str, Any]]:
        """The measurements in their stored form (without timelines), with ``id``, ``kind`` and the cell's ``source``."""
        chosen = self._rows if rows is None else rows
        return [{**row.to_dict(), "id": row.id, "kind": row.kind, "source": row.source} for row in chosen]

    def to_json(self, rows: Iterable[Row] | None = None) -> str:
        """:meth:`to_dicts` as text, a measurement a line."""
        lines = ",\n".join(json.dumps(each) for each in self.to_dicts(rows))
        return f"[\n{lines}\n]\n" if lines else "[]\n"

    def to_csv(self, rows: Sequence[Row] | None = None) -> str:
        """The figures as a table with the columns :data:`COLUMNS`."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([getattr(row, name) for name in COLUMNS] for row in (self._rows if rows is None else rows))
        return text.getvalue()

    def clear(self) -> int:
        """Delete all that is kept, for good; returns how many measurements that were. Raises HistoryError."""
        deleted = len(self._rows)
        if self.path is not None:
            HistoryFile(self.path).delete()
        self.refresh()
        return deleted
