# Generated from modules/13_transformers/transformers_dev.py by `tinytorch-lab export`. Do not edit: edit the lesson.
"""Transformers: layer normalization, the pre-norm block, and a GPT that is trained on token ids and continues them."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from tinytorch.core.activations import GELU
from tinytorch.core.attention import MultiHeadAttention, Past
from tinytorch.core.autograd import Gradient, gradient, no_grad
from tinytorch.core.embeddings import EmbeddingLayer
from tinytorch.core.layers import Dropout, Linear, Module, Parameter, rng
from tinytorch.core.tensor import FLOAT32, Array, Tensor, apply


def layer_norm(x: Array, gamma: Array, beta: Array, eps: float = 1e-5, keep: dict[str, Array] | None = None) -> Array:
    """``gamma * (x - mean) / sqrt(var + eps) + beta`` over the last axis: x (..., n), gamma and beta (n,), result as x.

    A dict as ``keep`` gets "unit", the normalized rows (rows, n), and "scale", 1 / sqrt(var + eps) (rows, 1). ValueError, with both shapes,
    if the last axis of ``x`` is not n.
    """
    n = len(gamma)
    if x.shape[-1:] != (n,):
        raise ValueError(f"A layer norm over {n} features takes (..., {n}), got {x.shape}.")
    rows = x.reshape(-1, n)
    unit = rows - rows @ np.ones((n, 1), gamma.dtype) / n
    scale = 1 / np.sqrt(np.vecdot(unit, unit)[:, None] / n + eps)
    unit *= scale
    if keep is not None:
        keep["unit"], keep["scale"] = unit, scale
    y = unit * gamma
    y += beta
    return y.reshape(x.shape)


@gradient(layer_norm)
def d_layer_norm(g: Array, y: Array, x: Array, gamma: Array, beta: Array, eps: float = 1e-5, keep: dict[str, Array] | None = None) -> tuple[Gradient, ...]:
    """With h = g * gamma: scale * (h - mean(h) - unit * mean(h * unit)); g * unit and g, summed over all rows.

    ``keep`` is what forward kept; without it both are computed again.
    """
    if not keep:
        keep = {}
        layer_norm(x, gamma, beta, eps, keep)
    unit, scale = keep["unit"], keep["scale"]
    g = g.reshape(unit.shape)
    n, ones, product = len(gamma), np.ones(len(g), g.dtype), g * unit
    dgamma, dbeta = ones @ product, ones @ g
    dx = g * gamma
    dx -= (g @ gamma)[:, None] / n
    dx -= np.multiply(unit, (product @ gamma)[:, None] / n, out=product)
    dx *= scale
    return dx.reshape(x.shape), dgamma, dbeta


class LayerNorm(Module):
    """Normalizes vectors of ``n`` features: ``LayerNorm(64)``."""
    def __init__(self, n: int, eps: float = 1e-5) -> None:
        self.gamma, self.beta, self.eps = Parameter(np.ones(n)), Parameter(np.zeros(n)), eps

    def forward(self, x: Tensor) -> Tensor: return apply(layer_norm, x, self.gamma, self.beta, eps=self.eps, keep={})
    def __repr__(self) -> str: return f"LayerNorm({len(self.gamma)})"

class MLP(Module):
    """Two layers with a GELU in between, and dropout behind them: ``MLP(64)`` has 256 hidden features."""
    def __init__(self, embed_dim: int, hidden_dim: int | None = None, dropout_prob: float = 0.0) -> None:
        hidden_dim = 4 * embed_dim if hidden_dim is None else hidden_dim
        self.linear1, self.gelu, self.linear2 = Linear(embed_dim, hidden_dim), GELU(), Linear(hidden_dim, embed_dim)
        self.dropout = Dropout(dropout_prob)

    def forward(self, x: Tensor) -> Tensor: return self.dropout(self.linear2(self.gelu(self.linear1(x))))

def create_causal_mask(seq_len: int, past_len: int = 0) -> Tensor:
    """1 where the row's position may look, 0 where the column comes after it: ``create_causal_mask(2, 1)`` is [[1, 1, 0], [1, 1, 1]]."""
    return Tensor(np.tri(seq_len, past_len + seq_len, past_len, dtype=FLOAT32))


class TransformerBlock(Module):
    """Attention and an MLP of ``mlp_ratio * embed_dim`` hidden features, each normalized before, dropped out, and added to its input."""

    def __init__(self, embed_dim: int, num_heads: int, mlp_ratio: float = 4, dropout_prob: float = 0.0) -> None:
        self.ln1, self.attention = LayerNorm(embed_dim), MultiHeadAttention(embed_dim, num_heads)
        self.ln2, self.mlp = LayerNorm(embed_dim), MLP(embed_dim, int(mlp_ratio * embed_dim), dropout_prob)
        self.dropout = Dropout(dropout_prob)

    def forward(self, x: Tensor, mask: Any = None, past: Past | None = None) -> Any:
        """(..., T, embed_dim) to the same shape, with ``mask`` and ``past`` as MultiHeadAttention takes them.
        With ``past``, () or the keys and values of earlier positions: a pair of the result and (keys, values) of all positions.
        """
        attended = self.attention(self.ln1(x), mask, past)
        if past is not None:
            attended, past = attended
        x = x + self.dropout(attended)
        x = x + self.mlp(self.ln2(x))
        return x if past is None else (x, past)


