"""What lesson 10 exports, under the original course's path; found in ``tinytorch.core.tokenization`` on first use."""

from typing import TYPE_CHECKING

from tinytorch import lazy

if TYPE_CHECKING:
    from tinytorch.core.tokenization import BPETokenizer as BPETokenizer
    from tinytorch.core.tokenization import CharTokenizer as CharTokenizer
    from tinytorch.core.tokenization import Tokenizer as Tokenizer

_HOME = {
    "BPETokenizer": "core.tokenization",
    "CharTokenizer": "core.tokenization",
    "Tokenizer": "core.tokenization",
}

__all__ = [
    "BPETokenizer",
    "CharTokenizer",
    "Tokenizer",
]

__getattr__, __dir__ = lazy(__name__, _HOME)
