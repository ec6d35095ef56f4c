"""A measured cell does what it does unmeasured: every case runs both ways in a real kernel and is compared."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest
from kernels import Kernel, Ran, normal

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="no fork on Windows")


@dataclass
class Case:
    """A cell; ``before`` and ``after`` run unmeasured around it each time."""

    body: str
    before: str = ""
    after: str = ""
    status: str = "ok"
    error: str | None = None
    interrupt: bool = False


CASES = {
    "value of the last expression": Case("x = 3\nx + 1"),
    "None as the last value": Case("x = 3\nNone"),
    "semicolon after the last expression": Case("x = 3\nx + 1;"),
    "assignment last": Case("x = 3\ny = x"),
    "underscore is the last value": Case("_ + 1", before="41"),
    "several statements in one line": Case("a = 1; b = 2; a + b"),
    "rich value": Case("class R:\n    def _repr_html_(self): return '<b>r</b>'\nR()"),
    "displays and prints keep their order": Case(
        "import sys\nprint('a')\ndisplay('b')\nprint('c', file=sys.stderr)\nprint('d')\ndisplay('e')\n'f'"
    ),
    "comment between statements": Case("a = 1\n# note\n\na"),
    "leading empty lines": Case("\n\n1/0", status="error", error="ZeroDivisionError"),
    "string over several lines": Case('s = """\n%%time\n!ls\n"""\ns'),
    "unicode source": Case("größe = 'π'\ngröße"),
    "error in the cell": Case("a = 1\n\na / 0\nprint('not reached')", status="error", error="ZeroDivisionError"),
    "error in a function of the cell": Case(
        "def f(x):\n    return 1 / x\n\nf(1)\nf(0)", status="error", error="ZeroDivisionError"
    ),
    "error with a cause": Case(
        "try:\n    {}['k']\nexcept KeyError as e:\n    raise ValueError('v') from e", status="error", error="ValueError"
    ),
    "exception group": Case(
        "raise ExceptionGroup('g', [ValueError('a'), TypeError('b')])", status="error", error="ExceptionGroup"
    ),
    "error without a message": Case("assert False", status="error", error="AssertionError"),
    "error whose str fails": Case(
        "class E(Exception):\n    def __str__(self): raise RuntimeError('no')\ntry:\n    raise E\nexcept E: print('E')"
    ),
    "BaseException": Case(
        "class Odd(BaseException): pass\nraise Odd('x')", status="error", error="Odd"
    ),
    "RecursionError": Case("def f(): return f()\nf()", status="error", error="RecursionError"),
    "SystemExit": Case(
        "print('a')\nraise SystemExit(3)",
        before="get_ipython().run_cell('raise SystemExit')",  # IPython warns the first time only
        status="error",
        error="SystemExit",
    ),
    "sys.exit": Case("import sys\nsys.exit('bye')", status="error", error="SystemExit"),
    "SyntaxError": Case("x = = 3", status="error", error="SyntaxError"),
    "IndentationError": Case("if True:\nx = 3", status="error", error="IndentationError"),
    "return outside a function": Case("print('ran')\nreturn 3", status="error", error="SyntaxError"),
    "NameError with a suggestion": Case("value = 1\nvalu", status="error", error="NameError"),
    "KeyboardInterrupt raised": Case("raise KeyboardInterrupt", status="error", error="KeyboardInterrupt"),
    "interrupt of a Python loop": Case(
        "print('go')\nwhile True: pass", status="error", error="KeyboardInterrupt", interrupt=True
    ),
    "interrupt of a sleep": Case(
        "import time\nprint('go')\ntime.sleep(60)\nprint('not reached')",
        status="error",
        error="KeyboardInterrupt",
        interrupt=True,
    ),
    "interrupt that the cell catches": Case(
        "import time\ntry:\n    print('go')\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print('mine')",
        interrupt=True,
    ),
    "interrupt of an await": Case(
        "import asyncio\nprint('go')\nawait asyncio.sleep(60)",
        status="error",
        error="CancelledError",
        interrupt=True,
    ),
    "await": Case("import asyncio\nawait asyncio.sleep(0.01)\nprint('a')\nawait asyncio.sleep(0.01, 'value')"),
    "async for and with": Case(
        "import contextlib\n"
        "async def numbers():\n    yield 1\n    yield 2\n"
        "@contextlib.asynccontextmanager\nasync def room():\n    print('in')\n    yield\n    print('out')\n"
        "async for n in numbers(): print(n)\n"
        "async with room(): print('here')"
    ),
    "error while awaiting": Case(
        "import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    1/0\nawait f()",
        status="error",
        error="ZeroDivisionError",
    ),
    "task that outlives the cell": Case(
        "import asyncio\nasync def later():\n    await asyncio.sleep(0.05)\ntask = asyncio.create_task(later())\ntask.done()",
        after="await task",
    ),
    "repr that raises": Case("class R:\n    def __repr__(self): return 1/0\nR()", status="error", error="NoneType"),
    "repr that prints": Case("class R:\n    def __repr__(self):\n        print('p')\n        return 'R'\nR()"),
    "exception caught in the cell": Case("try:\n    1/0\nexcept ZeroDivisionError as e:\n    print(repr(e))"),
    "traceback printed by the cell": Case(
        "import traceback\ntry:\n    1/0\nexcept ZeroDivisionError:\n    traceback.print_exc()"
    ),
    "showtraceback called by the cell": Case(
        "try:\n    1/0\nexcept ZeroDivisionError:\n    get_ipython().showtraceback()\nprint('goes on')"
    ),
    "warning names its line": Case("import warnings\n\nwarnings.warn('careful')"),
    "inspect finds the source": Case("def f():\n    return 1  # one\nimport inspect\nprint(inspect.getsource(f))"),
    "line magic": Case("%precision 3\nx = %sx echo hi\nx"),
    "shell command": Case("!echo hi"),
    "help": Case("len?"),
    "cell magic below": Case("%%capture c\nprint('captured')", after="c.stdout"),
    "cell magic below an empty line": Case("\n%%capture c\nprint('captured')", after="c.stdout"),
    "%%capture below with an error": Case("%%capture c\n1/0", after="c.stdout"),
    "%%time below with an error": Case("%%time\nx = 1\n1/0", status="error", error="ZeroDivisionError"),
    "unknown magic below": Case("%%nosuchmagic\nx", status="error", error="UsageError"),
    "stdout redirected for a while": Case(
        "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as f:\n    print('inside')\nprint(f.getvalue())"
    ),
    "stdout left closed": Case(
        "import io, sys\nkeep = sys.stdout\nsys.stdout = io.StringIO()\nsys.stdout.close()",
        after="sys.stdout = keep",
    ),
    "displayhook replaced": Case(
        "import sys\nsys.displayhook = lambda value: print('mine', value)\n3",
    ),
    "all values shown": Case(
        "1\n2\n3",
        before="get_ipython().ast_node_interactivity = 'all'",
        after="get_ipython().ast_node_interactivity = 'last_expr'",
    ),
    "value of an assignment shown": Case(
        "x = 5",
        before="get_ipython().ast_node_interactivity = 'last_expr_or_assign'",
        after="get_ipython().ast_node_interactivity = 'last_expr'",
    ),
    "custom exception handler": Case(
        "1/0",
        before="get_ipython().set_custom_exc((ZeroDivisionError,), lambda *a, **k: print('handled'))",
        after="get_ipython().set_custom_exc((), None)",
        status="error",
        error="ZeroDivisionError",
    ),
    "input is refused": Case("input()", status="error", error="StdinNotImplementedError"),
    "a cell run by the cell": Case("get_ipython().run_cell('y = 7\\ny')\nget_ipython().run_cell('')\ny + 1"),
    "a failing cell run by the cell": Case("get_ipython().run_cell('1/0')\n'goes on'"),
    "thread that ends in the cell": Case(
        "import threading\nt = threading.Thread(target=lambda: print('thread'))\nt.start(); t.join()\n'done'"
    ),
    "thread that outlives the cell": Case(
        "import threading\ngo = threading.Event()\nt = threading.Thread(target=go.wait)\nt.start()\nt.is_alive()",
        after="go.set(); t.join()",
    ),
    "error in a thread": Case(
        "import threading\nthreading.excepthook = lambda a: print('caught', a.exc_type.__name__)\n"
        "t = threading.Thread(target=lambda: 1/0)\nt.start(); t.join()",
        after="threading.excepthook = threading.__excepthook__",
    ),
    "executor": Case(
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(2) as p: r = list(p.map(str, range(3)))\nr"
    ),
    "child that is forked": Case(
        "import os\npid = os.fork()\nif pid == 0:\n    os._exit(7)\nos.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])"
    ),
    "multiprocessing": Case(
        "import multiprocessing\nc = multiprocessing.get_context('fork')\nq = c.SimpleQueue()\n"
        "p = c.Process(target=lambda: q.put(sum(range(10))))\np.start(); p.join()\nq.get(), p.exitcode"
    ),
    "subprocess": Case(
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True, text=True).stdout"
    ),
    "gc switched off": Case("import gc\ngc.disable()\ngc.isenabled()", after="gc.enable()"),
    "gc callbacks cleared": Case(
        "import gc\nkeep = list(gc.callbacks)\ngc.callbacks.clear()\ngc.collect()\n'ok'",
        after="gc.callbacks[:] = [c for c in keep if 'tinytorch' not in str(c)]",
    ),
    "a trace function of the cell": Case(
        "import sys\nold = sys.gettrace()\nsys.settrace(lambda *a: None)\nx = 1\nsys.settrace(old)\nx"
    ),
    "names deleted": Case("a = 1\n%reset -f\n'a' in globals()"),
    "signal handler": Case(
        "import signal\nold = signal.signal(signal.SIGUSR1, lambda *a: print('signal'))\n"
        "signal.raise_signal(signal.SIGUSR1)\n_ = signal.signal(signal.SIGUSR1, old)"
    ),
    "generator left unfinished": Case("g = (i for i in range(3))\nnext(g)"),
    "decorated class and function": Case(
        "import functools\n@functools.cache\ndef f(n):\n    return n\n\n@functools.total_ordering\nclass A:\n"
        "    def __lt__(self, o): return True\n    def __eq__(self, o): return True\nf(2)"
    ),
    "future import": Case("from __future__ import annotations\ndef f(a: undefined): pass\nf.__annotations__"),
}  # fmt: skip
FORKING = {"child that is forked", "multiprocessing"}


def params() -> list[object]:
    return [pytest.param(case, id=name, marks=POSIX if name in FORKING else ()) for name, case in CASES.items()]


FIRST_LINES = [
    "%%measure",
    "%%measure --time",
    "%%measure --memory --frames 3",
    "%%measure --lines",
    "%%measure --repeat 1",
]


@pytest.mark.parametrize("first_line", FIRST_LINES)
@pytest.mark.parametrize("case", params())
def test_a_measured_cell_does_what_it_does_unmeasured(kernel: Kernel, case: Case, first_line: str) -> None:
    def run(code: str) -> tuple[object, Ran]:
        if case.before:
            assert kernel.run(case.before).status == "ok"
        counted = kernel.value("get_ipython().execution_count")
        ran = kernel.run(code, during=kernel.interrupt if case.interrupt else None)
        step = ran.reply["execution_count"] - counted
        after = kernel.run(case.after).seen() if case.after else None
        return (ran.status, ran.reply.get("ename"), normal(ran.reply.get("evalue", "")), step, ran.seen(), after), ran

    if "--repeat" in first_line and case.interrupt:
        pytest.skip("the first run shows nothing to wait for; test_modes.py interrupts it from inside")
    # A comment in place of our line keeps the line numbers, but a cell magic must come first.
    is_magic = case.body.lstrip().startswith("%%")
    plain, unmeasured = run(case.body if is_magic else f"# plain\n{case.body}")
    measured, ran = run(f"{first_line}\n{case.body}")
    assert (unmeasured.status, unmeasured.reply.get("ename")) == (case.status, case.error)  # it is what its name says
    assert measured == plain
    if case.error in ("SyntaxError", "IndentationError") and "return" not in case.body:
        assert ran.displays == []
    else:
        shown_only = case.error == "NoneType"  # the cell's last value failed to show: the cell itself did not fail
        assert (ran.last["state"] == "done") == (ran.status == "ok" or shown_only)
        assert ran.last["state"] in ("done", "error", "interrupted")


@pytest.mark.parametrize(
    "case", [pytest.param(CASES[n], id=n) for n in ("SyntaxError", "error in the cell", "SystemExit")]
)
def test_the_cell_after_a_failed_one_is_not_measured(kernel: Kernel, case: Case) -> None:
    kernel.run(f"%%measure\n{case.body}")
    assert kernel.run("1 + 1").displays == []


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 31
