"""Notebooks made for a test."""

from __future__ import annotations

from pathlib import Path

import nbformat
import nbformat.v4

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def write_notebook(path: Path, cells: list[nbformat.NotebookNode]) -> Path:
    """Write a notebook that starts a Python kernel without asking which."""
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)
    return path
