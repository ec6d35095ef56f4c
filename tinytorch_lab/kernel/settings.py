"""What the user has set in the front end: defaults for the options that a cell does not give.

The front end opens a comm (``tinytorch-lab:settings``) with some of the fields of :class:`Settings`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

COMM_TARGET = "tinytorch-lab:settings"


@dataclass
class Settings:
    """Defaults of this kernel."""

    mode: str = "default"
    """``default``, ``time`` or ``memory``."""
    trace_budget: float = 1.5
    """Seconds of tracing in the default mode, 0 or more."""
    sampling_s: float = 0.01
    """Seconds between two samples, 0.001 to 10."""
    live: bool = True
    """Show figures while the cell runs."""


current = Settings()


def receive(shell: Any) -> None:
    """Listen to the front end, if the shell belongs to a kernel that has comms."""
    manager = getattr(getattr(shell, "kernel", None), "comm_manager", None)
    if manager is not None:
        manager.register_target(COMM_TARGET, _opened(shell.kernel.log.warning))


def ignore(shell: Any) -> None:
    """The inverse of :func:`receive`."""
    manager = getattr(getattr(shell, "kernel", None), "comm_manager", None)
    if manager is not None:
        manager.targets.pop(COMM_TARGET, None)


def update(given: Any, log: Callable[[str], object]) -> None:
    """Take over what is right; the rest is logged, never shown to the user."""
    if not isinstance(given, Mapping):
        log(f"tinytorch-lab: the settings are {given!r}, not an object; nothing was changed.")
        return
    for name, value in given.items():
        if name in _RIGHT and _RIGHT[name](value):
            setattr(current, name, value)
        else:
            log(f"tinytorch-lab: the setting {name} = {value!r} is not understood; it was not changed.")


def reset() -> None:
    """As at the start."""
    for each in fields(Settings):
        setattr(current, each.name, each.default)


def _opened(log: Callable[[str], object]) -> Callable[[Any, dict[str, Any]], None]:
    def opened(comm: Any, message: dict[str, Any]) -> None:
        update(message["content"].get("data"), log)
        comm.on_msg(lambda later: update(later["content"].get("data"), log))

    return opened


def _is_seconds(value: Any, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


_RIGHT: dict[str, Callable[[Any], bool]] = {
    "mode": lambda value: value in ("default", "time", "memory"),
    "trace_budget": lambda value: _is_seconds(value, 0, float("inf")),
    "sampling_s": lambda value: _is_seconds(value, 0.001, 10),
    "live": lambda value: isinstance(value, bool),
}
