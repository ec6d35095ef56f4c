# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---
# %% [markdown]
# # Module 14: Profiling
# **You build** a profiler: flops and bytes by formula, the layer that each operation ran in, memory that is alive and memory that waits for gradients, time with its
# spread, and two laws that say what the figures mean: the roofline and Amdahl's law.
#
# **You measure** your profiler against `%%measure`, operation by operation; what it costs itself; how it grows with the depth of a model (`%%complexity`); which layers
# are bound by arithmetic and which by memory; and whether Amdahl's law predicts what a faster layer gains.
#
# **Prerequisites:** 03 Layers, 09 Convolution. **Unlocks:** 15 Quantization, 16 Compression, 18 Acceleration, 19 Benchmarking.
# %% [markdown]
# ## Part 1: Foundations
# Who wants to make a model faster or smaller must know where its time and memory go. Guessing does not work: the layer with the most parameters is often neither the
# one with the most arithmetic nor the one that takes longest. Your profiler finds flops and bytes by formula, from the shapes of inputs and output; seconds by a clock, after a
# warm-up, several times; memory by following the arrays themselves; and the layer of each operation from the order in which operations and modules report.
#
# With F flops and Q bytes, an operation has the *arithmetic intensity* $I = F / Q$. A machine that does at most P flops and moves at most W bytes in a second cannot
# do more than $\min(P, \; W \cdot I)$ flops per second: its *roofline* (Williams and others, 2009). And if a part takes the share p of the time and becomes s times
# faster, all of it becomes $1 / (1 - p + p / s)$ times faster: *Amdahl's law* (1967).
# %%
#| default_exp perf.profiling
#| export
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

# %% nbgrader={"grade": false, "grade_id": "14-helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(14)
from tinytorch.core.activations import ReLU
from tinytorch.core.layers import Linear, Sequential
from tinytorch.core.spatial import BatchNorm2d, Conv2d, Flatten, MaxPool2d
from tinytorch.core.tensor import apply


