"""Operations of tinytorch in a measured cell of a real kernel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from kernels import Kernel

SETUP = """
import numpy as np
from tinytorch.core import tensor
from tinytorch.core.layers import Linear, Sequential
from tinytorch.core.activations import ReLU
from tinytorch.core.tensor import Tensor
x = Tensor(np.ones((64, 32)))
model = Sequential(Linear(32, 16), ReLU(), Linear(16, 8))
"""
LINEAR = 2 * 64 * 32 * 16 + 64 * 16, 2 * 64 * 16 * 8 + 64 * 8


def ops(figures: dict[str, Any]) -> dict[tuple[str, str | None], tuple[int, int | None]]:
    """Calls and flops by name and layer."""
    return {(op["name"], op["layer"]): (op["calls"], op["flops"]) for op in figures["ops"]}


def test_the_cells_own_time_is_not_mixed_with_counting(kernel: Kernel) -> None:
    kernel.run(SETUP)
    figures = kernel.run("%%measure --time\ny = model(x)").last
    assert (figures["ops"], figures["layers"], figures["tensors"]) == ([], [], None)
    assert kernel.value("tensor._observer is None")


@pytest.mark.parametrize("mode", ["", "--memory", "--repeat 2"])
def test_operations_and_layers_of_a_model(kernel: Kernel, mode: str) -> None:
    kernel.run(SETUP)
    ran = kernel.run(f"%%measure {mode}\ny = model(x)\nfor _ in range(3):\n    z = y + 1")
    assert ran.status == "ok"
    figures = ran.last
    assert ops(figures) == {
        ("linear", "0"): (1, LINEAR[0]),
        ("linear", "2"): (1, LINEAR[1]),
        ("relu", "Sequential"): (1, 64 * 16),
        ("add", None): (3, 3 * 64 * 8),
    }
    assert [(layer["path"], layer["flops"]) for layer in figures["layers"]] == [
        ("Sequential", sum(LINEAR) + 64 * 16),
        ("0", LINEAR[0]),
        ("2", LINEAR[1]),
    ]
    numbers = 32 * 16 + 16 + 16 * 8 + 8
    assert figures["layers"][0]["parameters"] == numbers
    assert figures["tensors"]["parameters_bytes"] == 4 * numbers
    assert figures["tensors"]["gradients_bytes"] == 0
    assert figures["roofline"] is None, "tests forbid to calibrate"
    assert kernel.value("tensor._observer is None")


def test_the_result_is_the_one_without_measuring(kernel: Kernel) -> None:
    kernel.run(SETUP)
    kernel.run("plain = model(x)")
    kernel.run("%%measure\nmeasured = model(x)")
    assert kernel.value("bool((plain.data == measured.data).all())")


def test_the_notebook_of_lesson_01_defines_the_tensor_itself(fresh_kernel: Kernel) -> None:
    source = Path(__file__).parents[2] / "tinytorch" / "core" / "tensor.py"
    fresh_kernel.run(source.read_text(encoding="utf-8"))
    figures = fresh_kernel.run("%%measure\na = Tensor([[1, 2, 4]])\nb = a.T @ a").last
    assert ops(figures) == {("permute", None): (1, 0), ("matmul", None): (1, 2 * 3 * 1 * 3)}
    assert fresh_kernel.value("_observer is None")
    assert fresh_kernel.value("'tinytorch' in __import__('sys').modules") is False


def test_a_cell_may_import_the_library_itself(fresh_kernel: Kernel) -> None:
    ran = fresh_kernel.run("%%measure\nfrom tinytorch.core.tensor import Tensor\nTensor([1, 2]) + 1")
    assert ops(ran.last) == {("add", None): (1, 2)}


def test_a_cell_without_tensors_imports_nothing(fresh_kernel: Kernel) -> None:
    figures = fresh_kernel.run("%%measure\nx = 1").last
    assert (figures["ops"], figures["layers"], figures["tensors"]) == ([], [], None)
    assert fresh_kernel.value("[name for name in __import__('sys').modules if name.startswith('tinytorch.')]") == []


def test_an_error_in_an_operation_is_the_students_and_what_ran_counts(kernel: Kernel) -> None:
    kernel.run(SETUP)
    ran = kernel.run("%%measure\nx + 1\nx @ x")
    plain = kernel.run("x + 1\nx @ x")
    assert ran.reply["ename"] == plain.reply["ename"] == "ValueError"
    assert ran.reply["evalue"] == plain.reply["evalue"]
    assert ops(ran.last) == {("add", None): (1, 64 * 32)}
    assert kernel.value("tensor._observer is None")


def test_an_interrupt_leaves_no_observer(kernel: Kernel) -> None:
    kernel.run(SETUP)
    ran = kernel.run("%%measure\nprint('on')\nwhile True:\n    z = x + 1", during=kernel.interrupt)
    assert ran.reply["ename"] == "KeyboardInterrupt"
    assert ran.last["state"] == "interrupted"
    assert ran.last["ops"][0]["name"] == "add"
    assert kernel.value("tensor._observer is None")


def test_a_measured_block_in_a_measured_cell(kernel: Kernel) -> None:
    kernel.run(SETUP + "\nfrom tinytorch_lab import measure")
    ran = kernel.run("%%measure\nx + 1\nwith measure() as inner:\n    x - 1\nx + 1")
    assert ops(ran.last) == {("add", None): (2, 2 * 64 * 32), ("subtract", None): (1, 64 * 32)}
    assert kernel.value("[op.name for op in inner.ops]") == ["subtract"]


def test_a_forked_child_is_not_watched(kernel: Kernel) -> None:
    kernel.run(SETUP)
    cell = (
        "%%measure\nimport os\nread, write = os.pipe()\nx + 1\npid = os.fork()\nif pid == 0:\n"
        "    os.write(write, b'%d' % (tensor._observer is None))\n    os._exit(0)\nos.waitpid(pid, 0)\nx + 1"
    )
    ran = kernel.run(cell)
    assert kernel.value("int(os.read(read, 1))") == 1
    assert ops(ran.last) == {("add", None): (2, 2 * 64 * 32)}


def test_the_limits_of_the_machine_are_shown_where_they_are_known(fresh_kernel: Kernel, tmp_path: Path) -> None:
    fresh_kernel.run(SETUP)
    key = fresh_kernel.value("__import__('tinytorch_lab.profiler.calibrate').profiler.calibrate.machine_key()")
    limits = {"flops_per_s": 5e10, "bytes_per_s": 1e10, "blas": "a BLAS, 1 thread", "measured": "2026-11-22T12:00:00"}
    file = Path(fresh_kernel.value("__import__('os').environ['JUPYTER_DATA_DIR']")) / "tinytorch-lab" / "roofline.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"version": 1, "machines": {key: limits}}))
    assert fresh_kernel.run("%%measure\nx + 1").last["roofline"] == limits
    assert fresh_kernel.run("%%measure\n1 + 1").last["roofline"] is None, "no operation to hold against it"
