"""How long a thread waited for a free processor."""

from __future__ import annotations

import os


class RunDelay:
    """Adds up, between ``resume`` and ``pause``, how long the thread that made this could run but did not (Linux)."""

    def __init__(self) -> None:
        try:
            self._file: int | None = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        except OSError:
            self._file = None
        self.total_s: float | None = None if self._file is None else 0.0
        self._from: int | None = None

    def resume(self) -> None:
        """Count on."""
        self._from = self._read()

    def pause(self) -> None:
        """Count no more."""
        now = self._read()
        if now is not None and self._from is not None and self.total_s is not None:
            self.total_s += (now - self._from) / 1e9
        self._from = None

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _read(self) -> int | None:
        """Nanoseconds so far: the second of the three numbers (time on the processor, waiting, time slices)."""
        return None if self._file is None else int(os.pread(self._file, 96, 0).split()[1])
