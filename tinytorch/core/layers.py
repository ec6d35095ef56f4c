# Generated from modules/03_layers/layers_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""Layers: modules with parameters, and the walk that finds, saves and restores what a model holds."""

import math
import time
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np

from tinytorch.core.activations import Activation
from tinytorch.core.tensor import FLOAT32, Array, Event, Shape, Tensor, apply, get_observer, multiply

rng = np.random.default_rng()

def manual_seed(seed: int) -> None:
    """Start the random numbers of all layers anew: the same seed gives the same parameters and the same dropped elements."""
    rng.bit_generator.state = np.random.default_rng(seed).bit_generator.state


def scaled_uniform(shape: Shape, fan_in: int) -> Array:
    """Float32 random numbers of ``shape``, even between ``-1 / sqrt(fan_in)`` and ``1 / sqrt(fan_in)``; ``fan_in`` >= 1."""
    bound = 1 / math.sqrt(fan_in)
    return rng.uniform(-bound, bound, shape).astype(FLOAT32)


def linear(x: Array, weight: Array, bias: Array | None = None) -> Array:
    """``x @ weight + bias``: x (..., in), weight (in, out), bias (out,) or None, result (..., out).

    Raises ValueError, with both shapes, if the last axis of ``x`` is not ``in``.
    """
    if x.shape[-1:] != weight.shape[:1]:
        raise ValueError(f"A linear layer with weights {weight.shape} takes (..., {weight.shape[0]}), got {x.shape}.")
    y = x.reshape(math.prod(x.shape[:-1]), x.shape[-1]) @ weight
    if bias is not None:
        y += bias
    return y.reshape(*x.shape[:-1], weight.shape[1])


class Parameter(Tensor):
    """A tensor that belongs to a module: ``Parameter(np.zeros((3, 2)))``."""

    __slots__ = ()

    def __init__(self, data: Any) -> None:
        super().__init__(data, requires_grad=True)

State: TypeAlias = "Parameter | Array"

class Module:
    """Something with parameters that turns tensors into tensors: a subclass has ``forward``, and attributes that it needs."""

    training = True

    def forward(self, *args: Any, **params: Any) -> Any:
        """What the module does; a subclass says it."""
        raise NotImplementedError(f"{type(self).__name__} needs a method forward(x).")

    def __call__(self, *args: Any, **params: Any) -> Any:
        """``forward``; an observer, if one is set, is told about the call."""
        observer = get_observer()
        if observer is None:
            return self.forward(*args, **params)
        started = time.perf_counter()
        output = self.forward(*args, **params)
        told = {"module": self, "started": started}
        observer(Event(type(self).__name__, told, args, output, "forward", time.perf_counter() - started))
        return output

    def members(self) -> Iterator[tuple[str, Any]]:
        """Names and values of the parameters, arrays and modules that it holds itself; those in a list as ``name.0``, ``name.1``."""
        for name, value in vars(self).items():
            for key, one in enumerate(value) if isinstance(value, (list, tuple)) else [(None, value)]:
                if isinstance(one, (Parameter, np.ndarray, Module)):
                    yield (name if key is None else f"{name}.{key}"), one

    def modules(self) -> "Iterator[Module]":
        """Itself and all modules inside it."""
        yield self
        for _, member in self.members():
            if isinstance(member, Module):
                yield from member.modules()

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Paths and parameters of the whole model; one that is used in two places comes once."""
        seen: set[int] = set()
        for path, member in named_state(self):
            if isinstance(member, Parameter) and id(member) not in seen:
                seen.add(id(member))
                yield path, member

    def parameters(self) -> list[Parameter]:
        """The parameters of the whole model, each once."""
        return [parameter for _, parameter in self.named_parameters()]

    def state_dict(self) -> dict[str, Array]:
        """Copies of all parameters and other arrays of the model, by path."""
        return {path: np.array(_array(member)) for path, member in named_state(self)}

    def load_state_dict(self, state: Mapping[str, Array]) -> None:
        """Restore what ``state_dict`` gave. ValueError, and nothing changed, if names or shapes differ."""
        load_state(self, state)

    def train(self, mode: bool = True) -> "Module":
        """Switch the model to training (or not): layers such as Dropout behave differently then. Returns the model."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> "Module":
        """Switch the model to being used."""
        return self.train(False)

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={member!r}" for name, member in self.members() if isinstance(member, Module))
        return f"{type(self).__name__}({inner})"

