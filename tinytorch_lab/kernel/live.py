"""The display of a measurement in a notebook: one output that is updated in place while the cell runs."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import threading
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tinytorch_lab.show import bundle

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from tinytorch_lab.profiler import Measurement


class LiveDisplay:
    """Publishes the figures of one measurement: ``open``, ``update`` from any thread, ``close``.

    A cell may clear its output, which takes this display along. It is then published anew: before
    the cell's next output if the clearing waits for one, else at the end. Where outputs cannot be
    updated (a terminal, captured output) only ``close`` shows anything.
    """

    def __init__(self, shell: InteractiveShell, show_again: Callable[[], None] | None = None) -> None:
        """``show_again`` calls ``update`` with the latest figures."""
        self._show_again = show_again
        # Kept, because the cell may capture output by putting another publisher in its place.
        self._publisher: Any = shell.display_pub
        self._id = uuid.uuid4().hex
        self._live = hasattr(self._publisher, "pub_socket")
        self._shown = False
        self._clearing_since: int | None = None  # count of messages when a clearing began to wait for output

    def open(self, measurement: Measurement) -> None:
        """Show the display for the first time, before the cell runs. Main thread only."""
        if self._live:
            self._publish(measurement)
            self._publisher.register_hook(self._watch)

    def update(self, measurement: Measurement) -> None:
        """Show newer figures, unless the display is gone and cannot come back yet."""
        if self._live and self._shown:
            self._send_update(measurement)
        elif self._live and self._clearing_since is None:
            self._publish(measurement)

    def close(self, measurement: Measurement) -> None:
        """Show the final figures. Main thread only."""
        if self._live:
            self._publisher.unregister_hook(self._watch)
        try:
            self._close(measurement)
        except Exception:  # the cell may have left a broken sys.stdout, which publishing flushes
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                self._close(measurement)

    def before_output(self) -> None:
        """The cell is about to show something: if a clearing waits for that, show the display again first."""
        if self._clearing_since is not None:
            self._clearing_since = None
            self._shown = False
            if self._show_again is not None:
                self._show_again()

    def _close(self, measurement: Measurement) -> None:
        if self._clearing_since is not None:
            sys.stdout.flush()
            if self._messages() > self._clearing_since:
                self._shown = False  # the cell has printed since, which let the clearing happen
        self._publish(measurement)

    def _publish(self, measurement: Measurement) -> None:
        with _sending:
            update = self._shown
            self._publisher.publish(
                data=bundle(measurement), metadata={}, transient={"display_id": self._id}, update=update
            )
            self._shown = True
            if self._clearing_since is not None:
                self._clearing_since += 1

    def _send_update(self, measurement: Measurement) -> None:
        """Send an update without ``publish``, which flushes stdout and stderr and waits for that.

        An update has no place in the order of outputs, so nothing needs flushing; it halves the cost.
        """
        content = {"data": bundle(measurement), "metadata": {}, "transient": {"display_id": self._id}}
        publisher = self._publisher
        with _sending:
            publisher.session.send(
                publisher.pub_socket,
                publisher.session.msg("update_display_data", content, parent=publisher.parent_header),
                ident=publisher.topic,
            )
            if self._clearing_since is not None:
                self._clearing_since += 1

    def _watch(self, message: dict[str, Any]) -> dict[str, Any]:
        """Sees each display message of the cell on its way out (a hook of ipykernel's publisher)."""
        content, kind = message["content"], message["header"]["msg_type"]
        if kind == "clear_output" and content.get("wait"):
            self._clearing_since = self._messages()
        elif kind == "clear_output":
            self._shown, self._clearing_since = False, None
        elif kind == "display_data" and content["transient"].get("display_id") != self._id:
            self.before_output()
        return message

    def _messages(self) -> int:
        return int(self._publisher.session.message_count)


_sending = threading.RLock()


def _before_fork() -> None:
    # A child that is forked while another thread publishes would inherit locks that nobody releases.
    _sending.acquire()


def _after_fork() -> None:
    _sending.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
