"""The explorer of the history, made of ipywidgets: filter, choose two, compare, plot, export, delete."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from html import escape
from statistics import median
from typing import Any

import ipywidgets as widgets

from tinytorch_lab.archive.cells import Version, siblings, versions
from tinytorch_lab.archive.file import HistoryError
from tinytorch_lab.archive.history import History
from tinytorch_lab.show.history_html import comparison, single
from tinytorch_lab.show.history_plot import times_svg
from tinytorch_lab.show.history_table import as_html, notebook_name, shortened
from tinytorch_lab.show.units import format_bytes, format_seconds

_ALL = ("all", "")
_ROWS = 100
_MAX_DOWNLOAD = 2_000_000  # bytes: more would block the connection between kernel and browser for long
_STYLE = """<style>
.tt-History select { font-family: var(--jp-code-font-family, monospace); }
.tt-History .widget-html-content { line-height: 1.5; overflow-x: auto; }
.tt-History .widget-html-content svg { max-width: 100%; height: auto; }
</style>"""


class HistoryView:
    """Builds the widgets and connects them; ``widget`` is the whole."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._versions: list[Version] = []
        self._summary = widgets.HTML()
        self._text = widgets.Text(placeholder="in label or source", **_named("Find", "240px"))
        self._notebook = widgets.Dropdown(options=[_ALL], **_named("Notebook", "260px"))
        self._mode = widgets.Dropdown(options=[_ALL], **_named("Mode", "150px"))
        self._first = widgets.Select(rows=5, **_named("First", "auto"))
        self._second = widgets.Select(rows=5, **_named("Second", "auto"))
        self._offering = False
        self._link = widgets.HTML()
        self._question = widgets.HBox(layout=widgets.Layout(align_items="center"))
        pages = [*(widgets.HTML() for _ in range(3)), self._export_page(), self._delete_page()]
        self._tabs = widgets.Tab(pages, titles=("Compare", "Over time", "Measurements", "Export", "Delete"))
        self.widget = self._whole()
        self._load()
        self._connect()

    def _whole(self) -> Any:
        again = _button("Read again", self._read_again)
        wide = widgets.Layout(flex_flow="row wrap")
        filters = widgets.HBox([self._text, self._notebook, self._mode, again], layout=wide)
        whole = widgets.VBox([widgets.HTML(_STYLE), filters, self._summary, self._first, self._second, self._tabs])
        return whole.add_class("tt-History")

    def _connect(self) -> None:
        for control in (self._text, self._notebook, self._mode):
            control.observe(lambda _: self._filter(), "value")
        for chooser in (self._first, self._second):
            chooser.observe(lambda _: self._show(), "value")
        self._tabs.observe(lambda _: self._show(), "selected_index")

    def _load(self) -> None:
        rows = self._history.records()
        self._versions = versions(rows)
        self._notebook.options = _choices(row.notebook for row in rows)
        self._mode.options = _choices(row.mode for row in rows)
        self._filter()

    def _filter(self) -> None:
        """Offer what the filter lets through; what was chosen stays chosen if it is among that."""
        rows = self._found()
        ids = {row.id for row in rows}
        found = [version for version in self._versions if any(row.id in ids for row in version.rows)]
        texts = f"{len(found)} text{'s' * (len(found) != 1)} of cells"
        self._summary.value = escape(
            f"{len(rows)} of {len(self._history)} measurements, {texts}. {self._history.problem or ''}"
        )
        options: list[tuple[str, Version | None]] = [(_line(version), version) for version in found]
        self._offering = True  # new options change the choice several times: show what it is in the end
        _offer(self._first, options, options[0][1] if options else None)
        _offer(self._second, [("(none)", None), *options], None)
        self._offering = False
        self._show()

    def _found(self) -> list[Any]:
        text, notebook, mode = self._text.value.strip(), self._notebook.value or None, self._mode.value or None
        return self._history.records(text, notebook=notebook, mode=mode)

    def _show(self) -> None:
        """Fill the page in front."""
        if self._offering:
            return
        front = self._tabs.selected_index or 0
        fill = (self._comparison, self._plot, self._table)
        if front < len(fill):
            self._tabs.children[front].value = fill[front]()
        self._link.value = ""
        self._question.children = ()

    def _comparison(self) -> str:
        first, second = self._first.value, self._second.value
        if first is None:
            return "Nothing passes the filter."
        return single(first) if second is None or second is first else comparison(first, second)

    def _plot(self) -> str:
        """The cells of both that are chosen, one below the other; a cell with all its versions."""
        drawn: dict[tuple[int, ...], str] = {}
        for version in (self._first.value, self._second.value):
            if version is not None:
                cell = siblings(version, self._versions)
                drawn[tuple(id(each) for each in cell)] = times_svg(cell, shortened(cell[-1].last.title))
        return "".join(drawn.values()) or "No run that could be drawn."

    def _table(self) -> str:
        rows = self._found()
        more = f"<p>The latest {_ROWS} of {len(rows)}.</p>" if len(rows) > _ROWS else ""
        return more + as_html(rows[:_ROWS])

    def _export_page(self) -> Any:
        note = widgets.HTML("The measurements that pass the filter, newest first.")
        buttons = [
            _button("CSV: the figures", lambda: self._export("csv", self._history.to_csv)),
            _button("JSON: whole measurements", lambda: self._export("json", self._history.to_json)),
        ]
        return widgets.VBox([note, widgets.HBox(buttons), self._link])

    def _export(self, kind: str, write: Callable[[list[Any]], str]) -> None:
        data = write(self._found()).encode()
        if len(data) > _MAX_DOWNLOAD:
            self._link.value = (
                f"{format_bytes(len(data))} are too much for a download from here. Filter, or run in a terminal: "
                f"<code>tinytorch-lab history --{kind} &gt; measurements.{kind}</code>"
            )
            return
        address = f"data:{'text/csv' if kind == 'csv' else 'application/json'};base64,{base64.b64encode(data).decode()}"
        self._link.value = (
            f'<a download="measurements.{kind}" href="{address}" style="text-decoration:underline">'
            f"Download measurements.{kind}</a> ({format_bytes(len(data))})"
        )

    def _delete_page(self) -> Any:
        button = _button("Delete all measurements…", self._ask, style="danger")
        return widgets.VBox(
            [widgets.HTML(f"Kept in <code>{escape(str(self._history.path))}</code>."), button, self._question]
        )

    def _ask(self) -> None:
        question = widgets.HTML(
            f"Delete all {len(self._history)} measurements, whatever the filter? They cannot be restored."
        )
        yes = _button("Delete", self._delete, style="danger")
        no = _button("Keep", lambda: setattr(self._question, "children", ()))
        self._question.children = (question, yes, no)

    def _delete(self) -> None:
        try:
            answer = f"{self._history.clear()} measurements were deleted."
        except HistoryError as error:
            answer = escape(str(error))
        self._load()
        self._question.children = (widgets.HTML(answer),)

    def _read_again(self) -> None:
        self._history.refresh()
        self._load()


