"""The display of a sweep: one output that is updated in place while it runs."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

from tinytorch_lab.show.growth import bundle

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from tinytorch_lab.scaling.result import Complexity

EVERY_S = 0.25  # between two updates: each costs a millisecond or two of the budget


class GrowthDisplay:
    """Shows a sweep so far, at most some times a second, and its end. Where outputs cannot be updated only the end is shown."""

    def __init__(self, shell: InteractiveShell, *, hidden: bool) -> None:
        """``hidden``: the static view folds the answer away, for a prediction to be made first."""
        # Kept, because runs after the first one show nothing, so that another publisher stands there.
        self._publisher: Any = shell.display_pub
        self._live = hasattr(self._publisher, "pub_socket")
        self._id = uuid.uuid4().hex
        self._hidden = hidden
        self._shown = False
        self._next = 0.0

    def update(self, result: Complexity) -> None:
        """Show the sweep so far, unless that was done just now."""
        now = time.monotonic()
        if self._live and now >= self._next:
            self._next = now + EVERY_S
            self._publish(result)

    def close(self, result: Complexity) -> None:
        """Show how it ended."""
        self._publish(result)

    def _publish(self, result: Complexity) -> None:
        data, transient = bundle(result, hidden=self._hidden), {"display_id": self._id}
        self._publisher.publish(data=data, metadata={}, transient=transient, update=self._shown)
        self._shown = True
