"""Local users of this machine that exist as long as the tests run."""

from __future__ import annotations

import pwd
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class User:
    name: str
    uid: int
    home: Path


@contextmanager
def local_user(name: str) -> Iterator[User]:
    """A user whose home others may read (Debian's default), so that only the Hub's configuration keeps files private."""
    subprocess.run(["useradd", "--create-home", "--user-group", "-K", "HOME_MODE=0755", name], check=True)
    try:
        entry = pwd.getpwnam(name)
        yield User(name, entry.pw_uid, Path(entry.pw_dir))
    finally:
        end_processes_of(pwd.getpwnam(name).pw_uid)
        # Its warning is about a mailbox that there never was.
        subprocess.run(["userdel", "--remove", name], check=True, stderr=subprocess.DEVNULL)


def end_processes_of(uid: int) -> None:
    """End what still runs under a uid that was made for this test."""
    mine = [process for process in psutil.process_iter(["uids"]) if process.info["uids"].real == uid]
    for process in mine:
        process.kill()
    psutil.wait_procs(mine, timeout=30)
