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
# # Module 07: Training
# **You build** what stands around a step: a schedule for the learning rate, a limit for gradients, steps over several batches, a measure of
# success, and checkpoints that survive a crash. A given class makes a loop of them: `Trainer`.
#
# **You measure** where the time of a step goes and what accumulation does to memory (`%%measure`), how a step grows with the batch
# (`%%complexity`), and, live in a cell, what a checkpoint takes.
#
# **Prerequisites:** 03 Layers, 04 Losses, 05 Autograd, 06 Optimizers. **Unlocks:** trained networks.

# %% [markdown]
# ## Part 1: Foundations
# Training repeats one step: forward, loss, backward, update. One pass over all data is an **epoch**. The gradient of a batch is an estimate of that of all
# data; its noise falls with the square root of the batch, its cost grows with the batch. For a model of n parameters and a batch of B rows:
#
# | part of a step | flops | memory, in numbers |
# |---|---|---|
# | forward | 2 n B | activations: grow with B |
# | backward | up to 4 n B | gradients: n |
# | update (Adam) | about 10 n | state: 2 n |
#
# Forward and backward grow with B and the update does not: small batches spend their time on updates, large ones their memory on activations.

# %%
#| default_exp core.training
#| export
"""Training: the loop around a step, its schedule and limits, and checkpoints that are whole or not there."""

import json
import math
import zipfile
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from tinytorch.core import layers
from tinytorch.core.autograd import no_grad
from tinytorch.core.layers import Module
from tinytorch.core.losses import BinaryCrossEntropyLoss as BinaryCrossEntropyLoss
from tinytorch.core.losses import CrossEntropyLoss as CrossEntropyLoss
from tinytorch.core.losses import MSELoss as MSELoss
from tinytorch.core.optimizers import Optimizer

Batch = tuple[Any, Any]  # inputs and targets

# %% nbgrader={"grade": false, "grade_id": "07-helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
from tempfile import TemporaryDirectory

from tinytorch.core.layers import Linear, Sequential, manual_seed
from tinytorch.core.optimizers import SGD, Adam

rng = np.random.default_rng(7)

def tensors(*arrays, requires_grad=False):
    """A tensor of each array, through the layers' own class."""
    kind = type(Linear(1, 1).weight).__mro__[1]
    return [kind(array, requires_grad=requires_grad) for array in arrays]

def tried(function, *args, **params):
    """The result of ``function``; what it raises instead is a failed test."""
    try:
        return function(*args, **params)
    except (ArithmeticError, AttributeError, LookupError, NameError, OSError, RuntimeError, TypeError, ValueError) as error:
        raise AssertionError(f"{function.__name__} raised {error!r}") from error

def refuses(error, words, function, *args):
    """Fail unless ``function`` refuses its arguments: it must raise ``error``, with all ``words`` in the message."""
    try:
        function(*args)
    except Exception as caught:
        named = all(word in str(caught) for word in words)
        assert isinstance(caught, error) and named, f"expected {error.__name__} with {words} in its message, got {caught!r}"
    else:
        raise AssertionError(f"{function.__name__} should raise {error.__name__}, but returned")

# %% [markdown]
# ### 1.1 A schedule
# Large steps at first, to get far; small ones at the end, to settle. A half wave of the cosine goes from the one to the other without corners
# (Loshchilov and Hutter, 2017): at epoch e of T, $\eta = \eta_{min} + \frac{1}{2} (\eta_{max} - \eta_{min}) (1 + \cos(\pi e / T))$.

