"""What `test-all` needs beside `test`: a JupyterHub with its proxy, which other users of this machine can run."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

import environment as env

VENV = env.ROOT / ".venv-hub"
PROXY = "configurable-http-proxy@>=5 <6"


def obstacle() -> str | None:
    """Why the Hub cannot be tried on this machine; None if it can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "it makes two local users, which only root may do"
    if not (shutil.which("useradd") and shutil.which("userdel")):
        return "it makes two local users with useradd, which is not here"
    if not is_open(env.ROOT):
        return f"other users may not enter {env.ROOT}, where the environment would be"
    if python_for_everyone() is None:
        return "no supported Python of this machine may be run by other users"
    return None


def is_open(path: Path) -> bool:
    """Whether every user may enter or run ``path``."""
    return all(place.stat().st_mode & 0o001 for place in (path, *path.parents))


def python_for_everyone() -> Path | None:
    """A supported Python that every user may run and that can make environments: often the system's, not pyenv's in /root."""
    everywhere = [
        Path(folder, f"python3.{minor}") for minor in range(11, 15) for folder in ("/usr/local/bin", "/usr/bin")
    ]
    for python in (Path(sys.executable), *everywhere):
        if python.exists() and is_open(python.resolve()) and env.succeeds(str(python), "-c", "import ensurepip"):
            return python
    return None


def environment(wheel: Path) -> Path:
    """An environment with the wheel, JupyterHub and its proxy, as an administrator installs them."""
    python = python_for_everyone()
    assert python is not None, obstacle()
    env.make_venv(VENV, python)
    project = (env.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    with env.step(VENV, "needs", env.digest_of([project, wheel.name])) as needed:
        if needed:
            env.say("installing the wheel and JupyterHub")
            env.pip(VENV, str(wheel), "--group", f"{env.ROOT / 'pyproject.toml'}:hub")
    with env.step(VENV, "wheel", hashlib.sha256(wheel.read_bytes()).hexdigest()) as needed:
        if needed:
            env.pip(VENV, "--force-reinstall", "--no-deps", str(wheel))
    proxy = VENV / "bin" / "configurable-http-proxy"
    with env.step(VENV, "proxy", env.digest_of(PROXY), proxy) as needed:
        if needed:
            env.say("installing JupyterHub's proxy (npm)")
            npm = str(env.executable("npm", VENV))
            env.run(npm, "install", "--global", "--no-audit", "--no-fund", f"--prefix={VENV}", PROXY, venv=VENV)
    return VENV
