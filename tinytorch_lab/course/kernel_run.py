"""A notebook's cells in a fresh kernel of their own, with limits; ended at once when nobody wants them any more."""

from __future__ import annotations

import asyncio
import copy
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nbformat import NotebookNode

from tinytorch_lab.course.errors import Cancelled, CourseError
from tinytorch_lab.course.notebooks import grade_id
from tinytorch_lab.course.stopping import ended_by

if TYPE_CHECKING:
    from nbclient import NotebookClient

CELL_LIMIT_S = 60
MEMORY_LIMIT_BYTES = 8 * 2**30
LIMITS = f"""
try:
    import resource
    resource.setrlimit(resource.RLIMIT_DATA, ({MEMORY_LIMIT_BYTES}, resource.getrlimit(resource.RLIMIT_DATA)[1]))
except (ImportError, ValueError, OSError):
    pass
"""


def run_cells(
    notebook: NotebookNode,
    place: Path,
    environment: Mapping[str, str],
    ended: Callable[[NotebookNode], None],
    stop: threading.Event | None = None,
) -> str | None:
    """Run the notebook's cells in order, in the folder ``place``; ``ended`` gets each with its outputs.

    Returns a sentence if the run did not reach the end. Raises Cancelled when ``stop`` is set, also in the middle of a cell, and
    CourseError if there is no kernel to run in. The given notebook stays as it is.
    """
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    stop = stop or threading.Event()
    client = _client(notebook, place)
    cell = None
    try:
        with _kernel(client, environment), ended_by(stop, lambda: asyncio.run(client.km.provisioner.kill())):
            for number, cell in enumerate(client.nb.cells):
                if stop.is_set():
                    raise Cancelled
                client.execute_cell(cell, number)
                ended(cell)
    except CellTimeoutError:
        return f"The cell {name_of(cell)} did not end within {CELL_LIMIT_S} seconds, so the tests were stopped there."
    except DeadKernelError:
        if stop.is_set():
            raise Cancelled from None
        return f"The kernel died in the cell {name_of(cell)}: it ran out of memory, or the code ended it."
    return None


def name_of(cell: NotebookNode) -> str:
    """How a person finds the cell: its grade_id, else its first line."""
    return grade_id(cell) or repr(cell.source.strip().partition("\n")[0][:60])


def _client(notebook: NotebookNode, place: Path) -> NotebookClient:
    from nbclient import NotebookClient

    client = NotebookClient(
        copy.deepcopy(notebook), timeout=CELL_LIMIT_S, kernel_name=_kernel_name(notebook), allow_errors=True,
        resources={"metadata": {"path": str(place)}},
    )  # fmt: skip
    client.log.setLevel("CRITICAL")
    return client


def _kernel_name(notebook: NotebookNode) -> str:
    """The notebook's kernel if it is installed, else Python's."""
    from jupyter_client.kernelspec import KernelSpecManager

    named = notebook.metadata.get("kernelspec", {}).get("name", "python3")
    return str(named) if named in KernelSpecManager().find_kernel_specs() else "python3"


@contextmanager
def _kernel(client: NotebookClient, environment: Mapping[str, str]) -> Iterator[None]:
    """The client's kernel from its start to its end."""
    ready = False
    try:
        with client.setup_kernel(env=dict(environment), stderr=subprocess.DEVNULL):
            assert client.kc is not None
            client.kc.execute(LIMITS, silent=True)
            ready = True
            yield
    except RuntimeError as error:
        if ready:
            raise
        raise CourseError(
            f"The kernel for the tests did not start ({error}). Try again; if it goes on, run: tinytorch-lab doctor"
        ) from None