def equal(got, expected, what): assert got == expected, f"{what}: expected {expected}, got {got}"
def rounds(*sizes): return sum(1 for _ in np.ndindex(*sizes))  # how often the body of nested loops of these sizes runs
# %% [markdown]
# ### 1.1 Flops
# Nearly all arithmetic of a model is in four operations, which multiply and add: matmul, linear, conv2d and attention. One product and its sum are 2 flops.
# Every element of the batch counts. What an implementation does besides (columns, blocks, copies) does not: the formula says what the task needs.
# %% nbgrader={"grade": false, "grade_id": "14-flops", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def product_flops(op: str, shapes: Sequence[Shape], output: Shape) -> int:
    """Flops of "matmul", "linear", "conv2d" or "attention", from the shapes of its inputs and of its output.

    matmul: (..., M, K), (..., K, N). linear: x (..., I), weight (I, O). conv2d: x (B, C, H, W), weight (O, C, kh, kw). Both take a bias (O,) as third input,
    1 more for each output. attention: q (..., T, D), k (..., S, D), v (..., S, E); its two products, and 6 for each score: 1 to scale it, 5 of the softmax.
    """
    # TODO: the number of flops.
    # APPROACH: 1. attention: each of the (all queries) * S scores takes D and E products. 2. else: how many products make an output? Twice that, 1 for a bias.
    # HINTS: math.prod(shape) counts elements. A conv2d output needs all weights of one filter, the others as many as the last axis of the first input.
    ### BEGIN SOLUTION
    if op == "attention":
        q, k, v = shapes
        return math.prod(q[:-1]) * k[-2] * (2 * q[-1] + 2 * v[-1] + 6)
    products = math.prod(shapes[1][1:]) if op == "conv2d" else shapes[0][-1]
    return math.prod(output) * (2 * products + (len(shapes) > 2))
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "14-flops-test", "locked": true, "points": 13, "schema_version": 3, "solution": false, "task": false}
def test_product_flops():
    equal(product_flops("matmul", [(3, 4), (4, 5)], (3, 5)), 2 * rounds(3, 5, 4), "(3, 4) @ (4, 5)")
    equal(product_flops("linear", [(7, 3), (3, 5), (5,)], (7, 5)), 2 * rounds(7, 5, 3) + 7 * 5, "seven rows, 3 to 5, with a bias")
    image = 2 * rounds(1, 4, 5, 6, 3, 3, 2)  # image, filter, row, column; channel, row and column of the filter
    equal(product_flops("conv2d", [(1, 3, 7, 7), (4, 3, 3, 2)], (1, 4, 5, 6)), image, "a convolution of one image")
    equal(product_flops("conv2d", [(8, 3, 7, 7), (4, 3, 3, 2)], (8, 4, 5, 6)), 8 * image, "of eight images: the batch counts")
    ### BEGIN HIDDEN TESTS
    equal(product_flops("matmul", [(2, 6, 3, 4), (4, 5)], (2, 6, 3, 5)), 2 * rounds(2, 6, 3, 5, 4), "a stack of matrices")
    equal(product_flops("linear", [(2, 7, 3), (3, 5)], (2, 7, 5)), 2 * rounds(2, 7, 5, 3), "no bias")
    equal(product_flops("conv2d", [(2, 3, 7, 7), (4, 3, 3, 2), (4,)], (2, 4, 5, 6)), 2 * image + rounds(2, 4, 5, 6), "a bias for each output")
    scores = rounds(2, 3, 4, 5)
    expected = 2 * rounds(scores, 6) + 2 * rounds(scores, 7) + rounds(scores) + 5 * rounds(scores)
    equal(product_flops("attention", [(2, 3, 4, 6), (2, 3, 5, 6), (2, 3, 5, 7)], (2, 3, 4, 7)), expected, "attention of six heads")
    equal(product_flops("attention", [(4, 6), (5, 6), (5, 7)], (4, 7)) * 6, expected, "attention of one")
    ### END HIDDEN TESTS
test_product_flops()
# %% [markdown]
# Given: all other operations, by a table. One addition, comparison or elementary function of one element is 1, moving is 0. An operation that is not there is unknown,
# which is not 0; `FLOPS` takes formulas of your own.
# %%
#| export
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
# %% [markdown]
# ### 1.2 Bytes
# At least, an operation reads each of its arrays once and writes its output once. A view moves nothing: only its shape is new. Who takes rows out of a table, as index and
# embedding do, reads as much as it writes, not the table.
# %% nbgrader={"grade": false, "grade_id": "14-bytes", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def owner(array: Array) -> Array:
    """The array whose memory ``array`` uses: what it is a view of, or itself."""
    return array.base if isinstance(array.base, np.ndarray) else array