Layer = Module

def _array(member: State) -> Array: return member.data if isinstance(member, Parameter) else member


def named_state(module: Module, prefix: str = "") -> Iterator[tuple[str, State]]:
    """Paths and values of all parameters and arrays in ``module`` and the modules inside it, in order: ``("0.weight", ...)``."""
    for name, member in module.members():
        if isinstance(member, Module):
            yield from named_state(member, f"{prefix}{name}.")
        else:
            yield prefix + name, member


def load_state(module: Module, state: Mapping[str, Array]) -> None:
    """Copy ``state`` (arrays by path) into the parameters and arrays of ``module``.

    Raises ValueError, naming the paths, if one is missing or unknown or has another shape; nothing is changed then.
    """
    own = {path: _array(member) for path, member in named_state(module)}
    if own.keys() != state.keys():
        raise ValueError(f"The state does not fit this model: only one of both has {sorted(own.keys() ^ state.keys())}.")
    for path, array in own.items():
        if np.shape(state[path]) != array.shape:
            raise ValueError(f"The state does not fit this model: {path} is {array.shape}, given was {np.shape(state[path])}.")
    for path, array in own.items():
        array[...] = state[path]


def dropout_mask(shape: Shape, p: float) -> Array:
    """Float32 factors of ``shape``: 0 with probability ``p``, else ``1 / (1 - p)``; all 0 for ``p`` = 1."""
    kept = (rng.random(shape) >= p).astype(FLOAT32)
    return kept if p == 1 else kept / (1 - p)


class Linear(Module):
    """``x @ weight + bias``, with ``weight`` (in_features, out_features): ``Linear(784, 10)``. ValueError unless both are >= 1."""

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        if in_features < 1 or out_features < 1:
            raise ValueError(f"Linear needs at least one input and one output, got {in_features} and {out_features}.")
        self.in_features, self.out_features = in_features, out_features
        self.weight = Parameter(scaled_uniform((in_features, out_features), in_features))
        self.bias = Parameter(scaled_uniform((out_features,), in_features)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        """(..., in_features) to (..., out_features)."""
        return apply(linear, x, self.weight) if self.bias is None else apply(linear, x, self.weight, self.bias)

    def __repr__(self) -> str:
        return f"Linear({self.in_features}, {self.out_features}{', bias=False' if self.bias is None else ''})"

class Dropout(Module):
    """Drops elements with probability ``p`` while the model trains. ValueError unless ``p`` is between 0 and 1."""

    def __init__(self, p: float = 0.5) -> None:
        if not 0 <= p <= 1:
            raise ValueError(f"The probability to drop must be between 0 and 1, got {p}.")
        self.p = p

    def forward(self, x: Tensor, training: bool | None = None) -> Tensor:
        """``training`` decides for this call; without it the module's own switch, which train() and eval() set."""
        if not (self.training if training is None else training) or self.p == 0:
            return x
        return apply(multiply, x, dropout_mask(x.shape, self.p))

    def __repr__(self) -> str: return f"Dropout({self.p})"
class Sequential(Module):
    """Layers one after the other: ``Sequential(Linear(4, 8), ReLU(), Linear(8, 2))``; takes modules and activations, also in one list."""

    def __init__(self, *layers: Any) -> None:
        self.layers: list[Module | Activation] = list(layers[0] if len(layers) == 1 and isinstance(layers[0], (list, tuple)) else layers)

    def forward(self, x: Tensor) -> Tensor:
        """The result of the last layer."""
        for layer in self.layers:
            x = layer(x)
        return x

    def members(self) -> Iterator[tuple[str, Any]]:
        """The modules by their number: the weight of the first one is ``0.weight``."""
        return ((str(key), layer) for key, layer in enumerate(self.layers) if isinstance(layer, Module))

    def __getitem__(self, key: int | slice) -> Module | Activation:
        return Sequential(self.layers[key]) if isinstance(key, slice) else self.layers[key]
    def __len__(self) -> int: return len(self.layers)
    def __repr__(self) -> str: return f"Sequential({', '.join(map(repr, self.layers))})"
