"""The history as an object, as text and HTML, compared, plotted, and as widgets without a browser."""

from __future__ import annotations

import base64
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

import tinytorch_lab
from tinytorch_lab.archive import place, remember
from tinytorch_lab.archive.cells import Version, versions
from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import CellIdentity, Machine, Run, Statement
from tinytorch_lab.show import explorer as explorer_module
from tinytorch_lab.show.explorer import Explorer
from tinytorch_lab.show.history_compare import figures, sentence, statements
from tinytorch_lab.show.history_html import comparison, single
from tinytorch_lab.show.history_plot import times_svg


@pytest.fixture(autouse=True)
def history_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TINYTORCH_LAB_HISTORY", "on")
    monkeypatch.setattr(place, "START", tmp_path)
    return tmp_path / "data" / "tinytorch-lab" / "history.db"


def keep(source: str, wall_s: float = 1.0, *, traced: bool = False, count: int = 1, **fields: Any) -> None:
    """Keep measurements of the cell "a" with this text; a statement a line, each as long."""
    lines = source.splitlines()
    for _ in range(count):
        measurement = Measurement(
            state="done",
            mode="default" if traced else "time",
            started="2026-01-02T03:04:05.678+00:00",
            wall_s=wall_s,
            traced=traced,
            trace_complete=traced,
            peak_bytes=2048 if traced else None,
            net_bytes=1024 if traced else None,
            cell=CellIdentity("a.ipynb", "a"),
            machine=Machine("3.12.1", "Linux x86_64", 2),
            statements=[
                Statement(i, i, line, wall_s / len(lines), peak_bytes=i * 1024 if traced else None, done=True)
                for i, line in enumerate(lines, 1)
            ],
        )
        for name, value in fields.items():
            assert hasattr(measurement, name), name
            setattr(measurement, name, value)
        remember(measurement, source)
        assert measurement.notes == []


def two() -> tuple[Version, Version]:
    """The first and the second version of the only cell."""
    first, second = sorted(versions(Explorer().records()), key=lambda version: version.number)
    return first, second


# The object


def test_history_is_found_on_the_package_and_is_no_module() -> None:
    keep("x")
    assert isinstance(tinytorch_lab.history(), Explorer)
    assert len(tinytorch_lab.history().records()) == 1


def test_its_text_is_a_table_of_the_latest(history_path: Path) -> None:
    keep("x = f()", 0.25, label="mine")
    keep("x = f()", traced=True)
    summary, head, *rows = repr(Explorer()).splitlines()
    assert summary == f"2 measurements, kept in {history_path}"
    assert head.split() == ["#", "when", "notebook", "cell", "mode", "wall", "how", "peak", "kept"]
    assert re.split("  +", rows[0])[2:] == ["a.ipynb", "x = f()", "default", "1.00 s", "traced", "2.00 KiB", "1.00 KiB"]
    assert re.split("  +", rows[1])[2:] == ["a.ipynb", "mine", "time", "250 ms", "untraced", "–", "–"]


def test_an_empty_history_says_where_it_would_be(history_path: Path) -> None:
    assert repr(Explorer()) == f"No measurement is kept yet in {history_path}."
    assert str(history_path) in Explorer()._repr_html_()


def test_what_a_student_typed_is_escaped() -> None:
    keep("x = '<script>'", label="<b>")
    keep("y = '<i>'")
    pages = [Explorer()._repr_html_(), comparison(*two()), single(two()[0])]
    for page in pages:
        assert not re.search("<script|<b>|<i>", page)


# The comparison


def test_times_are_compared_like_with_like() -> None:
    keep("x = f()", 1.0, count=5)
    keep("x = f()", 8.0, traced=True)
    keep("x = g()", 2.0)
    own, traced, peak, kept = figures(*two())
    assert (own.first, own.second) == ("1.00 s (1.00 s to 1.00 s, 5 runs)", "2.00 s (1 run)")
    assert own.ratio == "× 2"
    assert (traced.first, traced.second, traced.ratio) == ("8.00 s (1 run)", "not measured", "")
    assert (peak.first, peak.second, peak.ratio) == ("2.00 KiB", "not measured", "")
    assert (kept.first, kept.second) == ("1.00 KiB", "not measured")


