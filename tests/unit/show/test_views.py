"""What the three views of a measurement say."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from tinytorch_lab.profiler import CellError, Measurement, Statement
from tinytorch_lab.profiler.records import Earlier, Timeline
from tinytorch_lab.show import MIME_TYPE, bundle
from tinytorch_lab.show.choice import costliest

from .largest import largest

MIB = 1 << 20


def measured(**changes: Any) -> Measurement:
    figures: dict[str, Any] = {
        "state": "done",
        "wall_s": 1.5,
        "cpu_s": 3.0,
        "traced": True,
        "traced_s": 1.5,
        "trace_complete": True,
        "peak_bytes": 95 * MIB,
        "net_bytes": 0,
        "rss_start_bytes": 80 * MIB,
        "rss_peak_bytes": 180 * MIB,
        "rss_exact": True,
        "statements": [Statement(2, 2, "x = a < b", 0.5, 0.5, 95 * MIB, 0, True), Statement(4, 4, "1/0", 1.0, 1.0)],
        "statements_total": 3,
        "timeline": Timeline([0.0, 1.0, 1.5], [80 * MIB, 180 * MIB, 90 * MIB], [0, 95 * MIB, None], 1.0),
        "notes": ["A note & more."],
    }
    return Measurement(**(figures | changes))


class Page(HTMLParser):
    """Collects tags, attributes and text, and checks that tags are closed in order."""

    VOID = ("br", "line", "rect", "polyline", "circle")

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(source)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"


def views(measurement: Measurement) -> tuple[str, str]:
    shown = bundle(measurement)
    return shown["text/plain"], Page(shown["text/html"]).text


def test_the_bundle_has_three_views_and_is_json() -> None:
    shown = bundle(measured())
    assert list(shown) == [MIME_TYPE, "text/html", "text/plain"]
    assert json.loads(json.dumps(shown)) == shown
    assert Measurement.from_dict(shown[MIME_TYPE]) == measured()


@pytest.mark.parametrize(
    "words",
    ["1.50 s", "3.00 s", "2.00 cores used", "95.0 MiB", "180 MiB", "+100 MiB from the start", "with tracing", "0 B",
     "2 of 3 known", "above the start", "at the end", "x = a < b", "did not finish", "A note & more.", "(one run, with tracing)"],
)  # fmt: skip
def test_text_and_html_say_the_same(words: str) -> None:
    text, page = views(measured())
    assert words in text
    assert words in page


def test_the_statement_that_raised_is_marked() -> None:
    for view in views(measured(state="error")):
        assert view.count("raised the error") == 1


def test_plain_text_is_aligned() -> None:
    lines = bundle(measured())["text/plain"].splitlines()[1:6]
    assert [line.split("  ")[1] for line in lines] == ["Wall time", "CPU time", "Peak memory", "Kept", "Process (RSS)"]
    ends = {re.match(r"  (\S+ )+ *[+\d.]+ \S+", line).end() for line in lines}  # type: ignore[union-attr]
    assert len(ends) == 1


def test_a_measurement_without_tracing_says_so_and_shows_no_zero() -> None:
    figures = {"traced": False, "traced_s": 0.0, "trace_complete": False, "peak_bytes": None, "net_bytes": None}
    for view in views(measured(**figures, statements=[])):
        assert "with tracing" not in view
        assert view.count("not measured") == 2
        assert view.count("not traced") == 3  # in the title, for the peak, for what is kept


def test_memory_of_traced_runs_stands_beside_an_untraced_one() -> None:
    figures = {"traced": False, "trace_complete": False, "peak_bytes": None, "net_bytes": None}
    for view in views(measured(**figures, earlier=Earlier(2, peak_bytes=5 * MIB, net_bytes=MIB, traced_wall_s=3.0))):
        assert "5.00 MiB when traced" in view
        assert "+1.00 MiB when traced" in view


def test_the_clean_time_stands_beside_a_traced_one() -> None:
    for view in views(measured(earlier=Earlier(2, untraced_wall_s=0.5, traced_wall_s=1.5, tracing_factor=3.0))):
        assert "500 ms without" in view
        assert "\u00d7 3.00" in view


def test_a_peak_that_is_known_for_a_part_only_names_the_part() -> None:
    for view in views(measured(trace_complete=False, net_bytes=None, traced_s=1.0)):
        assert "in the first 1.00 s, then not traced" in view
        assert "with tracing for 1.00 s" in view
        assert "tracing ended before the cell" in view


def test_a_sampled_peak_of_resident_memory_says_so() -> None:
    for view in views(measured(rss_exact=False)):
        assert "sampled" in view


def test_figures_that_come_later_are_promised_while_the_cell_runs() -> None:
    for view in views(measured(state="running", net_bytes=None, trace_complete=False)):
        assert "so far" in view
        assert "known at the end" in view


def test_the_error_is_told() -> None:
    error = CellError("ValueError", "<bad> & worse", 4)
    for view in views(measured(state="error", error=error)):
        assert "ValueError in line 4: <bad> & worse" in view


def test_html_is_static_and_fits_every_theme() -> None:
    source = bundle(measured(label='<script>alert("x")</script>'))["text/html"]
    page = Page(source)
    assert page.tags.isdisjoint({"script", "style", "link", "iframe", "img", "foreignobject"})
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("href", "src", "class", "id")]
    styles = " ".join(value or "" for name, value in page.attributes if name in ("style", "fill", "stroke"))
    assert set(re.findall(r"#[0-9a-fA-F]{3,}|rgb|black|white(?!-space)", styles)) == set()
    assert "url(" not in source
    assert "polyline" in page.tags


def test_html_stays_small_for_the_largest_measurement() -> None:
    html = bundle(largest())["text/html"]
    assert 40_000 < len(html.encode()) <= 60_000
    assert "left out here" in Page(html).text
    assert len(bundle(largest())["text/plain"].splitlines()) < 200


@pytest.mark.parametrize("points", [0, 1])
def test_a_timeline_without_extent_is_left_out(points: int) -> None:
    timeline = Timeline([0.0] * points, [5] * points, [0] * points)
    assert "<svg viewBox" not in bundle(measured(timeline=timeline))["text/html"]


@pytest.mark.parametrize("state", ["running", "done", "error", "interrupted"])
def test_an_empty_measurement_can_be_shown_in_every_state(state: str) -> None:
    for view in views(Measurement(state=state)):
        assert "not measured" in view


def test_the_costliest_statements_stay_in_the_order_of_the_cell() -> None:
    statements = [Statement(i, i, "", wall_s=wall, done=wall != 0.1) for i, wall in enumerate([5.0, 1.0, 0.1, 9.0])]
    chosen, left_out = costliest(statements, 2)
    assert ([s.line for s in chosen], left_out) == ([2, 3], 2)
