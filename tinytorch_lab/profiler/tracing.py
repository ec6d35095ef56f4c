"""Python and NumPy memory of measurements through tracemalloc, which all of a process share.

Three parties can want tracemalloc at once: the measurements here (they may nest), somebody who
started it before, and the measured cell itself. So: only tracing that was started here is stopped
here; a peak is handed to every running measurement before ``reset_peak`` discards it; and a
measurement notices when tracing was stopped, restarted or cleared under it.
"""

from __future__ import annotations

import os
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

OWN_WORK_BYTES = 64 * 1024
"""What a live update allocates at most; a rise of the peak below it, during an update, is taken for the update's."""


class TracedMemory:
    """Traced memory of one measurement above its start, pauses excluded. All in bytes.

    ``attach``, then ``resume`` and ``pause`` around each part that counts, then ``detach``. A lap is
    the time since ``new_lap``: its figures are above its own start.
    """

    def __init__(self) -> None:
        self.peak = 0
        self.net = 0
        self.started = False
        """Tracing began with this measurement."""
        self.used = False
        """Tracing was on at the start: peak and net mean something."""
        self.foreign = False
        """Somebody else had started tracing."""
        self.tracer_bytes = 0
        """Memory that tracemalloc itself needed at the end; it is part of the resident memory."""
        self.lost = False
        """Tracing was stopped or cleared by someone else: peak and net are not known."""
        self._base: int | None = None
        self._lap_start = 0
        self._lap_peak = 0
        self._witness: object = None

    @property
    def lap(self) -> tuple[int, int]:
        """Peak and net of the lap, bytes."""
        return self._lap_peak - self._lap_start, self.net - self._lap_start

    def new_lap(self) -> None:
        """Begin a lap; call it while paused."""
        self._lap_start = self._lap_peak = self.net

    @property
    def attached(self) -> bool:
        """Whether it follows tracemalloc now."""
        return self in _meters

    def attach(self, *, start: bool, frames: int = 1) -> bool:
        """Follow tracemalloc, with ``start`` starting it (``frames`` deep) if it is off. True if it is on now."""
        with _lock:
            if not tracemalloc.is_tracing():
                if not start:
                    return False
                _start_own(frames)
                self.started = True
            self.used, self.foreign = True, not _own
            # An object that was allocated while tracing was on has a trace as long as nobody stops or clears it.
            self._witness = object()
            _meters.append(self)
        return True

    def resume(self) -> None:
        """Count from here on."""
        with _lock:
            self._base = _fold() - self.net

    def pause(self) -> None:
        """Count no further."""
        with _lock:
            current = _fold()
            if self._base is not None:
                self.net = current - self._base
                self.tracer_bytes = tracemalloc.get_tracemalloc_memory()
            self._base = None

    def current(self) -> int | None:
        """Traced memory above the start now, or None if it is not known. Any thread may ask."""
        base = self._base
        if self.lost or self not in _meters:
            return None
        return self.net if base is None else tracemalloc.get_traced_memory()[0] - base

    def detach(self) -> None:
        """Let go of tracemalloc; the last one to do so stops it, if it was started here."""
        with _lock:
            if self not in _meters:
                return
            current = _fold()
            if self._base is not None:
                self.net, self._base = current - self._base, None
                self.tracer_bytes = tracemalloc.get_tracemalloc_memory()
            _meters.remove(self)
            if not _meters:
                _end()

    def take(self, peak: int) -> None:
        """Note a peak of the process, and whether tracing was cut since the last one."""
        if tracemalloc.get_object_traceback(self._witness) is None:
            self.lost = True
        if self._base is None:
            return
        slack = OWN_WORK_BYTES if _own_work else 0
        above = peak - self._base
        if above > self.peak + slack:
            self.peak = above
        if above > self._lap_peak + slack:
            self._lap_peak = above


_lock = threading.Lock()
_meters: list[TracedMemory] = []
_own = False  # tracing was started here, and nobody has asked for it since
_own_starts = 0  # how often it was started here
_own_work = 0  # live updates under way
_foreign_peak = 0  # highest peak seen while tracing belonged to somebody else
_start = tracemalloc.start


def begin_own_work() -> None:
    """From here to ``end_own_work`` allocations that show figures are kept out of the figures."""
    global _own_work
    with _lock:
        _fold()
        _own_work += 1


def end_own_work() -> None:
    """The inverse of :func:`begin_own_work`."""
    global _own_work
    with _lock:
        _fold()
        _own_work -= 1


@contextmanager
def unnoticed() -> Iterator[None]:
    """What is allocated and freed in here raises nobody's peak."""
    with _lock:
        _fold()
        try:
            yield
        finally:
            tracemalloc.reset_peak()


def _fold() -> int:
    """Hand the peak since the last call to all measurements, reset it; returns the traced memory now."""
    global _foreign_peak
    current, peak = tracemalloc.get_traced_memory()
    if not _own:
        _foreign_peak = max(_foreign_peak, peak)
    for meter in _meters:
        meter.take(peak)
    tracemalloc.reset_peak()
    return current


def own_starts() -> int:
    """How often tracing was started here: who sees it change was traced in between."""
    return _own_starts


def _start_own(frames: int) -> None:
    global _own, _own_starts
    _start(frames)
    _own = True
    _own_starts += 1
    tracemalloc.start = _start_for_cell


def _start_for_cell(nframe: int = 1) -> None:
    """``tracemalloc.start`` while tracing is ours: tracing belongs to the caller from now on and stays on."""
    global _own
    if _own:
        _own = False
        if nframe != tracemalloc.get_traceback_limit():
            tracemalloc.stop()
    _start(nframe)


def _end() -> None:
    """Stop tracing that is ours; give others' tracing back the peak it would have without our resets."""
    global _own, _foreign_peak
    if tracemalloc.start is _start_for_cell:
        tracemalloc.start = _start
    if _own:
        tracemalloc.stop()
    elif tracemalloc.is_tracing():
        _raise_peak(_foreign_peak)
    _own, _foreign_peak = False, 0


def _raise_peak(peak: int) -> None:
    """Make tracemalloc's peak at least ``peak`` again: there is no call for it, but allocating does it."""
    missing = peak - tracemalloc.get_traced_memory()[0] - b"".__sizeof__()
    if missing > 0:
        try:
            bytes(missing)  # zeroed lazily by the operating system: no page of it is ever touched
        except MemoryError:
            return  # the other's peak stays too low: better than a cell that fails


def _after_fork_in_child() -> None:
    """A forked child is not measured: it starts untraced and without measurements."""
    global _lock, _own_work
    _lock = threading.Lock()
    _meters.clear()
    _own_work = 0
    if _own:
        _end()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