def moved_bytes(op: str, arrays: Sequence[Array], output: Array) -> int:
    """Bytes that ``op`` must move at least: each of the input ``arrays`` read once, ``output`` written; 0 if that is a view of an input.
    "index" and "embedding" take some rows: they read of an input no more than they write."""
    # TODO: the number of bytes.
    # APPROACH: 1. a view has the same owner as an input. 2. the bytes of each different array; of a gather at most those of the output. 3. add the output.
    # HINTS: array.nbytes. x * x has the same array twice: a dict with id(array) as key holds it once.
    ### BEGIN SOLUTION
    if any(owner(array) is owner(output) for array in arrays):
        return 0
    gather = op in ("index", "embedding")
    read = {id(array): min(array.nbytes, output.nbytes) if gather else array.nbytes for array in arrays}
    return output.nbytes + sum(read.values())
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "14-bytes-test", "locked": true, "points": 11, "schema_version": 3, "solution": false, "task": false}
def test_moved_bytes():
    a, b = np.ones((3, 4), np.float32), np.ones((4, 5), np.float64)
    equal(moved_bytes("matmul", [a, b], a @ b), 12 * 4 + 20 * 8 + 15 * 8, "float32 has 4 bytes, float64 8")
    equal(moved_bytes("multiply", [a, a], a * a), 2 * 12 * 4, "x * x reads x once")
    equal(moved_bytes("reshape", [a], a.reshape(2, 6)), 0, "a view")
    ### BEGIN HIDDEN TESTS
    equal(moved_bytes("reshape", [a.T], a.T.reshape(12)), 2 * 12 * 4, "this reshape had to copy")
    equal(moved_bytes("transpose", [a[1:]], a[1:].T), 0, "a view of a view"), equal(moved_bytes("select", [b, a], a), 0, "an input given back")
    equal(moved_bytes("exp", [a[:, :2]], a[:, :2] + 1), 48, "what is used of a view"), equal(moved_bytes("add", [a, a.copy()], a + 1), 3 * 48, "equal, but two arrays")
    table, ids = np.ones((1000, 8), np.float32), np.array([3, 999, 3])
    for op in ("embedding", "index"):
        equal(moved_bytes(op, [table, ids], table[ids]), 2 * 3 * 8 * 4 + 3 * 8, f"{op}: rows read and written, and the ids")
    ### END HIDDEN TESTS
test_moved_bytes()
# %% [markdown]
# ### 1.3 Memory that is alive
# A model in use needs its parameters and, for a while, the arrays between two layers. To know the highest sum of those, we count each array when it is made, and ask Python
# to tell us when it is gone: after weakref.finalize(array, function, a, b), Python calls function(a, b) once nobody holds the array any more; it does not hold it itself.
# %% nbgrader={"grade": false, "grade_id": "14-live", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
class LiveMemory:
    """Counts the bytes of arrays that are alive: ``now``, and ``peak``, the most at once. A view counts as what it is a view of, once."""
    def __init__(self) -> None:
        self.now = self.peak = 0
        self.alive: set[int] = set()
    def made(self, array: Array) -> None:
        """``array`` was made: its memory counts from now on until it is given back."""
        # TODO: count it, and see to it that it is uncounted.
        # APPROACH: 1. its owner; nothing to do if that is alive already. 2. note its id, add its bytes to now, raise the peak. 3. finalize with self.gone.
        # HINTS: gone needs the id and the bytes as arguments; handing it the array itself would keep that alive for ever.
        ### BEGIN SOLUTION
        memory = owner(array)
        key, size = id(memory), memory.nbytes
        if key in self.alive:
            return
        self.alive.add(key)
        self.now += size
        self.peak = max(self.peak, self.now)
        weakref.finalize(memory, self.gone, key, size)
        ### END SOLUTION
    def gone(self, key: int, size: int) -> None:
        """The memory with this id was given back."""
        self.alive.discard(key)
        self.now -= size
# %% nbgrader={"grade": true, "grade_id": "14-live-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
def test_live_memory():
    memory = LiveMemory()
    a, b = np.zeros(100, np.int8), np.zeros(30, np.int8)
    memory.made(a), memory.made(b), memory.made(a[20:]), memory.made(b)
    equal((memory.now, memory.peak), (130, 130), "two arrays; a view and an array that is known add nothing")
    del a
    equal((memory.now, memory.peak), (30, 130), "when the first one is gone")
    ### BEGIN HIDDEN TESTS
    c = np.zeros((5, 6, 2), np.float32)
    memory.made(c[1:, 2])
    equal((memory.now, memory.peak), (270, 270), "a view alone holds all of its memory")
    view = c[0]
    del c, b
    equal(memory.now, 240, "as long as a view is there")
    del view
    equal((memory.now, memory.peak), (0, 270), "all are gone")
    ### END HIDDEN TESTS
