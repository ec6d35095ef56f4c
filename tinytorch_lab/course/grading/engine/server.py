"""The fork server: loads IPython, NumPy and earlier modules once, then forks a process for each submission.

Started as a clean process by ``servers``. It never sees a notebook: cells go from the grader straight to the submission's process.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

from tinytorch_lab.course.grading.engine import namespaces, reach
from tinytorch_lab.course.grading.engine.cells import serve
from tinytorch_lab.course.grading.engine.confine import SHARED_MEMORY, confine, only
from tinytorch_lab.course.grading.engine.guard import Guard
from tinytorch_lab.course.grading.engine.processes import descendants
from tinytorch_lab.course.grading.engine.shell import GradingShell, make_shell
from tinytorch_lab.course.grading.engine.wire import send

MESSAGE = 1 << 16


def main() -> None:
    """Serve on the socket whose number is the first argument, as the settings in the second say, until it is closed."""
    settings = json.loads(sys.argv[2])
    control = socket.socket(fileno=int(sys.argv[1]))
    if settings["uid"] is not None:
        namespaces.become(settings["uid"])
    server = Server(settings)
    control.send(b"ready")
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, MESSAGE, 2)
        if not message:
            shutil.rmtree(settings["place"], ignore_errors=True)  # the grader may have ended without doing it
            return
        report, channel = (socket.socket(fileno=descriptor) for descriptor in descriptors)
        server.run(json.loads(message), report, channel, control)
        report.close()
        channel.close()


class Server:
    """What all submissions of one module share."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.layers = frozenset(settings["layers"])
        self.work = Path(settings["work"])
        self.home = Path(settings["home"])
        masked = tuple(settings["masked"])
        self.shell = _prepare(settings["preload"])
        readable = [self.home, Path(os.environ["MPLCONFIGDIR"])]
        writable = [self.work, SHARED_MEMORY] if "mount" in self.layers else [self.work]
        self.rules = reach.rules(writable, readable, masked) if "landlock" in self.layers else []
        self.guard = Guard(self.shell) if "guard" in self.layers else None
        gc.collect()
        gc.freeze()
        if threading.active_count() > 1:
            raise RuntimeError(f"Threads run before the first fork: {threading.enumerate()}")

    def run(self, job: dict[str, Any], report: socket.socket, channel: socket.socket, control: socket.socket) -> None:
        """Fork what supervises the submission, and wait for its end."""
        pid = os.fork()
        if pid == 0:
            try:
                self._supervise(job, report, channel, control)
            except Exception as error:  # the grader turns it into a failed grading with this reason
                send(report, {"failed": f"{type(error).__name__}: {error}"})
            finally:
                os._exit(0)
        os.waitpid(pid, 0)

    def _supervise(
        self, job: dict[str, Any], report: socket.socket, channel: socket.socket, control: socket.socket
    ) -> None:
        """Go into the namespaces, fork the submission into them, tell the grader its process and later its end."""
        namespaces.end_with_parent()
        namespaces.adopt_orphans()
        namespaces.enter(self.layers)
        ready, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(ready)
            self._submission(job, channel, write)
        os.close(write)
        channel.close()
        with os.fdopen(ready, "rb") as failure:
            failed = failure.read().decode()
        send(report, {"pid": pid, "failed": failed})
        send(report, _end(pid, [report, control]))

    def _submission(self, job: dict[str, Any], channel: socket.socket, write: int) -> None:
        try:
            namespaces.end_with_parent()
            if job["own_library"]:
                os.environ["TINYTORCH_HOME"] = str(self.home)
            os.environ["HOME"] = os.environ["TMPDIR"] = str(self.work)
            confine(self.layers, job["limits"], self.work, self.rules)
            sys.path.insert(0, "")  # as in a notebook: what it writes with %%writefile can be imported
            _reseed()
        except BaseException as error:  # told to the supervisor, which tells the grader
            os.write(write, f"{type(error).__name__}: {error}".encode())
            os._exit(1)
        try:
            serve(only(channel), self.shell, job["limits"], self.guard)
        finally:
            os._exit(0)


def _end(pid: int, grader: list[socket.socket]) -> dict[str, Any]:
    """Wait until the submission has ended, or end it when the grader says so or is gone; what it used."""
    ended = os.pidfd_open(pid)
    watched = [ended, *(one.fileno() for one in grader)]
    if ended not in select.select(watched, [], [])[0]:
        os.kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    _end_orphans()
    return {"exit": os.waitstatus_to_exitcode(status), "cpu_s": usage.ru_utime + usage.ru_stime}


def _end_orphans() -> None:
    """End what the submission has left; there is nothing where it had a pid namespace."""
    with contextlib.suppress(ChildProcessError):  # no child any more
        while True:
            for orphan in descendants(os.getpid()):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(orphan, signal.SIGKILL)
            os.waitpid(-1, 0)


def _prepare(preload: list[str]) -> GradingShell:
    """The shell with the course's magics, and the modules that the source imports in memory."""
    shell = make_shell()
    importlib.import_module("tinytorch_lab").load_ipython_extension(shell)
    importlib.import_module("tinytorch")  # loads none of its modules
    for name in preload:
        try:
            importlib.import_module(name)
        except ImportError:
            continue  # masked, or not installed: the cell that imports it will say so
    return shell


def _reseed() -> None:
    """Python reseeds ``random`` after a fork, NumPy does not."""
    np = importlib.import_module("numpy")
    np.random.seed()


if __name__ == "__main__":
    main()
