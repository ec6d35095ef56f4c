"""Counts the events of tinytorch: operations, modules, gradient rules, steps. It loads NumPy, so it is loaded late."""

from __future__ import annotations

from sys import intern
from typing import Any

from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.ops.counts import CallCosts, Totals
from tinytorch_lab.profiler.ops.layers import LayerCounts
from tinytorch_lab.profiler.ops.report import MOST_LAYERS, layers_of, ops_of
from tinytorch_lab.profiler.ops.tensor_memory import LiveArrays, Optimizers, tensor_memory


class EventCounts:
    """What the operations of one measured cell took, and in which layers."""

    def __init__(self) -> None:
        self._forward: dict[str, Totals] = {}
        self._backward: dict[str, Totals] = {}
        self._layers = LayerCounts()
        self._costs = CallCosts()
        self._arrays = LiveArrays()
        self._optimizers = Optimizers()
        self.layers_left_out = False
        """``fill`` did not list all modules that were called."""

    def prepare(self) -> None:
        """Make room beforehand: the cell's memory is not ours to use."""
        self._layers.prepare()

    def count(self, event: Any, arrived: float) -> None:
        """One event, which came at ``arrived`` (``time.perf_counter``)."""
        if event.phase == "forward" and "module" not in event.params:
            self._count_forward(event, arrived)
        else:
            self._count_other(event, arrived)

    def release(self) -> None:
        """Keep no more than the sums."""
        self._arrays.release()
        self._layers.release()

    def fill(self, measurement: Measurement) -> None:
        """Write ops, layers and tensors into the measurement."""
        records = self._layers.all_records()
        totals = {(op, "forward"): sums for op, sums in self._forward.items()}
        totals |= {(op, "backward"): sums for op, sums in self._backward.items()}
        measurement.ops = ops_of(totals, records)
        layers = layers_of(records)
        measurement.layers = layers[:MOST_LAYERS]
        self.layers_left_out = self._layers.left_out or len(layers) > MOST_LAYERS
        if totals:
            measurement.tensors = tensor_memory(self._arrays, records, self._optimizers)

    def _count_forward(self, event: Any, arrived: float) -> None:
        """An operation. This runs in the cell's loops: benchmarks/observer.py says what it costs."""
        op, params, inputs, output, _, seconds = event
        op = intern(op)  # a ufunc makes its name anew each time, and what waits for its module keeps it
        flops, moved = self._costs.forward(op, params, inputs, output)
        totals = self._forward.get(op) or self._new_totals(op, self._forward)
        totals.add(seconds, flops, moved)
        differentiable = output.requires_grad
        self._layers.ran(op, arrived, seconds, flops, moved, id(output) if differentiable else 0)
        if moved:
            self._arrays.made(output.data)
        if differentiable:
            self._arrays.keep(inputs, params)

    def _count_other(self, event: Any, arrived: float) -> None:
        """A module's call, a gradient rule or an optimizer's step."""
        op, params, inputs, output, phase, seconds = event
        if phase == "forward":
            started = params.get("started", arrived - seconds)
            self._layers.called(params["module"], started, arrived, seconds)
        elif phase == "backward":
            flops, moved = self._costs.backward(op, params, inputs, output)
            totals = self._backward.get(op) or self._new_totals(op, self._backward)
            totals.add(seconds, flops, moved)
            self._layers.ran_backward(op, seconds, flops, moved, output)
        elif phase == "step":
            self._optimizers.stepped(params["optimizer"])

    @staticmethod
    def _new_totals(op: str, totals: dict[str, Totals]) -> Totals:
        return totals.setdefault(op, Totals())  # another thread may be first