test_live_memory()
# %% [markdown]
# ### 1.4 The observer
# `apply` tells an observer about each operation **after** it; `Module.__call__` tells about each call after it too, and says when that began. So when a module reports, all
# operations that arrived since it began ran inside it. The innermost module reports first: if it takes its operations off the pile, the rest is left to the modules around it.
# In `Sequential(Conv2d(...), ReLU(), Linear(...))` the Conv2d takes conv2d, so its layer is `0`; relu waits, linear comes on top; the Linear began later than relu and takes
# linear alone; the Sequential began before all and takes what is left, relu. You write `claim`.
#
# Backward needs no pile: a gradient rule belongs to the layer in which forward made its tensor. Its flops follow a rule of thumb: as many as forward, and for products once
# for each of the first two inputs that needs a gradient. What an operation holds until then, its inputs and what it puts into a dict among its parameters, is *kept*;
# parameters of the model do not count, they stay anyway.
# %% nbgrader={"grade": false, "grade_id": "14-recorder", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
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
        # TODO: take calls off the end of the pile.
        # APPROACH: as long as there is a call and it arrived late enough: take it off, set its layer.
        # HINTS: self.pile[-1] is the last one, self.pile.pop() takes it off. Do not search the whole pile: models are deep.
        ### BEGIN SOLUTION
        while self.pile and self.pile[-1].arrived >= started:
            self.pile.pop().layer = path
        ### END SOLUTION
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
# %% nbgrader={"grade": true, "grade_id": "14-recorder-test", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
def test_recorder():
    model = Sequential(Linear(3, 4), ReLU(), Sequential(Linear(4, 4), ReLU()), Linear(4, 2, bias=False))
    recorder = Recorder(model)
    with watching(model, recorder):
        model(Tensor(np.ones((5, 3)))).sum().backward()
    found = [(call.op, call.layer, call.flops) for call in recorder.calls]
    forward = [("linear", "0", 140), ("relu", "Sequential", 20), ("linear", "2.0", 180), ("relu", "2", 20), ("linear", "3", 80), ("reduce_sum", None, 10)]
    equal(found[:6], forward, "operations, their layers and flops; the sum was outside of the model")
    ### BEGIN HIDDEN TESTS
    back = [("reduce_sum", None, 10), ("linear", "3", 160), ("relu", "2", 20), ("linear", "2.0", 360), ("relu", "Sequential", 20), ("linear", "0", 140)]
    equal(found[6:], back, "gradient rules; the first layer needs no gradient of the data")
    other, calls = Recorder(model), [Call("a", "forward", 0, 0, arrived) for arrived in (1.0, 2.0, 3.0, 4.0)]
    other.pile = calls.copy()
    other.claim("late", 3.0), other.claim("none", 2.5)
    equal(([call.layer for call in calls], other.pile), ([None, None, "late", "late"], calls[:2]), "what arrived at 3.0 or later")
    other.claim("all", 0.0), other.claim("more", 0.0)
    equal([call.layer for call in calls], ["all", "all", "late", "late"], "the rest; then the pile is empty")
    ### END HIDDEN TESTS
test_recorder()
# %% [markdown]
# ### 1.5 Time
# The first calls are slower: memory comes from the system, caches are cold, libraries start threads. So some calls warm up, untimed. Of the others each is timed on its own:
# the **median** does not move if the system interrupts a few of them, as the mean does. The quartiles around it (given) say how far the times spread. The clock is a
# parameter: the test brings its own, and depends on no real time.
# %% nbgrader={"grade": false, "grade_id": "14-times", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
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
    # TODO: the times of all timed calls, as a Latency.
    # APPROACH: 1. refuse. 2. warm up. 3. for each iteration: the clock, the call, the clock again; keep the difference.
    # HINTS: nothing else should stand between the two readings of the clock.
    ### BEGIN SOLUTION
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
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "14-times-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
class FakeClock:  # its time passes only in work, which takes the next of its costs
    def __init__(self, *costs): self.now, self.costs = 100.0, list(costs)
    def work(self): self.now += self.costs.pop(0)
    def __call__(self): return self.now
