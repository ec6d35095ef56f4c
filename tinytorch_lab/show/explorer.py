"""``tinytorch_lab.history()``: the kept measurements as an object, and in a notebook as an explorer made of widgets."""

from __future__ import annotations

import sys
from html import escape
from typing import Any

from tinytorch_lab.archive.history import History
from tinytorch_lab.show.history_table import as_html, as_text

_LATEST = 20


def history() -> Explorer:
    """The kept measurements: searched and exported from Python, or explored as the value of a cell."""
    return Explorer()


class Explorer(History):
    """A history that shows itself."""

    def __repr__(self) -> str:
        latest = self.records()[:_LATEST]
        return "\n".join(filter(None, [self.summary(), as_text(latest) if latest else ""]))

    def _repr_html_(self) -> str:
        return self._static(unfolded=True)

    def _ipython_display_(self) -> None:
        """First what a saved notebook keeps, then the widgets, which need the kernel."""
        from IPython.display import display

        widget = _widget(self)
        static = {"text/html": self._static(unfolded=widget is None), "text/plain": repr(self)}
        display(static, raw=True)  # type: ignore[no-untyped-call]
        if widget is not None:
            display(_bundle(widget), raw=True)  # type: ignore[no-untyped-call]

    def summary(self) -> str:
        """How much is kept, and where."""
        if self.path is None or not len(self):
            return self.problem or f"No measurement is kept yet in {self.path}."
        count = f"{len(self)} measurement{'s' * (len(self) != 1)}, kept in {self.path}"
        return f"{self.problem} {count}" if self.problem else count

    def _static(self, *, unfolded: bool) -> str:
        latest = self.records()[:_LATEST]
        if not latest:
            return f"<p>{escape(self.summary())}</p>"
        name = f"the latest {len(latest)}" if len(latest) < len(self) else "all"
        return (
            f"<details{' open' if unfolded else ''}><summary>{escape(self.summary())}: {name}</summary>"
            f"{as_html(latest)}</details>"
        )


def _widget(explorer: Explorer) -> Any | None:
    """The widgets; None where nothing can show them (no kernel, no ipywidgets) or there is nothing to explore."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if not len(explorer) or getattr(shell, "kernel", None) is None:
        return None
    try:
        from tinytorch_lab.show.history_widgets import HistoryView
    except ImportError:  # no ipywidgets in this environment
        return None
    return HistoryView(explorer).widget


def _bundle(widget: Any) -> dict[str, Any]:
    """The view of a widget, and instead of its repr a sentence for those who cannot show it."""
    data: dict[str, Any] = widget._repr_mimebundle_()
    return {**data, "text/plain": "The explorer of the history needs a running kernel: run the cell again."}
