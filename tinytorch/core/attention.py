# Generated from modules/12_attention/attention_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""Attention: what each query takes from the values of the keys it fits, and attention with several heads."""

import math
from typing import Any, TypeAlias

import numpy as np

from tinytorch.core.activations import Softmax
from tinytorch.core.autograd import Gradient, gradient
from tinytorch.core.layers import Linear, Module
from tinytorch.core.tensor import Array, Shape, Tensor, apply, broadcast_shape, cat, where

Past: TypeAlias = tuple[Tensor, Tensor] | tuple[()]


def may_look(mask: Any, scores: Shape) -> Array:
    """``mask`` (tensor, array or list; what is not 0 may be looked at) as booleans. ValueError unless it broadcasts to ``scores``."""
    allowed = np.asarray(mask, bool)
    if broadcast_shape(allowed.shape, scores) != scores:
        raise ValueError(f"A mask of shape {allowed.shape} does not fit scores of shape {scores}: it must broadcast to them.")
    return allowed

def expect_fitting(q: Shape, k: Shape, v: Shape) -> None:
    """ValueError unless the shapes are (..., T, D), (..., S, D) and (..., S, E)."""
    if min(len(q), len(k), len(v)) < 2 or q[-1] != k[-1] or k[-2] != v[-2]:
        raise ValueError(f"Attention takes queries (..., T, D), keys (..., S, D) and values (..., S, E), got {q}, {k} and {v}.")

def scale_of(q: Shape) -> float:
    """1 / sqrt(D): times the queries, which are fewer numbers than the scores."""
    return 1 / math.sqrt(max(q[-1], 1))


def scaled_dot_product_attention(Q: Tensor, K: Tensor, V: Tensor, mask: Any = None) -> tuple[Tensor, Tensor]:
    """``softmax(Q K^T / sqrt(D)) V`` and its weights: Q (..., T, D), K (..., S, D), V (..., S, E) to (..., T, E) and (..., T, S).

    ``mask`` broadcasts to (..., T, S); 1 or True: look. A query that may look at nothing gets zeros. Gradients flow through both results.
    ValueError, with the shapes, for what does not fit.
    """
    expect_fitting(Q.shape, K.shape, V.shape)
    scores = (Q * scale_of(Q.shape)) @ K.transpose()
    if mask is None:
        weights = Softmax()(scores)
    else:
        allowed = may_look(mask, scores.shape)
        weights = where(allowed, Softmax()(where(allowed, scores, np.finfo(scores.dtype).min)), 0.0)
    return weights @ V, weights


def exponentials(scores: Array, mask: Any = None) -> Array:
    """In place: ``scores`` (..., T, S) become exp(score - largest of the row), 0 where ``mask`` forbids. Returns the sums (..., T, 1).

    A sum is 1 where everything is forbidden, so that it divides. ValueError if the mask does not fit.
    """
    if mask is not None:
        scores += np.where(may_look(mask, scores.shape), np.float32(0), -np.inf)
    scores -= scores.max(axis=-1, keepdims=True, initial=np.finfo(scores.dtype).min)
    np.exp(scores, out=scores)
    return np.maximum(np.einsum("...s->...", scores)[..., None], 1)


def attention(q: Array, k: Array, v: Array, mask: Any = None, keep: dict[str, Array] | None = None) -> Array:
    """``softmax(q k^T / sqrt(D)) v``: q (..., T, D), k (..., S, D), v (..., S, E) to (..., T, E), with one array (..., T, S) in between.

    ``mask`` broadcasts to (..., T, S); 1 or True: look. A query that may look at nothing gets zeros. ``keep``, a dict, receives the exponentials
    and their sums for the gradient rule. ValueError, with the shapes, for what does not fit.
    """
    expect_fitting(q.shape, k.shape, v.shape)
    scores = (q * scale_of(q.shape)) @ np.swapaxes(k, -1, -2)
    sums = exponentials(scores, mask)
    if keep is not None:
        keep["exponentials"], keep["sums"] = scores, sums
    out = scores @ v
    out /= sums
    return out


