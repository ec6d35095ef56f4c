"""The same tasks on a Dask cluster, one of whose workers is killed in the middle."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_module import solved, with_code

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.grading.engine.run import grade_all
from tinytorch_lab.course.grading.model import Graded

pytest.importorskip("distributed", reason="the [cluster] extra is not installed")

SCHEDULER = "from distributed.cli.dask_scheduler import main; main()"
WORKER = "from distributed.cli.dask_worker import main; main()"
TASKS = [
    with_code("import time; time.sleep(0.2)" if number % 2 else "def double(x): return 0", student=str(number))
    for number in range(12)
]


def start(code: str, *arguments: str, cwd: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "DASK_DISTRIBUTED__DASHBOARD__ENABLED": "False"}
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, cwd=cwd,
        env=environment,
    )  # fmt: skip


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """A scheduler and two workers, each a process of its own."""
    scheduler = start(SCHEDULER, "--host", "127.0.0.1", "--port", "0", "--no-dashboard", cwd=tmp_path)
    assert scheduler.stderr is not None
    address = next(found[0] for line in scheduler.stderr if (found := re.search(r"tcp://127\.0\.0\.1:\d+", line)))
    options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "60")
    workers = [start(WORKER, address, *options, cwd=tmp_path) for _ in range(2)]
    yield address, workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def scores(graded: list[Graded]) -> dict[str, tuple[str, float | None]]:
    return {one.student: (one.state, one.score) for one in graded}


def test_a_cluster_that_loses_a_worker_gives_the_same_grades_and_loses_none(
    cluster: tuple[str, list[subprocess.Popen[str]]],
) -> None:
    address, workers = cluster
    said: list[str] = []
    results = grade_all(iter(TASKS), said.append, scheduler=address)
    graded = [next(results), next(results)]
    workers[0].send_signal(signal.SIGKILL)
    graded += results
    assert workers[0].wait() == -signal.SIGKILL
    assert len(graded) == len(TASKS)
    assert scores(graded) == scores(list(grade_all(TASKS, print)))
    assert said == []


def test_a_scheduler_that_does_not_answer_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinytorch_lab.course.grading.engine.cluster.CONNECT_S", 0.5)
    with pytest.raises(CourseError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9 "):
        next(grade_all([solved()], print, scheduler="tcp://127.0.0.1:9"))


def test_without_dask_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(CourseError, match=r"pip install 'tinytorch-lab\[cluster\]'"):
        next(grade_all([solved()], print, scheduler="tcp://127.0.0.1:9"))
