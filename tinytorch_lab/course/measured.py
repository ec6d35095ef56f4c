"""How long a student has spent measuring, from the history that kernels keep in the student folder."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tinytorch_lab.course.offered import offered

HISTORY = "measurements/history.db"


def seconds_measured(folder: Path) -> dict[str, float]:
    """Wall seconds of all measured cells by module id; empty if there is no history, or none that can be read."""
    file = folder / HISTORY
    if not file.exists():
        return {}
    query = "SELECT notebook, SUM(COALESCE(wall_s, traced_wall_s, 0)) FROM runs WHERE notebook IS NOT NULL GROUP BY notebook"
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=1)) as history:
            rows = history.execute(query).fetchall()
    except sqlite3.Error:
        return {}
    names = {module.notebook: module.id for module in offered(folder).modules}
    found: dict[str, float] = {}
    for notebook, seconds in rows:
        module = names.get("/".join(Path(str(notebook)).parts[-3:]))
        if module:
            found[module] = found.get(module, 0.0) + float(seconds)
    return found
