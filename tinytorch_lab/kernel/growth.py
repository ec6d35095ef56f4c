"""Runs a cell at growing sizes and shows how its cost grows: what ``%%complexity`` does."""

from __future__ import annotations

import ast
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError

from tinytorch_lab.scaling.growth import fit
from tinytorch_lab.scaling.sweep import Job, Point, doubling, sweep
from tinytorch_lab.show import growth as show

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

SIZES = re.compile(r"([A-Za-z_]\w*)=(\d+)\.\.(\d+)")
MARK = re.compile(r"^\s*#\s*measure:\s*$")


def measure_growth(
    shell: InteractiveShell, sizes: str, cell: str, name: str | None, budget: float, quiet: bool
) -> None:
    """Run ``cell`` at the sizes that ``sizes`` ("n=64..8192") names, for about ``budget`` seconds; bind ``name``.

    Raises UsageError for sizes that are not of that form, and whatever the cell raises. The namespace is as it was afterwards.
    """
    variable, values = _sizes(sizes)
    prepare, work = _compile(shell, cell)
    points: list[Point] = []
    display_id = uuid.uuid4().hex
    with _restored(shell.user_ns):
        for point in sweep(_job(shell.user_ns, variable, prepare, work), values, budget):
            points.append(point)
            if not quiet:
                data, transient = show.bundle(fit(variable, points)), {"display_id": display_id}
                shell.display_pub.publish(data, {}, transient=transient, update=len(points) > 1)
    if name is not None:
        shell.user_ns[name] = fit(variable, points)


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
    source = shell.transform_cell(cell)  # type: ignore[no-untyped-call]
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
