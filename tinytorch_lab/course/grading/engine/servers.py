"""Fork servers as the grader sees them: started when needed, used by one submission at a time, kept for the next."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.files import write_atomic
from tinytorch_lab.course.grading.engine.layers import standing

SERVER = "tinytorch_lab.course.grading.engine.server"
START_S = 120
MAX_IDLE = 8
THREADS = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
KEPT = ("PATH", "PYTHONPATH", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "LD_LIBRARY_PATH")
"""What a server takes over of the grader's environment; nothing else, so no token or password."""


@dataclass(frozen=True)
class Kind:
    """What makes one server unfit for another task: what it has loaded, what it masks, its layers."""

    masked: tuple[str, ...]
    preload: tuple[str, ...]
    layers: frozenset[str]


class Server:
    """One fork server and the directory in which its submissions run."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.place = Path(tempfile.mkdtemp(prefix="tinytorch-grading-"))
        self.work, self.home = self.place / "work", self.place / "home"
        uid = standing().uid if "user" in kind.layers else None
        self._make_folders(uid)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, (self.place / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", SERVER, str(theirs.fileno()), self._settings(uid)],
                pass_fds=[theirs.fileno()], env=self._environment(), cwd=self.work, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True,
            )  # fmt: skip
        self._wait_until_ready()

    def start(self, job: dict[str, Any]) -> tuple[socket.socket, socket.socket]:
        """Begin a submission: the sockets to its supervisor and to its own process."""
        report, their_report = socket.socketpair()
        channel, their_channel = socket.socketpair()
        with their_report, their_channel:
            descriptors = [their_report.fileno(), their_channel.fileno()]
            socket.send_fds(self._control, [json.dumps(job).encode()], descriptors)
        return report, channel

    def clean(self) -> bool:
        """Empty the directory of submissions; False if something in it cannot be removed."""
        for entry in (*self.work.iterdir(), *self.home.iterdir()):
            _remove(entry)
        return not any(self.work.iterdir())

    def write_library(self, library: dict[str, str]) -> None:
        """Make the student's earlier modules a student folder (``TINYTORCH_HOME``)."""
        write_atomic(self.home / ".tinytorch-lab.json", '{"kind": "student", "version": 1}\n')
        for name, text in library.items():
            file = (self.home / "tinytorch" / name).resolve()
            if not file.is_relative_to(self.home.resolve()):
                raise CourseError(f"The student's library names {name}, which is outside of it.")
            write_atomic(file, text)

    def close(self) -> None:
        """End it, and what it runs, and remove its directory."""
        self._control.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(
            self.place, ignore_errors=True
        )  # what a submission made unremovable stays in the temporary directory

    def _make_folders(self, uid: int | None) -> None:
        for folder in (self.work, self.home, self.place / "matplotlib"):
            folder.mkdir()
        for cached in _font_caches():
            shutil.copy(cached, self.place / "matplotlib")
        if uid is not None:
            for path in (self.place, *self.place.rglob("*")):
                os.chown(path, uid, uid)

    def _settings(self, uid: int | None) -> str:
        return json.dumps(
            {
                "uid": uid, "layers": sorted(self.kind.layers), "work": str(self.work), "home": str(self.home),
                "place": str(self.place), "masked": self.kind.masked, "preload": self.kind.preload,
            }
        )  # fmt: skip

    def _environment(self) -> dict[str, str]:
        mask = {"TINYTORCH_MASK": ",".join(self.kind.masked)} if "mask" in self.kind.layers else {}
        return {
            **{name: os.environ[name] for name in KEPT if name in os.environ},
            **dict.fromkeys(THREADS, "1"), **mask,
            "HOME": str(self.work), "LANG": "C.UTF-8", "MPLBACKEND": "agg", "MPLCONFIGDIR": str(self.place / "matplotlib"),
            "NBGRADER_EXECUTION": "autograde", "PIP_RETRIES": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0",
            "TINYTORCH_LAB_HISTORY": "off", "TINYTORCH_LAB_CALIBRATE": "0",
        }  # fmt: skip

    def _wait_until_ready(self) -> None:
        self._control.settimeout(START_S)
        with contextlib.suppress(ConnectionError, TimeoutError):
            if self._control.recv(16) == b"ready":
                return
        log = (self.place / "log").read_text(errors="replace").strip()[-800:]
        self.close()
        raise CourseError(f"The fork server did not start: {log or 'it said nothing'}")


def _font_caches() -> list[Path]:
    """Matplotlib's list of fonts, if the user has one: making it anew takes seconds."""
    home = Path(os.environ.get("MPLCONFIGDIR") or Path.home() / ".cache" / "matplotlib")
    return list(home.glob("fontlist-*.json"))


def _remove(path: Path) -> None:
    """Remove a file or a folder, also one whose permissions were taken away; a failure is seen by the caller's look."""
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            path.chmod(stat.S_IRWXU)
            for inner in path.iterdir():
                _remove(inner)
            path.rmdir()
        else:
            path.unlink()


class Servers:
    """The servers of one grader, lent to one submission at a time; several threads may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: list[Server] = []
        self._idle: list[Server] = []
        self._closed = False

    @contextlib.contextmanager
    def lend(self, kind: Kind) -> Iterator[Server]:
        """A server of this kind that nobody else uses meanwhile; after an exception it is not used again."""
        server = self._take(kind)
        try:
            yield server
        except BaseException:
            self._end(server)
            raise
        if server.clean():
            self._give_back(server)
        else:
            self._end(server)

    def close(self) -> None:
        """End all, also those that are in use; no further one can be taken."""
        with self._lock:
            self._closed = True
            servers, self._all, self._idle = self._all, [], []
        for server in servers:
            server.close()

    def _take(self, kind: Kind) -> Server:
        with self._lock:
            fit = next((server for server in self._idle if server.kind == kind), None)
            if fit:
                self._idle.remove(fit)
                return fit
        server = Server(kind)
        with self._lock:
            if not self._closed:
                self._all.append(server)
                return server
        server.close()  # all were closed while this one started
        raise CourseError("Grading was stopped.")

    def _give_back(self, server: Server) -> None:
        with self._lock:
            if server not in self._all:  # closed meanwhile
                return
            self._idle.append(server)
            too_many = self._idle[: max(0, len(self._idle) - MAX_IDLE)]
        for old in too_many:
            self._end(old)

    def _end(self, server: Server) -> None:
        with self._lock:
            self._idle = [one for one in self._idle if one is not server]
            self._all = [one for one in self._all if one is not server]
        server.close()
