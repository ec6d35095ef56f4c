"""The panel of submissions with a large class, in a real browser.

``python benchmarks/panel.py [--students N] [--grade]`` (1,000 by default). Makes a class folder with a released module of ten
cells that count, N students, submissions and results, opens it in JupyterLab and prints the size and time of the answer with
all submissions, what is drawn, how long each step keeps the page busy (the browser's tasks of more than 50 ms), and how evenly
it scrolls. ``--grade`` then grades all again and prints what the page computes meanwhile. Needs Chromium, the groups ``test``
and ``browser`` and the extra ``[instructor]``; the front end is the installed one.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Locator, Page, Response, sync_playwright

from tests.browser.browser import chromium_path
from tests.browser.conftest import CHROMIUM_OPTIONS
from tests.browser.lab import Lab
from tests.browser.server import start_server
from tests.class_sample import GOOD
from tinytorch_lab.course.grading import clock, run
from tinytorch_lab.course.grading.model import (
    DIED,
    NEEDS_MANUAL,
    RESTORED,
    TIMED_OUT,
    CellScore,
    ClassPaths,
    Graded,
    Task,
)
from tinytorch_lab.course.release.pipeline import release

MODULE, TESTS = "01_sums", 9
DUE = datetime(2026, 11, 20, 12, tzinfo=UTC)
LONG_TASKS = """window.busy = [];
new PerformanceObserver(list => list.getEntries().forEach(task => window.busy.push(Math.round(task.duration))))
    .observe({ entryTypes: ['longtask'] })"""
SCROLL = """async () => {
    const box = document.querySelector('.tt-ComparePanel');
    const times = [];
    for (let last = performance.now(), i = 0; i < 60; i++) {
        box.scrollTop += 300;
        await new Promise(requestAnimationFrame);
        times.push(performance.now() - last);
        last = performance.now();
    }
    times.sort((a, b) => a - b);
    return [times[30], times[59]].map(Math.round);
}"""


def author_text() -> str:
    """The lesson of tests/class_sample.py with its exercise so many times."""
    start, end = GOOD.index("# %% nbgrader"), GOOD.index("# %% [markdown] nbgrader")
    pairs = (GOOD[start:end].replace("add(", f"add{i}(").replace("01-add", f"01-add{i}") for i in range(TESTS))
    return GOOD[:start] + "".join(pairs) + GOOD[end:]


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def make_class(folder: Path, many: int) -> None:
    names = [f"s{i:04d}" for i in range(many)]
    write(folder / "modules" / MODULE / "sums_dev.py", author_text())
    write(folder / ".tinytorch-lab.json", json.dumps({"kind": "class", "version": 1}))
    write(
        folder / "roster.csv", "id,first_name,last_name\n" + "".join(f"{name},Ada,Lovelace {name}\n" for name in names)
    )
    write(folder / "grading.toml", f"version = 1\n[due]\n{MODULE} = {DUE.isoformat()}\n[late]\npercent_per_day = 10\n")
    release("01", course=folder)
    given, paths = (folder / "release" / MODULE / "sums.ipynb").read_text(encoding="utf-8"), ClassPaths(folder)
    for name in names:
        place = paths.submitted(name, MODULE)
        write(place, given)
        clock.write_stamp(place.parent, DUE + timedelta(hours=random.randrange(-48, 48)))
    run.grade(paths, MODULE, made_up)


def made_up(tasks: Iterable[Task]) -> Iterator[Graded]:
    """Results as a class has them, without running anything."""
    for task in tasks:
        (state,) = random.choices([NEEDS_MANUAL, RESTORED, TIMED_OUT, DIED], [92, 3, 3, 2])
        cells = [made_up_cell(i) for i in range(TESTS)] + [CellScore("01-why", "manual", 2, None)]
        reason = "" if state == NEEDS_MANUAL else "the process ended while it ran cell 12"
        yield Graded(MODULE, task.student, state, reason, tuple(cells), json.loads(task.submitted))


def made_up_cell(number: int) -> CellScore:
    right = random.random() < 0.7
    error = "" if right else f"AssertionError: add{number}(1, 2) should be 3, but it is {random.randrange(9)}"
    return CellScore(f"01-add{number}-test", "test", 3, 3.0 if right else 0.0, error, 0.01)


def busy(page: Page, name: str, act: Callable[[], object]) -> None:
    """Print how long the longest task was that ``act`` gave the page; the browser reports those of more than 50 ms."""
    page.evaluate("window.busy = []")
    act()
    page.wait_for_timeout(500)
    found = page.evaluate("window.busy")
    print(f"  {name:22} {f'{max(found)} ms' if found else 'less than 50 ms'}")


def look(page: Page, panel: Locator) -> None:
    def answered(response: Response) -> bool:
        return response.url.partition("?")[0].endswith("class/submissions")

    opening = f"void window.jupyterapp.commands.execute('tinytorch:open-submissions', {{ module: '{MODULE}' }})"
    started = time.perf_counter()
    with page.expect_response(answered) as waited:
        page.evaluate(opening)
    answer = waited.value
    panel.locator("[data-student]").first.wait_for()
    stands = time.perf_counter() - started
    took, size = answer.request.timing["responseEnd"] / 1000, len(answer.body()) / 1e6
    print(f"answer of {size:.2f} MB after {took:.2f} s; the table stands after {stands:.2f} s")
    drawn = panel.locator("[data-student]").count()
    print(
        f"{drawn} rows, {page.evaluate('document.querySelectorAll(`.tt-Grading *`).length')} elements; the page is busy for"
    )
    search, points = panel.get_by_label("Search students"), panel.get_by_role("button", name="Points")
    busy(page, "the next page", panel.get_by_role("button", name="Next").first.click)
    busy(page, "a letter of a search", lambda: search.press_sequentially("lovelace", delay=30))
    busy(page, "the end of a search", lambda: search.fill(""))
    busy(page, "another order", points.click)
    busy(page, "another state", lambda: panel.locator("select").select_option(index=1))
    busy(page, "all states", lambda: panel.locator("select").select_option(index=0))
    busy(page, "a row with its cells", panel.locator("[data-student] button").first.click)
    print("  scrolling: {} ms a frame, at worst {} ms".format(*page.evaluate(SCROLL)))


def grade(page: Page, panel: Locator) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")

    def computed() -> float:
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        return next(metric["value"] for metric in metrics if metric["name"] == "ScriptDuration")

    before, started = computed(), time.perf_counter()
    panel.get_by_role("button", name="Grade All Again").click()
    panel.locator(".tt-Run").wait_for()
    panel.locator(".tt-Run").wait_for(state="detached", timeout=3_600_000)
    print(
        f"graded in {time.perf_counter() - started:.0f} s; meanwhile the page computed for {computed() - before:.1f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--grade", action="store_true")
    wanted = parser.parse_args()
    random.seed(0)
    print(f"{date.today()}, Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        folder, home = Path(place, "class"), Path(place, "jupyter")
        home.mkdir()
        make_class(folder, wanted.students)
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_OPTIONS)
        for server in start_server(folder, home, options=("--TinyTorchLab.instructor=True",)):
            page = browser.new_page()
            lab = Lab(page, server, workspace="panel", artifacts=Path(place))
            lab.open()
            page.evaluate(LONG_TASKS)
            page.locator(f"#tinytorch-class [data-row='{MODULE}']").wait_for()
            panel = page.locator(f"#tinytorch-grading-{MODULE}")
            look(page, panel)
            if wanted.grade:
                grade(page, panel)
        browser.close()


if __name__ == "__main__":
    main()
