"""Measures a cell or a block: time, memory and what happened in each statement.

Knows nothing of IPython or of how figures are shown; :mod:`tinytorch_lab.show` does that.
"""

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.recorder import Recorder
from tinytorch_lab.profiler.records import CellError, Statement
from tinytorch_lab.profiler.settings import check_settings

__all__ = ["CellError", "Measurement", "Recorder", "Statement", "check_settings"]
