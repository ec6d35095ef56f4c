#!/usr/bin/env python3
"""The repository's commands, for a machine that has nothing but Python.

python tools/dev.py lab | test | test-all | lint | format | build | bench | clean
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

if sys.version_info < (3, 11):  # noqa: UP036  this file is what an older Python reads first
    for newer in ("python3.13", "python3.12", "python3.11"):  # pyenv puts commands on the path that do not run
        if (
            shutil.which(newer)
            and subprocess.run([newer, "-c", ""], stderr=subprocess.DEVNULL, check=False).returncode == 0
        ):
            sys.exit(subprocess.call([newer, __file__, *sys.argv[1:]]))
    sys.exit(f"TinyTorch Lab needs Python 3.11 or newer; this is {sys.version.split()[0]} at {sys.executable}.")

sys.path.insert(0, str(Path(__file__).resolve().parent))
import environment as env
import hub

TESTS = env.ROOT / "tests"
HUB = "tests/hub"
EVERYWHERE = ["tests/unit", "tests/kernel"]  # the tests that run on every Python


def lab(arguments: list[str]) -> int:
    """Install what is missing, then open JupyterLab on lesson 01."""
    env.install_for_work()
    return env.call(env.script("tinytorch-lab"), "lab", "course", *arguments)


def test(arguments: list[str]) -> int:
    """Check the code's form and run every test; with arguments, only those tests (they go to pytest), on this Python."""
    started = time.monotonic()
    env.install_for_work(lint=True)
    if not arguments and (status := check_form()):
        return status
    wheel = env.build()
    browser = env.find_or_install_browser()
    pythons = [Path(sys.executable)] if arguments else env.pythons()
    env.say("testing on " + ", ".join(env.version_of(python) for python in pythons))
    venvs = {env.version_of(p): env.test_environment(p, wheel, everything=p == pythons[0]) for p in pythons}
    (first, everything), *others = venvs.items()
    results = run_together(dict(others))
    results[first] = run_pytest(everything, [], arguments, browser)  # last, where its summary is read
    env.say(
        f"{time.monotonic() - started:.0f} s; "
        + ", ".join(f"{v}: {'ok' if not s else 'FAILED'}" for v, s in results.items())
    )
    return max(results.values())


def test_all(arguments: list[str]) -> int:
    """Everything of ``test``, then the tests with a real JupyterHub; with arguments, those alone (they go to pytest)."""
    status = 0 if arguments else test([])
    if reason := hub.obstacle():
        env.say(f"JupyterHub is SKIPPED: {reason}.")
        return status
    env.install_for_work(lint=True)
    return max(status, run_pytest(hub.environment(env.build()), [HUB], arguments, None))


def run_together(venvs: dict[str, Path]) -> dict[str, int]:
    """Run the tests of every Python in all ``venvs`` at once (they use one core each); what each printed follows as it ends."""
    running = {}
    (env.ROOT / ".cache").mkdir(exist_ok=True)
    for version, venv in venvs.items():
        env.say(f"Python {version} runs {' and '.join(EVERYWHERE)}; what it prints follows when it has ended")
        log = (env.ROOT / ".cache" / f"test-{version}.log").open("w+", encoding="utf-8", errors="replace")
        running[version] = log, subprocess.Popen(**pytest_in(venv, EVERYWHERE), stdout=log, stderr=subprocess.STDOUT)
    results = {}
    for version, (log, process) in running.items():
        results[version] = process.wait()
        log.seek(0)
        env.say(f"Python {version}:")
        print(log.read(), flush=True)
        log.close()
    return results


def run_pytest(venv: Path, folders: list[str], arguments: list[str], browser: str | None) -> int:
    """Run pytest in ``venv``; returns its status."""
    return subprocess.call(**pytest_in(venv, folders, arguments, browser))


