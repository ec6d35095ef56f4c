# Generated from modules/14_profiling/profiling_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""A profiler: parameters, flops, bytes, memory and time of a model, for each layer, from what ``apply`` and modules report."""

import math
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple

import numpy as np

from tinytorch.core.autograd import no_grad
from tinytorch.core.layers import Module, named_state
from tinytorch.core.tensor import Array, Event, Observer, Shape, Tensor, get_observer, set_observer


def product_flops(op: str, shapes: Sequence[Shape], output: Shape) -> int:
    """Flops of "matmul", "linear", "conv2d" or "attention", from the shapes of its inputs and of its output.

    matmul: (..., M, K), (..., K, N). linear: x (..., I), weight (I, O). conv2d: x (B, C, H, W), weight (O, C, kh, kw). Both take a bias (O,) as third input,
    1 more for each output. attention: q (..., T, D), k (..., S, D), v (..., S, E); its two products, and 6 for each score: 1 to scale it, 5 of the softmax.
    """
    if op == "attention":
        q, k, v = shapes
        return math.prod(q[:-1]) * k[-2] * (2 * q[-1] + 2 * v[-1] + 6)
    products = math.prod(shapes[1][1:]) if op == "conv2d" else shapes[0][-1]
    return math.prod(output) * (2 * products + (len(shapes) > 2))


PRODUCTS = ("matmul", "linear", "conv2d", "attention")
MOVES = "reshape permute transpose index concatenate select embedding split_heads merge_heads"
ONCE = "add subtract multiply divide power negative absolute exp log sqrt tanh relu less less_equal greater greater_equal equal not_equal"
PER_OUTPUT = {**dict.fromkeys(MOVES.split(), 0), **dict.fromkeys(ONCE.split(), 1), "sigmoid": 4, "softmax": 5, "log_softmax": 5, "layer_norm": 7}
PER_INPUT = {"reduce_sum": 1, "reduce_max": 1, "reduce_mean": 1, "reduce_var": 4, "squared_error": 3, "cross_entropy": 4, "binary_cross_entropy": 9}
FLOPS: dict[str, Callable[[Sequence[Shape], Shape, Mapping[str, Any]], int]] = {  # of the shapes of inputs and output, and the parameters
    **dict.fromkeys(("max_pool2d", "avg_pool2d"), lambda shapes, output, params: math.prod(output) * math.prod(params["kernel_size"])),
    "gelu": lambda shapes, output, params: math.prod(output) * (9 if params["approximate"] == "tanh" else 5),
    "batch_norm": lambda shapes, output, params: math.prod(output) * (7 if params["training"] else 4)}
def flops_of(op: str, shapes: Sequence[Shape], output: Shape, params: Mapping[str, Any]) -> int | None:
    """Flops of one call by ``FLOPS``, ``product_flops`` or the tables; None for an operation that none of them knows."""
    if op in FLOPS:
        return FLOPS[op](shapes, output, params)
    if op in PRODUCTS:
        return product_flops(op, shapes, output)
    if op in PER_INPUT:
        return PER_INPUT[op] * math.prod(shapes[0])
    return PER_OUTPUT[op] * math.prod(output) if op in PER_OUTPUT else None


def owner(array: Array) -> Array:
    """The array whose memory ``array`` uses: what it is a view of, or itself."""
    return array.base if isinstance(array.base, np.ndarray) else array
def moved_bytes(op: str, arrays: Sequence[Array], output: Array) -> int:
    """Bytes that ``op`` must move at least: each of the input ``arrays`` read once, ``output`` written; 0 if that is a view of an input.
    "index" and "embedding" take some rows: they read of an input no more than they write."""
    if any(owner(array) is owner(output) for array in arrays):
        return 0
    gather = op in ("index", "embedding")
    read = {id(array): min(array.nbytes, output.nbytes) if gather else array.nbytes for array in arrays}
    return output.nbytes + sum(read.values())


class LiveMemory:
    """Counts the bytes of arrays that are alive: ``now``, and ``peak``, the most at once. A view counts as what it is a view of, once."""
    def __init__(self) -> None:
        self.now = self.peak = 0
        self.alive: set[int] = set()
    def made(self, array: Array) -> None:
        """``array`` was made: its memory counts from now on until it is given back."""
        memory = owner(array)
        key, size = id(memory), memory.nbytes
        if key in self.alive:
            return
        self.alive.add(key)
        self.now += size
        self.peak = max(self.peak, self.now)
        weakref.finalize(memory, self.gone, key, size)
    def gone(self, key: int, size: int) -> None:
        """The memory with this id was given back."""
        self.alive.discard(key)
        self.now -= size