# %% nbgrader={"grade": false, "grade_id": "07-cosine", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def cosine_rate(epoch: int, max_lr: float, min_lr: float, total_epochs: int) -> float:
    """The learning rate of ``epoch``: ``max_lr`` at 0, ``min_lr`` from ``total_epochs`` on, half a cosine in between."""
    # TODO: the formula, and what comes after its end.
    # APPROACH: 1. from total_epochs on: min_lr. 2. else the formula.
    # HINTS: math.cos, math.pi.
    ### BEGIN SOLUTION
    if epoch >= total_epochs:
        return min_lr
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + math.cos(math.pi * epoch / total_epochs))
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "07-cosine-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_cosine_rate():
    for epoch, expected in [(0, 0.5), (5, 0.3), (10, 0.1), (25, 0.1)]:
        got = tried(cosine_rate, epoch, 0.5, 0.1, 10)
        assert math.isclose(got, expected), f"epoch {epoch} of 10, from 0.5 to 0.1: expected {expected}, got {got}"
    ### BEGIN HIDDEN TESTS
    third = 0.2 + 0.8 * (1 + 0.5) / 2  # cos(pi / 3) is one half
    assert math.isclose(tried(cosine_rate, 2, 1.0, 0.2, 6), third) and math.isclose(tried(cosine_rate, 4, 1.0, 0.2, 6), 1.2 - third)
    rates = [tried(cosine_rate, e, 1.0, 0.0, 20) for e in range(21)]
    assert rates == sorted(rates, reverse=True) and rates[1] > 0.99 and rates[19] < 0.01
    assert tried(cosine_rate, 0, 0.5, 0.1, 0) == 0.1
    ### END HIDDEN TESTS
test_cosine_rate()

# %% [markdown]
# ### 1.2 A limit for gradients
# One bad batch can have a gradient that throws everything away that was learned. The norm over **all** gradients, $\sqrt{\sum g^2}$, is limited: all are
# scaled by the same factor, so that the direction stays (Pascanu and others, 2013).

# %% nbgrader={"grade": false, "grade_id": "07-clip", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def clip_grad_norm(params: Iterable[Any], max_norm: float = 1.0) -> float:
    """Scale all gradients in place so that their common norm is at most ``max_norm``; returns the norm from before.

    Parameters without a gradient count nothing. ValueError for a ``max_norm`` that is not above 0.
    """
    # TODO: one norm for all, one factor for all.
    # APPROACH: 1. refuse. 2. the gradients that are there. 3. the root of the sum of all squares. 4. if it is above max_norm, scale each.
    # HINTS: float(np.vdot(g, g)) is the sum of squares of one gradient; the factor is max_norm / norm; `g *= factor` changes it in place.
    ### BEGIN SOLUTION
    if not max_norm > 0:
        raise ValueError(f"max_norm must be above 0, got {max_norm}.")
    gradients = [p.grad for p in params if p.grad is not None]
    norm = math.sqrt(sum(float(np.vdot(g, g)) for g in gradients))
    if norm > max_norm:
        for g in gradients:
            g *= max_norm / norm
    return norm
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "07-clip-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
def test_clip_grad_norm():
    a, b, idle = tensors([1.0, 1], [[2.0]], [5.0])
    a.grad, b.grad = np.array([3.0, 0]), np.array([[4.0]])
    held = a.grad
    norm = tried(clip_grad_norm, [a, b, idle], 2.5)
    assert isinstance(norm, float) and math.isclose(norm, 5), f"the norm of 3, 0 and 4 is 5, got {norm}"
    assert np.allclose(a.grad, [1.5, 0]) and np.allclose(b.grad, [[2]]), f"all by the factor 1/2, got {a.grad} and {b.grad}"
    ### BEGIN HIDDEN TESTS
    assert held is a.grad and idle.grad is None, "in place; what has no gradient stays so"
    assert np.isclose(tried(clip_grad_norm, iter([a, b]), 2.6), 2.5) and np.allclose(a.grad, [1.5, 0]), "below the limit nothing changes"
    assert tried(clip_grad_norm, [idle]) == 0 and math.isclose(tried(clip_grad_norm, [a, b]), 2.5) and math.isclose(tried(clip_grad_norm, [a, b]), 1)
    refuses(ValueError, ["0"], clip_grad_norm, [a], 0), refuses(ValueError, ["-1"], clip_grad_norm, [a], -1)
    ### END HIDDEN TESTS