def pytest_in(
    venv: Path, folders: list[str], arguments: Sequence[str] = (), browser: str | None = None
) -> dict[str, Any]:
    """How to call pytest from an empty folder, so that what is tested is what is installed in ``venv`` and not this tree."""
    work = env.ROOT / ".cache" / f"empty{venv.name}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    settings = {"TINYTORCH_WHEEL_VENV": str(venv)}
    if browser:
        settings["TINYTORCH_BROWSER"] = browser
    if os.environ.get("CI") and not folders:
        settings["TINYTORCH_PARITY"] = "1"  # torch was installed: its absence is a failure
    named = [str(env.ROOT / word) for word in arguments if is_place(word)]
    places = named or [str(env.ROOT / folder) for folder in folders] or [str(TESTS)]
    command = [
        str(env.executable("python", venv)), "-P", "-m", "pytest", "-c", str(env.ROOT / "pyproject.toml"),
        f"--rootdir={env.ROOT}", "-o", f"cache_dir={work.with_name(f'pytest{venv.name}')}",
        *(["--durations=40"] if os.environ.get("CI") else []), *places,
        *(word for word in arguments if not is_place(word)),
    ]  # fmt: skip
    return {"args": command, "cwd": work, "env": env.environment(venv) | settings}


def is_place(word: str) -> bool:
    """Whether a pytest argument names a file or folder of this tree (the tests run elsewhere, so it is made absolute)."""
    return not word.startswith("-") and (env.ROOT / word.partition("::")[0]).exists()


def check_form() -> int:
    """Linters, type checkers, the front end's unit tests, and whether tinytorch/ is what the lessons export."""
    checks = [
        [env.script("ruff"), "check", "."],
        [env.script("ruff"), "format", "--check", "."],
        [env.script("mypy")],
        [env.script("tinytorch-lab"), "export", "--check"],
        [env.script("npm"), "run", "--silent", "lint"],
        [env.script("npm"), "run", "--silent", "test"],
    ]
    failed = [shlex.join(Path(c).name if c == check[0] else c for c in check) for check in checks if env.call(*check)]
    for name in failed:
        env.say(f"FAILED: {name}")
    return 1 if failed else 0


def lint(arguments: list[str]) -> int:
    """The checks of form alone."""
    env.install_for_work(lint=True)
    return check_form()


def format(arguments: list[str]) -> int:
    """Let the formatters write."""
    env.install_for_work(lint=True)
    commands = (["ruff", "check", "--fix", "."], ["ruff", "format", "."], ["npm", "run", "--silent", "format"])
    return max(env.call(env.script(name), *rest) for name, *rest in commands)


def build(arguments: list[str]) -> int:
    """Make dist/: a wheel and an sdist with the prebuilt front end."""
    env.install_for_work(lint=True)
    env.say(f"built {env.build(force=True).relative_to(env.ROOT)}")
    return 0


def bench(arguments: list[str]) -> int:
    """Run every benchmark, or those that are named."""
    env.install_for_work()
    files = [env.ROOT / "benchmarks" / f"{name}.py" for name in arguments] or sorted(
        (env.ROOT / "benchmarks").glob("*.py")
    )
    return max(env.call(env.script("python"), str(file)) for file in files)


def clean(arguments: list[str]) -> int:
    """Remove what was installed and built; course/ stays."""
    names = ["node_modules", "dist", ".cache", "labextension/lib", "tinytorch_lab/labextension", "tests/artifacts"]
    for path in [*(env.ROOT / name for name in names), *env.ROOT.glob(".venv*"), *env.ROOT.glob("*.tsbuildinfo")]:
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    return 0


COMMANDS = {
    "lab": lab, "test": test, "test-all": test_all, "lint": lint, "format": format, "build": build, "bench": bench, "clean": clean,
}  # fmt: skip


if __name__ == "__main__":
    name, *rest = sys.argv[1:] or [""]
    if name not in COMMANDS:
        sys.exit(f"usage: python tools/dev.py {' | '.join(COMMANDS)}   (make {name or 'lab'} ARGS=... does the same)")
    try:
        sys.exit(COMMANDS[name](rest))
    except subprocess.CalledProcessError as error:
        sys.exit(f"This command failed with status {error.returncode}: {shlex.join(map(str, error.cmd))}")