@gradient(attention)
def d_attention(g: Array, y: Array, q: Array, k: Array, v: Array, mask: Any = None, keep: dict[str, Array] | None = None) -> tuple[Gradient, ...]:
    """With e the exponentials and h their share of g (g / sums): d = e * (h v^T - sum(h * y)); d k / sqrt(D), d^T q / sqrt(D), e^T h.

    ``keep`` is what forward kept; without it the exponentials are computed again.
    """
    if keep:
        e, sums = keep["exponentials"], keep["sums"]
    else:
        e = (q * scale_of(q.shape)) @ np.swapaxes(k, -1, -2)
        sums = exponentials(e, mask)
    h = g / sums
    d = h @ np.swapaxes(v, -1, -2)
    d -= np.einsum("...e,...e->...", h, y)[..., None]
    d *= e
    scale = scale_of(q.shape)
    return lambda: d @ k * scale, lambda: np.swapaxes(d, -1, -2) @ (q * scale), lambda: np.swapaxes(e, -1, -2) @ h


def split_heads(x: Array, num_heads: int) -> Array:
    """(..., T, D) to (..., num_heads, T, D / num_heads): head h has the columns from h D / num_heads on. A view of ``x`` if it is contiguous."""
    return x.reshape(*x.shape[:-1], num_heads, x.shape[-1] // num_heads).swapaxes(-3, -2)


def merge_heads(x: Array) -> Array:
    """(..., H, T, E) to (..., T, H E): the heads side by side again, the inverse of ``split_heads``."""
    rows = x.swapaxes(-3, -2)
    return rows.reshape(*rows.shape[:-2], rows.shape[-2] * rows.shape[-1])

gradient(split_heads)(lambda g, y, x, num_heads: (merge_heads(g),))
gradient(merge_heads)(lambda g, y, x: (split_heads(g, x.shape[-3]),))


class MultiHeadAttention(Module):
    """Attention of a sequence to itself, with ``num_heads`` heads: ``MultiHeadAttention(64, 4)``. ValueError unless they divide ``embed_dim``."""

    def __init__(self, embed_dim: int, num_heads: int) -> None:
        if num_heads < 1 or embed_dim < 1 or embed_dim % num_heads:
            raise ValueError(f"The width must be a multiple of the number of heads, got {embed_dim} and {num_heads}.")
        self.embed_dim, self.num_heads = embed_dim, num_heads
        self.q_proj, self.k_proj = Linear(embed_dim, embed_dim), Linear(embed_dim, embed_dim)
        self.v_proj, self.out_proj = Linear(embed_dim, embed_dim), Linear(embed_dim, embed_dim)
        self.kept: dict[str, Array] | None = None  # what the last call keeps for the way back

    def __getstate__(self) -> dict[str, Any]: return {**vars(self), "kept": None}  # copies and files need none of it
    def forward(self, x: Tensor, mask: Any = None, past: Past | None = None) -> Any:
        """(..., T, embed_dim) to the same shape. ``mask``: (T, S), (..., T, S) for each sequence, or (..., heads, T, S); 1 or True: look.

        With ``past``, () or the (keys, values) of P earlier rows, each (..., heads, P, embed_dim / heads): returns the pair of
        the result and the keys and values of all S = P + T rows, earlier ones first.
        """
        q, k, v = (apply(split_heads, project(x), num_heads=self.num_heads) for project in (self.q_proj, self.k_proj, self.v_proj))
        if past:
            k, v = cat([past[0], k], dim=-2), cat([past[1], v], dim=-2)
        if np.ndim(mask) == x.ndim:
            mask = np.expand_dims(mask, -3)
        kept = self.kept = {} if q.requires_grad else None  # held until the next call, as in GELU
        out = self.out_proj(apply(merge_heads, apply(attention, q, k, v, mask=mask, keep=kept)))
        return out if past is None else (out, (k, v))
