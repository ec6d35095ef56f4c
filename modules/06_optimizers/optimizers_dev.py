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
# # Module 06: Optimizers
# **You build** the steps that turn gradients into better parameters: plain descent, momentum, Adam, and both kinds of weight decay. Given
# classes keep their state: `SGD`, `Adam`, `AdamW`.
#
# **You measure** what a step costs beside the numbers that it moves, what its temporaries and its state take (`%%measure`), and where
# its cost per parameter jumps (`%%complexity`); and, live in a cell, how many steps each needs on the same hill.
#
# **Prerequisites:** 05 Autograd. **Unlocks:** 07 Training.

# %% [markdown]
# ## Part 1: Foundations
# The gradient g points to where the loss grows, so a step goes against it: $w \leftarrow w - \eta g$, with the learning rate $\eta$. On a
# surface $\frac{a}{2} w^2$ the gradient is $a w$, and each step multiplies w by $1 - \eta a$: it ends at 0 only if $\eta < 2 / a$. With
# several directions the steepest one limits $\eta$, and the flattest one then takes as many steps as the ratio of both.
#
# | step | state per parameter | numbers read and written per parameter |
# |---|---|---|
# | plain | | 3: w and g in, w out |
# | momentum | one number v | 5 |
# | Adam | two numbers m, v | 7 |
#
# Each does some operations per number: a step is work for the memory, not for the processor. Written as a formula of arrays it moves far
# more than that table says, one array for each intermediate result.

# %%
#| default_exp core.optimizers
#| export
"""Optimizers: steps that change parameters in place by their gradients, and the state that they keep."""

import math
import time
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from tinytorch.core.tensor import Array, Event, Tensor, get_observer

# %% nbgrader={"grade": false, "grade_id": "06-helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
rng = np.random.default_rng(6)

def close(got, expected, what):
    """Fail unless ``got`` and ``expected`` have the same shape and nearly the same values."""
    assert np.shape(got) == np.shape(expected), f"{what}: expected shape {np.shape(expected)}, got {np.shape(got)}"
    assert np.allclose(got, expected, rtol=1e-5, atol=1e-7), f"{what}: expected {expected}, got {got}"

def in_place(step, w, g, *state, **settings):
    """Run a step; fail if it returns something, replaces or widens an array, or changes the gradient. Returns the new w."""
    before = g.copy()
    assert step(w, g, *state, **settings) is None, f"{step.__name__} should change its arrays in place and return nothing"
    assert np.array_equal(g, before), f"{step.__name__} must not change the gradient"
    return w

# %% [markdown]
# ### 1.1 Plain descent
# In place: others hold this array, and a new one for each step would cost as much memory as the model.

# %% nbgrader={"grade": false, "grade_id": "06-descent", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def descent_step(w: Array, g: Array, lr: float) -> None:
    """``w <- w - lr * g``, in place."""
    # TODO: change the array w.
    # APPROACH: subtract the scaled gradient from w where it stands.
    # HINTS: `w -= ...` changes the array; `w = w - ...` only gives the name to another one.
    ### BEGIN SOLUTION
    w -= lr * g
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "06-descent-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_descent():
    close(in_place(descent_step, np.array([1.0, -2]), np.array([10.0, 4]), lr=0.1), [0, -2.4], "1 - 0.1 * 10 and -2 - 0.1 * 4")
    ### BEGIN HIDDEN TESTS
    w, g = rng.standard_normal((2, 3, 4)).astype(np.float32)
    close(in_place(descent_step, w.copy(), g, lr=0.5), w - g / 2, "a matrix")
    view = w.copy()
    in_place(descent_step, view[:, 1:3], g[:, 1:3], lr=1.0)
    close(view[:, 1:3], w[:, 1:3] - g[:, 1:3], "a view"), close(view[:, 0], w[:, 0], "outside of the view")
    ### END HIDDEN TESTS
test_descent()

