"""Without a kernel: plain IPython, and scripts."""

import subprocess
import sys
from pathlib import Path

import pytest

SHELL = """
from IPython.core.interactiveshell import InteractiveShell
from IPython.terminal.interactiveshell import TerminalInteractiveShell
from traitlets.config import Config
ip = SHELL.instance(config=Config({"HistoryManager": {"enabled": False}}))
ip.colors = "nocolor"
ip.run_line_magic("load_ext", "tinytorch_lab")
ip.run_line_magic("load_ext", "tinytorch_lab")
def run(code):
    result = ip.run_cell(code, store_history=True)
    return type(result.error_before_exec or result.error_in_exec).__name__
"""


def run(script: str, directory: Path) -> str:
    ran = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:tinytorch_lab", "-c", script],
        capture_output=True,
        text=True,
        cwd=directory,
        env={**__import__("os").environ, "IPYTHONDIR": str(directory)},
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    return ran.stdout


@pytest.mark.parametrize("shell", ["InteractiveShell", "TerminalInteractiveShell"])
def test_in_plain_ipython_the_figures_are_printed_once_at_the_end(shell: str, tmp_path: Path) -> None:
    script = SHELL.replace("SHELL", shell, 1).replace("SHELL", shell) + (
        "import time\n"
        "assert run('%%measure -o m\\nimport time\\nx = 20\\ntime.sleep(0.3)\\nx + 1') == 'NoneType'\n"
        "assert ip.user_ns['m'].statements_total == 4\n"
        "assert ip.user_ns['_'] == 21\n"
        "assert 0 < ip.user_ns['m'].peak_bytes < 5000\n"  # nothing that IPython imports for its first cell
        "assert run('%%measure --quiet -o e\\n1/0') == 'ZeroDivisionError'\n"
        "assert ip.user_ns['e'].error.line == 2\n"
        "assert run('%%measure\\nx = = 1') == 'SyntaxError'\n"
        "assert run('%%measure --quiet -o a\\nimport asyncio\\nawait asyncio.sleep(0.01)') == 'NoneType'\n"
        "assert run('5') == 'NoneType'\n"
    )
    out = run(script, tmp_path)
    assert out.count("Peak memory") == 1
    assert out.index("21") < out.index("Peak memory")


def test_in_plain_ipython_cells_are_repeated_and_lines_counted(tmp_path: Path) -> None:
    script = SHELL.replace("SHELL", "InteractiveShell", 1).replace("SHELL", "InteractiveShell") + (
        "n = []\nip.push({'n': n})\n"
        "run('%%measure --quiet --repeat 2 -o m\\nn.append(1)\\nprint(\"run\", len(n))\\ndisplay(len(n))\\nlen(n)')\n"
        "m = ip.user_ns['m']\n"
        "assert [r.traced for r in m.runs] == [False, False, True]\n"
        "run('def f(x):\\n    return x')\n"
        "run('%%measure --quiet --lines -o m\\nfor i in range(3):\\n    f(i)')\n"
        "assert [(p.name, [(l.line, l.hits) for l in p.lines]) for p in ip.user_ns['m'].lines] == "
        "[('cell', [(2, 4), (3, 3)]), ('f', [(2, 3)])]\n"
    )
    assert run(script, tmp_path).splitlines()[-3:] == ["run 3", "3", "Out[1]: 3"]


def test_the_value_of_a_cell_is_shown_as_text(tmp_path: Path) -> None:
    script = SHELL.replace("SHELL", "InteractiveShell", 1).replace("SHELL", "InteractiveShell")
    out = run(script + "run('%%measure --quiet -o m\\nx = 1')\nrun('m')\n", tmp_path)
    assert "Wall time" in out


SCRIPT = """
import sys, tracemalloc
from tinytorch_lab import measure
with measure("work") as m:
    assert m.state == "running"
    x = bytes(1_000_000)
assert (m.label, m.state, m.trace_complete) == ("work", "done", True)
assert 1_000_000 <= m.peak_bytes < 1_010_000 and 1_000_000 <= m.net_bytes < 1_010_000
try:
    with measure(mode="time") as e:
        raise ValueError("v")
except ValueError:
    pass
assert (e.state, e.error.type, e.error.message, e.traced) == ("error", "ValueError", "v", False)
again = measure("twice")
with again as outer:
    with again as inner:
        pass
assert outer is not inner and outer.state == inner.state == "done"
for wrong in ({"mode": "x"}, {"trace_budget": -1}):
    try:
        measure(**wrong)
    except ValueError:
        continue
    raise AssertionError(wrong)
with measure(mode="memory") as t:
    y = bytes(2_000_000)
assert (t.mode, t.trace_complete) == ("memory", True) and 2_000_000 <= t.net_bytes < 2_010_000
assert t.sites[0].size_bytes == 2_000_033 and t.sites[0].cell_line is None
assert t.cell.source_hash != m.cell.source_hash and t.cell.cell_id is None
try:
    measure(mode="repeat")
except ValueError as wrong:
    assert "a block of code cannot be run again" in str(wrong)
assert not tracemalloc.is_tracing()
assert "IPython" not in sys.modules and "numpy" not in sys.modules
print("end")
"""


def test_in_a_script_it_is_quiet_and_needs_no_ipython(tmp_path: Path) -> None:
    assert run(SCRIPT, tmp_path) == "end\n"


def test_the_package_knows_its_version_and_lists_its_names(tmp_path: Path) -> None:
    out = run(
        "import tinytorch_lab as t; print(t.__version__, [n for n in dir(t) if n == 'measure'], t.measure.__name__)",
        tmp_path,
    )
    assert out.endswith("['measure'] measure\n")


def test_an_unknown_name_is_an_attribute_error() -> None:
    import tinytorch_lab

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        tinytorch_lab.nothing