test_clip_grad_norm()

# %% [markdown]
# ### 1.3 A step over several batches
# A batch that does not fit into memory can be taken in parts: gradients of the parts add up by themselves, and each counts by its share. Then one
# update, as if there had been one batch.

# %% nbgrader={"grade": false, "grade_id": "07-train-step", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def train_step(model: Module, loss_fn: Callable[..., Any], optimizer: Optimizer, parts: list[Batch], max_norm: float | None = None) -> list[float]:
    """One update from ``parts``, batches (inputs, targets): by the mean of their losses. Returns the loss of each part.

    With ``max_norm`` the gradients are clipped before the update.
    """
    # TODO: forget, add up the gradients of all parts, clip, update.
    # APPROACH: 1. zero_grad once. 2. for each part: forward, loss, backward of the loss divided by the number of parts. 3. clip if asked
    # to. 4. step once.
    # HINTS: loss.backward(1 / n) starts from 1 / n in place of 1; loss.item() is the number; optimizer.params are the parameters.
    ### BEGIN SOLUTION
    optimizer.zero_grad()
    losses = []
    for inputs, targets in parts:
        loss = loss_fn(model(inputs), targets)
        loss.backward(1 / len(parts))
        losses.append(loss.item())
    if max_norm is not None:
        clip_grad_norm(optimizer.params, max_norm)
    optimizer.step()
    return losses
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "07-train-step-test", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
def test_train_step():
    x, y = tensors(rng.standard_normal((8, 3)), rng.standard_normal((8, 2)))

    def trained(parts, steps=1, **settings):
        manual_seed(3)
        model = Linear(3, 2)
        optimizer = SGD(model.parameters(), 0.1)
        losses = [tried(train_step, model, MSELoss(), optimizer, parts, **settings) for _ in range(steps)]
        assert all(isinstance(each, list) and len(each) == len(parts) for each in losses), f"one loss of each part, got {losses}"
        assert all(isinstance(loss, float) for each in losses for loss in each), f"losses are plain numbers, not tensors, got {losses}"
        return losses, model.weight.data

    manual_seed(3)
    model = Linear(3, 2)
    difference = model(x).data - y.data
    slope = x.data.T @ difference * 2 / 16
    losses, weight = trained([(x, y)])
    assert np.isclose(losses[0][0], np.mean(difference**2)), f"the loss of the part, expected {np.mean(difference**2)}, got {losses}"
    assert np.allclose(weight, model.weight.data - 0.1 * slope, atol=1e-6), "one part: w - 0.1 * gradient"
    assert np.allclose(trained([(x[:4], y[:4]), (x[4:], y[4:])])[1], weight, atol=1e-6), "two halves make the same update as the whole"
    ### BEGIN HIDDEN TESTS
    losses, twice = trained([(x[:4], y[:4]), (x[4:], y[4:])], steps=2)
    assert len(losses[0]) == 2 and np.allclose(twice, trained([(x, y)], steps=2)[1], atol=1e-6), "old gradients must be forgotten"
    clipped = trained([(x, y)], max_norm=0.01)[1]
    bias = difference.sum(axis=0) * 2 / 16
    norm = math.sqrt((slope**2).sum() + (bias**2).sum())
    assert np.allclose(clipped, model.weight.data - 0.1 * slope * 0.01 / norm, atol=1e-6), "clipped before the update"
    ### END HIDDEN TESTS
test_train_step()

# %% [markdown]
# ### 1.4 Success
# A loss can be differentiated; what one wants to know is how often the model is right.