# %% [markdown]
# ### 1.2 Momentum
# A velocity v remembers earlier gradients: $v \leftarrow \mu v + g$, $w \leftarrow w - \eta v$. Where gradients agree, v grows up to $1 / (1 - \mu)$ times g;
# where they change sign with every step, they cancel (Polyak, 1964).

# %% nbgrader={"grade": false, "grade_id": "06-momentum", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def momentum_step(w: Array, g: Array, velocity: Array, lr: float, momentum: float) -> None:
    """``velocity <- momentum * velocity + g``, then ``w <- w - lr * velocity``, both in place."""
    # TODO: both formulas, in this order.
    # APPROACH: 1. scale the velocity. 2. add the gradient. 3. move w by the new velocity.
    # HINTS: three lines with *=, += and -=.
    ### BEGIN SOLUTION
    velocity *= momentum
    velocity += g
    w -= lr * velocity
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "06-momentum-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_momentum():
    w, v = np.array([1.0]), np.array([0.0])
    close(in_place(momentum_step, w, np.array([2.0]), v, lr=0.1, momentum=0.5), [0.8], "first step: v = 2")
    close(in_place(momentum_step, w, np.array([3.0]), v, lr=0.1, momentum=0.5), [0.4], "second step: v = 0.5 * 2 + 3 = 4")
    close(v, [4], "the velocity")
    ### BEGIN HIDDEN TESTS
    w, v, gs = rng.standard_normal((3, 2)), np.zeros((3, 2)), rng.standard_normal((5, 3, 2))
    expected = w - sum(0.2 * 0.9 ** (k - i) * gs[i] for k in range(5) for i in range(k + 1))
    for g in gs:
        in_place(momentum_step, w, g, v, lr=0.2, momentum=0.9)
    close(w, expected, "five steps, each gradient counted with its power of the momentum")
    ### END HIDDEN TESTS
test_momentum()

# %% [markdown]
# ### 1.3 Adam, by its formula
# Adam keeps a running mean m of the gradients and one, v, of their squares, and divides: each parameter moves by about $\eta$, however
# large its gradients are (Kingma and Ba, 2015). At step t = 1, 2, ...:
# $$m \leftarrow \beta_1 m + (1 - \beta_1) g \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2 \qquad
# w \leftarrow w - \eta \, \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}$$
# The means start at 0; dividing by $1 - \beta^t$ takes that start out again.

# %% nbgrader={"grade": false, "grade_id": "06-adam-formula", "locked": false, "schema_version": 3, "solution": true, "task": false}
def adam_by_formula(w, g, m, v, t, lr, betas, eps):
    """The new (w, m, v) after step ``t`` (from 1), as new arrays; ``betas`` are two numbers."""
    # TODO: the three formulas.
    # APPROACH: 1. m. 2. v. 3. both means without their start. 4. w.
    # HINTS: betas[0]**t is Python's power of a number; eps stands outside of the root.
    ### BEGIN SOLUTION
    m = betas[0] * m + (1 - betas[0]) * g
    v = betas[1] * v + (1 - betas[1]) * g * g
    mean, square = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
    return w - lr * mean / (np.sqrt(square) + eps), m, v
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "06-adam-formula-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
def test_adam_by_formula():
    w, m, v = adam_by_formula(np.array([1.0]), np.array([-3.0]), np.zeros(1), np.zeros(1), 1, 0.1, (0.9, 0.99), 0.0)
    close(w, [1.1], "the first step is lr against the sign of the gradient, whatever its size")
    close(m, [-0.3], "m = 0.1 * -3"), close(v, [0.09], "v = 0.01 * 9")
    ### BEGIN HIDDEN TESTS
    gs, betas, eps = rng.standard_normal((4, 3)), (0.8, 0.95), 0.3
    w = start = rng.standard_normal(3)
    m = v = np.zeros(3)
    expected = start
    for t in range(1, 5):
        w, m, v = adam_by_formula(w, gs[t - 1], m, v, t, 0.5, betas, eps)
        weights = [[b ** (t - 1 - i) for i in range(t)] for b in betas]  # a mean with weights that add up to 1
        mean = sum(k * g for k, g in zip(weights[0], gs, strict=False)) / sum(weights[0])
        square = sum(k * g**2 for k, g in zip(weights[1], gs, strict=False)) / sum(weights[1])
        expected = expected - 0.5 * mean / (np.sqrt(square) + eps)
        close(w, expected, f"step {t}")
    ### END HIDDEN TESTS