def test_the_sentence_says_what_can_be_told() -> None:
    keep("x = f()", 1.0, count=4)
    keep("x = g()", 8.0, traced=True)
    assert sentence(*two()) == "Not both were measured untraced: run them with --time to compare their own times."
    keep("x = g()", 2.0)
    assert sentence(*two()) == "The first has 4 untraced runs; a verdict needs 5 or more."
    keep("x = f()", 1.0)
    first, second = two()
    assert sentence(first, second) == "The second is slower than the first, outside the noise."
    assert sentence(first, first) == "The difference of their own times is within the noise."


def test_no_verdict_across_machines() -> None:
    keep("x = f()", count=5)
    keep("x = g()", machine=Machine("3.13.0", "Linux x86_64", 2))
    assert "different machines" in sentence(*two())


def test_statements_are_matched_by_their_text() -> None:
    keep("a = 1\nb = f()\nc = 3", 3.0)
    keep("a = 1\nb = g()\nc = 3\nd = 4", 8.0)
    sources = [tuple(part and part.source for part in pair) for pair in statements(*two())]
    assert sources == [("a = 1", "a = 1"), ("b = f()", "b = g()"), ("c = 3", "c = 3"), (None, "d = 4")]
    (first, second), *_ = statements(*two())
    assert first is not None
    assert second is not None
    assert (first.wall_s, second.wall_s) == (1.0, 2.0)


def test_a_traced_statement_is_not_put_beside_an_untraced_one() -> None:
    keep("a = 1", 3.0)
    keep("a = 2", 8.0, traced=True)
    ((first, second),) = statements(*two())
    assert first is not None
    assert second is not None
    assert (first.wall_s, second.wall_s) == (None, None)
    assert (first.peak_bytes, second.peak_bytes) == (None, 1024)


def test_repeated_runs_give_the_time_and_the_memory_of_statements() -> None:
    runs = [Run(1.0, 1.0), Run(9.0, 9.0, traced=True)]
    repeated = {"mode": "repeat", "runs": runs, "trace_complete": True, "peak_bytes": 4096}
    statement = Statement(1, 1, "a = 1", 1.0, peak_bytes=4096, done=True)
    keep("a = 1", 1.0, **repeated, statements=[statement])
    keep("a = 2", 3.0)
    ((first, second),) = statements(*two())
    assert first is not None
    assert second is not None
    assert (first.wall_s, first.peak_bytes, second.wall_s, second.peak_bytes) == (1.0, 4096, 3.0, None)


# The plot


def test_the_plot_has_a_mark_for_each_comparable_run_and_axes_with_units() -> None:
    keep("x = f()", 0.002, count=3)
    keep("x = f()", 0.009, traced=True, count=2)
    keep("x = f()", 0.9, state="error")
    (version,) = versions(Explorer().records())
    svg = times_svg([version], "a $title$ & more")
    texts = ["".join(text.itertext()).strip() for text in ElementTree.fromstring(svg).iter() if "text" in text.tag]
    assert {"wall time (ms)", "run (oldest first)", "untraced", "traced", "a $title$ & more"} <= set(texts)
    assert "partly traced" not in texts
    marks = re.findall(r'<use xlink:href="#\w+" x="[\d.]+" y="[\d.]+" style="fill: (#\w+)', svg)
    assert (marks.count("#2f81f7"), marks.count("#d9730d")) == (3 + 1, 2 + 1)  # one each in the legend


def test_the_plot_takes_the_colour_of_the_page() -> None:
    keep("x")
    svg = times_svg(versions(Explorer().records()), "x")
    assert "currentColor" in svg
    assert not re.search("#000000|#ffffff|#010203", svg)


