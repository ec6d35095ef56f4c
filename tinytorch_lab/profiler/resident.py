"""Resident memory of this process: samples of it everywhere, its exact peak on Linux."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

_LINUX = sys.platform.startswith("linux")


class ResidentMemory:
    """Resident memory of the process in bytes, absolute; with its peak while a measurement runs."""

    def __init__(self) -> None:
        self.peak: int | None = None
        self.exact = False
        self._running = False
        # Kept open: opening a file each time would hand the interpreter over to the cell and back several times.
        self._statm = _open("/proc/self/statm")
        self._status = _open("/proc/self/status")

    def read(self) -> int | None:
        """Resident memory now, or None if it cannot be known; raises no error."""
        if self._statm is not None:
            # 1.5 microseconds, where psutil takes 65: this is done a hundred times a second.
            return int(os.pread(self._statm, 128, 0).split()[1]) * os.sysconf("SC_PAGE_SIZE")
        return _resident_of_psutil()

    def start(self) -> None:
        """Begin to watch the peak. Before the system's record is reset, the measurements under way note it."""
        with _lock:
            _fold()
            self.exact = self._status is not None and _reset_record()
            self._running = True
            _watchers.append(self)

    def pause(self) -> None:
        """What follows does not count."""
        with _lock:
            _fold()
            self._running = False

    def resume(self) -> None:
        """Count again."""
        with _lock:
            _fold()
            self.exact = _reset_record() and self.exact
            self._running = True

    def note(self) -> None:
        """Bring ``peak`` up to now; any thread may ask."""
        with _lock:
            _fold()

    def stop(self) -> None:
        """Note the peak and let go."""
        with _lock:
            if self in _watchers:
                _fold()
                _watchers.remove(self)
        for file in (self._statm, self._status):
            if file is not None:
                os.close(file)
        self._statm = self._status = None

    def read_record(self) -> int | None:
        """The system's record of the highest resident memory since it was reset (VmHWM)."""
        if self._status is None:
            return None
        _, _, after = os.pread(self._status, 8192, 0).partition(b"VmHWM:")
        return int(after.split(None, 1)[0]) * 1024 if after else None

    def take(self, sample: int | None) -> None:
        """Note a sample, or the system's record."""
        if self._running and sample is not None:
            self.peak = max(self.peak or 0, sample)


_lock = threading.Lock()
_watchers: list[ResidentMemory] = []


def _fold() -> None:
    """Give the system's record to every measurement that relies on it."""
    exact = [watcher for watcher in _watchers if watcher.exact]
    if exact:
        record = exact[0].read_record()
        for watcher in exact:
            watcher.take(record)


def _reset_record() -> bool:
    """Set the system's record to what is resident now. False where that is not possible."""
    if not _LINUX:
        return False
    try:
        Path("/proc/self/clear_refs").write_bytes(b"5")
    except OSError:
        return False  # some containers forbid it: the peak is then the largest sample
    return True


def _open(path: str) -> int | None:
    if not _LINUX:
        return None
    try:
        return os.open(path, os.O_RDONLY)
    except OSError:
        return None


def _resident_of_psutil() -> int | None:
    try:
        import psutil
    except ImportError:
        return None
    return int(psutil.Process().memory_info().rss)


def _after_fork_in_child() -> None:
    global _lock
    _lock = threading.Lock()
    _watchers.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