test_adam_by_formula()

# %% [markdown]
# ### 1.4 Adam, in place and block by block
# The formula makes a new array for each of its operations. In blocks that fit into the cache, with one small array for what is in between, only
# w, g, m and v travel to memory and back.

# %% nbgrader={"grade": false, "grade_id": "06-adam", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def adam_step(w: Array, g: Array, m: Array, v: Array, t: int, lr: float, betas: tuple[float, float], eps: float, block: int = 32_768) -> None:
    """``adam_by_formula``, in place: ``w``, ``m`` and ``v`` (contiguous, of one shape and dtype) change, ``block`` elements at a time."""
    # TODO: the three formulas on slices, each operation into an array that is already there.
    # APPROACH: 1. flat views of all four, and scratch = an empty array of `block` numbers. 2. for each slice: m and v in place, using scratch
    # for what is added. 3. scratch = the root of v / (1 - beta2^t), plus eps; then m divided by it, times lr / (1 - beta1^t). 4. w -= scratch.
    # HINTS: np.multiply(g, 0.1, out=scratch); np.divide(m, scratch, out=scratch). The last slice is shorter: cut scratch to its length.
    ### BEGIN SOLUTION
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
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "06-adam-test", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
def test_adam():
    settings = {"lr": 0.1, "betas": (0.9, 0.95), "eps": 0.01}
    w, m, v = rng.standard_normal((3, 5)), np.zeros((3, 5)), np.zeros((3, 5))
    expected = w, m, v
    for t in (1, 2, 3):
        g = rng.standard_normal((3, 5))
        expected = adam_by_formula(expected[0], g, expected[1], expected[2], t, **settings)
        in_place(adam_step, w, g, m, v, t, **settings, block=4)
        for name, got, right in zip("wmv", (w, m, v), expected, strict=True):
            close(got, right, f"step {t}: {name}")
    ### BEGIN HIDDEN TESTS
    for block in (1, 15, 100):
        u, n, q = w.copy(), m.copy(), v.copy()
        in_place(adam_step, u, g, n, q, 4, **settings, block=block)
        close(u, adam_by_formula(w, g, m, v, 4, **settings)[0], f"blocks of {block}")
    single = [a.astype(np.float32) for a in (w, g, m, v)]
    in_place(adam_step, *single, 4, **settings)
    close(single[0], u, "float32"), in_place(adam_step, w, g.T.copy().T, m, v, 4, **settings)
    close(w, u, "a gradient that is not contiguous")
    ### END HIDDEN TESTS
test_adam()

# %% [markdown]
# **Predict, then run:** the peaks of both, in arrays of 16 MiB (`w.nbytes`), and the ratio of their times.

# %%
size = 4 * 1024 * 1024
w, g, m, v = (rng.standard_normal(size, dtype=np.float32) for _ in range(4))
v = np.abs(v)
defaults = {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8}
n = 1000
# %%
# %%measure -o forms
by_formula = adam_by_formula(w, g, m, v, 10, **defaults)
adam_step(w, g, m, v, 10, **defaults)

# %% [markdown]
# ### 1.5 Weight decay, twice
# A penalty $\frac{\lambda}{2} w^2$ in the loss adds $\lambda w$ to the gradient. In plain descent that shrinks w by $\eta \lambda w$; in Adam it is divided by the same
# root as the rest, and hardly shrinks what has large gradients. *Decoupled* decay shrinks w itself, before the step (Loshchilov and Hutter, 2019).

