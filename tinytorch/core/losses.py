# Generated from modules/04_losses/losses_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""Losses: how wrong an output is, in one number, without overflow and without losing digits."""

from typing import Any

import numpy as np

from tinytorch.core.activations import sigmoid, softmax
from tinytorch.core.layers import Module
from tinytorch.core.tensor import FLOAT32, Array, Tensor, apply


def squared_error(y: Array, t: Array) -> Array:
    """The mean of ``(y - t)**2`` over all elements: a number. ValueError, with both shapes, unless they are equal."""
    if np.shape(y) != np.shape(t):
        raise ValueError(f"Outputs {np.shape(y)} and targets {np.shape(t)} must have the same shape.")
    difference = y - t
    return np.mean(difference * difference)


def log_softmax(x: "Tensor | Array", dim: int = -1) -> Any:
    """``log(softmax(x, dim))``, a tensor or array as ``x`` and of its shape, with all digits also where the softmax would be 0."""
    if isinstance(x, Tensor):
        return apply(log_softmax, _floating(x), dim=dim)
    shifted = x - x.max(axis=dim, keepdims=True, initial=-np.inf)
    shifted -= np.log(np.exp(shifted).sum(axis=dim, keepdims=True))
    return shifted


def check_ids(ids: Array, rows: Array) -> None:
    """Refuse class ids that do not fit ``rows``, scores of shape (B, C).

    TypeError unless the ids are integers, ValueError unless there is one for each row, IndexError unless 0 <= id < C.
    """
    if ids.dtype.kind not in "iu":
        raise TypeError(f"Class ids must be integers, got {ids.dtype}.")
    if rows.ndim != 2 or ids.shape != rows.shape[:1]:
        raise ValueError(f"Cross-entropy takes scores (B, C) and class ids (B,), got {rows.shape} and {ids.shape}.")
    if ids.size and not 0 <= ids.min() <= ids.max() < rows.shape[1]:
        raise IndexError(f"Class ids must be from 0 to {rows.shape[1] - 1}, got {ids.min()} to {ids.max()}.")


def cross_entropy(scores: Array, ids: Array, keep: dict[str, Array] | None = None) -> Array:
    """The mean surprise at classes ``ids`` (B,) by ``scores`` (B, C), in nats: a number. Holds one array of (B, C) beside the scores.

    A dict as ``keep`` gets the "exponentials" (B, C) and their "sums" (B,), for who needs the shares later. Errors are those of ``check_ids``.
    """
    check_ids(ids, scores)
    shifted = scores - scores.max(axis=1, keepdims=True)
    picked = shifted[np.arange(len(ids)), ids]
    np.exp(shifted, out=shifted)
    sums = shifted.sum(axis=1)
    if keep is not None:
        keep.update(exponentials=shifted, sums=sums)
    return np.mean(np.log(sums) - picked)


def binary_cross_entropy(p: Array, t: Array) -> Array:
    """The mean of ``-t * log(p) - (1 - t) * log(1 - p)``, logarithms not below -100: a number.

    ``p`` in 0 to 1, ``t`` of the same shape. ValueError for different shapes, or a ``p`` outside of 0 to 1.
    """
    if np.shape(p) != np.shape(t):
        raise ValueError(f"Probabilities {np.shape(p)} and targets {np.shape(t)} must have the same shape.")
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError(f"Probabilities must be from 0 to 1, got {p.min()} to {p.max()}: apply a sigmoid first.")
    with np.errstate(divide="ignore"):
        happened, did_not = np.maximum(np.log(p), -100), np.maximum(np.log1p(-p), -100)
    return -np.mean(t * happened + (1 - t) * did_not)


def _targets(targets: Tensor | Array) -> Array: return targets.data if isinstance(targets, Tensor) else np.asarray(targets)
def _floating(x: Tensor) -> Tensor: return x if x.dtype.kind == "f" else Tensor(x, dtype=FLOAT32)

class MSELoss(Module):
    """Mean squared error of outputs and targets of one shape: ``MSELoss()(outputs, targets)``, a tensor of no dimensions."""

    def forward(self, outputs: Tensor, targets: Tensor | Array) -> Tensor:
        return apply(squared_error, _floating(outputs), targets)

def _as_rows(scores: Tensor, ids: Array) -> tuple[Tensor, Array]:
    """Scores (B, C, ...) and ids (B, ...), or (C,) and one id, as rows of scores and their ids. Shapes that do not fit stay as they are."""
    classes = min(1, scores.ndim - 1)  # the axis of the classes
    others = [axis for axis in range(scores.ndim) if axis != classes]
    if scores.ndim in (0, 2) or ids.shape != tuple(scores.shape[axis] for axis in others):
        return scores, ids
    return scores.permute(*others, classes).reshape(ids.size, scores.shape[classes]), ids.reshape(-1)

class CrossEntropyLoss(Module):
    """Cross-entropy of scores (B, C), not probabilities, and class ids (B,); as in PyTorch also of (B, C, ...) and (B, ...), (C,) and one id."""

    def forward(self, scores: Tensor, ids: Tensor | Array) -> Tensor:
        return apply(cross_entropy, *_as_rows(_floating(scores), _targets(ids)), keep={})

class BinaryCrossEntropyLoss(Module):
    """Binary cross-entropy of probabilities, as a sigmoid gives them, and targets of the same shape."""

    def forward(self, probabilities: Tensor, targets: Tensor | Array) -> Tensor:
        return apply(binary_cross_entropy, _floating(probabilities), targets)
