"""nbgrader's Formgrader, which shows what students handed in, in the browser of somebody who may do everything here."""

from __future__ import annotations

from typing import Any

from tinytorch_lab.course.grading.safe_html import exporter

EXPORTER = "nbgrader_exporter"


def protect(settings: dict[str, Any]) -> None:
    """Let it show submissions as the feedback pages do: without scripts, which could use the instructor's server.

    To be done once nbgrader's extension is loaded; nothing is to do where it is not there.
    """
    if (nbgraders := settings.get(EXPORTER)) is not None:
        settings[EXPORTER] = exporter(nbgraders.config)