# %% nbgrader={"grade": false, "grade_id": "06-penalized", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def penalized(w: Array, g: Array, weight_decay: float) -> Array:
    """The gradient with that of the penalty, ``g + weight_decay * w``: a new array, or ``g`` itself if there is no penalty."""
    # TODO: add the gradient of the penalty.
    # APPROACH: 1. nothing to add: g. 2. else the sum.
    # HINTS: g must not change: no `+=`.
    ### BEGIN SOLUTION
    return g + weight_decay * w if weight_decay else g
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "06-penalized-test", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
def test_penalized():
    w, g = np.array([2.0, -4]), np.array([1.0, 1])
    close(penalized(w, g, 0.5), [2, -1], "1 + 0.5 * 2 and 1 - 0.5 * 4")
    assert penalized(w, g, 0) is g and g.tolist() == [1, 1], "without a penalty the gradient itself, and never changed"
    ### BEGIN HIDDEN TESTS
    w, g = rng.standard_normal((2, 2, 3)).astype(np.float32)
    before = w.copy(), g.copy()
    close(penalized(w, g, 0.1), g + w / 10, "a matrix")
    assert penalized(w, g, 0.1).dtype == np.float32 and np.array_equal(w, before[0]) and np.array_equal(g, before[1])
    ### END HIDDEN TESTS
test_penalized()

# %% [markdown]
# Decoupled, the parameters themselves shrink: no gradient, and no root that divides it.

# %% nbgrader={"grade": false, "grade_id": "06-shrink", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def shrink(w: Array, lr: float, weight_decay: float) -> None:
    """``w <- w * (1 - lr * weight_decay)``, in place."""
    # TODO: make w smaller where it stands.
    # APPROACH: one multiplication by one number.
    # HINTS: `*=` changes the array; nothing is returned.
    ### BEGIN SOLUTION
    w *= 1 - lr * weight_decay
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "06-shrink-test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
def test_shrink():
    w = np.array([2.0, -4])
    assert shrink(w, 0.1, 0.5) is None, "shrink changes w and returns nothing"
    close(w, [1.9, -3.8], "times 1 - 0.05")
    ### BEGIN HIDDEN TESTS
    w = rng.standard_normal((2, 3)).astype(np.float32)
    before = w.copy()
    shrink(w, 0.5, 0.3)
    close(w, 0.85 * before, "times 1 - 0.15")
    ### END HIDDEN TESTS
test_shrink()

# %% [markdown]
# ### 1.6 What an optimizer keeps
# State and gradients live as long as the parameters. For n parameters in float32, without the parameters themselves:

# %% nbgrader={"grade": false, "grade_id": "06-kept", "locked": false, "schema_version": 3, "solution": true, "task": false}
def kept_bytes(kind, n):
    """Bytes of gradients and state for ``n`` float32 parameters; ``kind`` is "plain", "momentum" or "adam". KeyError for others."""
    # TODO: how many numbers of 4 bytes there are beside each parameter.
    # APPROACH: the gradient, and the state of the table of Part 1.
    # HINTS: a dict from kind to the count.
    ### BEGIN SOLUTION
    return 4 * n * {"plain": 1, "momentum": 2, "adam": 3}[kind]
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "06-kept-test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
def test_kept_bytes():
    assert kept_bytes("plain", 10) == 40, "one gradient of 4 bytes for each parameter"
    ### BEGIN HIDDEN TESTS
    assert kept_bytes("momentum", 7) == 56 and kept_bytes("adam", 1000) == 12_000
    try:
        kept_bytes("newton", 1)
    except KeyError:
        pass
    else:
        raise AssertionError("an unknown kind should be a KeyError")
    ### END HIDDEN TESTS
test_kept_bytes()

