"""Runs a lesson as a script, as a notebook in a fresh kernel, solved and unsolved."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from typing import Any

import nbformat
from nbformat import NotebookNode

from tinytorch_lab.course.check.cells import read_cells
from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.check.runs import CellRun, NotebookRun, Probe, Runs, ScriptRun
from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.student import student_notebook

STOP_AFTER_S = 120
"""A run that takes longer is stopped; the limits of the standard are far below."""

ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""On a busy machine, threads of BLAS that wait for each other use up processor time: the figures would depend on who else runs."""

PROBE = """
def __probe(expressions):
    import json, time
    cpu, found = time.process_time(), {{}}
    for text in expressions:
        try:
            value = eval(text, globals())
        except Exception as error:
            found[text] = [None, f"{{type(error).__name__}}: {{error}}", "NoneType" in str(error)]
            continue
        try:
            found[text] = [float(value), "", False]
        except Exception:
            found[text] = [None, "", value is None]
    print(json.dumps([cpu, found]))
__probe({expressions!r})
"""


def run_lesson(lesson: Lesson, expressions: Iterable[str]) -> Runs:
    """Run every form of the lesson; ``expressions`` are evaluated in the kernel after the last cell."""
    return Runs(
        script=run_script(lesson),
        notebook=run_notebook(lesson, sorted(set(expressions))),
        solved=run_cells([(cell.number, cell.code) for cell in lesson.code]),
        unsolved=run_cells(unsolved_cells(lesson)),
    )


def run_script(lesson: Lesson) -> ScriptRun:
    """``python name_dev.py`` in an empty folder."""
    with tempfile.TemporaryDirectory() as empty:
        try:
            done = subprocess.run(
                [sys.executable, str(lesson.path)], capture_output=True, text=True, encoding="utf-8", errors="replace",
                cwd=empty, env=environment(), timeout=STOP_AFTER_S, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return ScriptRun(None)
    return ScriptRun(done.returncode, done.stderr)


def unsolved_cells(lesson: Lesson) -> list[tuple[int, str]]:
    """The code cells of the student's version; measuring cells stay out, they have nothing to measure yet."""
    notebook = student_notebook(lesson.path)
    cells = read_cells(notebook, "")
    return [(cell.number, cell.code) for cell in cells if cell.kind == "code" and not cell.is_measuring]


def run_cells(cells: list[tuple[int, str]]) -> tuple[CellRun, ...]:
    """Run cells, given as number and code, in a plain Python process. Empty if it ended before the last cell did."""
    given = json.dumps([{"number": number, "code": code} for number, code in cells])
    with tempfile.TemporaryDirectory() as empty:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "tinytorch_lab.course.check.cell_runner"], input=given, capture_output=True,
                text=True, encoding="utf-8", cwd=empty, env=environment(), timeout=STOP_AFTER_S, check=False,
            )  # fmt: skip
            return tuple(CellRun(**one) for one in json.loads(done.stdout))
        except (subprocess.TimeoutExpired, ValueError):
            return ()


def environment() -> dict[str, str]:
    """The environment of a run: no student folder, no display, one thread for matrix products."""
    inherited = {name: value for name, value in os.environ.items() if name != "TINYTORCH_HOME"}
    return {**inherited, **ONE_THREAD, "MPLBACKEND": "agg", "PYTHONIOENCODING": "utf-8"}


def run_notebook(lesson: Lesson, expressions: list[str]) -> NotebookRun:
    """Execute the lesson in a fresh kernel; the last cell, which is ours, evaluates ``expressions``."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    notebook = nbformat.from_dict(lesson.notebook)
    notebook.cells.append(nbformat.v4.new_code_cell(PROBE.format(expressions=expressions)))
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as empty:
        client = NotebookClient(
            notebook, timeout=STOP_AFTER_S, kernel_name="python3", allow_errors=True, record_timing=True,
            resources={"metadata": {"path": empty}},
        )  # fmt: skip
        try:
            client.execute(env=environment(), stderr=subprocess.DEVNULL)
        except (CellTimeoutError, DeadKernelError) as error:
            raise CourseError(f"{lesson.path} does not run to its end as a notebook: {error}") from None
    return _outcome(notebook, time.perf_counter() - started)


def _outcome(notebook: NotebookNode, wall_s: float) -> NotebookRun:
    *cells, probe = notebook.cells
    code = [(number, cell) for number, cell in enumerate(cells, 1) if cell.cell_type == "code"]
    cpu_s, found = json.loads(
        "".join(output.get("text", "") for output in probe.outputs if output.get("name") == "stdout")
    )
    return NotebookRun(
        wall_s=wall_s,
        cpu_s=cpu_s,
        cells=tuple(CellRun(number, _raised(cell)) for number, cell in code),
        stderr={number: text for number, cell in code if (text := _stderr(cell))},
        shown=frozenset(number for number, cell in code if any(_is_result(output) for output in cell.outputs)),
        probes={text: Probe(*probe) for text, probe in found.items()},
    )


def _raised(cell: NotebookNode) -> str:
    return next((f"{o.ename}: {o.evalue}" for o in cell.outputs if o.output_type == "error"), "")


def _stderr(cell: NotebookNode) -> str:
    return "".join(output.text for output in cell.outputs if output.get("name") == "stderr")


def _is_result(output: Any) -> bool:
    return bool(output.output_type == "display_data" and {"text/html", "text/plain"} <= output.data.keys())
