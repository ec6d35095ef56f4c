"""What lesson 13 exports, under the original course's path; found in ``tinytorch.core.transformer`` on first use."""

from typing import TYPE_CHECKING

from tinytorch import lazy

if TYPE_CHECKING:
    from tinytorch.core.transformer import GPT as GPT
    from tinytorch.core.transformer import MLP as MLP
    from tinytorch.core.transformer import LayerNorm as LayerNorm
    from tinytorch.core.transformer import TransformerBlock as TransformerBlock
    from tinytorch.core.transformer import create_causal_mask as create_causal_mask

_HOME = {
    "GPT": "core.transformer",
    "LayerNorm": "core.transformer",
    "MLP": "core.transformer",
    "TransformerBlock": "core.transformer",
    "create_causal_mask": "core.transformer",
}

__all__ = [
    "GPT",
    "MLP",
    "LayerNorm",
    "TransformerBlock",
    "create_causal_mask",
]

__getattr__, __dir__ = lazy(__name__, _HOME)
