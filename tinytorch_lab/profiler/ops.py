"""What the operations of tinytorch took, if it is loaded: nothing here imports it."""

from __future__ import annotations

from tinytorch_lab.profiler.measurement import Measurement


class OpsWatch:
    """Listens to tinytorch's observer between ``start`` and ``stop``."""

    def start(self) -> None:
        """Listen, if tinytorch is loaded."""

    def pause(self) -> None:
        """What follows does not count."""

    def resume(self) -> None:
        """Count again."""

    def stop(self) -> None:
        """Listen no more; put back who listened before."""

    def fill(self, measurement: Measurement) -> None:
        """Write ops, layers, tensors and roofline into the measurement."""
