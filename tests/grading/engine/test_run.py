"""All submissions, one after the other or at a time: none is lost, and nothing is left when it stops."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from small_module import QUICK, cell, notebook, released, solved, task, with_code

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading.engine import layers, run
from tinytorch_lab.course.grading.engine.layers import Standing, isolation
from tinytorch_lab.course.grading.engine.run import grade_all, grade_one
from tinytorch_lab.course.grading.engine.servers import Kind, Server
from tinytorch_lab.course.grading.model import Graded, Task


def mixed() -> list[Task]:
    def edited(submission: dict) -> None:
        cell(submission, "triple-test")["source"] = "pass"

    return [
        solved(student="right"),
        with_code("def double(x): return 0", student="wrong"),
        with_code("import os; os._exit(3)", student="dies"),
        solved(edited, "edited"),
        replace(solved(student="empty"), submitted=""),
        task(released(notebook(), answers=False), "untouched"),
    ]


EXPECTED = {
    "right": ("needs manual grade", 20.0),
    "wrong": ("needs manual grade", 15.0),
    "dies": ("kernel died", None),
    "edited": ("restored", 20.0),
    "empty": ("grading failed", None),
    "untouched": ("graded", 0.0),
}


@pytest.fixture(autouse=True)
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Servers that start in a test have their directories here; not in pytest's, which only its own user may enter."""
    made = Path(tempfile.mkdtemp(prefix="grading-"))
    made.chmod(0o1777)
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    servers = run.Servers()
    monkeypatch.setattr(run, "_servers", servers)
    yield made
    servers.close()
    shutil.rmtree(made)


def left(place: Path) -> list[str]:
    """What is there of fork servers below ``place``: directories, and processes."""
    ours = [file.parent.name for file in Path("/proc").glob("[0-9]*/cmdline") if str(place / "tiny") in read(file)]
    return ours + [str(folder) for folder in place.glob("tinytorch-grading-*")]


