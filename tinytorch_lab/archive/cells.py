"""The kept measurements by cell, and by the versions of its text."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from tinytorch_lab.archive.compare import median_bytes
from tinytorch_lab.archive.kinds import UNTRACED
from tinytorch_lab.archive.rows import Row


@dataclass(frozen=True, eq=False)
class Version:
    """The runs of one text of a cell."""

    number: int
    """From 1, in the order in which the texts were first measured."""
    of: int
    """How many versions the cell has."""
    rows: list[Row]
    """Oldest first, at least one."""

    @property
    def last(self) -> Row:
        """The newest run."""
        return self.rows[-1]

    @property
    def comparable(self) -> list[Row]:
        """The runs on the machine of the newest one: what the figures below are of."""
        return [row for row in self.rows if row.machine == self.last.machine]

    @property
    def untraced_s(self) -> list[float]:
        """The times of the untraced runs, oldest first, seconds."""
        return [row.wall_s for row in self.comparable if row.kind == UNTRACED]

    @property
    def traced_s(self) -> list[float]:
        """The times of the runs that were traced to their end, seconds."""
        return [row.traced_wall_s for row in self.comparable if row.traced_wall_s is not None]

    @property
    def peak_bytes(self) -> int | None:
        """Median peak of the runs that were traced to their end."""
        return median_bytes([row.peak_bytes for row in self.comparable if row.traced_wall_s is not None])

    @property
    def net_bytes(self) -> int | None:
        """Median of what they kept."""
        return median_bytes([row.net_bytes for row in self.comparable if row.traced_wall_s is not None])


def versions(rows: Iterable[Row]) -> list[Version]:
    """The versions of all cells in ``rows`` (newest first, as :meth:`History.records` gives them); last measured first."""
    cells: dict[Hashable, dict[str | None, list[Row]]] = {}
    for row in sorted(rows, key=lambda row: row.id):
        cells.setdefault(_cell(row), {}).setdefault(row.source_hash, []).append(row)
    found = [
        Version(number, len(texts), runs) for texts in cells.values() for number, runs in enumerate(texts.values(), 1)
    ]
    return sorted(found, key=lambda version: version.last.id, reverse=True)


def siblings(version: Version, all_versions: Iterable[Version]) -> list[Version]:
    """All versions of the cell that ``version`` is one of, the first text first."""
    same = [each for each in all_versions if _cell(each.last) == _cell(version.last)]
    return sorted(same, key=lambda each: each.number)


def _cell(row: Row) -> Hashable:
    """What tells cells apart: notebook and cell; where the cell is unknown, its text, and where that is, the label."""
    return row.notebook, row.cell_id or row.source_hash or row.label
