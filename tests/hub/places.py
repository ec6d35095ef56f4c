"""Where files are: the installed environment before and after, and what belongs to a user outside of the home."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from users import User

ENVIRONMENT = Path(sys.prefix)


@dataclass(frozen=True)
class Snapshot:
    """Each file of the environment with its size and time; not byte code, which root's own pytest may write."""

    files: dict[str, tuple[int, int]]

    @classmethod
    def take(cls) -> Snapshot:
        return cls(
            {
                str(path): (path.lstat().st_size, path.lstat().st_mtime_ns)
                for path in ENVIRONMENT.rglob("*")
                if "__pycache__" not in path.parts and not path.is_dir()
            }
        )


def owned_outside(users: tuple[User, ...]) -> list[str]:
    """The files of the whole machine that belong to one of ``users`` and are in no home of theirs."""
    passed_by = ["-path", "/proc", "-o", "-path", "/sys"]  # no files
    owned = ["-false"]
    for user in users:
        passed_by += ["-o", "-path", str(user.home)]
        owned += ["-o", "-uid", str(user.uid)]
    command = ["find", "/", "(", *passed_by, ")", "-prune", "-o", "(", *owned, ")", "-print"]
    # Its status is not looked at: it complains of files that go away meanwhile.
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