# %% nbgrader={"grade": false, "grade_id": "07-right", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def count_right(scores: Any, ids: Any) -> int:
    """In how many rows of ``scores`` (B, C) the largest score stands at the row's class id of ``ids`` (B,)."""
    # TODO: compare the place of the largest score with the id, count.
    # APPROACH: 1. the place of the largest in each row. 2. how many equal the ids.
    # HINTS: np.asarray(tensor) is its array; argmax(axis=1).
    ### BEGIN SOLUTION
    return int((np.asarray(scores).argmax(axis=1) == np.asarray(ids)).sum())
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "07-right-test", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
def test_count_right():
    scores, ids = np.array([[1, 5, 2], [9, 0, 3], [0, 1, 4]]), np.array([1, 2, 2])
    assert tried(count_right, scores, ids) == 2, f"rows 0 and 2 are right, got {tried(count_right, scores, ids)}"
    ### BEGIN HIDDEN TESTS
    right = tried(count_right, *tensors(scores, ids))
    assert right == 2 and isinstance(right, int), "tensors too; a plain number"
    assert tried(count_right, scores[:0], ids[:0]) == 0 and tried(count_right, -scores, np.array([0, 1, 0])) == 3
    ### END HIDDEN TESTS
test_count_right()

# %% [markdown]
# ### 1.5 A checkpoint: one level
# Model, optimizer and progress form a tree of dicts and lists with arrays and numbers at its ends. A file of arrays has one level: names. So
# the way to each end becomes its name: `{"model": {"0.weight": w}}` is `{"model/0.weight": w}`.

# %% nbgrader={"grade": false, "grade_id": "07-flatten", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def flatten(tree: Any, prefix: str = "") -> dict[str, Any]:
    """The ends of a tree of dicts and lists, by their way with ``/`` between the steps; places in lists are steps too."""
    # TODO: descend into dicts and lists, name the ends.
    # APPROACH: 1. the steps of a dict are its keys, those of a list its places. 2. what is neither is an end: {prefix: it}. 3. join
    # what the parts give.
    # HINTS: a function that calls itself with f"{prefix}/{step}"; at the top there is no prefix and no slash. enumerate(list).
    ### BEGIN SOLUTION
    if not isinstance(tree, (dict, list)):
        return {prefix: tree}
    flat = {}
    for step, part in tree.items() if isinstance(tree, dict) else enumerate(tree):
        flat.update(flatten(part, f"{prefix}/{step}" if prefix else str(step)))
    return flat
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "07-flatten-test", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
def test_flatten():
    w = np.ones(3)
    flat = tried(flatten, {"model": {"0.weight": w}, "state": [{}, {"m": 2}], "epoch": 4})
    assert flat == {"model/0.weight": w, "state/1/m": 2, "epoch": 4}, f"got {flat}"
    ### BEGIN HIDDEN TESTS
    assert flat["model/0.weight"] is w and list(flat) == ["model/0.weight", "state/1/m", "epoch"]
    assert tried(flatten, {"a": [[1, 2], {"b": [3]}]}) == {"a/0/0": 1, "a/0/1": 2, "a/1/b/0": 3}
    assert tried(flatten, {}) == {} and tried(flatten, [5]) == {"0": 5}, "names are texts"
    ### END HIDDEN TESTS
test_flatten()

# %% [markdown]
# ### 1.6 A checkpoint: whole or not there
# A crash while a file is written leaves half a file, and the old one is gone. So write to another name first; to rename a file onto another is one
# step that happens or does not.