def read(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:  # the process has ended
        return ""


def test_every_submission_ends_in_its_state_and_failures_are_tried_twice(place: Path) -> None:
    said: list[str] = []
    graded = {one.student: one for one in grade_all(mixed(), said.append, workers=2)}
    assert {name: (one.state, one.score) for name, one in graded.items()} == EXPECTED
    assert sorted(words.split(":")[0] for words in said) == ["01_small, dies", "01_small, empty"]
    assert all(words.endswith("It is tried once more.") for words in said)
    assert left(place) == []


def test_what_fails_once_by_chance_is_graded(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def unlucky(server: Server, job: object) -> None:
        tries.append(job)
        if len(tries) == 2:  # the first is the reference
            raise OSError("no more processes")
        return start(server, job)

    start = Server.start
    monkeypatch.setattr(Server, "start", unlucky)
    said: list[str] = []
    graded = list(grade_all([solved()], said.append, workers=1))
    assert [one.score for one in graded] == [20.0]
    assert said == ["01_small, ada: The grader failed (OSError: no more processes). It is tried once more."]


def test_results_come_as_they_are_ready() -> None:
    slow = with_code("import time; time.sleep(2)", student="slow")
    order = [one.student for one in grade_all([slow, solved(student="quick")], print, workers=2)]
    assert order == ["quick", "slow"]


@pytest.mark.parametrize("begun", [True, False], ids=["while it runs", "while its server starts"])
def test_stopping_in_the_middle_ends_what_runs(place: Path, begun: bool) -> None:
    endless = with_code("while True: pass", student="endless", limits=replace(QUICK, cell_cpu_s=600, cell_wall_s=600))
    results = grade_all([solved(), endless], print, workers=1 if begun else 2)
    assert next(results).score == 20.0
    while begun and len([one for one in left(place) if one.isdigit()]) < 3:  # server, supervisor, submission
        time.sleep(0.05)
    results.close()
    for thread in threading.enumerate():
        if "ThreadPoolExecutor" in thread.name:
            thread.join(30)
    assert left(place) == []


def test_a_class_costs_no_task_its_place_in_the_queue() -> None:
    def many():
        for number in range(12):
            taken.append(number)
            yield solved(student=str(number))

    taken: list[int] = []
    results = grade_all(many(), print, workers=1)
    next(results)
    assert len(taken) < 12, "tasks are read as they are needed"
    assert {one.student for one in results} | {"0"} == {str(number) for number in range(12)}


def test_the_result_names_the_layers_that_stood() -> None:
    graded = grade_one(solved(), frozenset({"net", "ipc"}))
    assert set(graded.isolation) == set(layers.standing().layers) - {"net", "ipc"}


def test_a_plain_kernel_gives_the_same_scores_and_says_that_nothing_isolates() -> None:
    fork = frozenset({"fork"})
    endless = "def double(x): return 0\nwhile True: pass"
    some = [solved(student="right"), with_code(endless, student="endless", limits=replace(QUICK, cell_cpu_s=3))]
    plain = [grade_one(one, fork) for one in some]
    assert [one.isolation for one in plain] == [()] * 2
    forked = [grade_one(one) for one in some]
    assert [(one.state, scores(one)) for one in plain] == [(one.state, scores(one)) for one in forked]


def scores(graded: Graded) -> list[float | None]:
    return [one.score for one in graded.cells]


def test_isolation_says_what_stands_and_for_the_rest_why_not(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = isolation()
    assert [line.split(":")[0] for line in lines[: len(layers.standing().layers)]] == list(layers.standing().layers)
    poor = Standing(("fork", "landlock"), {"user": "not allowed.", "pid": "not allowed.", "net": "it failed."})
    monkeypatch.setattr(layers, "standing", lambda: poor)
    assert layers.isolation()[2:] == ("Isolation without user, pid: not allowed.", "Isolation without net: it failed.")


def test_who_grades_is_told_once_what_does_not_isolate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "standing", lambda: Standing(("fork", "watch", "mask"), {"landlock": "no."}))
    said: list[str] = []
    graded = list(grade_all([solved(), solved(student="bob")], said.append, workers=1))
    assert [one.isolation for one in graded] == [("fork", "mask", "watch")] * 2
    assert [one.score for one in graded] == [20.0, 20.0]
    assert said == ["Isolation without landlock: no."]


def test_without_linux_there_is_no_fork_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers.sys, "platform", "darwin")
    found = layers.standing.__wrapped__()
    assert found.layers == ()
    assert found.missing == {"fork": "The fork server needs Linux, not darwin: submissions run in plain kernels."}


def test_a_server_that_cannot_start_says_why(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinytorch_lab.course.grading.engine.servers.SERVER", "tinytorch_lab.nosuch")
    with pytest.raises(CourseError, match=r"The fork server did not start: .*No module named tinytorch_lab\.nosuch"):
        Server(Kind((), (), frozenset(layers.standing().layers)))
    assert left(place) == []


def test_a_server_gets_no_secret_of_the_grader_s_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_TOKEN", "secret")
    servers = run.Servers()
    graded = grade_one(with_code("import os\nprint(sorted(os.environ))"), servers=servers)
    servers.close()
    assert "GRADER_TOKEN" not in str(graded.notebook)
    assert "NBGRADER_EXECUTION" in str(graded.notebook)


def test_when_the_grader_is_killed_its_submissions_end_too(place: Path) -> None:

    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from small_module import *\nfrom dataclasses import replace\n"
        "from tinytorch_lab.course.grading.engine.run import grade_one\n"
        "long = replace(QUICK, cell_cpu_s=600, cell_wall_s=600)\n"
        "print('begun', flush=True)\n"
        "grade_one(with_code('while True: pass', limits=long))\n"
    )
    grader = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=place, env={**os.environ, "TMPDIR": str(place)}
    )
    assert grader.stdout is not None
    grader.stdout.readline()
    for _ in range(600):
        if len([one for one in left(place) if one.isdigit()]) >= 3:  # server, supervisor, submission
            break
        time.sleep(0.1)
    grader.send_signal(signal.SIGKILL)
    grader.wait()
    grader.stdout.close()
    for _ in range(300):
        if left(place) == []:
            break
        time.sleep(0.1)
    assert left(place) == []
