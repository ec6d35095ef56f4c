"""Puts back what a submission has replaced around the given cells: the commonest ways to make tests pass without passing them.

It stands in the submission's own process and can be got round there; it takes away what takes no skill.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.testing
from IPython.core.interactiveshell import InteractiveShell

from tinytorch_lab.course.grading.engine.shell import GradingShell

WATCHED = (builtins, math, np, np.linalg, np.random, numpy.testing, InteractiveShell)
MISSING = object()
CHANGING = frozenset({"_", "__builtins__", "__IPYTHON__", "__warningregistry__", "__debug__"})
"""What changes by itself."""


class Guard:
    """Remembers what WATCHED contains, and how IPython runs a cell, as they are when it is made."""

    def __init__(self, shell: GradingShell) -> None:
        manager = shell.input_transformer_manager
        parts = (shell, manager, shell.compile, shell.recorder)
        self._contents: list[tuple[Any, dict[str, Any]]] = [(one, dict(vars(one))) for one in WATCHED]
        self._contents += [(kind, {**_methods(kind, kind), **vars(kind)}) for kind in map(type, parts)]
        self._contents += [(one, _methods(type(one), one)) for one in parts]
        of_manager = [(manager, name) for name in ("cleanup_transforms", "line_transforms", "token_transformers")]
        places = [(shell, "ast_transformers"), (shell, "input_transformers_post"), *of_manager]
        self._lists = [(owner, name, list(getattr(owner, name))) for owner, name in places]

    def restore(self) -> list[str]:
        """Put back what has changed since, and name it."""
        changed = [f"{_name(owner)}.{name}" for owner, name, kept in self._lists if getattr(owner, name) != kept]
        for owner, name, kept in self._lists:
            setattr(owner, name, list(kept))
        for owner, contents in self._contents:
            changed += _restore(owner, contents)
        return changed


def _methods(kind: type, owner: Any) -> dict[str, Any]:
    """For each method of a class what ``owner``, the class or one of its kind, has in its place: often nothing of its own."""
    names = [name for name in dir(kind) if not name.startswith("__") and callable(getattr(kind, name))]
    return {name: vars(owner).get(name, MISSING) for name in names}


def _restore(owner: Any, kept: Mapping[str, Any]) -> list[str]:
    now = vars(owner)
    changed = [name for name, value in kept.items() if now.get(name, MISSING) is not value and name not in CHANGING]
    for name in changed:
        if kept[name] is MISSING:
            delattr(owner, name)
        else:
            setattr(owner, name, kept[name])
    return [f"{_name(owner)}.{name}" for name in changed]


def _name(owner: Any) -> str:
    return str(getattr(owner, "__name__", type(owner).__name__))
