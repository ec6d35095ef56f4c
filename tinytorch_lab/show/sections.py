"""What stands below the tiles of a finished measurement, in the order of all views."""

from __future__ import annotations

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.show.operations import layers_table, operations_table, roofline_table, tensors_table
from tinytorch_lab.show.runs import earlier_table, runs_table
from tinytorch_lab.show.statements import line_tables, site_tables, statements_table
from tinytorch_lab.show.table import Table

SENTENCES = 3
"""So many sentences of "Understand" are shown at once."""


def sections(m: Measurement) -> list[Table]:
    """The parts that have something to show."""
    found = [
        statements_table(m),
        *line_tables(m),
        runs_table(m),
        earlier_table(m),
        operations_table(m),
        roofline_table(m),
        layers_table(m),
        tensors_table(m),
        *site_tables(m),
    ]
    return [table for table in found if table is not None]
