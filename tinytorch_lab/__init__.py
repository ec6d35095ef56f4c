"""TinyTorch Lab: measure notebook cells, and the course that is built around measuring them.

Importing this package loads nothing but this file, because every kernel of a machine that has it
installed does so when it starts: its names are found on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from tinytorch_lab.kernel.scope import measure as measure
    from tinytorch_lab.scaling.run import complexity as complexity
    from tinytorch_lab.show.explorer import history as history

__all__ = ["__version__", "complexity", "history", "load_ipython_extension", "measure", "unload_ipython_extension"]


def __getattr__(name: str) -> Any:
    if name == "measure":
        from tinytorch_lab.kernel.scope import measure

        return measure
    if name == "complexity":
        from tinytorch_lab.scaling.run import complexity

        return complexity
    if name == "history":
        from tinytorch_lab.show.explorer import history

        return history
    if name == "__version__":
        from importlib.metadata import version

        return version("tinytorch-lab")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


def load_ipython_extension(ip: InteractiveShell) -> None:
    """Register ``%%measure`` and ``%measure``; a second call does nothing."""
    from tinytorch_lab.magics import load

    load(ip)


def unload_ipython_extension(ip: InteractiveShell) -> None:
    """Undo :func:`load_ipython_extension`."""
    from tinytorch_lab.magics import unload

    unload(ip)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "tinytorch-lab"}]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "tinytorch_lab.server"}]