# %% nbgrader={"grade": false, "grade_id": "07-write-whole", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def write_whole(path: "str | Path", write: Callable[[Any], None]) -> None:
    """Make the file ``path`` by ``write``, which gets an open binary file: afterwards it is the new one, or, if anything fails, the old one.

    Leaves no other file behind. Raises what ``write`` raises.
    """
    # TODO: write beside the target, then rename; clean up after a failure.
    # APPROACH: 1. a name beside it: the same with ".part" at the end. 2. open it for writing bytes, write. 3. replace the path by it. 4. on
    # any exception remove the part and raise again.
    # HINTS: Path(f"{path}.part"); a BaseException is anything; raise alone raises it again; unlink(missing_ok=True).
    ### BEGIN SOLUTION
    part = Path(f"{path}.part")
    try:
        with part.open("wb") as file:
            write(file)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "07-write-whole-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_write_whole():
    def content(path):
        return path.read_bytes() if path.exists() else "no file"

    def fail(file):
        file.write(b"half")
        raise OSError("disk full")

    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        tried(write_whole, path, lambda file: file.write(b"first"))
        assert content(path) == b"first", f"expected the bytes that were written, got {content(path)}"
        refuses(OSError, ["disk full"], write_whole, path, fail)
        assert content(path) == b"first", "after a failure the old file must be there, whole"
        ### BEGIN HIDDEN TESTS
        assert [p.name for p in Path(folder).iterdir()] == ["model.npz"], "no other file may stay behind"
        seen = []
        tried(write_whole, str(path), lambda file: (file.write(b"second"), seen.append(content(path))))
        assert content(path) == b"second" and seen == [b"first"], "until the new file is whole, the old one stands"
        refuses(OSError, [], write_whole, Path(folder) / "new.npz", fail)
        assert [p.name for p in Path(folder).iterdir()] == ["model.npz"]
        ### END HIDDEN TESTS
test_write_whole()

# %% [markdown]
# ### 1.7 The loop
# Given: the schedule as an object, and the class that goes through the data.

# %%
#| export
class CosineSchedule:
    """Learning rates from ``max_lr`` down to ``min_lr`` over ``total_epochs``."""

    def __init__(self, max_lr: float = 0.1, min_lr: float = 0.01, total_epochs: int = 100) -> None:
        self.max_lr, self.min_lr, self.total_epochs = max_lr, min_lr, total_epochs

    def get_lr(self, epoch: int) -> float:
        """The rate of ``epoch``, from 0."""
        return cosine_rate(epoch, self.max_lr, self.min_lr, self.total_epochs)

