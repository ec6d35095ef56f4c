"""Generation: the cache of keys and values, under the names of the original course."""
