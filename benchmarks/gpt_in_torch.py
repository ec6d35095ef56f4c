"""The GPT of lesson 13 in PyTorch, with the names of lesson 13's modules: what benchmarks/library.py compares it with."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn
from torch.nn import functional

NAMES = {
    "embedding.token_embedding.": "words.",
    "embedding.pos_encoding.position_embeddings": "places.weight",
    "gamma": "weight",
    "beta": "bias",
}


def written_out(q: Any, k: Any, v: Any, is_causal: bool) -> Any:
    """The formula, one call for each operation, as a student writes it first."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if is_causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1), -math.inf)
    return torch.softmax(scores, -1) @ v


class Attention(nn.Module):
    """All heads, by PyTorch's fused function or by ``written_out``; no position looks ahead."""

    def __init__(self, width: int, heads: int, fused: bool) -> None:
        super().__init__()
        self.heads, self.attention = heads, functional.scaled_dot_product_attention if fused else written_out
        self.q_proj, self.k_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.v_proj, self.out_proj = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x: Any) -> Any:
        batch, steps, width = x.shape
        parts = (
            p(x).view(batch, steps, self.heads, -1).transpose(1, 2) for p in (self.q_proj, self.k_proj, self.v_proj)
        )
        heads = self.attention(*parts, is_causal=steps > 1)
        return self.out_proj(heads.transpose(1, 2).reshape(batch, steps, width))


class MLP(nn.Module):
    def __init__(self, width: int, approximate: str) -> None:
        super().__init__()
        self.approximate = approximate
        self.linear1, self.linear2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Any) -> Any:
        return self.linear2(functional.gelu(self.linear1(x), approximate=self.approximate))


class Block(nn.Module):
    def __init__(self, width: int, heads: int, fused: bool, approximate: str) -> None:
        super().__init__()
        self.ln1, self.attention = nn.LayerNorm(width), Attention(width, heads, fused)
        self.ln2, self.mlp = nn.LayerNorm(width), MLP(width, approximate)

    def forward(self, x: Any) -> Any:
        x = x + self.attention(self.ln1(x))
        return x + self.mlp(self.ln2(x))


class GPT(nn.Module):
    def __init__(
        self, vocab: int, width: int, layers: int, heads: int, longest: int, fused: bool, approximate: str
    ) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(vocab, width), nn.Embedding(longest, width)
        self.blocks = nn.ModuleList(Block(width, heads, fused, approximate) for _ in range(layers))
        self.ln_f, self.lm_head = nn.LayerNorm(width), nn.Linear(width, vocab, bias=False)

    def forward(self, ids: Any) -> Any:
        x = self.words(ids) + self.places(torch.arange(ids.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.lm_head(self.ln_f(x))

    @torch.no_grad()
    def generate(self, ids: Any, count: int) -> Any:
        """``ids`` (B, T) and the likeliest ``count`` ids behind them, the whole text computed for each."""
        for _ in range(count):
            ids = torch.cat([ids, self(ids)[:, -1:].argmax(2)], dim=1)
        return ids


def take_over(mine: Any, its: nn.Module) -> None:
    """Copy the parameters of our model into PyTorch's: weights of linear layers lie there the other way round."""
    state = {}
    for path, array in mine.state_dict().items():
        name, linear = path, array.ndim == 2 and "embedding" not in path
        for ours, theirs in NAMES.items():
            name = name.replace(ours, theirs)
        state[name] = torch.tensor((array.T if linear else array).copy())
    its.load_state_dict(state)
