"""Counts the calls of operations: time, flops and bytes, of each operation in each phase."""

from __future__ import annotations

from typing import Any

from tinytorch_lab.profiler.ops.arrays import (
    KINDS,
    NUMBER,
    TENSOR,
    Array,
    array_of,
    kind_of,
    owner,
    shape_of,
    stored_bytes,
)
from tinytorch_lab.profiler.ops.flops import DECIDING_PARAM, FORWARD, PER_OUTPUT_ELEMENT, backward_flops, forward_flops

KNOWN_CALLS = 2000
UNKNOWN = -1
"""Flops of a call of an operation without a formula, where a plain integer is needed."""
GATHERS = frozenset(("index", "embedding"))
"""They read as many bytes of each input as the output has at most, not all of them."""
VIEWS_BACKWARD = ("reshape", "permute", "transpose", "merge_heads")
"""The gradient is another view of the gradient that came in."""
GRADIENT_ONLY = (
    "add",
    "subtract",
    "negative",
    "negate",
    "reduce_sum",
    "reduce_mean",
    "concatenate",
    "split_heads",
    *GATHERS,
)
"""Their rules read the gradient alone, not what went in forward."""


Cost = tuple[int, int]
"""One call: flops (UNKNOWN without a formula) and bytes moved."""


class Totals:
    """Sums over calls."""

    __slots__ = ("calls", "flops", "known", "moved", "seconds")

    def __init__(self) -> None:
        self.calls = 0
        self.seconds = 0.0
        self.flops = 0
        self.known = 0
        self.moved = 0

    def add(self, seconds: float, flops: int, moved: int) -> None:
        """One more call."""
        # No call in here that could let another thread in between reading and writing.
        self.calls += 1
        self.seconds += seconds
        self.moved += moved
        if flops != UNKNOWN:
            self.flops += flops
            self.known += 1


class CallCosts:
    """Flops and bytes of events; remembers the flops of calls with shapes that came before."""

    def __init__(self) -> None:
        self._flops: dict[tuple[Any, ...], int] = {}

    def forward(self, op: str, params: dict[str, Any], inputs: tuple[Any, ...], output: Any) -> Cost:
        """Reads its inputs and writes its output, each array once; nothing if the output is a view of an input."""
        out: Array = output.data
        written = out.nbytes
        moved = written
        last: Array | None = None
        for x in inputs:
            kind = KINDS.get(type(x)) or kind_of(x)
            if kind == NUMBER:
                continue
            array: Array = x.data if kind == TENSOR else x
            if array is not last:
                size = array.nbytes if array.base is None else stored_bytes(array)
                moved += size if size <= written or op not in GATHERS else written
            last = array
        if (out.base is not None or out is last) and is_view(out, inputs):
            return 0 if op in FORWARD else UNKNOWN, 0
        per_element = PER_OUTPUT_ELEMENT.get(op)  # most operations are elementwise, and this runs in the cell's loops
        if per_element is not None:
            return per_element * out.size, moved
        return self._forward_flops(op, tuple(map(shape_of, inputs)), out.shape, params), moved

    def backward(self, op: str, params: dict[str, Any], inputs: tuple[Any, ...], output: Any) -> Cost:
        """Reads the gradient and the forward inputs, writes a gradient for each input that requires one."""
        gradient, *before = inputs
        arrays = [array_of(x) for x in before]
        needed = tuple(bool(getattr(x, "requires_grad", False)) for x in before)
        moved = stored_bytes(array_of(gradient))
        for array, wanted in zip(arrays, needed, strict=True):
            if array is not None:
                moved += wanted * array.nbytes + (0 if op in GRADIENT_ONLY else stored_bytes(array))
        flops = self._backward_flops(op, tuple(map(shape_of, before)), output.data.shape, needed, params)
        return flops, 0 if op in VIEWS_BACKWARD else moved

    def _forward_flops(self, op: str, shapes: tuple[Any, ...], output: tuple[int, ...], params: dict[str, Any]) -> int:
        key = (op, output, shapes) if op not in DECIDING_PARAM else (op, output, shapes, _deciding(op, params))
        flops = self._flops.get(key)
        return flops if flops is not None else self._remember(key, forward_flops(op, shapes, output, params))

    def _backward_flops(
        self,
        op: str,
        shapes: tuple[Any, ...],
        output: tuple[int, ...],
        needed: tuple[bool, ...],
        params: dict[str, Any],
    ) -> int:
        key = (op, output, shapes, needed, _deciding(op, params))
        flops = self._flops.get(key)
        return flops if flops is not None else self._remember(key, backward_flops(op, shapes, output, needed, params))

    def _remember(self, key: tuple[Any, ...], flops: int | None) -> int:
        if len(self._flops) >= KNOWN_CALLS:
            self._flops.clear()
        known = UNKNOWN if flops is None else flops
        self._flops[key] = known
        return known


def is_view(out: Array, inputs: tuple[Any, ...]) -> bool:
    """Whether an output shares its memory with an input."""
    memory = owner(out)
    for x in inputs:
        array = array_of(x)
        if array is not None and owner(array) is memory:
            return True
    return False


def _deciding(op: str, params: dict[str, Any]) -> str | None:
    name = DECIDING_PARAM.get(op)
    return None if name is None else str(params.get(name))
