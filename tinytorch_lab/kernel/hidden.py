"""Runs of ``--repeat`` that show nothing: what they print, display and return as last value is thrown away."""

from __future__ import annotations

import sys
from typing import Any

from tinytorch_lab.kernel.replacement import Replacement

KEPT_CHARACTERS = 20_000


class HiddenOutput:
    """Hides what a run shows, from ``hide`` to ``drop`` or ``reveal``.

    A run that fails reveals the end of what it printed, so that its error has the context it would have had.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._streams = sys.stdout, sys.stderr
        self._printed: list[tuple[Any, str]] = []
        self._size = 0
        self._undo: list[Replacement] = []
        self.active = False

    def hide(self) -> None:
        """From now on nothing is shown."""
        self.active = True
        self._streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = (_Hiding(stream, self) for stream in self._streams)
        for name in ("publish", "clear_output"):
            self._undo.append(Replacement(self._shell.display_pub, name, _nothing))

    def drop(self) -> None:
        """Show again what comes; what came is lost, open figures of matplotlib too."""
        inline: Any = sys.modules.get("matplotlib_inline.backend_inline")
        if self.active and inline is not None:
            inline.flush_figures()  # as at the end of every cell: the next run begins with new figures
        self._shell.user_ns.get("__warningregistry__", {}).clear()  # what was hidden is to be shown the next time
        self._show_again()

    def reveal(self) -> None:
        """Show again what comes, and the last of what was printed."""
        if self.active:
            self._show_again()
            for stream, text in self._printed:
                stream.write(text)

    def take(self, stream: Any, text: str) -> None:
        """Keep text for ``reveal``, the last of it."""
        self._printed.append((stream, text[-KEPT_CHARACTERS:]))
        self._size += len(self._printed[-1][1])
        while self._size > KEPT_CHARACTERS and len(self._printed) > 1:
            self._size -= len(self._printed.pop(0)[1])

    def _show_again(self) -> None:
        self.active = False
        sys.stdout, sys.stderr = self._streams  # also if the cell has put others there: the next run does it again
        while self._undo:
            self._undo.pop().undo()


class _Hiding:
    """Stands for stdout or stderr; whoever keeps it writes to the real one again afterwards."""

    def __init__(self, stream: Any, output: HiddenOutput) -> None:
        self._stream, self._output = stream, output

    def write(self, text: str) -> int:
        if not self._output.active or not isinstance(text, str):
            return int(self._stream.write(text))
        self._output.take(self._stream, text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _nothing(*args: Any, **kwargs: Any) -> None:
    """In place of a method that would show something."""
