"""The framework's modules (01 to 13), generated from the lessons; a student's own come first (see tinytorch.overlay)."""

from tinytorch.overlay import search_path

__path__ = search_path("core", __path__)
