"""Ends work that nobody wants any more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

POLL_S = 0.1


@contextmanager
def ended_by(stop: threading.Event, end: Callable[[], object]) -> Iterator[None]:
    """While this lasts, ``end()`` is called as soon as ``stop`` is set, from a thread: what blocks in here ends too."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(POLL_S):
            if stop.is_set():
                end()
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
