# Generated from modules/11_embeddings/embeddings_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""Embeddings: rows of a table by id, the gradient that adds up rows, and positions."""

import math

import numpy as np
from numpy.typing import ArrayLike

from tinytorch.core.autograd import Gradient, gradient
from tinytorch.core.layers import Module, Parameter, rng
from tinytorch.core.tensor import FLOAT32, Array, Tensor, apply


def check_ids(ids: Array, rows: int) -> None:
    """Refuse ``ids`` of any shape that are no row numbers of a table with ``rows`` rows.

    TypeError, with the dtype, unless they are integers; IndexError, with the first wrong id, its place and ``rows``, unless 0 <= id < rows.
    """
    if ids.dtype.kind not in "iu":
        raise TypeError(f"Ids must be integers, got {ids.dtype}.")
    wrong = (ids < 0) | (ids >= rows)
    if wrong.any():
        place = tuple(np.argwhere(wrong)[0].tolist())
        raise IndexError(f"Id {ids[place]} at place {place} is not in a table of {rows} rows: ids go from 0 to {rows - 1}.")


def embedding(weight: Array, ids: Array) -> Array:
    """The rows of ``weight`` (V, D) at ``ids`` of any shape (...): (..., D), a copy. Errors are those of ``check_ids``."""
    check_ids(ids, len(weight))
    return weight.take(ids, axis=0)


def group_ids(ids: Array, rows: int) -> tuple[Array, Array, Array]:
    """Order, starts and counts: ``ids[order]`` is sorted, and its g-th group of equal ids has ``counts[g]`` places from ``starts[g]`` on.

    ``ids`` (N,) are row numbers of a table with ``rows`` rows. ``group_ids(np.array([5, 2, 5]), 9)`` is [1, 0, 2], [0, 1], [1, 2].
    """
    order = np.argsort(ids.astype(np.min_scalar_type(rows)), kind="stable")
    in_order = ids[order]
    begins = np.append(True, in_order[1:] != in_order[:-1])[: ids.size]
    starts = np.flatnonzero(begins)
    return order, starts, np.diff(np.append(starts, ids.size))


def sum_groups(g: Array, order: Array, starts: Array, counts: Array) -> Array:
    """One row for each group of ``group_ids``: the sum of the rows of ``g`` (N, D) at its places. (groups, D), in the dtype of ``g``."""
    sums = g.take(order[starts], axis=0)
    for size in np.unique(counts):
        if size > 1:
            which = counts == size
            places = order[starts[which] + np.arange(size)[:, None]]
            sums[which] = g.take(places, axis=0).sum(axis=0)
    return sums


@gradient(embedding)
def d_embedding(g: Array, y: Array, weight: Array, ids: Array) -> tuple[Gradient, ...]:
    """y = weight[ids]: zeros like the table, and in the row of each id the sum of g (..., D) over its places; None for the ids."""
    flat = ids.ravel()
    order, starts, counts = group_ids(flat, len(weight))
    total = np.zeros(weight.shape, dtype=g.dtype)
    total[flat[order[starts]]] = sum_groups(g.reshape(flat.size, weight.shape[1]), order, starts, counts)
    return total, None


