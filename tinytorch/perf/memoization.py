# Generated from modules/17_memoization/memoization_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""Memoization: keys and values of earlier positions in memory that is reserved once, so that generation computes each row only once."""

from typing import Any

import numpy as np

from tinytorch.core.attention import MultiHeadAttention, attention, merge_heads, split_heads
from tinytorch.core.tensor import FLOAT32, Array, Tensor, apply
from tinytorch.core.transformer import GPT


def append_rows(memory: Array, filled: int, rows: Array) -> Array:
    """Write ``rows`` (..., T, D) into ``memory`` (..., S, D) behind its first ``filled`` positions; a view of all that are filled then: (..., filled + T, D).
    ValueError, with the numbers, for rows of another shape, or if there is no room for them; nothing is written then.
    """
    if rows.ndim != memory.ndim or rows.shape[:-2] != memory.shape[:-2] or rows.shape[-1] != memory.shape[-1]:
        raise ValueError(f"This memory takes rows of shape {(*memory.shape[:-2], 'T', memory.shape[-1])}, got {rows.shape}.")
    message = f"This memory has room for {memory.shape[-2]} positions: {filled} are filled, and {rows.shape[-2]} more do not fit."
    end = filled + rows.shape[-2]
    if end > memory.shape[-2]:
        raise ValueError(message)
    memory[..., filled:end, :] = rows
    return memory[..., :end, :]


def cache_bytes(batch_size: int, max_seq_len: int, num_layers: int, num_heads: int, head_dim: int) -> int:
    """Bytes of the float32 keys and values of ``batch_size`` sequences of ``max_seq_len`` positions: ``cache_bytes(1, 128, 4, 4, 32)`` is 524288."""
    return 2 * num_layers * batch_size * num_heads * max_seq_len * head_dim * FLOAT32.itemsize


