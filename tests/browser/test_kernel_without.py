"""Kernels that cannot measure: the browser says why, and what to do."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from .lab import NOTEBOOK, Lab
from .server import LabServer, start_server

# As in an environment of its own that lacks the package.
HIDE = """
import importlib.machinery, sys
find = importlib.machinery.PathFinder.find_spec
importlib.machinery.PathFinder.find_spec = classmethod(
    lambda cls, name, path=None, target=None: None if name.startswith("tinytorch") else find(name, path, target)
)
"""
LAUNCH = "from ipykernel.kernelapp import launch_new_instance; launch_new_instance()"
KERNELS = {
    "lacking": [sys.executable, "-c", HIDE + LAUNCH, "-f", "{connection_file}"],
    "unloaded": [sys.executable, "-c", LAUNCH, "-f", "{connection_file}", "--InteractiveShellApp.extensions=[]"],
    "measuring": [sys.executable, "-c", LAUNCH, "-f", "{connection_file}"],
}


@pytest.fixture(scope="module")
def server_of_kernels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    root, home = tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("jupyter")
    for name, argv in KERNELS.items():
        write(
            home / "data" / "kernels" / name / "kernel.json", {"argv": argv, "display_name": name, "language": "python"}
        )
        cells = [code("print(6 * 7)", {"tinytorch": {"measure": True}}), code("print(6 * 9)")]
        spec = {"name": name, "display_name": name, "language": "python"}
        notebook = {"cells": cells, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}
        write(root / f"{name}.ipynb", notebook)
    notebook["metadata"]["kernelspec"] = {"name": "lacking", "display_name": "lacking", "language": "python"}
    write(root / "magic.ipynb", notebook | {"cells": [code("%%measure\nprint(6 * 7)")]})
    yield from start_server(root, home)


def code(source: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "cell_type": "code", "id": f"c{abs(hash(source))}", "source": source, "metadata": metadata or {},
        "outputs": [], "execution_count": None,
    }  # fmt: skip


def write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("kernel", "advice"),
    [
        ("lacking", "Run %pip install tinytorch-lab in a cell, then restart the kernel."),
        ("unloaded", "Run %load_ext tinytorch_lab in a cell."),
    ],
)
def test_a_kernel_that_cannot_measure_is_explained_once(new_lab, server_of_kernels, kernel: str, advice: str) -> None:
    lab: Lab = new_lab(server_of_kernels)
    lab.open_notebook(f"{kernel}.ipynb")
    lab.run_cell(0)
    toast = lab.page.locator(".Toastify__toast")
    toast.wait_for()
    assert toast.inner_text().strip().endswith(advice)  # none of it was cut
    lab.picture(f"kernel-{kernel}")
    assert "42" in lab.cell(0).locator(".jp-OutputArea").inner_text()  # it ran as if nothing was
    lab.run_cell(0)
    lab.run_cell(1)
    assert toast.count() == 1


def test_of_a_kernel_that_measures_nothing_is_said(new_lab, server_of_kernels) -> None:
    lab: Lab = new_lab(server_of_kernels)
    lab.open_notebook("measuring.ipynb")
    lab.run_cell(0)
    lab.result(0).wait_for()
    while not any('"loaded":' in text for text in lab.sent):  # the question; pytest-timeout ends a wait in vain
        lab.page.wait_for_timeout(100)
    lab.run_cell(1)  # the kernel answers in order, so the question has been answered before
    assert lab.page.locator(".Toastify__toast").count() == 0


def test_below_a_magic_that_is_not_found_it_is_explained_too(new_lab, server_of_kernels) -> None:
    lab: Lab = new_lab(server_of_kernels)
    lab.open_notebook("magic.ipynb")
    lab.start("notebook:run-cell")  # it fails, and the command with it
    lab.page.locator(".Toastify__toast", has_text="%pip install tinytorch-lab").wait_for()
    assert "`%%measure` not found" in lab.cell(0).locator(".jp-OutputArea").inner_text()


def test_after_measuring_all_cells_it_is_explained_too(new_lab, server_of_kernels) -> None:
    lab: Lab = new_lab(server_of_kernels)
    lab.open_notebook("lacking.ipynb")
    lab.page.evaluate(
        f"{NOTEBOOK}.content.model.cells.get(0).deleteMetadata('tinytorch')"
    )  # nothing asks for it but the command
    lab.start("tinytorch:measure-all")
    lab.answer("Measure All")
    toast = lab.page.locator(".Toastify__toast")
    toast.wait_for()
    expect(toast).to_have_count(1)
    expect(toast).to_contain_text("Run %pip install tinytorch-lab in a cell")
    assert "54" in lab.cell(1).locator(".jp-OutputArea").inner_text()