class Trainer:
    """Trains ``model``: ``Trainer(model, optimizer, loss_fn).train_epoch(batches)``, where batches are (inputs, targets).

    ``scheduler`` has ``get_lr(epoch)`` and sets the learning rate of each epoch; ``grad_clip_norm`` limits the gradients of each step.
    """

    def __init__(self, model: Module, optimizer: Optimizer, loss_fn: Callable[..., Any], scheduler: Any = None,
                 grad_clip_norm: float | None = None) -> None:
        self.model, self.optimizer, self.loss_fn = model, optimizer, loss_fn
        self.scheduler, self.grad_clip_norm = scheduler, grad_clip_norm
        self.epoch = 0
        self.history: dict[str, list[float]] = {"train_loss": [], "eval_loss": [], "learning_rates": []}

    def train_epoch(self, batches: Iterable[Batch], accumulation_steps: int = 1) -> float:
        """Go through ``batches`` once, with an update after each ``accumulation_steps`` of them and after the last; the mean loss."""
        if accumulation_steps < 1:
            raise ValueError(f"accumulation_steps must be at least 1, got {accumulation_steps}.")
        if self.scheduler is not None:
            self.optimizer.lr = self.scheduler.get_lr(self.epoch)
        self.model.train()
        losses: list[float] = []
        remaining = iter(batches)
        while parts := list(islice(remaining, accumulation_steps)):
            losses += train_step(self.model, self.loss_fn, self.optimizer, parts, self.grad_clip_norm)
        mean = float(np.mean(losses)) if losses else math.nan
        self.epoch += 1
        self.history["train_loss"].append(mean)
        self.history["learning_rates"].append(self.optimizer.lr)
        return mean

    def evaluate(self, batches: Iterable[Batch]) -> tuple[float, float]:
        """Mean loss and, of scores (B, C) and class ids (B,), the share of rows that are right (else nan). Nothing is dropped or remembered."""
        self.model.eval()
        losses, right, rows = [], 0, 0
        with no_grad():
            for inputs, targets in batches:
                outputs = self.model(inputs)
                losses.append(self.loss_fn(outputs, targets).item())
                ids = np.asarray(targets)
                if ids.dtype.kind in "iu" and ids.ndim == 1 and len(outputs.shape) == 2 and outputs.shape[1] > 1:  # a score for each class
                    right, rows = right + count_right(outputs, ids), rows + len(ids)
        mean = float(np.mean(losses)) if losses else math.nan
        self.history["eval_loss"].append(mean)
        return mean, right / rows if rows else math.nan

    def save_checkpoint(self, path: "str | Path") -> None:
        """Write all that a later run needs to go on as if nothing had happened; the file is whole or the old one stays."""
        random = layers.rng.bit_generator.state
        progress = {"epoch": self.epoch, "history": self.history, "lr": self.optimizer.lr, "steps": self.optimizer.steps, "random": random}
        tree = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()["state"], "parameters": len(self.optimizer.params)}
        write_whole(path, lambda file: np.savez(file, progress=json.dumps(progress), **flatten(tree)))

    def load_checkpoint(self, path: "str | Path") -> None:
        """Go on where ``save_checkpoint`` stood. ValueError, and nothing changed, if the file is none of this model's."""
        try:
            with np.load(path, allow_pickle=False) as file:
                flat = {name: file[name] for name in file.files}
            progress = json.loads(str(flat.pop("progress")))
            state: list[dict[str, Any]] = [{} for _ in range(int(flat.pop("parameters")))]
        except (KeyError, EOFError, ValueError, zipfile.BadZipFile) as error:
            raise ValueError(f"{path} is no checkpoint, or it is damaged: {error}") from None
        for name in [name for name in flat if name.startswith("optimizer/")]:
            _, place, key = name.split("/")
            state[int(place)][key] = flat.pop(name)
        before = self.optimizer.state_dict()
        self.optimizer.load_state_dict({"lr": progress["lr"], "steps": progress["steps"], "state": state})
        try:
            self.model.load_state_dict({name.removeprefix("model/"): array for name, array in flat.items()})
        except ValueError:
            self.optimizer.load_state_dict(before)
            raise
        self.epoch, self.history = progress["epoch"], progress["history"]
        layers.rng.bit_generator.state = progress["random"]

# %% [markdown]
# ## Part 2: Systems analysis
# ### 2.1 Where a step's time goes
# By the table of Part 1, for a model of n parameters and a batch of 32. **Predict, then run:** which of the four statements takes longest, and
# which would with a batch of 1?
# %%
manual_seed(7)
model = Sequential(Linear(256, 512), Linear(512, 512), Linear(512, 10))
optimizer = Adam(model.parameters())
x, y = tensors(rng.standard_normal((1024, 256)), rng.integers(0, 10, 1024))
small = x[:32], y[:32]
batch = 8
train_step(model, CrossEntropyLoss(), optimizer, [small])  # the first step makes the state
# %%
# %%measure --time -o parts
loss = CrossEntropyLoss()(model(small[0]), small[1])
loss.backward()
norm = clip_grad_norm(model.parameters(), 1.0)
optimizer.step()

# %% [markdown]
# ### 2.2 Accumulation
# The same 1024 rows, as one batch and as eight parts. **Predict, then run:** the two peaks, and the ratio of the times.
# %%
eighths = [(x[i : i + 128], y[i : i + 128]) for i in range(0, 1024, 128)]
# %%
# %%measure -o accumulation
at_once = train_step(model, CrossEntropyLoss(), optimizer, [(x, y)])
in_parts = train_step(model, CrossEntropyLoss(), optimizer, eighths)

# %% [markdown]
# ### 2.3 The batch
# **Predict:** from which batch on does the time of a step grow in proportion, and what does it cost before that?
# %%
# %%complexity batch=1..512 -o growth
rows, wanted = x[:batch], y[:batch]
# measure:
train_step(model, CrossEntropyLoss(), optimizer, [(rows, wanted)])