def timed(clock, *numbers):  # the times that are measured, or what was raised
    try:
        return time_calls(clock.work, *numbers, clock=clock).times
    except Exception as error:
        return repr(error)
def test_time_calls():
    equal(timed(FakeClock(50, 40, 3, 1, 2, 90, 2), 2, 5), [3, 1, 2, 90, 2], "the times behind the two calls that warm up")
    ### BEGIN HIDDEN TESTS
    equal(timed(FakeClock(*range(1, 112))), list(range(11, 111)), "10 calls warm up and 100 are timed unless said otherwise")
    equal(timed(FakeClock(7), 0, 1), [7], "no warm-up, one call")
    for numbers in [(-1, 5), (0, 0), (3, -2)]:
        said = str(timed(FakeClock(), *numbers))
        assert said.startswith("ValueError") and f"{numbers[0]} and {numbers[1]}" in said, said
    ### END HIDDEN TESTS
test_time_calls()
# %% [markdown]
# **Predict, then run:** without a warm-up, how much longer than the median does the first call take? And the slowest of the others?
# %%
pooling, many = MaxPool2d(3), Tensor(rng.standard_normal((4, 3, 30, 30)))
cold = time_calls(lambda: pooling(many), 0, 50)
print(f"{cold}; the first took {cold.times[0] / cold:.1f} times the median, the slowest of the others {max(cold.times[1:]) / cold:.1f} times")
# %% [markdown]
# ### 1.6 The profiler
# Given: the two laws of Part 1, and what puts your parts together.
# %%
#| export
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
# %% [markdown]
# ## Part 2: Systems analysis
# ### 2.1 Two profilers, one run
# `%%measure` listens at the same place, with code of its own, so one pass forward and backward is enough for both. **Predict** in which columns the two can differ.
# %%
cnn = Sequential(Conv2d(1, 4, 3, padding=1), ReLU(), MaxPool2d(2), Conv2d(4, 4, 3, padding=1), ReLU(), MaxPool2d(2), Flatten(), Linear(196, 10))
images, profiler, judged, n = Tensor(rng.standard_normal((32, 1, 28, 28))), Profiler(), None, 8
# %%
# %%measure -o judged
recorder = profiler.record(cnn, images, backward=True)
# %%
def compare(measured, recorder):
    print(f"{'layer':<12}{'operation':<12}{'phase':<10}{'ms':>8}{'flops':>14}{'bytes':>12}     by %%measure, and by your profiler")
    for op in measured.ops:
        same = [call for call in recorder.calls if (call.layer, call.op, call.phase) == (op.layer, op.name, op.phase)]
        mine = sum(call.seconds for call in same) * 1e3, total([call.flops for call in same]), total([call.moved_bytes for call in same])
        print(f"{op.layer or '-':<12}{op.name:<12}{op.phase:<10}{op.wall_s * 1e3:>8.3f}{op.flops:>14,}{op.moved_bytes:>12,}     {mine[0]:.3f}, {mine[1]}, {mine[2]}")
    print(f"kept {sum(recorder.kept.values()):,}, peak alive {recorder.live.peak:,} bytes; {measured.tensors}")
_ = judged and compare(judged, recorder)  # a script measures nothing
# %% [markdown]
# Forward, everything agrees: the formulas are the same, and both read the seconds that `apply` took. Backward, `%%measure` has a formula for every rule, where yours has a
# rule of thumb, and it counts bytes. Neither sees the arrays that an operation makes for itself: the traced peak, `judged.peak_bytes`, does, and it has the gradients too.
# ### 2.2 What the profiler costs
# To be told about an operation takes some microseconds, whatever its size. **Predict** for which batch that matters, and whether the cost for each layer grows with the depth
# of a model (would it, if `claim` searched the whole pile?). Then run.
# %%
for some in (Tensor(images.data[:1]), images):
    alone, watched = profiler.measure_latency(cnn, some, 2, 25), time_calls(lambda some=some: profiler.record(cnn, some), 2, 25)
    print(f"batch {len(some)}: alone {alone}, recorded {watched}, {watched / alone:.2f} times as long")
