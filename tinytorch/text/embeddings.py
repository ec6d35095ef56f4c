"""What lesson 11 exports, under the original course's path; found in ``tinytorch.core.embeddings`` on first use."""

from typing import TYPE_CHECKING

from tinytorch import lazy

if TYPE_CHECKING:
    from tinytorch.core.embeddings import Embedding as Embedding
    from tinytorch.core.embeddings import EmbeddingLayer as EmbeddingLayer
    from tinytorch.core.embeddings import PositionalEncoding as PositionalEncoding
    from tinytorch.core.embeddings import create_sinusoidal_embeddings as create_sinusoidal_embeddings

_HOME = {
    "Embedding": "core.embeddings",
    "EmbeddingLayer": "core.embeddings",
    "PositionalEncoding": "core.embeddings",
    "create_sinusoidal_embeddings": "core.embeddings",
}

__all__ = [
    "Embedding",
    "EmbeddingLayer",
    "PositionalEncoding",
    "create_sinusoidal_embeddings",
]

__getattr__, __dir__ = lazy(__name__, _HOME)