# %% [markdown]
# ### 2.4 The size of a checkpoint
# **Predict** the ratio of the file to the parameters, for SGD without momentum and for Adam; then run.
# %%
numbers = sum(p.size for p in model.parameters())
for optimizer_of in (SGD, Adam):
    trainer = Trainer(model, optimizer_of(model.parameters()), CrossEntropyLoss())
    trainer.train_epoch([small])
    with TemporaryDirectory() as folder:
        trainer.save_checkpoint(Path(folder) / "model.npz")
        size = (Path(folder) / "model.npz").stat().st_size
    print(f"{optimizer_of.__name__:4} {size / (4 * numbers):.3f} times the bytes of the parameters")

# %% [markdown]
# ### 2.5 A network that learns
# Three rings of points that no line separates, and a schedule. **Predict** the accuracy at the end, then run.
# %%
import matplotlib.pyplot as plt

from tinytorch.core.activations import Tanh

ring = rng.integers(0, 3, 600)
angle, radius = rng.uniform(0, 2 * np.pi, 600), ring + 0.5 + 0.15 * rng.standard_normal(600)
points, of_ring = tensors(np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1), ring)
manual_seed(7)
net = Sequential(Linear(2, 32), Tanh(), Linear(32, 3))
trainer = Trainer(net, Adam(net.parameters()), CrossEntropyLoss(), CosineSchedule(0.03, 0.001, 40), grad_clip_norm=1.0)
for _ in range(40):
    order = rng.permutation(500)
    trainer.train_epoch([(points[rows], of_ring[rows]) for rows in np.split(order, 10)])
unseen_loss, accuracy = trainer.evaluate([(points[500:], of_ring[500:])])
print(f"on 100 unseen points: loss {unseen_loss:.3f}, right {accuracy:.0%}")
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 2.5))
left.plot(trainer.history["train_loss"]), left.set(xlabel="epoch", ylabel="training loss, nats", ylim=(0, None))
right.plot(trainer.history["learning_rates"]), right.set(xlabel="epoch", ylabel="learning rate", ylim=(0, None))
figure.tight_layout()

# %% [markdown]
# ## Part 3: Production context
# - In PyTorch the loop is yours to write; `torch.nn.utils.clip_grad_norm_` and `torch.optim.lr_scheduler.CosineAnnealingLR` are these two functions.
# - Large runs write checkpoints every few minutes, because some machine among thousands fails every few hours (Llama team, *The Llama 3 Herd of
#   Models*, 2024), and they accumulate gradients over batches and machines alike.
# - `torch.load` used to run code from the file (pickle); a file of arrays cannot.

# %% [markdown]
# ## Integration test
# A run that is interrupted and resumed is the run that was not interrupted, bit for bit.

