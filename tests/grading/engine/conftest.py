"""Shared by the engine's tests."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(
    0, str(Path(__file__).parent)
)  # importlib mode: lets the tests import small_module.py and hostile_cases.py
