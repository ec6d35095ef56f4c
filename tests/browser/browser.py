"""Where the browser is."""

from __future__ import annotations

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium_path() -> str | None:
    """The first Chromium on PATH; None if there is none."""
    return next((path for path in map(shutil.which, NAMES) if path), None)
