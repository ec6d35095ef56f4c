"""What the request to run a cell says about measuring it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tinytorch_lab.kernel.options import Options
    from tinytorch_lab.profiler.records import CellIdentity


def button(shell: Any) -> Options | None:
    """The options of the stopwatch button (metadata ``tinytorch.measure``), or None."""
    from tinytorch_lab.kernel.options import from_metadata

    return from_metadata(_ours(shell).get("measure"))


def wants_clean_time(shell: Any) -> bool:
    """Whether the cell runs again for its own time (metadata ``tinytorch.rerun`` is ``time``)."""
    return bool(_ours(shell).get("rerun") == "time")


def identity(shell: Any, source: str) -> CellIdentity:
    """Which cell this is. ``source`` is its text without the ``%%measure`` line."""
    from tinytorch_lab.archive.keep import source_hash
    from tinytorch_lab.profiler.records import CellIdentity

    cell_id = _metadata(shell).get("cellId")
    return CellIdentity(
        notebook=_notebook(shell),
        cell_id=cell_id if isinstance(cell_id, str) else None,
        source_hash=source_hash(source),
    )


def _notebook(shell: Any) -> str | None:
    """Path of the notebook: jupyter-server sets the variable, VS Code the name in the namespace."""
    path = os.environ.get("JPY_SESSION_NAME") or getattr(shell, "user_ns", {}).get("__vsc_ipynb_file__")
    return path if isinstance(path, str) else None


def _ours(shell: Any) -> dict[str, Any]:
    found = _metadata(shell).get("tinytorch")
    return found if isinstance(found, dict) else {}


def _metadata(shell: Any) -> dict[str, Any]:
    get_parent = getattr(getattr(shell, "kernel", None), "get_parent", None)
    found = (get_parent() or {}).get("metadata") if get_parent else None
    return found if isinstance(found, dict) else {}
