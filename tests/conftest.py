"""For every test: the history of measurements of the person who runs the tests stays as it is."""

from __future__ import annotations

import os

os.environ["TINYTORCH_LAB_HISTORY"] = "off"
