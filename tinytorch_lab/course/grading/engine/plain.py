"""Where there is no fork server: the notebook in a plain kernel, through nbclient. No isolation but a process of its own."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from tinytorch_lab.course.files import write_atomic
from tinytorch_lab.course.grading.engine.execution import TIME_LIMIT, Execution, Ran, checked
from tinytorch_lab.course.grading.model import DIED, Limits

PREPARE = """
%load_ext tinytorch_lab
try:
    import resource
    resource.setrlimit(resource.RLIMIT_DATA, ({memory_bytes}, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    del resource
except (ImportError, ValueError, OSError):
    pass
"""
"""The course's magics; and the limit on memory, where the system has one."""


def execute(notebook: NotebookNode, limits: Limits, masked: tuple[str, ...], library: dict[str, str]) -> Execution:
    """Run the notebook's code cells. Limits count wall time, and the CPU time stays unknown: a kernel tells nothing of it."""
    with tempfile.TemporaryDirectory(prefix="tinytorch-grading-", ignore_cleanup_errors=True) as place:
        return _execute(notebook, limits, Path(place), _environment(Path(place), masked, library))


def _environment(place: Path, masked: tuple[str, ...], library: dict[str, str]) -> dict[str, str]:
    home = place / "home"
    for name, text in library.items():
        write_atomic(home / "tinytorch" / name, text)
    if library:
        write_atomic(home / ".tinytorch-lab.json", '{"kind": "student", "version": 1}\n')
    own = {"TINYTORCH_HOME": str(home)} if library else {}
    return {
        **os.environ, **own, "TINYTORCH_MASK": ",".join(masked), "TINYTORCH_LAB_HISTORY": "off", "TINYTORCH_LAB_CALIBRATE": "0",
        "MPLBACKEND": "agg", "NBGRADER_EXECUTION": "autograde", "OPENBLAS_NUM_THREADS": "1",
    }  # fmt: skip


def _execute(notebook: NotebookNode, limits: Limits, place: Path, environment: dict[str, str]) -> Execution:
    from nbclient import NotebookClient
    from nbclient.exceptions import DeadKernelError

    sentence = f"The cell used more than {limits.cell_cpu_s:g} s, the limit for one cell."
    over = {"ename": TIME_LIMIT, "evalue": sentence, "traceback": []}
    client = NotebookClient(
        notebook, timeout=limits.cell_cpu_s, kernel_name="python3", allow_errors=True, interrupt_on_timeout=True,
        error_on_timeout=over, resources={"metadata": {"path": str(place)}}, on_cell_error=_keep_error,
    )  # fmt: skip
    client.log.setLevel("CRITICAL")
    execution = Execution()
    try:
        with client.setup_kernel(env=environment, stderr=subprocess.DEVNULL):
            client.kc.execute(PREPARE.format(memory_bytes=limits.memory_bytes), silent=True)
            for number, cell in enumerate(notebook.cells):
                if cell.cell_type == "code":
                    client.execute_cell(cell, number)
                    execution.keep(number, Ran(_timed(checked(cell.outputs), sentence), cell.execution_count))
    except DeadKernelError:
        execution.state, execution.reason = DIED, "The kernel died."
    return execution


def _keep_error(cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any]) -> None:
    """IPython shows some errors only on stderr; without an output a test would have passed."""
    if not any(one.output_type == "error" for one in cell.outputs):
        said = execute_reply["content"]
        cell.outputs.append(new_output("error", ename=said["ename"], evalue=said["evalue"], traceback=[]))


def _timed(outputs: list[NotebookNode], sentence: str) -> list[NotebookNode]:
    """The outputs, in which the interrupt that nbclient sends when the time is over is called what it is."""
    for one in outputs:
        if one.output_type == "error" and one.ename == "KeyboardInterrupt":
            one.ename, one.evalue = TIME_LIMIT, sentence
    return outputs
