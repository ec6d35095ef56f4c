"""Which module an operation ran in, and what the calls of each module took.

A module's event comes when its call is over and says when that began, so what arrived since then, in the same thread,
ran inside it. Until then operations wait on a stack, whose arrays are made beforehand: a cell's memory is not ours to use.
"""

from __future__ import annotations

import weakref
from array import array
from collections.abc import Iterator
from threading import get_ident
from typing import Any

from tinytorch_lab.profiler.ops.counts import Totals
from tinytorch_lab.profiler.ops.modules import parameters_of, paths_in

WAITING = 1 << 13
"""Operations of the cell's thread that wait for their module; of more than these, the earlier half belongs to none."""
WAITING_IN_OTHER_THREADS = 1 << 10
MOST_MODULES = 1000
MOST_OUTPUTS = 100_000


class Record:
    """One module that was called."""

    def __init__(self, module: Any, started: float) -> None:
        self.type = type(module).__name__
        self.first_started = started
        self.parent: Record | None = None
        self.name = ""
        """Path from the parent to it."""
        self.forward, self.backward = Totals(), Totals()
        """Of all operations in its calls; ``seconds`` and ``calls`` of ``forward`` are those of the calls themselves."""
        self.backward_calls = 0
        self.ops: dict[tuple[str, str], Totals] = {}
        """Operations that ran in it and in no module inside it, by name and phase."""
        self._paths: dict[int, str] | None = None
        parameters = parameters_of(module).values()
        self.parameters = sum(parameter.data.size for parameter in parameters)
        self.parameters_bytes = sum(parameter.data.nbytes for parameter in parameters)
        self.alike = "" if parameters or paths_in(module) else f"{type(module).__module__}.{type(module).__qualname__}"
        """Of a module that holds nothing: its class. One that is made anew for each call is the same layer again."""
        self.point_to(module)

    def point_to(self, module: Any) -> None:
        """It is, or from now on stands for, this module."""
        try:
            self._module: Any = weakref.ref(module)
        except TypeError:  # a class with __slots__
            self._module = lambda: None

    @property
    def module(self) -> Any:
        """The module, or None if it is gone."""
        return self._module()

    def took(self, seconds: float, call: Call) -> None:
        """One of its calls is over."""
        totals = self.forward
        totals.calls += 1
        totals.seconds += seconds
        totals.flops += call.flops
        totals.known += call.known
        totals.moved += call.moved

    def adopt(self, inner: Record, module: Any) -> None:
        """Name a module that was called inside this one, if it is a part of it."""
        if inner.parent is not None or inner is self or inner in self.line():
            return
        if self._paths is None or id(inner.module) not in self._paths:
            self._paths = paths_in(module)
        path = self._paths.get(id(inner.module))
        if path is None:
            self._paths[id(inner.module)] = ""  # searched and not there
        elif path:
            inner.parent, inner.name = self, path

    def line(self) -> Iterator[Record]:
        """Itself and its parents."""
        record: Record | None = self
        while record is not None:
            yield record
            record = record.parent


class Call:
    """One call of a module."""

    __slots__ = ("backward_seen", "flops", "known", "moved", "outer", "record")

    def __init__(self, record: Record) -> None:
        self.record = record
        self.outer: Call | None = None
        self.backward_seen = False
        self.flops = self.known = self.moved = 0

    def take(self, flops: int, known: int, moved: int) -> None:
        """Work that was done inside it."""
        self.flops += flops
        self.known += known
        self.moved += moved


class _Waiting:
    """What a thread has done that belongs to no module yet."""

    def __init__(self, size: int) -> None:
        self.top = 0
        self.size = size
        self.arrived = array("d", bytes(8 * size))
        self.seconds = array("d", bytes(8 * size))
        self.flops = array("q", bytes(8 * size))
        self.moved = array("q", bytes(8 * size))
        self.outputs = array("Q", bytes(8 * size))
        self.what: list[Any] = [None] * size

    def forget_half(self) -> int:
        """Make room by forgetting the earlier half; returns the first free place."""
        half = self.size // 2
        for column in (self.arrived, self.seconds, self.flops, self.moved, self.outputs, self.what):
            column[:half] = column[half:]  # type: ignore[assignment]
        return half


