"""Sends messages to who asked, until that one goes away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from tinytorch_lab.course.errors import Cancelled

Message = dict[str, Any]


class Sender:
    """``send(message)`` from the thread that works.

    ``stop`` is set when who asked has gone away: work that takes long looks at it, and sending raises Cancelled. ``put`` hands
    a message on in any case; None says that there is none more.
    """

    def __init__(self, put: Callable[[Message | None], object]) -> None:
        self.put = put
        self.stop = threading.Event()

    def __call__(self, message: Message) -> None:
        """Send a message. Raises Cancelled if nobody is there to get it."""
        if self.stop.is_set():
            raise Cancelled
        self.put(message)
