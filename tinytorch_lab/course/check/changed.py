"""Which lessons changed, asked of git."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tinytorch_lab.course.catalogue import Module

MAIN_LINES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


def changed_modules(root: Path, modules: list[Module]) -> list[Module]:
    """Those whose files differ from where this line of work left the main one; on the main line itself, from the commit before.

    All of them if git cannot tell (no git, no history).
    """
    base = _base(root)
    names = _git(root, "diff", "--name-only", "--relative", base, "--", "modules") if base else None
    new = _git(root, "ls-files", "--others", "--exclude-standard", "--", "modules")
    if names is None or new is None:
        return modules
    folders = {line.split("/")[1] for line in (*names.splitlines(), *new.splitlines()) if line.count("/") >= 2}
    return [module for module in modules if module.id in folders]


def _base(root: Path) -> str | None:
    """The commit to compare with."""
    head = _git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    for line in MAIN_LINES:
        base = _git(root, "merge-base", "HEAD", line)
        if base and base.strip() != (head or "").strip():
            return base.strip()
    before = _git(root, "rev-parse", "--verify", "--quiet", "HEAD~1")
    return before.strip() if before else None


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, encoding="utf-8", check=False
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
