"""Every rule of "Understand" speaks and is silent in a real kernel as it must: understand_cells.py has the cells."""

from __future__ import annotations

import os
import sys

import pytest
from kernels import Kernel
from understand_cells import CELLS, IMPORTS

from tinytorch_lab.understand import RULES

LINUX = sys.platform.startswith("linux")
ATTEMPTS = 4


def said(kernel: Kernel, options: str, cell: str) -> list[str]:
    """The rules that speak of a cell."""
    ran = kernel.run(f"%%measure {options}\n{cell}")
    assert ran.status == "ok", ran.reply
    return [each["rule"] for each in ran.last["understand"]]


def prepared(kernel: Kernel, rule: str, cell: str, options: str, before: str) -> None:
    cells = CELLS[rule]
    kernel.run(IMPORTS)
    setup = kernel.run(cells.setup)
    if setup.status != "ok" and setup.reply["ename"] in ("ImportError", "ModuleNotFoundError", "AttributeError"):
        pytest.skip(f"this tinytorch has none of that yet: {setup.reply['evalue']}")
    assert setup.status == "ok", setup.reply
    for _ in range(cells.runs_before):
        said(kernel, options, cell)
    ran = kernel.run(before)
    assert ran.status == "ok", ran.reply


def attempt(kernel: Kernel, rule: str, *, speaking: bool) -> bool:
    """Whether the cell did what it must."""
    cells = CELLS[rule]
    cell = cells.speaks if speaking else cells.silent
    options = cells.options if speaking or cells.silent_options is None else cells.silent_options
    try:
        prepared(kernel, rule, cell, options, cells.before_speaks if speaking else cells.before_silent)
        return (rule in said(kernel, options, cell)) is speaking
    finally:
        kernel.run(cells.cleanup)


def check(kernel: Kernel, rule: str, *, speaking: bool) -> None:
    cells = CELLS[rule]
    if cells.linux and not LINUX:
        pytest.skip("these figures are Linux's")
    attempts = ATTEMPTS if cells.timed else 1
    if any(attempt(kernel, rule, speaking=speaking) for _ in range(attempts)):
        return
    if cells.timed and LINUX and os.getloadavg()[0] > (os.cpu_count() or 1):
        pytest.skip("other programs use the processors: this cannot be told now")
    pytest.fail(f"{rule} {'is silent' if speaking else 'speaks'}")


def test_every_rule_has_its_cells() -> None:
    assert CELLS.keys() == RULES.keys()


@pytest.mark.parametrize("rule", CELLS)
def test_the_rule_speaks(kernel: Kernel, rule: str) -> None:
    check(kernel, rule, speaking=True)


@pytest.mark.parametrize("rule", CELLS)
def test_the_rule_is_silent(kernel: Kernel, rule: str) -> None:
    check(kernel, rule, speaking=False)
