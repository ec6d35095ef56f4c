"""Modules, gradients and optimizers as docs/observer.md wants them, on the real Tensor, until lessons 03, 05 and 06 exist."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from tinytorch.core.tensor import Event, Tensor, add, get_observer, matmul


def parameter(*shape: int) -> Tensor:
    return Tensor(np.full(shape, 0.5), requires_grad=True)


class Module:
    def members(self) -> Iterator[tuple[str, Any]]:
        for name, value in vars(self).items():
            if isinstance(value, dict):
                yield from ((f"{name}.{key}", one) for key, one in value.items())
            elif isinstance(value, list):
                yield from ((f"{name}.{key}", one) for key, one in enumerate(value))
            else:
                yield name, value

    def forward(self, *inputs: Any) -> Any:
        raise NotImplementedError

    def __call__(self, *inputs: Any) -> Any:
        observer = get_observer()
        if observer is None:
            return self.forward(*inputs)
        started = time.perf_counter()
        output = self.forward(*inputs)
        seconds = time.perf_counter() - started
        observer(Event(type(self).__name__, {"module": self, "started": started}, inputs, output, "forward", seconds))
        return output


class Linear(Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        self.weight, self.bias = parameter(inputs, outputs), parameter(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight + self.bias


class Sequential(Module):
    def __init__(self, *layers: Module) -> None:
        self.layers = list(layers)

    def members(self) -> Iterator[tuple[str, Any]]:
        return ((str(key), layer) for key, layer in enumerate(self.layers))

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x


def unbroadcast(gradient: Any, shape: tuple[int, ...]) -> Any:
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    return gradient


RULES: dict[Any, Any] = {
    matmul: lambda g, a, b: (g @ b.T, a.T @ g),
    add: lambda g, a, b: (unbroadcast(g, a.shape), unbroadcast(g, b.shape)),
}


def backward(loss: Tensor) -> None:
    """Each node once, outputs before inputs; one event for each rule."""
    gradients = {id(loss): np.ones(loss.shape, np.float32)}
    for node in sorted_nodes(loss):
        gradient = gradients.pop(id(node))
        started = time.perf_counter()
        assert node.op is not None
        for x, more in zip(node.inputs, RULES[node.op](gradient, *(x.data for x in node.inputs)), strict=True):
            if not x.requires_grad:
                continue
            if x.op is None:
                x.grad = more if x.grad is None else x.grad + more
            else:
                gradients[id(x)] = gradients[id(x)] + more if id(x) in gradients else more
        observer = get_observer()
        if observer is not None:
            seconds = time.perf_counter() - started
            inputs = (gradient, *node.inputs)
            observer(Event(node.op.__name__, node.params, inputs, node, "backward", seconds))  # type: ignore[attr-defined]


def sorted_nodes(loss: Tensor) -> list[Tensor]:
    """The recorded nodes, outputs before inputs. No recursion: a function that knows itself would keep the graph alive."""
    found: list[Tensor] = []
    seen: set[int] = set()
    waiting = [(loss, False)]
    while waiting:
        node, inputs_done = waiting.pop()
        if inputs_done:
            found.append(node)
        elif id(node) not in seen and node.op is not None:
            seen.add(id(node))
            waiting.append((node, True))
            waiting += [(x, False) for x in node.inputs if isinstance(x, Tensor)]
    return found[::-1]


class Adam:
    """Holds two arrays for each parameter."""

    def __init__(self, parameters: list[Tensor]) -> None:
        self.parameters = parameters
        self.m: list[Any] = []
        self.v: list[Any] = []

    def step(self) -> None:
        started = time.perf_counter()
        self.m = self.m or [np.zeros_like(p.data) for p in self.parameters]
        self.v = self.v or [np.zeros_like(p.data) for p in self.parameters]
        observer = get_observer()
        if observer is not None:
            seconds = time.perf_counter() - started
            observer(Event("Adam", {"optimizer": self}, tuple(self.parameters), None, "step", seconds))  # type: ignore[arg-type]