class LayerPast:
    """One layer of a cache, as a past: empty, or its keys and values."""
    def __init__(self, cache: "KVCache", layer: int) -> None: self.cache, self.layer = cache, layer
    def __len__(self) -> int: return 2 if self.cache.seq_pos else 0
    def __getitem__(self, i: int) -> Tensor: return self.cache.get(self.layer)[i]
    def append(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of all positions, ``k`` and ``v`` being those of the new ones."""
        return self.cache.update(self.layer, k, v)
class KVCache:
    """Keys and values of ``num_layers`` layers in float32: ``KVCache(batch_size=1, max_seq_len=128, num_layers=4, num_heads=4, head_dim=32)``.
    All memory is reserved at once. It can be the ``cache`` of a GPT, or the ``past`` of its ``forward``: ``cache[layer]`` is what the layer holds, to be assigned with
    the new positions behind. ``seq_pos`` positions are filled in all layers. ValueError for a size below 1.
    """
    def __init__(self, batch_size: int, max_seq_len: int, num_layers: int, num_heads: int, head_dim: int) -> None:
        sizes = (batch_size, max_seq_len, num_layers, num_heads, head_dim)
        if min(sizes) < 1:
            raise ValueError(f"Every size of a cache must be at least 1, got {sizes}.")
        self.max_seq_len, self.num_layers, self.num_heads, self.head_dim = sizes[1:]
        self.reserve(batch_size)
    def reserve(self, batch_size: int) -> None:
        """New memory, for ``batch_size`` sequences; nothing is filled."""
        shape = (self.num_layers, batch_size, self.num_heads, self.max_seq_len, self.head_dim)
        self.batch_size, self.seq_pos = batch_size, 0
        self.keys, self.values = np.zeros(shape, FLOAT32), np.zeros(shape, FLOAT32)
    def update(self, layer: int, k: Any, v: Any) -> tuple[Tensor, Tensor]:
        """Write ``k`` and ``v`` (batch, heads, T, head_dim) behind the filled positions of ``layer``; all keys and values up to them: (batch, heads, seq_pos + T, head_dim).
        Both are views of the cache. ``seq_pos`` stays: ``advance`` moves it when all layers are written. ValueError if they do not fit, or if they require gradients, which would
        not flow through the cache.
        """
        if getattr(k, "requires_grad", False) or getattr(v, "requires_grad", False):
            raise ValueError("Keys and values that require gradients cannot be cached: generate, or call the model inside of no_grad().")
        k, v = np.asarray(k), np.asarray(v)
        keys = append_rows(self.keys[layer], self.seq_pos, k)
        values = append_rows(self.values[layer], self.seq_pos, v)
        return Tensor(keys), Tensor(values)
    def get(self, layer: int) -> tuple[Tensor, Tensor]:
        """Keys and values of the filled positions of ``layer``, each (batch, heads, seq_pos, head_dim): views of the cache, which holds other ones after ``reset``."""
        return Tensor(self.keys[layer, :, :, : self.seq_pos]), Tensor(self.values[layer, :, :, : self.seq_pos])
    def advance(self, steps: int = 1) -> None:
        """All layers hold ``steps`` positions more: from now on they count. ValueError beyond ``max_seq_len``, or for fewer than 0."""
        message = f"This cache has room for {self.max_seq_len} positions: {self.seq_pos} are filled, and it cannot advance by {steps}."
        if not 0 <= steps <= self.max_seq_len - self.seq_pos:
            raise ValueError(message)
        self.seq_pos += steps
    def reset(self) -> None:
        """Nothing is filled; the memory stays reserved, and the old numbers are overwritten before they count."""
        self.seq_pos = 0
    def get_memory_usage(self) -> dict[str, float]:
        """Bytes: "total_bytes" reserved, "used_bytes" of the filled positions, "per_token_bytes" of one position; "total_mb", the first in units of 2**20."""
        per_token = cache_bytes(self.batch_size, 1, self.num_layers, self.num_heads, self.head_dim)
        total = self.keys.nbytes + self.values.nbytes
        return {"total_bytes": total, "used_bytes": per_token * self.seq_pos, "per_token_bytes": per_token, "total_mb": total / 2**20}
    def __len__(self) -> int: return self.num_layers
    def __getitem__(self, layer: int) -> LayerPast:
        if not 0 <= layer < self.num_layers:
            raise IndexError(f"This cache has layers 0 to {self.num_layers - 1}, got {layer}.")
        return LayerPast(self, layer)
    def __setitem__(self, layer: int, past: tuple[Tensor, Tensor]) -> None:
        """Keep what is new in ``past``, the keys and values of all positions, unless it is here already. The last layer completes a pass."""
        keys, values = past
        if not np.may_share_memory(keys.data, self.keys):
            self.update(layer, keys[..., self.seq_pos :, :], values[..., self.seq_pos :, :])
        if layer == self.num_layers - 1:
            self.advance(keys.shape[-2] - self.seq_pos)
    def __repr__(self) -> str:
        return f"KVCache({self.batch_size}, {self.max_seq_len}, {self.num_layers}, {self.num_heads}, {self.head_dim}), {self.seq_pos} positions filled"


class CachedAttention(MultiHeadAttention):
    """Attention whose keys and values are written into a cache, if its past is one of a ``KVCache``; else as ``MultiHeadAttention``."""
    def forward(self, x: Tensor, mask: Any = None, past: Any = None) -> Any:
        """(batch, T, embed_dim) to the same shape. With a ``LayerPast``: a pair of the result and the keys and values of all positions, which are views of the cache."""
        if not isinstance(past, LayerPast):
            return super().forward(x, mask, past)
        if np.ndim(mask) == x.ndim:
            mask = np.expand_dims(mask, -3)
        q, k, v = (apply(split_heads, project(x), num_heads=self.num_heads) for project in (self.q_proj, self.k_proj, self.v_proj))
        k, v = past.append(k, v)
        heads = apply(attention, q, k, v, mask=mask)
        return self.out_proj(apply(merge_heads, heads)), (k, v)


def sharing(kind: type[MultiHeadAttention], other: MultiHeadAttention) -> MultiHeadAttention:
    """A module of ``kind`` with the attributes of ``other``: the same parts, not copies."""
    module = kind.__new__(kind)
    vars(module).update(vars(other))
    return module
class ModelCache(KVCache):
    """A cache for any number of sequences: a text that begins with another number than the one before gets memory of its own."""
    def update(self, layer: int, k: Any, v: Any) -> tuple[Tensor, Tensor]:
        if layer == self.seq_pos == 0 and np.ndim(k) == 4 and np.shape(k)[0] != self.batch_size:
            self.reserve(np.shape(k)[0])
        return super().update(layer, k, v)
def create_kv_cache(model: GPT, batch_size: int = 1) -> KVCache:
    """An empty cache for ``batch_size`` sequences of ``model``, each of at most ``model.max_seq_len`` positions. TypeError unless the model is a GPT."""
    if not isinstance(model, GPT):
        raise TypeError(f"A cache of keys and values is for a GPT, got {type(model).__name__}.")
    return ModelCache(batch_size, model.max_seq_len, model.num_layers, model.num_heads, model.embed_dim // model.num_heads)
def enable_kv_cache(model: GPT, batch_size: int = 1) -> KVCache:
    """From now on ``model.generate`` keeps keys and values: the same tokens, each row computed once. Returns the cache, reserved for ``batch_size`` sequences.
    A text with another number of sequences reserves it anew. One that does not fit into ``model.max_seq_len`` positions is generated without the cache, each token then at the
    cost of ``max_seq_len`` rows. Training is not affected. TypeError unless the model is a GPT.
    """
    cache = create_kv_cache(model, batch_size)
    swap_attention(model, CachedAttention)
    model.cache = cache
    return cache
def disable_kv_cache(model: GPT) -> None:
    """``model.generate`` computes all rows for every token again, and the memory of the cache is given back. Does nothing to a model without one."""
    swap_attention(model, MultiHeadAttention)
    model.cache = None


def swap_attention(model: GPT, kind: type[MultiHeadAttention]) -> None:
    """Put an attention of ``kind`` that shares all parts with the old one into every block of ``model``."""
    for block in model.blocks:
        block.attention = sharing(kind, block.attention)
