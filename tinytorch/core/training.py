# Generated from modules/07_training/training_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
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


def cosine_rate(epoch: int, max_lr: float, min_lr: float, total_epochs: int) -> float:
    """The learning rate of ``epoch``: ``max_lr`` at 0, ``min_lr`` from ``total_epochs`` on, half a cosine in between."""
    if epoch >= total_epochs:
        return min_lr
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + math.cos(math.pi * epoch / total_epochs))


def clip_grad_norm(params: Iterable[Any], max_norm: float = 1.0) -> float:
    """Scale all gradients in place so that their common norm is at most ``max_norm``; returns the norm from before.

    Parameters without a gradient count nothing. ValueError for a ``max_norm`` that is not above 0.
    """
    if not max_norm > 0:
        raise ValueError(f"max_norm must be above 0, got {max_norm}.")
    gradients = [p.grad for p in params if p.grad is not None]
    norm = math.sqrt(sum(float(np.vdot(g, g)) for g in gradients))
    if norm > max_norm:
        for g in gradients:
            g *= max_norm / norm
    return norm


def train_step(model: Module, loss_fn: Callable[..., Any], optimizer: Optimizer, parts: list[Batch], max_norm: float | None = None) -> list[float]:
    """One update from ``parts``, batches (inputs, targets): by the mean of their losses. Returns the loss of each part.

    With ``max_norm`` the gradients are clipped before the update.
    """
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


def count_right(scores: Any, ids: Any) -> int:
    """In how many rows of ``scores`` (B, C) the largest score stands at the row's class id of ``ids`` (B,)."""
    return int((np.asarray(scores).argmax(axis=1) == np.asarray(ids)).sum())


def flatten(tree: Any, prefix: str = "") -> dict[str, Any]:
    """The ends of a tree of dicts and lists, by their way with ``/`` between the steps; places in lists are steps too."""
    if not isinstance(tree, (dict, list)):
        return {prefix: tree}
    flat = {}
    for step, part in tree.items() if isinstance(tree, dict) else enumerate(tree):
        flat.update(flatten(part, f"{prefix}/{step}" if prefix else str(step)))
    return flat


def write_whole(path: "str | Path", write: Callable[[Any], None]) -> None:
    """Make the file ``path`` by ``write``, which gets an open binary file: afterwards it is the new one, or, if anything fails, the old one.

    Leaves no other file behind. Raises what ``write`` raises.
    """
    part = Path(f"{path}.part")
    try:
        with part.open("wb") as file:
            write(file)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


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
