"""Memory of tensors by role: alive at once, kept for the backward pass, parameters, gradients, state of optimizers.

Tensors have no weak references, but the ndarrays that hold their data do. One is kept for each array that an operation made,
as long as it lives; views count as what they are views of.
"""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np

from tinytorch_lab.profiler.ops.arrays import ARRAY, TENSOR, Array, array_of, kind_of, owner, stored_bytes
from tinytorch_lab.profiler.ops.layers import Record
from tinytorch_lab.profiler.ops.modules import parameters_of, state_bytes
from tinytorch_lab.profiler.records import TensorMemory

MOST_ALIVE = 20_000
"""Arrays that are followed at once: about 250 bytes each, which tracing counts as the cell's."""
MOST_OPTIMIZERS = 100


class _Follower(weakref.ref[Any]):
    """A weak reference to an array, and how it counts."""

    __slots__ = ("kept", "key", "live")

    key: int
    live: int
    kept: int


class LiveArrays:
    """Follows the arrays that operations made, and those that the graph keeps."""

    def __init__(self) -> None:
        self.live_peak = self.kept_peak = 0
        """Bytes."""
        self.complete = True
        """False: there were more arrays than are followed, and the peaks are too low."""
        self.kept_any = False
        self._live = self._kept = 0
        self._alive: dict[int, _Follower] = {}
        self._on_death = self._gone

    def made(self, array: Array) -> None:
        """An operation made an array, or something that is a view of a new one."""
        memory = array if array.base is None else array.base
        key = id(memory)
        if key in self._alive:
            return
        if len(self._alive) >= MOST_ALIVE or not isinstance(memory, np.ndarray):
            self.complete = False
            return
        follower = _Follower(memory, self._on_death)
        follower.key = key
        follower.live = size = memory.nbytes
        follower.kept = 0
        self._alive[key] = follower
        self._live = live = self._live + size
        if live > self.live_peak:
            self.live_peak = live

    def keep(self, inputs: tuple[Any, ...], params: dict[str, Any]) -> None:
        """An operation that will be differentiated keeps its inputs, and what it put into a dict among its parameters.

        Such as the shares of attention, or the mask of dropout. Parameters of models live anyway and do not count.
        """
        self.kept_any = True
        for x in inputs:
            kind = kind_of(x)
            if kind == TENSOR and not (x.requires_grad and x.op is None):
                self._keep_array(x.data, is_data=x.op is None)
            elif kind == ARRAY:
                self._keep_array(x, is_data=True)
        for value in params.values():
            if type(value) is dict:
                for array in tuple(value.values()):
                    if isinstance(array, np.ndarray):
                        self._keep_array(array, is_data=True)

    def _keep_array(self, array: Array, *, is_data: bool) -> None:
        """``is_data``: no operation made it, so that it is followed from now on."""
        follower = self._alive.get(id(owner(array))) or self._alive.get(id(array))
        if follower is None and is_data:
            self._keep_data(array)
        elif follower is not None and follower.live and not follower.kept:
            follower.kept = follower.live
            self._add_kept(follower.live)

    def _keep_data(self, array: Array) -> None:
        """Data that no operation gave back, such as a batch: as large as what is used of it, whatever it is a view of."""
        if len(self._alive) >= MOST_ALIVE:
            self.complete = False
            return
        follower = _Follower(array, self._on_death)
        follower.key = id(array)
        follower.live = 0
        follower.kept = stored_bytes(array)
        self._alive[follower.key] = follower
        self._add_kept(follower.kept)

    def release(self) -> None:
        """Follow no longer."""
        self._alive.clear()
        self._live = self._kept = 0

    def _add_kept(self, size: int) -> None:
        self._kept += size
        if self._kept > self.kept_peak:
            self.kept_peak = self._kept

    def _gone(self, follower: _Follower) -> None:
        if self._alive.pop(follower.key, None) is not None:
            self._live -= follower.live
            self._kept -= follower.kept


class Optimizers:
    """The optimizers that took a step."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[Any, int]] = {}

    def stepped(self, optimizer: Any) -> None:
        """One took a step: it has its state now."""
        if id(optimizer) not in self._seen and len(self._seen) < MOST_OPTIMIZERS:
            self._seen[id(optimizer)] = (_weak(optimizer), state_bytes(optimizer))

    def state_bytes(self) -> int | None:
        """Bytes of their states now; of one that is gone, after its first step. None if no optimizer was seen."""
        if not self._seen:
            return None
        sizes = ((reference(), noted) for reference, noted in self._seen.values())
        return sum(noted if optimizer is None else state_bytes(optimizer) for optimizer, noted in sizes)


def tensor_memory(arrays: LiveArrays, records: list[Record], optimizers: Optimizers) -> TensorMemory:
    """The figures, at the end of the cell."""
    parameters, gradients = _parameters(records)
    return TensorMemory(
        peak_live_bytes=arrays.live_peak if arrays.complete else None,
        parameters_bytes=parameters,
        gradients_bytes=gradients,
        optimizer_bytes=optimizers.state_bytes(),
        activations_bytes=arrays.kept_peak if arrays.kept_any and arrays.complete else None,
    )


def _parameters(records: list[Record]) -> tuple[int | None, int | None]:
    """Bytes of the distinct parameters of the modules that were called, and of their gradients now."""
    if not records:
        return None, None
    distinct: dict[int, Any] = {}
    gone = 0
    for record in records:
        module = record.module
        if module is not None:
            distinct |= parameters_of(module)
        elif record.parent is None:
            gone += record.parameters_bytes
    gradients = (array_of(getattr(parameter, "grad", None)) for parameter in distinct.values())
    total = sum(parameter.data.nbytes for parameter in distinct.values())
    return total + gone, sum(gradient.nbytes for gradient in gradients if gradient is not None)


def _weak(thing: Any) -> Any:
    try:
        return weakref.ref(thing)
    except TypeError:  # a class with __slots__
        return lambda: None
