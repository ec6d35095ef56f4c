"""Puts back what a submission has replaced around the given cells: the commonest ways to make tests pass without passing them.

It stands in the submission's own process and can be got round there; it takes away what takes no skill.
"""

from __future__ import annotations

import builtins
import math
from types import ModuleType
from typing import Any

import numpy as np
import numpy.testing

from tinytorch_lab.course.grading.engine.shell import GradingShell

WATCHED = (builtins, math, np, np.linalg, np.random, numpy.testing)
LISTS = ("ast_transformers", "input_transformers_post", "input_transformers_cleanup")
MISSING = object()
CHANGING = frozenset({"_", "__builtins__", "__IPYTHON__", "__warningregistry__", "__debug__"})
"""What changes by itself."""


class Guard:
    """Remembers IPython's transformers and the contents of WATCHED as they are when it is made."""

    def __init__(self, shell: GradingShell) -> None:
        self._shell = shell
        self._modules = [(module, dict(vars(module))) for module in WATCHED]
        self._lists = {name: list(getattr(shell, name)) for name in LISTS}

    def restore(self) -> list[str]:
        """Put back what has changed since, and name it."""
        changed = [name for name in LISTS if getattr(self._shell, name) != self._lists[name]]
        for name in changed:
            setattr(self._shell, name, list(self._lists[name]))
        for module, kept in self._modules:
            changed += _restore(module, kept)
        return changed


def _restore(module: ModuleType, kept: dict[str, Any]) -> list[str]:
    now = vars(module)
    changed = [name for name, value in kept.items() if now.get(name, MISSING) is not value and name not in CHANGING]
    for name in changed:
        setattr(module, name, kept[name])
    return [f"{module.__name__}.{name}" for name in changed]
