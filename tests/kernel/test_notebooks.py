"""Whole notebooks: run by nbclient, saved, and converted without a kernel."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from kernels import MIME, running_kernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError


def executed(cells: list[str], directory: Path) -> nbformat.NotebookNode:
    """The notebook after a run; raises CellExecutionError as ``jupyter execute`` does."""
    with running_kernel(directory) as kernel:  # writes the configuration that nbclient's kernel reads as well
        assert kernel.run("1").status == "ok"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    repository = str(Path(__file__).parents[2])
    environment = {**os.environ, "IPYTHONDIR": str(directory), "PYTHONPATH": repository}
    try:
        NotebookClient(notebook, timeout=60, kernel_name="python3").execute(env=environment)
    finally:
        nbformat.write(notebook, directory / "saved.ipynb")
    return nbformat.read(directory / "saved.ipynb", as_version=4)


def test_a_saved_notebook_has_the_final_figures_in_all_views(tmp_path: Path) -> None:
    notebook = executed(["%%measure -o m\nimport time\ntime.sleep(0.4)\nprint('a')\n'b'"], tmp_path)
    outputs = notebook.cells[0].outputs
    assert [o.output_type for o in outputs] == ["display_data", "stream", "execute_result"]
    assert set(outputs[0].data) == {MIME, "text/html", "text/plain"}
    assert outputs[0].data[MIME]["state"] == "done"
    assert outputs[0].data["text/plain"].startswith("Measured")
    nbformat.validate(notebook)


def test_it_reads_well_converted_to_html_without_a_kernel(tmp_path: Path) -> None:
    nbconvert = pytest.importorskip("nbconvert")
    notebook = executed(["%%measure --label 'my layer'\nimport time\nx = bytearray(10**7)\ntime.sleep(0.3)"], tmp_path)
    page, _ = nbconvert.HTMLExporter().from_notebook_node(notebook)
    assert "my layer: measured" in page
    assert "9.54 MiB" in page
    assert "<polyline" in page


def test_nbclient_stops_at_an_error_in_a_measured_cell(tmp_path: Path) -> None:
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        executed(["%%measure\nx = 1\nx / 0", "print('not reached')"], tmp_path)
    saved = nbformat.read(tmp_path / "saved.ipynb", as_version=4)
    assert saved.cells[0].outputs[0].data[MIME]["state"] == "error"
    assert saved.cells[1].execution_count is None
