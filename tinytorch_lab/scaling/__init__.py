"""How the cost of a piece of code grows with a size: runs it at growing sizes under a budget and fits the growth."""