def _choices(values: Iterable[str | None]) -> list[tuple[str, str]]:
    return [_ALL, *((value, value) for value in dict.fromkeys(values) if value)]


def _line(version: Version) -> str:
    """A line of the choosers: time, what it is, number of runs, peak, notebook."""
    own, traced = version.untraced_s, version.traced_s
    time = format_seconds(median(own or traced)) if own or traced else "–"
    time += " (traced)" if traced and not own else ""
    peak = "" if version.peak_bytes is None else f"peak {format_bytes(version.peak_bytes)}"
    runs = f"{len(version.rows)} run{'s' * (len(version.rows) != 1)}"
    number = f"version {version.number} of {version.of}" if version.of > 1 else ""
    details = ", ".join(filter(None, [number, runs, peak, notebook_name(version.last)]))
    line = f"{time:>16}  {shortened(version.last.title, 36):<36}  {details}"
    return line.replace(" ", "\u00a0")  # a browser would draw columns of plain spaces together


def _offer(chooser: Any, options: list[tuple[str, Version | None]], default: Version | None) -> None:
    """New options; the chosen text stays chosen, though it may have more runs now."""
    chosen = chooser.value
    same = [version for _, version in options if chosen is not None and version is not None and _same(version, chosen)]
    chooser.options = options
    chooser.value = same[0] if same else default


def _same(one: Version, other: Version) -> bool:
    return one.rows[0].id == other.rows[0].id


def _named(name: str, width: str) -> dict[str, Any]:
    return {"description": name, "style": {"description_width": "72px"}, "layout": widgets.Layout(width=width)}


def _button(name: str, action: Callable[[], None], *, style: str = "") -> Any:
    button = widgets.Button(description=name, button_style=style, layout=widgets.Layout(width="auto"))
    button.on_click(lambda _: action())
    return button