def named_modules(model: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Paths and modules, as in ``state_dict``: "blocks.0.attention"; the model itself goes by the name of its class."""
    if not prefix:
        yield type(model).__name__, model
    for name, member in model.members() if isinstance(model, Module) else ():
        if isinstance(member, Module):
            yield prefix + name, member
            yield from named_modules(member, f"{prefix}{name}.")
class Call:
    """One operation that ran, or the gradient rule of one: its name, phase and ``seconds``; ``flops`` (None: unknown), ``moved_bytes`` (None: a
    gradient rule); the time at which it ``arrived``; ``layer``, the path of its innermost module, None outside of the model."""
    def __init__(self, op: str, phase: str, seconds: float, flops: int | None, arrived: float) -> None:
        self.op, self.phase, self.seconds, self.flops, self.arrived = op, phase, seconds, flops, arrived
        self.moved_bytes: int | None = None
        self.layer: str | None = None
class Recorder:
    """An observer of ``model``, for one thread: ``calls``, in order; ``times``, seconds of each call of a module, by path; ``live`` memory of
    what operations made; ``kept``, bytes of the arrays that recorded operations hold for their gradients, by id."""
    def __init__(self, model: Any, clock: Callable[[], float] = time.perf_counter) -> None:
        """``clock`` must be that of ``Module.__call__``. A module in several places goes by the first of its paths."""
        self.model, self.root, self.clock = model, type(model).__name__, clock
        self.paths = {id(module): path for path, module in reversed(list(named_modules(model)))}
        self.calls, self.pile = list[Call](), list[Call]()  # all, and those that no module has claimed yet
        self.times: dict[str, list[float]] = {}
        self.live, self.kept = LiveMemory(), dict[int, int]()
        self.made: dict[int, Call] = {}  # by id of the tensor that may get a gradient
    def claim(self, path: str, started: float) -> None:
        """The calls on the pile that arrived at ``started`` or later get the layer ``path`` and leave the pile; they are its last ones."""
        while self.pile and self.pile[-1].arrived >= started:
            self.pile.pop().layer = path
    def __call__(self, event: Event) -> None:
        if "module" in event.params:
            path = self.paths.get(id(event.params["module"]))
            if path is not None:  # a module that is not the model's leaves its operations to the one around it
                self.claim(path, event.params["started"])
                self.times.setdefault(path, []).append(event.seconds)
        elif event.phase in ("forward", "backward"):
            self.ran(event, event.inputs if event.phase == "forward" else event.inputs[1:])
    def ran(self, event: Event, inputs: Sequence[Any]) -> None:
        """An operation with these ``inputs`` ran, or its gradient rule."""
        flops = flops_of(event.op, [np.shape(x) for x in inputs], event.output.shape, event.params)
        call = Call(event.op, event.phase, event.seconds, flops, self.clock())
        self.calls.append(call)
        if event.phase == "backward":
            needed = [isinstance(x, Tensor) and x.requires_grad for x in inputs[:2]]
            call.flops = call.flops * sum(needed) if call.flops and event.op in PRODUCTS else call.flops
            call.layer = self.made[id(event.output)].layer if id(event.output) in self.made else None
            return
        self.pile.append(call)
        call.moved_bytes = moved_bytes(event.op, [np.asarray(x) for x in inputs if isinstance(x, (Tensor, np.ndarray))], event.output.data)
        if call.moved_bytes:
            self.live.made(event.output.data)
        if event.output.requires_grad:
            self.made[id(event.output)] = call
            held = [owner(x.data) if x.op else x.data for x in inputs if isinstance(x, Tensor) and (x.op or not x.requires_grad)]
            held += [x for x in inputs if isinstance(x, np.ndarray)]
            held += [owner(array) for value in event.params.values() if isinstance(value, dict) for array in value.values()]
            self.kept.update({id(array): array.nbytes for array in held})
@contextmanager
def watching(model: Any, observer: Observer | None) -> Iterator[None]:
    """Inside, ``observer`` hears what happens, beside the one before; None: nobody does. Then all is as it was, gradients and arrays of ``model`` too."""
    arrays = [array for _, array in named_state(model) if isinstance(array, np.ndarray)] if isinstance(model, Module) else []
    copies, gradients, previous = [array.copy() for array in arrays], [(p, p.grad) for p in model.parameters()], get_observer()
    hearers = [one for one in (observer, previous) if one is not None]
    set_observer(None if observer is None else lambda event: [hear(event) for hear in hearers])
    try:
        yield
    finally:
        set_observer(previous)
        for array, copy in zip(arrays, copies, strict=True):
            array[...] = copy
        for parameter, grad in gradients:
            parameter.grad = grad


class Latency(float):
    """The median of ``times`` in seconds, a number to reckon with; ``low`` and ``high`` are the quartiles: half of all times lie between."""
    def __init__(self, times: Sequence[float]) -> None:
        self.times = list(times)
        self.low, self.high = (float(q) for q in np.quantile(self.times, [0.25, 0.75]))
    def __new__(cls, times: Sequence[float]) -> "Latency": return super().__new__(cls, np.median(times))
    def __repr__(self) -> str: return f"{self * 1e3:.3f} ms ({self.low * 1e3:.3f} to {self.high * 1e3:.3f})"
def time_calls(function: Callable[[], Any], warmup: int = 10, iterations: int = 100, clock: Callable[[], float] = time.perf_counter) -> Latency:
    """How long ``function()`` takes: called ``warmup`` times untimed, then ``iterations`` times, each timed by ``clock`` (seconds).
    ValueError, with both numbers, unless ``warmup`` >= 0 and ``iterations`` >= 1."""
    if warmup < 0 or iterations < 1:
        raise ValueError(f"warmup must be 0 or more and iterations at least 1, got {warmup} and {iterations}.")
    for _ in range(warmup):
        function()
    times = []
    for _ in range(iterations):
        started = clock()
        function()
        times.append(clock() - started)
    return Latency(times)


def roof(intensity: float, flops_per_s: float, bytes_per_s: float) -> float:
    """The most flops per second at ``intensity`` (flops per byte) on a machine that does ``flops_per_s`` and moves ``bytes_per_s`` at most."""
    return min(flops_per_s, intensity * bytes_per_s)
def amdahl(share: float, factor: float) -> float:
    """How many times faster all becomes if a part with ``share`` of the time becomes ``factor`` times faster; ``math.inf`` gives the limit."""
    return 1 / (1 - share + share / factor)
def example(model: Any, shape: Shape | Tensor) -> Tensor:
    """An input of ``shape``: zeros, as ids, for a model with a vocabulary (``vocab_size``), else normal float32 numbers. A tensor is taken as it is."""
    if isinstance(shape, Tensor):
        return shape
    ids = isinstance(model, Module) and any(hasattr(module, "vocab_size") for module in model.modules())
    return Tensor(np.zeros(shape, np.int64) if ids else np.random.default_rng(0).standard_normal(shape, np.float32))
def total(values: Sequence[int | None]) -> int | None: return None if None in values else sum(value or 0 for value in values)
class Layer(NamedTuple):
    """What the calls of one module took in one ``phase``, modules inside of it included. None is unknown."""
    path: str
    type: str
    phase: str
    calls: int
    seconds: float
    flops: int | None
    moved_bytes: int | None
    parameters: int
def layers_of(recorder: Recorder) -> list[Layer]:
    """The layers that did something, in the order of the model, each forward and then backward."""
    inside: dict[tuple[str, str], list[Call]] = {}
    for call in recorder.calls:
        parts = call.layer.split(".") if call.layer else []
        for path in {recorder.root, *(".".join(parts[: n + 1]) for n in range(len(parts)))} if parts else ():
            inside.setdefault((path, call.phase), []).append(call)
    layers = []
    for path, module in named_modules(recorder.model):
        times, parameters = recorder.times.get(path, []), sum(p.size for p in module.parameters())
        for phase in ("forward", "backward"):
            if calls := inside.get((path, phase)):
                seconds = sum(times) if times and phase == "forward" else sum(call.seconds for call in calls)
                flops, moved = total([call.flops for call in calls]), total([call.moved_bytes for call in calls])
                layers.append(Layer(path, type(module).__name__, phase, len(times) or 1, seconds, flops, moved, parameters))
    return layers
class Profiler:
    """Measures models: ``Profiler().count_flops(model, (32, 784))``. ``shape`` is that of an input, batch included, or an input.

    The three that profile return a dict: "latency" of passes that nobody listened to; "layers" (a list of Layer), "calls" (of Call) and "flops" of a recorded
    pass, each time being the median over all recorded ones; "parameters"; "memory". Unknown is None.
    """
    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.clock = clock
    def count_parameters(self, model: Any) -> int:
        """How many numbers are trained; a parameter in two places counts once."""
        return sum(parameter.size for parameter in model.parameters())
    def count_flops(self, model: Any, shape: Shape | Tensor) -> int:
        """Flops of one forward pass. ValueError, with their names, if there are operations without a formula."""
        calls = self.record(model, example(model, shape)).calls
        if unknown := {call.op for call in calls if call.flops is None}:
            raise ValueError(f"There is no formula for {', '.join(sorted(unknown))}: put one into FLOPS.")
        return total([call.flops for call in calls]) or 0
    def measure_memory(self, model: Any, shape: Shape | Tensor) -> dict[str, int]:
        """Bytes of "parameters", their "gradients", "activations" that a forward pass keeps for those, and the "peak" alive in one without gradients."""
        x, recorder, parameters = example(model, shape), Recorder(model), model.parameters()
        with watching(model, recorder):
            model(x)
        gradients = sum(parameter.data.nbytes for parameter in parameters if parameter.requires_grad)
        return {"parameters": sum(p.data.nbytes for p in parameters), "gradients": gradients,
                "activations": sum(recorder.kept.values()), "peak": self.record(model, x).live.peak}
    def measure_latency(self, model: Any, x: Tensor, warmup: int = 10, iterations: int = 100) -> Latency:
        """Seconds of ``model(x)`` without gradients: the median, as a number, with its spread. ValueError as ``time_calls``."""
        with watching(model, None), no_grad():
            return time_calls(lambda: model(x), warmup, iterations, self.clock)
    def record(self, model: Any, x: Tensor, backward: bool = False, loss_fn: Callable[[Any], Tensor] = Tensor.sum) -> Recorder:
        """What happens in ``model(x)``; with ``backward`` also in the loss of its output and in ``backward()`` of that."""
        recorder = Recorder(model)
        with watching(model, recorder), nullcontext() if backward else no_grad():
            output = model(x)
            recorder.claim(recorder.root, 0.0)  # what an activation did: it does not report its calls
            if backward:
                loss_fn(output).backward()
        return recorder
    def profile_layer(self, layer: Any, shape: Shape | Tensor) -> dict[str, Any]:
        """A layer on its own."""
        return self.profile_forward_pass(layer, example(layer, shape))
    def profile_forward_pass(self, model: Any, x: Tensor, warmup: int = 2, iterations: int = 5) -> dict[str, Any]:
        """``model(x)`` without gradients, layer by layer."""
        return self._profile(model, x, self.measure_latency(model, x, warmup, iterations), [self.record(model, x) for _ in range(iterations)])
    def profile_backward_pass(self, model: Any, x: Tensor, loss_fn: Callable[[Any], Tensor] = Tensor.sum, warmup: int = 2, iterations: int = 5) -> dict[str, Any]:
        """Forward and backward, layer by layer; ``loss_fn`` makes one number of the output."""
        with watching(model, None):
            latency = time_calls(lambda: loss_fn(model(x)).backward(), warmup, iterations, self.clock)
        return self._profile(model, x, latency, [self.record(model, x, True, loss_fn) for _ in range(iterations)])
    def _profile(self, model: Any, x: Tensor, latency: Latency, passes: list[Recorder]) -> dict[str, Any]:
        first = passes[0]
        for same in zip(*(one.calls for one in passes), strict=True):
            same[0].seconds = float(np.median([call.seconds for call in same]))
        first.times = {path: np.median([one.times[path] for one in passes], axis=0).tolist() for path in first.times}
        return {"latency": latency, "parameters": self.count_parameters(model), "flops": total([call.flops for call in first.calls]),
                "memory": self.measure_memory(model, x), "layers": layers_of(first), "calls": first.calls}
def quick_profile(model: Any, x: Tensor, profiler: Profiler | None = None) -> dict[str, Any]:
    """Print the profile of ``model(x)`` as a table, and return it."""
    profile = (profiler or Profiler()).profile_forward_pass(model, x)
    print(f"{profile['latency']}, {profile['memory']}\n{'layer':<22}{'type':<20}{'calls':>6}{'ms':>10}{'flops':>16}{'bytes':>14}{'parameters':>12}")
    for layer in profile["layers"]:
        flops, moved = ("unknown" if figure is None else f"{figure:,}" for figure in (layer.flops, layer.moved_bytes))
        print(f"{layer.path:<22}{layer.type:<20}{layer.calls:>6}{layer.seconds * 1e3:>10.3f}{flops:>16}{moved:>14}{layer.parameters:>12,}")
    return profile
