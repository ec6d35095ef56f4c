"""Who completes a module dies in the middle: nothing is lost, nothing stays behind, and the next try completes it."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tinytorch_lab.course import complete, overlay_files, record, source
from tinytorch_lab.course.progress import course_progress
from tinytorch_lab.course.workspace import Folder

from ...release.killing import countdown
from .solved import solve

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 and fork are POSIX's")


def died(work: Callable[[], None], when: Callable[[], bool] = lambda: False) -> bool:
    """``work`` in a process of its own, killed as soon as ``when``; whether it died before its end."""
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    while process.is_alive() and not when():
        time.sleep(0.02)
    process.kill()
    process.join()
    return process.exitcode != 0


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_in_the_middle_of_a_test(folder: Folder, tmp_path: Path) -> None:
    told = tmp_path / "pid"
    code = f"import os, pathlib, time; pathlib.Path({str(told)!r}).write_text(str(os.getpid())); time.sleep(60)"
    notebook = solve(folder, code)
    module = source.catalogue().find("01")
    assert died(lambda: complete.complete(folder, module), lambda: told.exists() and bool(told.read_text()))
    assert not (folder.path / "tinytorch/core/pair.py").exists()
    kernel, until = int(told.read_text()), time.monotonic() + 30
    while alive(kernel) and time.monotonic() < until:
        time.sleep(0.1)
    assert not alive(kernel)
    notebook.write_text(notebook.read_text().replace(code.replace('"', '\\"'), "return a + b"))
    assert complete.complete(folder, module).refused is None


@pytest.mark.parametrize("steps", range(4))
def test_between_the_steps_of_putting_it_in_place(folder: Folder, steps: int) -> None:
    module = source.catalogue().find("01")
    old, new = "def add(a, b): return b + a\n", "def add(a, b): return a + b\n"
    overlay_files.publish(folder.path, module, old)
    overlay_files.use(folder.path, module, mine=False)

    def put_in_place() -> None:
        counted = countdown(steps)
        os.replace, Path.unlink = counted(os.replace), counted(Path.unlink)
        complete._publish(folder.path, module, new, "code", 1.0)

    assert died(put_in_place) == (steps < 3)  # the file, the one that was switched off, the record
    assert overlay_files.own_text(folder.path, module) == (old if steps == 0 else new)
    assert overlay_files.is_used(folder.path, module) == (steps > 0)
    assert record.load(folder.path).problem is None
    assert course_progress(folder)["01_pair"].mine == (steps > 0)
    complete._publish(folder.path, module, new, "code", 1.0)
    assert overlay_files.own_text(folder.path, module) == new
    assert record.load(folder.path).of("01_pair").completed is not None
