"""``--lines``: each line of the cell and of the notebook's functions."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from kernels import Kernel, Ran


def hits(ran: Ran) -> dict[str, dict[int, int]]:
    return {p["name"]: {line["line"]: line["hits"] for line in p["lines"]} for p in ran.last["lines"]}


@pytest.fixture(autouse=True)
def nothing_traces(kernel: Kernel) -> Any:
    yield
    tools = "[__import__('sys').gettrace() is None, getattr(__import__('sys'), 'monitoring', None) is None or "
    assert kernel.value(tools + "__import__('sys').monitoring.get_tool(2) is None]") == [True, True]


CELL = """
%%measure --lines OPTIONS -o m
total = 0
for i in range(10):
    if i % 2:
        total += i

def twice(n):
    for _ in range(n):
        helper(n)
    return n

twice(3)
total"""


@pytest.mark.parametrize("options", ["", "--time", "--memory"])
def test_a_line_that_runs_k_times_has_k_hits(kernel: Kernel, options: str) -> None:
    kernel.run("def helper(n):\n    return n * n")
    ran = kernel.run(CELL.replace("OPTIONS", options))
    assert (ran.status, ran.result) == ("ok", "25")
    # Lines are those of the cell as typed, the empty first one counted; a loop's line runs once more, to end.
    assert hits(ran) == {
        "cell": {3: 1, 4: 11, 5: 10, 6: 5, 8: 1, 13: 1, 14: 1},
        "twice": {9: 4, 10: 3, 11: 1},
        "helper": {2: 3},
    }
    cell, *functions = ran.last["lines"]
    assert [line["source"] for line in cell["lines"]][2:4] == ["    if i % 2:", "        total += i"]
    assert {p["name"]: p["in_cell"] for p in functions} == {"twice": True, "helper": False}
    assert next(p for p in functions if p["name"] == "helper")["lines"][0]["source"] == "    return n * n"
    assert any(note.startswith("Lines were counted (--lines)") for note in ran.last["notes"])
    assert kernel.value("m.lines[0].name") == "cell"


def test_the_same_code_in_two_lines_is_told_apart(kernel: Kernel) -> None:
    ran = kernel.run(
        "%%measure --lines\nx = 1\nx = 1\nfor i in range(3):\n    x = 1\ndef f():\n    pass\ndef f():\n    pass\nf()"
    )
    assert hits(ran) == {"cell": {2: 1, 3: 1, 4: 4, 5: 3, 6: 1, 8: 1, 10: 1}, "f": {9: 1}}


def test_methods_decorated_and_inner_functions(kernel: Kernel) -> None:
    kernel.run(
        "import functools\nclass A:\n    def m(self):\n        return 1\n    @staticmethod\n    def s():\n        return 2\n"
        "    @property\n    def p(self):\n        return 3\n"
        "@functools.cache\ndef cached(x):\n    return x\n"
        "def log(f):\n    @functools.wraps(f)\n    def wrapper(*a):\n        return f(*a)\n    return wrapper\n"
        "@log\ndef logged():\n    return 4"
    )
    ran = kernel.run("%%measure --lines\na = A()\na.m(); a.m()\nA.s()\na.p\ncached(1); cached(1)\nlogged()")
    found = hits(ran)
    assert found["A.m"] == {4: 2}
    assert found["A.s"] == {7: 1}
    assert found["A.p"] == {10: 1}
    assert found["cached"] == {13: 1}
    assert found["logged"] == {21: 1}
    assert found["log.<locals>.wrapper"] == {17: 1}


def test_recursion_and_await(kernel: Kernel) -> None:
    kernel.run("import asyncio\ndef fib(n):\n    if n < 2:\n        return n\n    return fib(n - 1) + fib(n - 2)")
    ran = kernel.run(
        "%%measure --lines\nasync def wait():\n    for _ in range(3):\n        await asyncio.sleep(0.01)\nawait wait()\nfib(5)"
    )
    assert ran.result == "5"
    assert hits(ran)["wait"][4] == 3
    assert hits(ran)["fib"] == {3: 15, 4: 8, 5: 7}  # 15 calls make the fifth Fibonacci number
    assert ran.last["wall_s"] >= 0.03
    wait = next(p for p in ran.last["lines"] if p["name"] == "wait")
    assert sum(line["wall_s"] for line in wait["lines"]) < 0.03  # while it awaits, no line of it runs


def test_times_of_lines_add_up_and_showing_a_value_is_not_among_them(kernel: Kernel) -> None:
    kernel.run("import time\nclass R:\n    def __repr__(self):\n        time.sleep(0.3); return 'R'")
    ran = kernel.run("%%measure --lines --time\ntime.sleep(0.05)\ntime.sleep(0.02)\nR()")
    times = {line["line"]: line["wall_s"] for line in ran.last["lines"][0]["lines"]}
    assert times[2] >= 0.05
    assert times[3] >= 0.02
    assert times[4] < 0.15 < 0.3
    assert sum(times.values()) <= ran.last["wall_s"] * 1.05


def test_functions_are_as_before_afterwards(kernel: Kernel) -> None:
    kernel.run("def f(x):\n    return x + 1\ncode = f.__code__")
    kernel.run("%%measure --lines\ndef g(x):\n    def inner(): return x\n    return inner\nf(1)\nh = g(2)\nh()")
    kernel.run("ns = {}\nexec(compile('def g(x):\\n    def inner(): return x\\n    return inner', 'x', 'exec'), ns)")
    assert kernel.value("f.__code__ is code")
    assert kernel.value("g.__code__.co_code == ns['g'].__code__.co_code")
    assert kernel.value("h.__code__.co_code == ns['g'](2).__code__.co_code")
    assert kernel.value("(g.__code__.co_firstlineno, h())") == [2, 2]


@pytest.mark.parametrize(
    ("cell", "ename"),
    [("for i in range(3):\n    1 / (2 - i)", "ZeroDivisionError"), ("raise SystemExit", "SystemExit")],
)
def test_an_error_leaves_figures(kernel: Kernel, cell: str, ename: str) -> None:
    ran = kernel.run(f"%%measure --lines\n{cell}")
    assert (ran.status, ran.reply["ename"], ran.last["state"]) == ("error", ename, "error")
    if "for" in cell:
        assert hits(ran) == {"cell": {2: 3, 3: 3}}


def test_an_interrupt_leaves_figures(kernel: Kernel) -> None:
    ran = kernel.run("%%measure --lines\nprint('go')\nwhile True:\n    pass", during=kernel.interrupt)
    assert (ran.reply["ename"], ran.last["state"], hits(ran)["cell"][2]) == ("KeyboardInterrupt", "interrupted", 1)


def test_code_below_another_magic_and_an_expression(kernel: Kernel) -> None:
    kernel.run("def square(x):\n    return x * x")
    ran = kernel.run("%%time\n%%measure --lines\nfor i in range(4):\n    square(i)")
    assert hits(ran) == {"cell": {1: 5, 2: 4}, "square": {2: 4}}
    assert hits(kernel.run("%measure --lines [square(i) for i in range(6)]"))["square"] == {2: 6}


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="from 3.12 on the line profiler does not use sys.settrace")
def test_another_tracer_is_respected(kernel: Kernel) -> None:
    kernel.run("import sys\nsys.settrace(lambda *a: None)\nmine = sys.gettrace()")
    ran = kernel.run("%%measure --lines\nx = 1\nx")
    same = kernel.value("sys.gettrace() is mine")
    kernel.run("sys.settrace(None)")
    assert (ran.result, ran.last["lines"], same) == ("1", [], True)
    assert any("debugger or another profiler" in note for note in ran.last["notes"])


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="from 3.12 on the line profiler does not use sys.settrace")
def test_a_tracer_that_the_cell_sets_stays(kernel: Kernel) -> None:
    ran = kernel.run("%%measure --lines\nimport sys\nmine = lambda *a: None\nsys.settrace(mine)\nx = 1")
    same = kernel.value("sys.gettrace() is mine")
    kernel.run("sys.settrace(None)")
    assert same
    assert any("set a trace function" in note for note in ran.last["notes"])


def test_measuring_lines_inside_measured_lines(kernel: Kernel) -> None:
    ran = kernel.run(
        "%%measure --lines\nfor i in range(3):\n    %measure --quiet -o inner --lines sum(range(i))\n'end'"
    )
    assert ran.result == "'end'"
    assert hits(ran)["cell"][3] == 3
    assert kernel.value("(inner.lines, any('debugger or another' in n for n in inner.notes))") == [[], True]


def test_without_the_option_nothing_of_it_is_loaded(fresh_kernel: Kernel) -> None:
    fresh_kernel.run("%%measure\n1")
    assert not fresh_kernel.value("'line_profiler' in __import__('sys').modules")
