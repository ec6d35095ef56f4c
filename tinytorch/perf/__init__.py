"""The systems modules (14 to 20), generated from the lessons; a student's own come first (see tinytorch.overlay)."""

from tinytorch.overlay import search_path

__path__ = search_path("perf", __path__)