# %% [markdown]
# ### 1.7 On parameters
# Given: the classes. Each keeps the state of every parameter; parameters without a gradient are left alone.

# %%
#| export
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

# %% [markdown]
# ## Part 2: Systems analysis
# ### 2.1 The same hill
# A surface with slopes 1 and 100: $\frac{1}{2}(w_1^2 + 100 w_2^2)$, from (1, 1). By Part 1, plain descent must stay below $\eta$ = 0.02.
# **Predict** which needs most steps until the loss is below 1e-4, and by which factor; then run.

# %%
from tinytorch.core.autograd import backward


def steps_needed(make, most=5000):
    """How many steps it takes from (1, 1) to a loss below 1e-4; None if more than ``most``, or if it runs away."""
    w, slopes = Tensor([1.0, 1.0], requires_grad=True), np.array([1.0, 100.0])
    optimizer = make([w])
    for step in range(most):
        loss = (w * w * slopes).sum() * 0.5
        if not loss.item() < 1e6 or loss.item() < 1e-4:
            return step if loss.item() < 1 else None
        optimizer.zero_grad(), backward(loss), optimizer.step()
    return None

hill = {"plain, 0.019": lambda p: SGD(p, 0.019), "plain, 0.021": lambda p: SGD(p, 0.021), "momentum, 0.019": lambda p: SGD(p, 0.019, 0.8),
        "Adam, 0.05": lambda p: Adam(p, 0.05)}
needed = {name: steps_needed(make) for name, make in hill.items()}
for name, steps in needed.items():
    print(f"{name:16} {steps} steps")

# %% [markdown]
# ### 2.2 The price of a step
# **Predict** by the table of Part 1 how the three times are related, then run. Which step moves most bytes for its arithmetic?
# %%
# %%measure --time -o prices
descent_step(w, g, 1e-3)
momentum_step(w, g, m, 1e-3, 0.9)
adam_step(w, g, m, v, 11, **defaults)

# %% [markdown]
# ### 2.3 Growth
# **Predict** the exponents of n in time and memory. Then look for the size at which the four arrays leave the cache.
# %%
# %%complexity n=1024..4194304 -o growth
a, b, c, d = (np.abs(rng.standard_normal(n, dtype=np.float32)) for _ in range(4))
# measure:
adam_step(a, b, c, d, 10, **defaults)

# %% [markdown]
# ## Part 3: Production context
# - PyTorch's `fused=True` does a whole Adam step in one kernel that reads and writes each number once, as your blocks do for the memory.
# - The state is why large models are trained with it spread over machines (ZeRO: Rajbhandari and others, 2020) or in 8 bits (Dettmers and others, 2022).
# - AdamW is the usual choice for large models; `torch.optim.AdamW` has the same default, 0.01.

# %% [markdown]
# ## Integration test
# Each optimizer on a parameter with a gradient from backward; state saved and restored.