# %%
# %%complexity n=16..1024 -o depth
deep, few = Sequential(*(Linear(4, 4) for _ in range(n))), Tensor(np.ones((2, 4)))
# measure:
profiler.record(deep, few)
# %% [markdown]
# ### 2.3 The roofline of each layer
# Given: both roofs of this machine, from a product of matrices and a copy too large for any cache. **Predict** which layers are bound by memory (left of the ridge); then run.
# A layer may stand above its roof: what the layer before has just written is still in a cache, which is faster than memory.
# %%
square, long, room = rng.standard_normal((768, 768), dtype=np.float32), np.ones(2**23, np.float32), np.zeros(2**23, np.float32)
peak = 2 * 768**3 / min(time_calls(lambda: square @ square, 1, 9).times)
bandwidth = 2 * long.nbytes / min(time_calls(lambda: np.copyto(room, long), 1, 9).times)
print(f"{peak:.2g} flops/s, {bandwidth:.2g} bytes/s, the ridge at {peak / bandwidth:.1f} flops per byte")
profile = quick_profile(cnn, images, profiler)
for layer in profile["layers"]:
    intensity = layer.flops / layer.moved_bytes if layer.moved_bytes else 0
    print(f"{layer.path:<12}{layer.type:<12}intensity {intensity:>6.2f}, {layer.flops / layer.seconds:.2g} of at most {roof(intensity, peak, bandwidth):.2g} flops/s")
# %% [markdown]
# ### 2.4 A faster layer
# `SlowPool` pools with a view of all windows and one `max` over two short axes: correct, and slow. `MaxPool2d` takes its place: a model only holds its children.
# **Predict**, by the share and the factor of this layer, what the model gains, and what it would gain at most from any other pooling; then run.
# %%
def pool_by_view(x, size):
    return np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))[:, :, ::size, ::size].max(axis=(4, 5))
class SlowPool(Module):
    def forward(self, x): return apply(pool_by_view, x, size=2)
latencies, pools = [], []
for cnn.layers[2] in (SlowPool(), MaxPool2d(2)):
    profile = profiler.profile_forward_pass(cnn, Tensor(images.data[:4]), iterations=51)
    latencies.append(profile["latency"])
    pools.append(sum(call.seconds for call in profile["calls"] if call.layer == "2"))  # of operations: without what listening takes
