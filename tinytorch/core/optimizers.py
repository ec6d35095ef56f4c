# Generated from modules/06_optimizers/optimizers_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""Optimizers: steps that change parameters in place by their gradients, and the state that they keep."""

import math
import time
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from tinytorch.core.tensor import Array, Event, Tensor, get_observer


def descent_step(w: Array, g: Array, lr: float) -> None:
    """``w <- w - lr * g``, in place."""
    w -= lr * g


def momentum_step(w: Array, g: Array, velocity: Array, lr: float, momentum: float) -> None:
    """``velocity <- momentum * velocity + g``, then ``w <- w - lr * velocity``, both in place."""
    velocity *= momentum
    velocity += g
    w -= lr * velocity


def adam_step(w: Array, g: Array, m: Array, v: Array, t: int, lr: float, betas: tuple[float, float], eps: float, block: int = 32_768) -> None:
    """``adam_by_formula``, in place: ``w``, ``m`` and ``v`` (contiguous, of one shape and dtype) change, ``block`` elements at a time."""
    flat = [a.reshape(-1) for a in (w, g, m, v)]
    scratch = np.empty(min(block, w.size), w.dtype)
    rate, root = lr / (1 - betas[0] ** t), 1 / math.sqrt(1 - betas[1] ** t)
    for start in range(0, w.size, block):
        wb, gb, mb, vb = (a[start : start + block] for a in flat)
        s = scratch[: wb.size]
        mb *= betas[0]
        mb += np.multiply(gb, 1 - betas[0], out=s)
        vb *= betas[1]
        np.multiply(gb, gb, out=s)
        s *= 1 - betas[1]
        vb += s
        np.sqrt(vb, out=s)
        s *= root
        s += eps
        np.divide(mb, s, out=s)
        s *= rate
        wb -= s


def penalized(w: Array, g: Array, weight_decay: float) -> Array:
    """The gradient with that of the penalty, ``g + weight_decay * w``: a new array, or ``g`` itself if there is no penalty."""
    return g + weight_decay * w if weight_decay else g


def shrink(w: Array, lr: float, weight_decay: float) -> None:
    """``w <- w * (1 - lr * weight_decay)``, in place."""
    w *= 1 - lr * weight_decay


class Optimizer:
    """Changes parameters by their gradients: ``optimizer.zero_grad()``, then backward, then ``optimizer.step()``."""

    def __init__(self, params: Iterable[Tensor], lr: float) -> None:
        """ValueError without parameters or with a negative learning rate; TypeError for what is no tensor that requires gradients."""
        self.params = list(params)
        if not self.params or lr < 0:
            raise ValueError(f"An optimizer needs parameters and a learning rate of 0 or more, got {len(self.params)} and {lr}.")
        for parameter in self.params:
            if not isinstance(parameter, Tensor) or not parameter.requires_grad:
                raise TypeError(f"An optimizer takes tensors with requires_grad=True, got {parameter!r}.")
        self.lr = lr
        self.steps = 0
        self.state: list[dict[str, Array]] = [{} for _ in self.params]

    def zero_grad(self) -> None:
        """Forget the gradients: the next backward starts anew."""
        for parameter in self.params:
            parameter.grad = None

    def step(self) -> None:
        """Change every parameter that has a gradient, in place. An observer is told."""
        observer = get_observer()
        started = 0.0 if observer is None else time.perf_counter()
        self.steps += 1
        for parameter, state in zip(self.params, self.state, strict=True):
            if parameter.grad is not None:
                if not parameter.data.flags.c_contiguous:  # steps go through flat views, which only such arrays have
                    parameter.data = np.ascontiguousarray(parameter.data)
                self.update(parameter.data, parameter.grad, state)
        if observer is not None:
            told = {"optimizer": self}
            observer(Event(type(self).__name__, told, tuple(self.params), None, "step", time.perf_counter() - started))  # type: ignore[arg-type]

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        """One step of one parameter; a subclass says how."""
        raise NotImplementedError(f"{type(self).__name__} needs a method update(w, g, state).")

    def state_dict(self) -> dict[str, Any]:
        """Copies of what a later run needs to go on: learning rate, number of steps, state of each parameter in order."""
        state = [{name: array.copy() for name, array in own.items()} for own in self.state]
        return {"lr": self.lr, "steps": self.steps, "state": state}

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Restore what ``state_dict`` gave. ValueError, and nothing changed, if it belongs to other parameters."""
        shapes = [[array.shape for array in own.values() if array.ndim] for own in saved["state"]]
        if len(shapes) != len(self.params) or any(s != p.shape for own, p in zip(shapes, self.params, strict=False) for s in own):
            raise ValueError(f"The state of {len(shapes)} parameters does not fit these {len(self.params)}.")
        self.lr, self.steps = saved["lr"], saved["steps"]
        self.state = [{name: array.copy() for name, array in own.items()} for own in saved["state"]]

class SGD(Optimizer):
    """Descent, with ``momentum`` if it is not 0; ``weight_decay`` is a penalty in the gradient."""

    def __init__(self, params: Iterable[Tensor], lr: float = 0.001, momentum: float = 0.0, weight_decay: float = 0.0) -> None:
        super().__init__(params, lr)
        self.momentum, self.weight_decay = momentum, weight_decay

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        g = penalized(w, g, self.weight_decay)
        if self.momentum == 0:
            descent_step(w, g, self.lr)
        else:
            momentum_step(w, g, state.setdefault("velocity", np.zeros_like(w)), self.lr, self.momentum)

class Adam(Optimizer):
    """Adam; ``weight_decay`` is a penalty in the gradient."""

    def __init__(self, params: Iterable[Tensor], lr: float = 0.001, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0.0) -> None:
        super().__init__(params, lr)
        self.betas, self.eps, self.weight_decay = betas, eps, weight_decay

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        self._adam(w, penalized(w, g, self.weight_decay), state)

    def _adam(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        if not state:
            state.update(steps=np.array(0), m=np.zeros_like(w), v=np.zeros_like(w))
        state["steps"] += 1
        adam_step(w, g, state["m"], state["v"], int(state["steps"]), self.lr, self.betas, self.eps)

class AdamW(Adam):
    """Adam with decoupled ``weight_decay``: the parameters shrink before the step."""

    def __init__(self, params: Iterable[Tensor], lr: float = 0.001, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0.01) -> None:
        super().__init__(params, lr, betas, eps, weight_decay)

    def update(self, w: Array, g: Array, state: dict[str, Array]) -> None:
        shrink(w, self.lr, self.weight_decay)
        self._adam(w, g, state)