def choose(scores: Array, temperature: float = 1.0, top_k: int | None = None) -> Array:
    """One id for each row of ``scores`` (B, V), drawn by softmax(scores / temperature): (B,), with the layers' random numbers.

    Temperature 0: the largest score, the first one of equals. Only the ``top_k`` largest have a chance (and what equals the last of them). ValueError for a
    temperature below 0 or not finite, a ``top_k`` below 1, or a score that is nan.
    """
    if not 0 <= temperature < np.inf or (top_k is not None and top_k < 1) or np.isnan(scores).any():
        raise ValueError(f"temperature must be 0 or more, top_k at least 1 and no score nan, got {temperature} and {top_k}, and scores from {scores.min()} to {scores.max()}.")
    if temperature == 0:
        return scores.argmax(axis=1)
    below = scores.astype(np.float64) - scores.max(axis=1, keepdims=True)
    if top_k is not None and top_k < scores.shape[1]:
        below[below < np.sort(below)[:, [-top_k]]] = -np.inf
    with np.errstate(over="ignore"):
        sums = np.cumsum(np.exp(below / temperature), axis=1)
    return (sums <= rng.random((len(sums), 1)) * sums[:, -1:]).sum(axis=1)


def past_length(past: Any) -> int:
    """How many positions ``past`` holds: None and empty ones 0."""
    return 0 if past is None or not past[0] else past[0][0].shape[-2]

class GPT(Module):
    """Scores of the next token at every position (Radford and others, 2018): ``GPT(65, 128, num_layers=4, num_heads=4, max_seq_len=256)``."""
    cache: Any = None  # what generate keeps keys and values in: indexed by layer, as a past, and with a method reset()

    def __init__(self, vocab_size: int, embed_dim: int, num_layers: int, num_heads: int, max_seq_len: int = 1024, dropout_prob: float = 0.0) -> None:
        self.vocab_size, self.embed_dim, self.max_seq_len = vocab_size, embed_dim, max_seq_len
        self.num_layers, self.num_heads = num_layers, num_heads
        self.embedding = EmbeddingLayer(vocab_size, embed_dim, max_seq_len)
        self.blocks = [TransformerBlock(embed_dim, num_heads, dropout_prob=dropout_prob) for _ in range(num_layers)]
        self.ln_f, self.lm_head = LayerNorm(embed_dim), Linear(embed_dim, vocab_size, bias=False)

    def forward(self, ids: "Tensor | ArrayLike", past: Any = None) -> Any:
        """Ids (..., T) of at most ``max_seq_len`` positions to scores (..., T, vocab_size).

        With ``past``, a list of () or (keys, values) for each layer, ``ids`` go on behind it, and (scores, past) is returned. The list is filled in place: copy it
        to go on from one past in two ways. ValueError beyond ``max_seq_len``, IndexError for ids beyond the vocabulary.
        """
        start, steps = past_length(past), np.shape(ids)[-1]
        x = self.embedding(ids, start)
        mask = create_causal_mask(steps, start) if steps > 1 else None
        for layer, block in enumerate(self.blocks):
            if past is None:
                x = block(x, mask)
            else:
                x, past[layer] = block(x, mask, past[layer])
        scores = self.lm_head(self.ln_f(x))
        return scores if past is None else (scores, past)

    @no_grad()
    def generate(self, prompt: "Tensor | ArrayLike", max_new_tokens: int = 50, temperature: float = 1.0, top_k: int | None = None, past: Any = None) -> Any:
        """``prompt``, ids (T,) or (B, T), and ``max_new_tokens`` more, as a tensor: ``choose`` says what ``temperature`` and ``top_k`` do. Nothing is dropped out.

        The model sees the last ``max_seq_len`` ids. With ``past`` (as in ``forward``; [()] * num_layers to begin with) only new ids are computed, and the pair (ids, past)
        is returned, that past without the last id; ValueError if it does not fit into ``max_seq_len``. Without one, ``cache`` is used if all fits.
        """
        ids, kept, modes = np.atleast_2d(np.asarray(prompt)), past, [(module, module.training) for module in self.modules()]
        if ids.ndim > 2 or not ids.shape[1] or max_new_tokens < 0:
            raise ValueError(f"generate takes ids (T,) or (B, T), at least one, and 0 or more new ones, got {ids.shape} and {max_new_tokens}.")
        if past is None and self.cache is not None and ids.shape[1] + max_new_tokens - 1 <= self.max_seq_len:
            self.cache.reset()
            kept = self.cache
        new = ids  # what the past does not hold yet
        self.eval()
        try:
            for _ in range(max_new_tokens):
                if kept is None:
                    scores = self(ids[:, -self.max_seq_len :])
                else:
                    scores, kept = self(new, kept)
                new = choose(scores.data[:, -1], temperature, top_k)[:, None]
                ids = np.concatenate([ids, new], axis=1)
        finally:
            for module, mode in modes:
                module.training = mode
        result = Tensor(ids if np.ndim(prompt) == 2 else ids[0])
        return result if past is None else (result, past)
