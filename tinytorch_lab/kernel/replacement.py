"""An attribute that is another one for a while."""

from __future__ import annotations

from typing import Any

_MISSING = object()


class Replacement:
    """An attribute of an object that is replaced until ``undo``."""

    def __init__(self, owner: Any, name: str, value: Any) -> None:
        self._owner, self._name, self._value = owner, name, value
        self._own = vars(owner).get(name, _MISSING)
        self.before = getattr(owner, name)
        setattr(owner, name, value)

    def undo(self) -> None:
        """Put back what was there, unless somebody has replaced ours in the meantime."""
        if vars(self._owner).get(self._name) is not self._value:
            return
        if self._own is _MISSING:
            delattr(self._owner, self._name)
        else:
            setattr(self._owner, self._name, self._own)
