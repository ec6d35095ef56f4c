"""``%%complexity``: run a cell at growing sizes and say how its cost grows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any

from IPython.core.display_functions import display
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from tinytorch_lab.scaling.growth import Complexity, fit
from tinytorch_lab.scaling.sweep import Job, Point, doubling, sweep
from tinytorch_lab.show import growth as show

SIZES = re.compile(r"([A-Za-z_]\w*)=(\d+)\.\.(\d+)")
MARK = re.compile(r"^\s*#\s*measure:\s*$")


@magic_arguments()
@argument("sizes", help="the size and its range, such as n=64..8192")
@argument("-o", dest="name", metavar="NAME", help="keep the result in this variable")
@argument("--budget", type=float, default=3.0, metavar="S", help="seconds for the whole sweep (default 3)")
@argument("--quiet", action="store_true", help="show nothing")
def complexity(line: str, cell: str) -> None:
    """Run the cell at sizes that double, and say how time and memory grow.

    What stands above a line ``# measure:`` is set-up: it runs before every run and is not measured.
    """
    shell = _shell()
    options = parse_argstring(complexity, line)
    name, sizes = _sizes(options.sizes)
    if options.name is not None and not options.name.isidentifier():
        raise UsageError(f"-o needs the name of a variable, got {options.name!r}.")
    if not options.budget > 0:
        raise UsageError(f"--budget needs seconds above 0, got {options.budget}.")
    prepare, work = _compile(shell, cell)
    points: list[Point] = []
    handle = None if options.quiet else display(_bundle(fit(name, [])), raw=True, display_id=True)
    with _restored(shell.user_ns):
        for point in sweep(_job(shell.user_ns, name, prepare, work), sizes, options.budget):
            points.append(point)
            if handle is not None:
                handle.update(_bundle(fit(name, points)), raw=True)
    if options.name is not None:
        shell.user_ns[options.name] = fit(name, points)


def _shell() -> InteractiveShell:
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    assert isinstance(shell, InteractiveShell)
    return shell


def _sizes(text: str) -> tuple[str, list[int]]:
    match = SIZES.fullmatch(text)
    if match is None:
        raise UsageError(f"%%complexity needs a size and its range, such as n=64..8192; got {text!r}.")
    try:
        return match[1], doubling(int(match[2]), int(match[3]))
    except ValueError as error:
        raise UsageError(f"%%complexity {text}: {error}.") from None


def _compile(shell: InteractiveShell, cell: str) -> tuple[CodeType, CodeType]:
    """The set-up and the measured part as code; both keep the cell's line numbers."""
    source = shell.transform_cell(cell)
    file = shell.compile.cache(source, shell.execution_count, raw_code=cell)
    tree = ast.parse(source, filename=file)
    marks = [number for number, line in enumerate(source.splitlines(), 1) if MARK.match(line)]
    first = marks[0] if marks else 0
    above = [node for node in tree.body if node.lineno < first]
    below = [node for node in tree.body if node.lineno >= first]
    made = [compile(ast.Module(part, []), file, "exec") for part in (above, below)]
    return made[0], made[1]


def _job(namespace: dict[str, Any], name: str, prepare: CodeType, work: CodeType) -> Job:
    def prepare_at(size: int) -> None:
        namespace[name] = size
        exec(prepare, namespace)

    return Job(prepare_at, lambda: exec(work, namespace))


@contextmanager
def _restored(namespace: dict[str, Any]) -> Iterator[None]:
    """Whatever the block binds in ``namespace`` is as it was afterwards."""
    before = dict(namespace)
    try:
        yield
    finally:
        for key in namespace.keys() - before.keys():
            del namespace[key]
        namespace.update(before)


def _bundle(result: Complexity) -> dict[str, str]:
    return {"text/plain": show.text(result), "text/html": show.html(result)}
