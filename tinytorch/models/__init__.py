"""Whole models, under the names of the original course."""