share, factor = pools[0] / latencies[0], pools[0] / pools[1]
print(f"share {share:.2f}, layer {factor:.1f} times faster: by Amdahl {amdahl(share, factor):.2f} times, at most {amdahl(share, math.inf):.2f}")
print(f"measured: {latencies[0] / latencies[1]:.2f} times, from {latencies[0]} to {latencies[1]}; flops now {profile['flops']:,}, before: no formula")
# %% [markdown]
# ## Part 3: Production context
# - PyTorch's `torch.profiler` records operators, and kernels on a GPU; `FlopCounterMode` counts products by formula; forward hooks on modules are this observer's counterpart.
# - `torch.utils.benchmark.Timer` warms up and reports the median. On a GPU a call returns before its work is done: without `torch.cuda.synchronize()` one times the launch.
# %% [markdown]
# ## Integration test
# %% nbgrader={"grade": true, "grade_id": "14-integration-test", "locked": true, "points": 13, "schema_version": 3, "solution": false, "task": false}
def test_profiler():
    model, x = Sequential(Conv2d(2, 3, 3, bias=False), BatchNorm2d(3), ReLU(), Flatten(), Linear(48, 5)), Tensor(np.ones((7, 2, 6, 6)))
    judge, state, shape = Profiler(iter([0, 4, 10, 16, 20, 25, 30, 120]).__next__), model.state_dict(), (7, 2, 6, 6)
    equal(judge.count_parameters(model), 54 + 6 + 245, "parameters")
    equal(judge.count_flops(model, shape), 7 * (48 * 36 + 48 * 7 + 48 + 5 * 97), "flops of convolution, batch norm, relu and linear, for seven images")
    expected = {"parameters": 305 * 4, "gradients": 305 * 4, "activations": 4 * (504 + 3 * 7 * 48 + 6), "peak": 2 * 4 * 7 * 48}
    equal(judge.measure_memory(model, shape), expected, "bytes: parameters, gradients, what the operations keep, two arrays at once")
    latency = judge.measure_latency(model, x, 2, 4)
    equal((latency.times, float(latency)), ([4, 6, 5, 90], 5.5), "by the clock of the profiler")
    ### BEGIN HIDDEN TESTS
    profile = Profiler().profile_backward_pass(model, x, lambda y: (y * y).sum(), 1, 3)
    back = {layer.path: layer.flops for layer in profile["layers"] if layer.phase == "backward"}
    equal((back["0"], back["4"]), (7 * 48 * 36, 2 * 7 * 5 * 97), "backward flops: the images need no gradient")
    assert all(p.grad is None for p in model.parameters()) and all(np.array_equal(value, state[key]) for key, value in model.state_dict().items())
    alone = Profiler().profile_layer(ReLU(), (4, 5))["layers"]
    equal([(layer.path, layer.flops, layer.moved_bytes) for layer in alone], [("ReLU", 20, 160)], "an activation alone")
    ### END HIDDEN TESTS
test_profiler()
# %%
if __name__ == "__main__":
    test_product_flops(), test_moved_bytes(), test_live_memory(), test_recorder(), test_time_calls(), test_profiler()
    print("All tests of module 14 pass.")
# %% [markdown] nbgrader={"grade": true, "grade_id": "14-question-agree", "locked": false, "points": 9, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** From 2.1 and 2.2: which figures of the two profilers must agree, which differ, and why? From `depth` and the two batches: what does your profiler cost for each
# operation, and when would you not trust its times?
# ### BEGIN SOLUTION
# Forward flops, bytes and seconds agree: same formulas, same event. Backward flops differ where the rule of thumb is wrong (a bias counted for both products, a sum that costs
# nothing back). An event costs the same at any depth (exponent 1): modules, whose time contains the listening, look slower if they are small. Rubric: 5 points agreement, 4 cost.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "14-question-roof", "locked": false, "points": 9, "schema_version": 3, "solution": true, "task": false}
# **2.** From 2.3: which layers are bound by memory, and how far is each from its roof? Name a change that would help one of them, and one that cannot.
# ### BEGIN SOLUTION
# Pooling (and ReLU, in the Sequential) compute less than one flop a byte: fewer passes over the data help, joining ReLU with the layer before, say; a faster processor does not.
# The convolutions stand furthest right, below their roof: columns are traffic that the formula does not count. Rubric: 3 points placement, 3 distance, 3 changes.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "14-question-amdahl", "locked": false, "points": 9, "schema_version": 3, "solution": true, "task": false}
# **3.** From 2.4: compare the predicted and the measured gain. What would another factor of ten for the same layer bring now? Which layer would you take next?
# ### BEGIN SOLUTION
# They are close. Amdahl's law takes the other layers to be as before; the calls of the two profiles show how far that is true. The share is smaller now, and 1 / (1 - share) the
# limit of what any factor brings. Next comes the layer with the largest share of the new profile. Rubric: 3 points comparison, 3 limit with the new share, 3 next layer.
# ### END SOLUTION
# %% [markdown]
# ## Summary
# You built a profiler that finds flops, bytes, memory and time of each layer through the observer, checked it against another one, and measured its own cost. Roofline and
# Amdahl's law turn its figures into decisions. Modules 15 to 19 make models smaller and faster: each claim there is judged with it.
