"""Releases that end like by ``kill -9``, many of them in a short time: a process that has all imported forks one after the other.

``python killing.py CLASS MADE TARGET steps|moments NUMBER``: in copies ``TARGET/0``, ``TARGET/1`` ... of the class folder CLASS its
module is released and killed: after so many steps of putting things in place, until one release ends, or at random moments.
What takes seconds and changes nothing is left out: the runs of the proof; nbgrader's work, which stands in MADE.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tinytorch_lab.course.release import generate, pipeline, prove, publish

Work = Callable[..., Any]
SECONDS = 0.25
"""Within this time after its beginning a release is killed."""


def killed(template: Path, made: Path, target: Path, how: str, number: int) -> list[str]:
    """Run this file; how each of the releases ended: "killed", "done" or what went wrong."""
    arguments = [str(template), str(made), str(target), how, str(number)]
    done = subprocess.run([sys.executable, __file__, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.split("\n")[:-1]


def killed_at(folder: Path, seconds: float) -> None:
    """Begin a release as a user does, with kernels and nbgrader, and ``kill -9`` all of it after so long."""
    command = [sys.executable, "-m", "tinytorch_lab", "release", "01", "--course", str(folder)]
    environment = {**os.environ, "TMPDIR": str(folder.parent)}  # what a killed process leaves lying is the test's own
    process = subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    time.sleep(seconds)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _release(folder: Path, made: Path, steps: int | None) -> None:
    def take_over(job: generate.Job) -> None:
        shutil.copytree(made / "release", Path(job.root) / "release")
        shutil.copyfile(made / "gradebook.db", Path(job.root) / "gradebook.db")

    generate.generate = take_over
    prove.reference = prove.untouched = lambda *_: ()
    if steps is not None:
        _count(steps)
    pipeline.release("01_sums", course=folder, edition=(folder / "submitted").exists())


def countdown(left: int) -> Callable[[Work], Work]:
    """Wraps functions; after so many calls of all of them the next one ends the process, without a word."""

    def counted(work: Work) -> Work:
        def one(*arguments: Any, **options: Any) -> Any:
            nonlocal left
            if not left:
                os._exit(9)
            left -= 1
            return work(*arguments, **options)

        return one

    return counted


def _count(left: int) -> None:
    """End the process when so many things were put in place."""
    counted = countdown(left)
    publish._move = counted(publish._move)
    publish.write_atomic = counted(publish.write_atomic)
    Path.unlink = counted(Path.unlink)
    os.replace = counted(os.replace)


def _one(folder: Path, made: Path, steps: int | None, moment: float) -> str:
    child = os.fork()
    if not child:
        try:
            _release(folder, made, steps)
        except BaseException as error:
            os.write(1, f"{type(error).__name__}: {error} ".replace("\n", " ").encode())
            os._exit(1)
        os._exit(0)
    if steps is None:
        time.sleep(moment)
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    return "done" if status == 0 else "killed" if status in (9, 9 << 8) else f"status {status}"


def _main() -> None:
    template, made, target, how = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
    chance = random.Random(1)
    for number in range(int(sys.argv[5])):
        folder = Path(shutil.copytree(template, target / str(number)))
        ended = _one(folder, made, number if how == "steps" else None, chance.uniform(0, SECONDS))
        print(ended, flush=True)
        if how == "steps" and ended == "done":
            return


if __name__ == "__main__":
    _main()
