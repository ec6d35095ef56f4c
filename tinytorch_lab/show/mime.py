"""The MIME bundle of a measurement: the same figures for every kind of front end."""

from __future__ import annotations

from typing import Any

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.show.html import as_html
from tinytorch_lab.show.text import as_text

MIME_TYPE = "application/vnd.tinytorch.measure+json"


def bundle(measurement: Measurement) -> dict[str, Any]:
    """The data as JSON for the renderer of the JupyterLab extension, static HTML, and plain text."""
    return {
        MIME_TYPE: measurement.to_dict(),
        "text/html": as_html(measurement),
        "text/plain": as_text(measurement),
    }
