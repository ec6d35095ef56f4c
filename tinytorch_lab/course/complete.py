"""Complete a module: its tests pass, it becomes the student's own library file, later modules run on it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tinytorch_lab.course import compare, overlay_files, record, source, testing
from tinytorch_lab.course.catalogue import Module
from tinytorch_lab.course.lock import folder_lock, run_lock
from tinytorch_lab.course.workspace import Folder

IMPORT_LIMIT_S = 60

Say = Callable[[str], None]


@dataclass(frozen=True)
class Completed:
    """``refused`` is a sentence if the module is not complete; ``others`` are the modules whose tests ran with it."""

    module: str
    tested: testing.Tested
    refused: str | None = None
    others: tuple[str, ...] = ()
    times_reference: float | None = None


def complete(
    folder: Folder, module: Module, say: Say = print, tell: testing.Tell | None = None,
    stop: threading.Event | None = None,
) -> Completed:  # fmt: skip
    """Test the module, try its file with everything that is complete already, and put it in place.

    Until the last step nothing of the student's changes, and what is put in place is what was tested, whatever is saved
    meanwhile. Raises CourseError if the notebook cannot be read or run, or another run goes on; Cancelled when ``stop`` is set.
    """
    with run_lock(folder.path, f"Completing {module.id}", stop):
        say(f"Testing {module.id}")
        tested = testing.run_and_record_alone(folder, module, tell, stop)
        if not tested.all_passed:
            return Completed(module.id, tested, _what_failed(tested))
        text = overlay_files.exported_text(tested.notebook, module)
        others = completed_modules(folder.path, but=module)
        if problem := _try_out(folder, module, text, others, say, stop):
            return Completed(module.id, tested, problem)
        say("Comparing its speed with the reference")
        ratio = compare.times_reference(folder.path, module, text)
        say("Putting it in place")
        _publish(folder.path, module, text, tested.code, ratio)
    return Completed(module.id, tested, None, tuple(other.id for other in others), ratio)


def _try_out(
    folder: Folder, module: Module, text: str, others: list[Module], say: Say, stop: threading.Event | None
) -> str | None:
    """What is wrong with the module's file beside those that are complete; None if nothing is."""
    with overlay_files.staged(folder.path, module, text) as stage:
        say(f"Importing your tinytorch.{module.exports}")
        if problem := _import_problem(stage, module):
            return problem
        for other in others:
            say(f"Testing {other.id} with it")
            again = testing.run(folder, other, home=stage, stop=stop)
            if not again.all_passed:
                return f"With it, {other.id} fails: {_what_failed(again)}"
    return None


def completed_modules(folder: Path, but: Module) -> list[Module]:
    """The modules that run on the student's file now and whose notebooks are there."""
    return [
        module
        for module in source.catalogue().modules
        if module.id != but.id and overlay_files.is_used(folder, module) and (folder / module.notebook).exists()
    ]


def _publish(folder: Path, module: Module, text: str, code: str, ratio: float | None) -> None:
    with folder_lock(folder):
        overlay_files.publish(folder, module, text)
    if record.load(folder).problem is None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        record.change(folder, module.id, completed=now, completed_code=code, times_reference=ratio)


def _what_failed(tested: testing.Tested) -> str:
    if not tested.outcomes:
        return "its notebook has no test cells. Get them back: tinytorch-lab update"
    failed = [outcome.grade_id for outcome in tested.outcomes if outcome.state != "passed"]
    stopped = f" {tested.stopped}" if tested.stopped else ""
    return f"{tested.passed} of {len(tested.outcomes)} tests pass; not yet: {', '.join(failed)}.{stopped}"


def _import_problem(stage: Path, module: Module) -> str | None:
    environment = {**os.environ, "TINYTORCH_HOME": str(stage)}
    environment.pop("TINYTORCH_MASK", None)
    try:
        done = subprocess.run(
            [sys.executable, "-c", f"import tinytorch.{module.exports}"], capture_output=True, text=True, cwd=stage,
            env=environment, timeout=IMPORT_LIMIT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"its exported cells did not end within {IMPORT_LIMIT_S} seconds when they were imported."
    if done.returncode == 0:
        return None
    lines = [line for line in done.stderr.strip().splitlines() if not line.startswith("This comes from")]
    return (
        f"its exported cells do not import on their own: {lines[-1] if lines else 'Python ended'}. "
        "A cell that begins with `#| export` may only use what exported cells define."
    )


def use(folder: Folder, module: Module, mine: bool) -> None:
    """Let later modules run on the student's file or on the reference. Raises CourseError if there is none."""
    with folder_lock(folder.path):
        overlay_files.use(folder.path, module, mine)