def create_sinusoidal_embeddings(max_seq_len: int, embed_dim: int) -> Tensor:
    """Sines and cosines of positions, float32 (max_seq_len, embed_dim), without a gradient: row p for position p.

    Column 2i is ``sin(p / 10000 ** (2i / embed_dim))``, column 2i + 1 the cosine of the same. ValueError unless both sizes are >= 1.
    """
    if max_seq_len < 1 or embed_dim < 1:
        raise ValueError(f"Positions need at least one row and one column, got {max_seq_len} and {embed_dim}.")
    angles = np.arange(max_seq_len)[:, None] / 10000 ** (np.arange(0, embed_dim, 2) / embed_dim)
    table = np.empty((max_seq_len, embed_dim))
    table[:, ::2] = np.sin(angles)
    table[:, 1::2] = np.cos(angles[:, : embed_dim // 2])
    return Tensor(table)


def add_positions(x: Tensor, table: Tensor, start: int = 0) -> Tensor:
    """``x`` (..., T, D) plus the rows start to start + T - 1 of ``table`` (L, D); ``x`` (D,) stands at ``start`` alone.

    ValueError, with the sizes, if the last axes differ, if ``start`` is negative, or if the table ends before start + T.
    """
    axis = x.shape[-2:-1]
    stop = start + math.prod(axis)
    if x.shape[-1:] != table.shape[1:]:
        raise ValueError(f"Positions of shape {table.shape} do not fit vectors of shape {x.shape}: the last axes must agree.")
    if start < 0 or stop > len(table):
        raise ValueError(f"There are positions 0 to {len(table) - 1}, wanted are {start} to {stop - 1}: raise max_seq_len, or shorten the text.")
    return x + apply(embedding, table, np.arange(start, stop).reshape(axis))


def new_table(rows: int, dim: int) -> Parameter:
    """Standard normal float32 numbers (rows, dim). ValueError unless both are >= 1."""
    if rows < 1 or dim < 1:
        raise ValueError(f"A table needs at least one row and one column, got {rows} and {dim}.")
    return Parameter(rng.standard_normal((rows, dim), dtype=FLOAT32))

def as_ids(ids: Tensor | ArrayLike) -> Tensor: return ids if isinstance(ids, Tensor) else Tensor(ids)

class Embedding(Module):
    """The rows of ``weight`` (vocab_size, embed_dim) by id: ``Embedding(65, 128)``. ValueError unless both sizes are >= 1."""

    def __init__(self, vocab_size: int, embed_dim: int) -> None:
        self.vocab_size, self.embed_dim = vocab_size, embed_dim
        self.weight = new_table(vocab_size, embed_dim)

    def forward(self, ids: Tensor | ArrayLike) -> Tensor:
        """Integers of any shape (...), as tensor, array or nested lists, to (..., embed_dim). Errors are those of ``check_ids``."""
        return apply(embedding, self.weight, as_ids(ids))

    def __repr__(self) -> str: return f"Embedding({self.vocab_size}, {self.embed_dim})"

class PositionalEncoding(Module):
    """Adds learned positions, ``position_embeddings`` (max_seq_len, embed_dim)."""

    def __init__(self, max_seq_len: int, embed_dim: int) -> None:
        self.position_embeddings = new_table(max_seq_len, embed_dim)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """(..., T, embed_dim) to the same shape, ``start`` being the position of the first vector. Errors are those of ``add_positions``."""
        return add_positions(x, self.position_embeddings, start)

class EmbeddingLayer(Module):
    """Ids to vectors that know their position: ``EmbeddingLayer(65, 128)([[4, 17, 4]])`` has shape (1, 3, 128).

    ``pos_encoding`` is "learned", "sinusoidal" (up to ``max_seq_len`` positions each) or None; ``scale_embeddings`` multiplies the vectors
    by sqrt(embed_dim) before positions are added (Vaswani and others, 2017). ValueError for another word, or a size below 1.
    """

    def __init__(self, vocab_size: int, embed_dim: int, max_seq_len: int = 512, pos_encoding: str | None = "learned",
                 scale_embeddings: bool = False) -> None:
        self.token_embedding = Embedding(vocab_size, embed_dim)
        self.scale = math.sqrt(embed_dim) if scale_embeddings else 1.0
        self.pos_encoding: PositionalEncoding | Tensor | None = None
        if pos_encoding == "learned":
            self.pos_encoding = PositionalEncoding(max_seq_len, embed_dim)
        elif pos_encoding == "sinusoidal":
            self.pos_encoding = create_sinusoidal_embeddings(max_seq_len, embed_dim)
        elif pos_encoding is not None:
            raise ValueError(f'pos_encoding is {pos_encoding!r}; it must be "learned", "sinusoidal" or None.')

    def forward(self, ids: Tensor | ArrayLike, start: int = 0) -> Tensor:
        """Integers (..., T) to (..., T, embed_dim), ``start`` being the position of ids[..., 0]; one id () to (embed_dim,)."""
        x = self.token_embedding(ids)
        if self.scale != 1:
            x = x * self.scale
        if isinstance(self.pos_encoding, Tensor):
            return add_positions(x, self.pos_encoding, start)
        return x if self.pos_encoding is None else self.pos_encoding(x, start)
