"""For every test: the history of measurements of the person who runs the tests stays as it is, and no machine is calibrated."""

from __future__ import annotations

import os

os.environ["TINYTORCH_LAB_HISTORY"] = "off"
os.environ["TINYTORCH_LAB_CALIBRATE"] = "0"
