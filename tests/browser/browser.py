"""Where the browser is."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium_path() -> str | None:
    """The one that ``make test`` found, else the first on PATH; None if there is none."""
    found = os.environ.get("TINYTORCH_BROWSER")
    return found or next((path for path in map(shutil.which, NAMES) if path), None)
