"""Text: tokenization and embeddings, under the names of the original course."""