def test_versions_are_marked_in_the_plot() -> None:
    keep("x = f()")
    keep("x = g()")
    svg = times_svg(two(), "x")
    assert "> v1<" in svg
    assert "> v2<" in svg


def test_nothing_to_draw_is_no_plot() -> None:
    keep("x", state="error")
    assert times_svg(versions(Explorer().records()), "x") == ""


# The widgets


def view(explorer: Explorer) -> Any:
    from tinytorch_lab.show.history_widgets import HistoryView

    return HistoryView(explorer)


def test_the_filter_narrows_what_is_offered_and_keeps_the_choice() -> None:
    keep("x = f()")
    keep("x = g()")
    keep("y = f()", cell=CellIdentity("b.ipynb", "b"))
    made = view(Explorer())
    assert [len(made._first.options), len(made._second.options)] == [3, 4]
    made._first.value = made._first.options[2][1]
    made._text.value = "F()"
    assert [version.last.source for _, version in made._first.options] == ["y = f()", "x = f()"]
    assert made._first.value.last.source == "x = f()"
    made._notebook.value = "b.ipynb"
    assert made._first.value.last.source == "y = f()"
    made._text.value = "nowhere"
    assert made._first.options == ()
    assert made._tabs.children[0].value == "Nothing passes the filter."


def test_every_page_is_filled_when_it_comes_to_the_front() -> None:
    keep("x = f()", count=2)
    keep("x = g()")
    made = view(Explorer())
    made._second.index = 2
    assert "version 1 of 2" in made._tabs.children[0].value
    made._tabs.selected_index = 1
    assert made._tabs.children[1].value.count("<svg") == 1  # both are the same cell
    made._tabs.selected_index = 2
    assert made._tabs.children[2].value.count("<tr") == 4


def test_an_export_is_a_link_with_what_passes_the_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    keep("x = f()")
    keep("y = f()")
    made = view(Explorer())
    made._text.value = "y ="
    made._export("json", made._history.to_json)
    address = re.search(r'href="data:application/json;base64,([^"]+)"', made._link.value)
    assert address is not None
    assert [each["source"] for each in json.loads(base64.b64decode(address[1]))] == ["y = f()"]
    monkeypatch.setattr("tinytorch_lab.show.history_widgets._MAX_DOWNLOAD", 10)
    made._export("csv", made._history.to_csv)
    assert "<a " not in made._link.value
    assert "tinytorch-lab history --csv" in made._link.value


def test_deleting_asks_first() -> None:
    keep("x")
    explorer = Explorer()
    made = view(explorer)
    made._ask()
    assert len(Explorer()) == 1
    question, yes, no = made._question.children
    assert "all 1 measurements" in question.value
    no.click()
    assert made._question.children == ()
    yes.click()
    assert len(Explorer()) == len(explorer) == 0


def test_in_a_kernel_the_static_view_comes_first_then_the_widgets(monkeypatch: pytest.MonkeyPatch) -> None:
    keep("x = f()")
    shown = displayed(monkeypatch, kernel=object())
    assert [sorted(data) for data in shown] == [
        ["text/html", "text/plain"],
        ["application/vnd.jupyter.widget-view+json", "text/plain"],
    ]
    assert "x = f()" in shown[0]["text/html"]
    assert "run the cell again" in shown[1]["text/plain"]


def test_without_a_kernel_or_ipywidgets_there_is_the_static_view_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    keep("x = f()")
    (static,) = displayed(monkeypatch, kernel=None)
    assert "<details open>" in static["text/html"]
    monkeypatch.setitem(sys.modules, "tinytorch_lab.show.history_widgets", None)
    assert displayed(monkeypatch, kernel=object()) == [static]


def displayed(monkeypatch: pytest.MonkeyPatch, kernel: object) -> list[dict[str, Any]]:
    """What the value of a cell shows in a shell with such a kernel."""
    shown: list[dict[str, Any]] = []
    shell = SimpleNamespace(kernel=kernel)
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    explorer_module.history()._ipython_display_()
    return shown