# %% nbgrader={"grade": true, "grade_id": "07-integration-test", "locked": true, "points": 18, "schema_version": 3, "solution": false, "task": false}
def test_training():
    x, y = tensors(rng.standard_normal((12, 4)), rng.integers(0, 3, 12))
    batches = [(x[i : i + 4], y[i : i + 4]) for i in (0, 4, 8)]

    def fresh(seed):
        manual_seed(seed)
        model = Sequential(Linear(4, 8), layers.Dropout(0.3), Linear(8, 3))
        return Trainer(model, Adam(model.parameters(), 0.01), CrossEntropyLoss(), CosineSchedule(0.1, 0.01, 6), 1.0)

    whole = fresh(1)
    losses = [tried(whole.train_epoch, batches, accumulation_steps=2) for _ in range(4)]
    assert losses[-1] < losses[0], f"the loss should fall, got {losses}"
    assert math.isclose(whole.history["learning_rates"][3], tried(cosine_rate, 3, 0.1, 0.01, 6)), "the schedule sets the rate of each epoch"
    ### BEGIN HIDDEN TESTS
    with TemporaryDirectory() as folder:
        first = fresh(1)
        for _ in range(2):
            first.train_epoch(batches, accumulation_steps=2)
        first.save_checkpoint(Path(folder) / "run.npz")
        second = fresh(9)
        second.load_checkpoint(Path(folder) / "run.npz")
        assert [second.train_epoch(batches, accumulation_steps=2) for _ in range(2)] == losses[2:], "resumed, but not the same run"
        for (name, a), b in zip(whole.model.state_dict().items(), second.model.state_dict().values(), strict=True):
            assert np.array_equal(a, b), f"{name} differs after resuming"
        assert second.history == whole.history and second.epoch == 4
        other = Trainer(Linear(4, 3), SGD(Linear(4, 3).parameters(), 0.1), MSELoss())
        before = other.model.weight.data.copy()
        refuses(ValueError, [], other.load_checkpoint, Path(folder) / "run.npz")
        (Path(folder) / "text.npz").write_text("no arrays")
        refuses(ValueError, ["text.npz"], other.load_checkpoint, Path(folder) / "text.npz")
        assert np.array_equal(before, other.model.weight.data) and other.epoch == 0, "after a refusal nothing has changed"
    assert whole.evaluate(batches) == whole.evaluate(batches), "evaluating drops nothing"
    assert whole.optimizer.steps == 8, "two updates an epoch: after two batches and after the last"
    refuses(ValueError, ["0"], whole.train_epoch, batches, 0)
    ### END HIDDEN TESTS
test_training()

# %%
if __name__ == "__main__":
    test_cosine_rate(), test_clip_grad_norm(), test_train_step(), test_count_right(), test_flatten(), test_write_whole(), test_training()
    print(f"All tests of module 07 pass: {accuracy:.0%} of the unseen points are right")

# %% [markdown] nbgrader={"grade": true, "grade_id": "07-question-parts", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** From `parts` and `growth`: the share of each of the four statements, and the time of a step for one row and for 512. Which part does a larger
# batch make cheaper per row, and from which batch on is there nothing left to gain?
#
# ### BEGIN SOLUTION
# Backward takes about twice forward; clip and step do not depend on the batch and are most of the time for a small one. Their cost per row falls with 1 / B, until the
# products dominate: where the curve of growth bends to slope 1. Rubric: 3 points shares, 3 per row, 2 the bend.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": true, "grade_id": "07-question-accumulation", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **2.** From `accumulation`: both peaks and what they consist of, both times. When would you accumulate, and when not? Why may the parts be of unequal size
# only if each counts by its rows, and what does your `train_step` do then?
#
# ### BEGIN SOLUTION
# The activations of 1024 rows against those of 128, plus gradients and temporaries of the loss in both; the times are close. Accumulate if the batch does not
# fit; else it is more calls for nothing. The mean of means is the mean of all rows only for equal parts: ours weighs each part alike. Rubric: 3 points peaks, 2
# times and choice, 3 the weights.
# ### END SOLUTION

# %% [markdown] nbgrader={"grade": true, "grade_id": "07-question-checkpoint", "locked": false, "points": 8, "schema_version": 3, "solution": true, "task": false}
# **3.** Explain both ratios of 2.4. What is missing if only the parameters are saved, and how would the run differ after resuming? How often would you
# save if a save takes 10 s and a machine fails once a day?
#
# ### BEGIN SOLUTION
# SGD keeps nothing: one. Adam keeps two numbers per parameter: three. Without its state the means start at 0 again, the schedule at epoch 0, dropout with other
# numbers: another run. A save every T seconds costs 10 / T of the time and a failure loses T / 2 on average: T = sqrt(2 * 10 * 86400), some twenty minutes.
# Rubric: 3 points ratios, 3 what is missing, 2 the interval.
# ### END SOLUTION

# %% [markdown]
# ## Summary
# You built a schedule, a limit, steps over several batches and checkpoints, and measured: small batches pay for updates, large ones for
# activations; accumulation trades calls for memory; Adam triples a checkpoint. Next: data that does not fit into one array.
