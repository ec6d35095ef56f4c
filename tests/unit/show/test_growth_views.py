"""The static views of a growth, on a sweep of computed costs."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from tinytorch_lab.scaling.fit import Data
from tinytorch_lab.scaling.growth import growth_of
from tinytorch_lab.scaling.result import MIME_TYPE, Complexity, Point, Stop
from tinytorch_lab.show.growth import as_text, bundle


@pytest.fixture(scope="module")
def result() -> Complexity:
    sizes = [5 * 2**k for k in range(14)]
    n = np.array(sizes, dtype=float)
    times = 2e-6 + 3e-8 * n
    made = Complexity(["n<"], state="done", stopped=Stop("range", "All sizes were measured."))
    made.points = [Point({"n<": s}, t, t, t * 1.1, 7, 100 + 8 * s) for s, t in zip(sizes, times.tolist(), strict=True)]
    made.time = growth_of(Data(n, times, np.full(14, 0.01), 0.02, np.zeros(14)), "n<", "s")
    made.progress.spent_s = 2.5
    return made


def test_the_bundle_has_all_three_forms(result: Complexity) -> None:
    data = bundle(result)
    assert set(data) == {MIME_TYPE, "text/html", "text/plain"}
    assert data[MIME_TYPE]["time"]["best"] == "n"


def test_text_has_points_class_formula_and_the_reason_of_the_end(result: Complexity) -> None:
    text = as_text(result)
    assert "14 sizes in 2.5 s" in text
    assert re.search(r"^ *320 +11\.6 µs +11\.6 µs to 12\.8 µs +7 +2\.60 KiB$", text, re.MULTILINE)
    assert "Time: Grows like n<" in text
    assert "Fit: 2 µs + 30.0 ns * n<." in text
    assert text.endswith("All sizes were measured.")


def test_html_is_well_formed_static_accessible_and_small(result: Complexity) -> None:
    page = bundle(result)["text/html"]
    root = ElementTree.fromstring(page)
    assert len(page.encode()) <= 60_000
    assert "<script" not in page
    assert "n<" not in page
    (chart,) = root.iter("svg")
    assert chart.get("role") == "img"
    assert "14 points and the fit" in chart.get("aria-label")
    assert len(list(chart.iter("circle"))) == 14
    assert len(list(root.iter("tr"))) == 15


def test_points_stand_where_the_logarithms_say(result: Complexity) -> None:
    root = ElementTree.fromstring(bundle(result)["text/html"])
    across = [float(circle.get("cx")) for circle in root.iter("circle")]
    assert np.diff(across) == pytest.approx(np.full(13, np.diff(across)[0]), abs=0.2)  # sizes double: equal steps


def test_hidden_html_folds_the_answer_away(result: Complexity) -> None:
    root = ElementTree.fromstring(bundle(result, hidden=True)["text/html"])
    (details,) = root.iter("details")
    assert details.get("open") is None
    inside = set(details.iter())
    assert all(chart in inside for chart in root.iter("svg"))
    outside = "".join(element.text or "" for element in root.iter() if element not in inside)
    assert "Grows like" not in outside


def test_a_running_sweep_shows_how_far_it_is_and_no_answer() -> None:
    running = Complexity(["n"], points=[Point({"n": 5}, 1e-6)])
    running.progress.spent_s, running.progress.budget_s, running.progress.doing = 1.2, 3.0, "n = 10: time"
    assert as_text(running) == "Growth in n: 1.2 s of about 3 s, n = 10: time"
    assert "<table" not in bundle(running)["text/html"]


def test_many_points_are_thinned_and_the_html_stays_small(result: Complexity) -> None:
    many = Complexity(
        ["n<"], state="done", points=[Point({"n<": s}, s * 1e-6) for s in range(1, 201)], time=result.time
    )
    page = bundle(many)["text/html"]
    assert len(page.encode()) <= 60_000
    assert ">200<" in page


def test_a_sweep_without_points_has_no_chart() -> None:
    empty = Complexity(["n"], state="done", stopped=Stop("too long", "A run did not end."))
    assert "A run did not end." in as_text(empty)
    assert "<svg" not in bundle(empty)["text/html"]