# %% nbgrader={"grade": true, "grade_id": "06-integration-test", "locked": true, "points": 18, "schema_version": 3, "solution": false, "task": false}
def test_optimizers():
    def run(make, steps, w=None, optimizer=None):
        w = Tensor([2.0, -1], requires_grad=True) if w is None else w
        optimizer = optimizer or make([w])
        for _ in range(steps):
            optimizer.zero_grad()
            backward((w * w * w).sum())  # the gradient is 3 w^2
            optimizer.step()
        return w, optimizer

    close(run(lambda p: SGD(p, 0.1), 1)[0].data, [0.8, -1.3], "SGD: 2 - 0.1 * 12 and -1 - 0.1 * 3")
    close(run(lambda p: SGD(p, 0.1, weight_decay=0.5), 1)[0].data, [0.7, -1.25], "SGD with a penalty")
    close(run(lambda p: Adam(p, 0.1), 1)[0].data, [1.9, -1.1], "Adam: lr against the sign")
    close(run(lambda p: AdamW(p, 0.1, weight_decay=0.5), 1)[0].data, [1.8, -1.05], "AdamW: times 0.95, then 0.1")
    ### BEGIN HIDDEN TESTS
    close(run(lambda p: SGD(p, 0.01, momentum=0.5), 2)[0].data, [1.88 - 0.01 * (6 + 3 * 1.88**2), -1.03 - 0.01 * (1.5 + 3 * 1.03**2)], "SGD with momentum, two steps")
    for make in (lambda p: SGD(p, 0.01, momentum=0.9), lambda p: Adam(p, 0.05, weight_decay=0.1), lambda p: AdamW(p, 0.05)):
        whole, _ = run(make, 6)
        half, first = run(make, 3)
        second = make([half])
        second.load_state_dict(first.state_dict())
        again, _ = run(make, 3, half, second)
        assert np.array_equal(whole.data, again.data), "interrupted and resumed must be the same, bit for bit"
    idle = Tensor([1.0], requires_grad=True)
    SGD([idle], 0.1).step()
    assert idle.data.tolist() == [1], "no gradient, no step"
    for error, wrong in [(ValueError, lambda: SGD([], 0.1)), (ValueError, lambda: SGD([idle], -1)), (TypeError, lambda: SGD([Tensor([1.0])], 0.1))]:
        try:
            wrong()
        except error:
            continue
        raise AssertionError(f"expected {error.__name__}")
    ### END HIDDEN TESTS
test_optimizers()

# %%
if __name__ == "__main__":
    test_descent(), test_momentum(), test_adam_by_formula(), test_adam(), test_penalized(), test_shrink(), test_kept_bytes(), test_optimizers()
    print("All tests of module 06 pass:", needed)

# %% [markdown] nbgrader={"grade": true, "grade_id": "06-question-hill", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** Explain the four lines of 2.1: why does 0.021 fail, what does momentum change, why does Adam not care about the slope of 100? Predict the
# steps of plain descent for slopes 1 and 1000, and check.
#
# ### BEGIN SOLUTION
# At 0.021 the steep direction is multiplied by 1 - 2.1 = -1.1 each step and grows. At 0.019 the flat one is multiplied by 0.981. Momentum adds up agreeing steps of
# the flat direction, up to five times. Adam divides by the size of each gradient. With slope 1000 the rate must stay below 0.002: ten times the steps.
# Rubric: 3 points the factors, 2 momentum, 2 Adam, 1 the check.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": true, "grade_id": "06-question-forms", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **2.** From `forms` and `prices`: the peak of the formula in arrays, the bytes per second of each of the three steps by the table of Part 1, and which of
# your lines moves more than the table says. For a model of n parameters: what do parameters, gradients and Adam's state take together?
#
# ### BEGIN SOLUTION
# The formula holds the new m, v and several intermediate arrays; the blocks next to nothing. `lr * g` in plain descent is an array that is written and
# read again: two numbers more per parameter. n parameters, as many gradients, twice as many in the state: 16 n bytes. Rubric: 3 points peaks, 3 rates with the extra array, 2 the model.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": true, "grade_id": "06-question-growth", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **3.** From `growth`: exponents, nanoseconds per parameter at small, middle and large sizes, and what changes in between. A model consists of 100
# arrays of 100 numbers: what dominates its step, and what would you do about it?
#
# ### BEGIN SOLUTION
# 1 in time, 0 in memory (one block). Small sizes pay some NumPy calls, large ones the memory. 100 arrays of 100 numbers pay the calls a hundred times:
# put them into one array and update that (PyTorch's foreach does as much). Rubric: 3 points exponents, 2 the sizes, 3 the small arrays.
# ### END SOLUTION

# %% [markdown]
# ## Summary
# You built descent, momentum, Adam and two kinds of decay, and measured: a step is limited by memory, its temporaries cost more than its
# arithmetic, Adam keeps twice the model, and steepness decides how many steps it takes. Module 07 makes a loop of it.
