"""Attaches to the observers of tinytorch: that of the library, and that of a notebook which defines a tensor itself.

Imports neither: both are looked up among the modules that are loaded. docs/observer.md describes the seam.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any, Protocol

PLACES = ("tinytorch.core.tensor", "__main__")


class Watch(Protocol):
    """Who wants the events."""

    def take(self, event: Any) -> None:
        """Gets each event; raises nothing."""


class Tap:
    """The observer that is set in one place: gives each event to all watches and to the observer it stands before."""

    def __init__(self, set_observer: Callable[[Any], Any]) -> None:
        self._set_observer = set_observer
        self._before: Callable[[Any], object] | None = None
        self._active = False

    def attach(self) -> None:
        """Be the observer, now and again: the cell may have set another one, or have run the definition of all this again."""
        self._active = True
        current = self._set_observer(self)
        if current is not self:
            self._before = current

    def detach(self) -> None:
        """Put back who stood there, unless somebody else stands there now."""
        self._active = False
        current = self._set_observer(self._before)
        if current is not self:
            self._set_observer(current)

    def __call__(self, event: Any) -> None:
        """One operation, module call, gradient rule or optimizer step is over."""
        if self._active:
            for watch in _watches:
                watch.take(event)
        else:
            self.detach()  # the cell kept it and set it again later
        if self._before is not None:
            self._before(event)


_watches: tuple[Watch, ...] = ()
_taps: dict[int, Tap] = {}  # by id of the namespace that holds the observer


def add(watch: Watch) -> None:
    """Give it all events from now on, once ``look`` finds where they come from."""
    global _watches
    _watches = (*_watches, watch)


def remove(watch: Watch) -> None:
    """Give it no more. After the last one, every observer is as it was."""
    global _watches
    _watches = tuple(each for each in _watches if each is not watch)
    if not _watches:
        _detach_all()


def look() -> bool:
    """Attach wherever a tensor library is loaded by now. False if there is none."""
    for key, set_observer in _found():
        tap = _taps.get(key)
        if tap is None:
            tap = _taps[key] = Tap(set_observer)
        tap.attach()
    return bool(_taps)


def _found() -> Iterator[tuple[int, Callable[[Any], Any]]]:
    for name in PLACES:
        module = sys.modules.get(name)
        set_observer = getattr(module, "__dict__", {}).get("set_observer")
        if isinstance(set_observer, FunctionType):
            namespace = set_observer.__globals__
            if "_observer" in namespace and "Event" in namespace and "apply" in namespace:
                yield id(namespace), set_observer


def _detach_all() -> None:
    while _taps:
        _, tap = _taps.popitem()
        tap.detach()


def _after_fork_in_child() -> None:
    """A forked child is not measured."""
    global _watches
    _watches = ()
    _detach_all()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
