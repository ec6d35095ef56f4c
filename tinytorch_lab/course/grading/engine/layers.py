"""The layers of isolation around a submission: their names, and which of them stand on this machine."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache

from tinytorch_lab.course.errors import CourseError

FORK = "fork"
LAYERS = {
    FORK: "a process of its own, forked from a server that holds no notebook",
    "user": "none of root's rights; under a grader that is root, another user, if that one can read Python",
    "pid": "sees and signals no process but its own; all of them end with it",
    "net": "no network",
    "ipc": "no shared memory with others",
    "mount": "an empty disk of limited size, gone at its end; everything else is read-only",
    "landlock": "reaches only Python, the library without what is masked, and its own directory",
    "seccomp": "no Unix sockets (Docker, D-Bus), no io_uring, no keys of the user's",
    "limits": "limits on memory, file size, processes, open files and CPU time, set by the kernel",
    "watch": "the grader ends what exceeds CPU, wall time, memory or processes",
    "mask": "what the module builds, and what comes later, cannot be imported",
    "guard": "before each given cell, IPython's transformers and methods, builtins and NumPy are what they were at the start",
}
"""Each name with what it gives. "fork" off means plain nbclient without any other layer."""
NAMESPACES = ("pid", "net", "ipc", "mount")
"""These need "user"."""


@dataclass(frozen=True)
class Standing:
    """The layers that stand, and for each other one a sentence that says why not and what to do."""

    layers: tuple[str, ...]
    missing: dict[str, str]
    uid: int | None = None
    """The unprivileged user to change to, where the grader is root."""

    def without(self, names: frozenset[str]) -> frozenset[str]:
        """The layers to use when ``names`` are switched off; namespaces go with "user", everything with "fork"."""
        off = set(names) | (set(NAMESPACES) if "user" in names else set()) | (set(LAYERS) if FORK in names else set())
        return frozenset(self.layers) - off


@lru_cache(maxsize=1)
def standing() -> Standing:
    """What this machine allows: asked once, in a process of its own that tries each."""
    if not sys.platform.startswith("linux"):
        return Standing(
            (), {FORK: f"The fork server needs Linux, not {sys.platform}: submissions run in plain kernels."}
        )
    command = [sys.executable, "-P", "-m", "tinytorch_lab.course.grading.engine.probe"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if ran.returncode:
        raise CourseError(f"The probe for isolation failed: {ran.stderr.strip()[-500:]}")
    found = json.loads(ran.stdout)
    return Standing(tuple(name for name in LAYERS if name not in found["missing"]), found["missing"], found["uid"])


def isolation() -> tuple[str, ...]:
    """For people: a line for each layer that stands, and a sentence for those that do not."""
    found = standing()
    return tuple(f"{name}: {LAYERS[name]}" for name in found.layers) + gaps(found)


def gaps(found: Standing) -> tuple[str, ...]:
    """A sentence for each reason why layers are missing."""
    reasons = dict.fromkeys(found.missing.values())
    names = {why: ", ".join(name for name, reason in found.missing.items() if reason == why) for why in reasons}
    return tuple(f"Isolation without {names[why]}: {why}" for why in reasons)
