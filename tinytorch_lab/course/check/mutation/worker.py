"""Runs mutants: ``python -m tinytorch_lab.course.check.mutation.worker < job``, one line of outcome on stdout for each.

The lesson's cells run once; before each solution cell the process forks for every mutant of it, so a mutant costs its own
cell and the cells behind it, no imports. The child is limited in time and memory and is ended with its whole process group.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import json
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

ROOM_BYTES = 2**30
"""What a mutant may allocate on top of what the process has."""
FILE_BYTES = 2**26
CALLS = "__calls_of_the_changed_function__"  # without the last two, Python would give it another name in a class
GUARD = f"""
try:
    {CALLS}["all"] += 1
except Exception:
    {CALLS}["raised"] += 1
    raise
"""
WALL_FACTOR = 5
"""A mutant that sleeps is ended after this many times its limit of CPU seconds."""


def main() -> None:
    """Run the job on stdin: ``cells`` (number, code, graded), ``mutants`` (id, cell, exercise, code) and ``limit_s``."""
    job = json.load(sys.stdin)
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    namespace: dict[str, Any] = {"__name__": "lesson"}
    for place, cell in enumerate(job["cells"]):
        for mutant in (one for one in job["mutants"] if one["cell"] == cell["number"]):
            outcome = run_apart(mutant, job["cells"][place + 1 :], namespace, job["limit_s"])
            answer.write(json.dumps({"id": mutant["id"], **outcome}) + "\n")
            answer.flush()
        execute(cell["code"], cell["number"], namespace)
        gc.freeze()


def execute(code: str | ast.Module, number: int, namespace: dict[str, Any]) -> None:
    """Run one cell as it stands."""
    exec(compile(code, f"cell {number}", "exec", dont_inherit=True), namespace)  # without our own __future__


def run_apart(
    mutant: dict[str, Any], behind: list[dict[str, Any]], namespace: dict[str, Any], limit_s: float
) -> dict[str, Any]:
    """Fork, run the mutant and the cells behind it, and say what became of it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            os.setpgid(0, 0)
            limit(limit_s)
            os.write(writing, (json.dumps(run_mutant(mutant, behind, namespace)) + "\n").encode())
        finally:
            os._exit(0)
    os.close(writing)
    try:
        text, late = receive(reading, time.monotonic() + WALL_FACTOR * limit_s)
    finally:
        os.close(reading)
        end(child)
    if text:
        return dict(json.loads(text))
    what = "it ran into the time limit" if late else "its process ended"
    return {"cell": 0, "raised": what, "assertion": False, "crashes": not late}


def receive(reading: int, deadline: float) -> tuple[str, bool]:
    """One line from the pipe, "" if none came, and whether the time was over."""
    data = b""
    while not data.endswith(b"\n"):
        ready, _, _ = select.select([reading], [], [], max(deadline - time.monotonic(), 0))
        if not ready:
            return "", True
        part = os.read(reading, 65536)
        if not part:
            return "", False
        data += part
    return data.decode().partition("\n")[0], False


def end(child: int) -> None:
    """End a child and whatever it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # it ended before it had a group of its own
        os.killpg(child, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def limit(seconds: float) -> None:
    """Limit this process: CPU seconds, memory, size of files."""
    import resource

    whole = int(seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (whole, whole + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    status = Path("/proc/self/statm")
    if status.exists():
        used = int(status.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + ROOM_BYTES, used + ROOM_BYTES))


def run_mutant(mutant: dict[str, Any], behind: list[dict[str, Any]], namespace: dict[str, Any]) -> dict[str, Any]:
    """What the first graded cell that fails raised. If every call raised so far, go on to see whether some call does not."""
    calls = namespace[CALLS] = {"all": 0, "raised": 0}
    noticed: dict[str, Any] = {"cell": None, "raised": "", "assertion": False, "crashes": False}
    changed = {"number": mutant["cell"], "code": counting_calls(mutant["code"], mutant["exercise"]), "graded": False}
    for cell in (changed, *behind):
        try:
            execute(cell["code"], cell["number"], namespace)
        except BaseException as error:
            if cell["graded"] and noticed["cell"] is None:
                words = f"{type(error).__name__}: {error}"[:300]
                noticed |= {"cell": cell["number"], "raised": words, "assertion": isinstance(error, AssertionError)}
        if noticed["cell"] is not None and calls["raised"] < max(calls["all"], 1):
            return noticed
    return noticed | {"crashes": 0 < calls["all"] == calls["raised"]}


def counting_calls(code: str, exercise: str) -> ast.Module:
    """The cell with the changed function counting its calls and those that raise, also while it is read as a generator."""
    tree = ast.parse(code)
    holder: Any = tree
    for name in exercise.split("."):
        kinds = (ast.FunctionDef, ast.ClassDef)
        holder = next(
            (node for node in holder.body if isinstance(node, kinds) and node.name == name), ast.Module([], [])
        )
    if isinstance(holder, ast.FunctionDef):
        said = 1 if ast.get_docstring(holder) is not None else 0
        (guarded,) = ast.parse(GUARD).body
        assert isinstance(guarded, ast.Try)
        guarded.body[1:] = holder.body[said:] or [ast.Pass()]
        holder.body[said:] = [guarded]
    return ast.fix_missing_locations(tree)


if __name__ == "__main__":
    main()