class LayerCounts:
    """Gives operations to modules."""

    def __init__(self) -> None:
        self.records: dict[int, list[Record]] = {}
        """By ``id`` of the module: a later module may have the same."""
        self._count = 0
        self.left_out = False
        """More modules were called than are counted."""
        self._alike: dict[str, Record] = {}
        """The latest module that holds nothing, by its class."""
        self._threads: dict[int, _Waiting] = {}
        self._calls: dict[int, Call] = {}
        """The call that made an output which may be differentiated, by ``id`` of the output."""

    def prepare(self) -> None:
        """Make room for what this thread will do, before it counts."""
        if get_ident() not in self._threads:
            self._threads[get_ident()] = _Waiting(WAITING)

    def ran(self, op: str, arrived: float, seconds: float, flops: int, moved: int, output: int) -> None:
        """An operation ran forward. ``arrived`` is the time of its event, ``output`` the id of its tensor.

        0 stands for a tensor that cannot be differentiated.
        """
        waiting = self._threads.get(get_ident()) or self._new_thread()
        place = waiting.top if waiting.top < waiting.size else waiting.forget_half()
        waiting.top = place + 1
        waiting.arrived[place] = arrived
        waiting.seconds[place] = seconds
        waiting.flops[place] = flops
        waiting.moved[place] = moved
        waiting.outputs[place] = output
        waiting.what[place] = op
        if output:
            self._calls.pop(output, None)

    def called(self, module: Any, started: float, arrived: float, seconds: float) -> None:
        """The call of a module is over; it began at ``started``."""
        record = self._record(module, started)
        waiting = self._threads.get(get_ident()) or self._new_thread()
        if record is None:
            return
        call = Call(record)
        while waiting.top and waiting.arrived[waiting.top - 1] >= started:
            waiting.top -= 1
            self._claim(call, module, waiting, waiting.top)
        record.took(seconds, call)
        place = waiting.top if waiting.top < waiting.size else waiting.forget_half()
        waiting.top = place + 1
        waiting.arrived[place], waiting.what[place] = arrived, call

    def ran_backward(self, op: str, seconds: float, flops: int, moved: int, output: Any) -> None:
        """The gradient rule of the operation that made ``output`` ran."""
        call = self._calls.get(id(output))
        if call is None:
            return
        _totals(call.record.ops, (op, "backward")).add(seconds, flops, moved)
        while call is not None:
            call.record.backward.add(seconds, flops, moved)
            if not call.backward_seen:
                call.backward_seen = True
                call.record.backward_calls += 1
            call = call.outer

    def all_records(self) -> list[Record]:
        """In the order of their first calls."""
        records = {id(record): record for same in self.records.values() for record in same}
        return sorted(records.values(), key=lambda record: record.first_started)

    def release(self) -> None:
        """Keep no more than the sums."""
        self._threads.clear()
        self._calls.clear()

    def _claim(self, call: Call, module: Any, waiting: _Waiting, place: int) -> None:
        what = waiting.what[place]
        waiting.what[place] = None
        if isinstance(what, Call):
            what.outer = call
            call.take(what.flops, what.known, what.moved)
            call.record.adopt(what.record, module)
            return
        flops, moved = waiting.flops[place], waiting.moved[place]
        _totals(call.record.ops, (what, "forward")).add(waiting.seconds[place], flops, moved)
        call.take(max(flops, 0), int(flops >= 0), moved)
        if waiting.outputs[place]:
            if len(self._calls) >= MOST_OUTPUTS:
                self._calls.clear()
            self._calls[waiting.outputs[place]] = call

    def _record(self, module: Any, started: float) -> Record | None:
        same = self.records.setdefault(id(module), [])
        for record in same:
            if record.module is module:
                return record
        if self._count >= MOST_MODULES:
            self.left_out = True
            return None
        record = Record(module, started)
        before = self._alike.get(record.alike) if record.alike else None
        if before is not None and before.module is None and before.parent is None:
            before.point_to(module)
            return self._enter(before, same)
        self._count += 1
        if record.alike:
            self._alike[record.alike] = record
        return self._enter(record, same)

    @staticmethod
    def _enter(record: Record, same: list[Record]) -> Record:
        if record not in same:
            same.append(record)
        return record

    def _new_thread(self) -> _Waiting:
        if len(self._threads) > 100:
            self._threads.clear()  # threads that ended: what they did waits for no module any more
        waiting = self._threads[get_ident()] = _Waiting(WAITING_IN_OTHER_THREADS)
        return waiting


def _totals(ops: dict[tuple[str, str], Totals], key: tuple[str, str]) -> Totals:
    found = ops.get(key)
    if found is None:
        found = ops[key] = Totals()
    return found
