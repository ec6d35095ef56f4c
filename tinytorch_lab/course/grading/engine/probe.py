"""Tries each layer of isolation in a child process and prints what does not stand here, as JSON."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tinytorch_lab.course.grading.engine import landlock, namespaces, seccomp
from tinytorch_lab.course.grading.engine.layers import NAMESPACES

NOBODY = 65534
NO_USER = (
    "this machine allows no user namespaces ({reason}), so submissions see each other's processes and the network. An "
    "administrator can allow them: sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0; "
    "in a container, its seccomp profile."
)


def attempt(action: Callable[[], object]) -> str:
    """Why ``action`` fails in a child process; "" if it does not."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            action()
        except Exception as error:  # reported to the parent as the reason
            os.write(write, str(error).encode() or b"failed")
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as answer:
        reason = answer.read().decode()
    os.waitpid(pid, 0)
    return reason


def missing(uid: int | None) -> dict[str, str]:
    """The layers that do not stand, each with its sentence."""
    found: dict[str, str] = {}
    if why := attempt(lambda: _enter(uid, "user")):
        found |= {name: NO_USER.format(reason=why) for name in ("user", *NAMESPACES)}
    else:
        tries = {name: partial(_enter, uid, name) for name in NAMESPACES} | {"mount": partial(_mount, uid)}
        found |= {name: f"it failed ({why})." for name, action in tries.items() if (why := attempt(action))}
    if why := attempt(lambda: landlock.restrict(landlock.ruleset([]))):
        found["landlock"] = (
            f"this kernel has no Landlock ({why}), so submissions can read what the grading user can. Linux 5.13 with "
            "`landlock` in the boot option lsm= has it."
        )
    if why := attempt(seccomp.restrict):
        found["seccomp"] = f"this kernel filters no system calls ({why}), so submissions can talk to local programs."
    return found


def unprivileged() -> int | None:
    """The user that a submission of root's becomes; None if the grader is not root, or that user cannot read Python."""
    if os.getuid() != 0 or attempt(_read_as_nobody):
        return None
    return NOBODY


def _read_as_nobody() -> None:
    namespaces.become(NOBODY)
    for name in ("unicodedata", "numpy", "IPython", "tinytorch", "tinytorch_lab"):
        found = importlib.util.find_spec(name)
        if found is None or (found.has_location and not os.access(str(found.origin), os.R_OK)):
            raise OSError(f"{name} cannot be read")


def _enter(uid: int | None, name: str) -> None:
    if uid is not None:
        namespaces.become(uid)
    namespaces.enter(frozenset({"user", name}))


def _mount(uid: int | None) -> None:
    with tempfile.TemporaryDirectory() as place:
        if uid is not None:
            os.chown(place, uid, uid)
        _enter(uid, "mount")
        namespaces.make_read_only()
        namespaces.mount_memory(Path(place), 1 << 20)
        os._exit(0)  # the directory is busy in this namespace and is removed below


def main() -> None:
    """Print ``{"missing": {layer: sentence}, "uid": int or null}``."""
    uid = unprivileged()
    json.dump({"missing": missing(uid), "uid": uid}, sys.stdout)


if __name__ == "__main__":
    main()
