# mypy: allow-untyped-decorators, allow-untyped-calls
# (IPython's magic_arguments has no types.)
"""Registers ``%%measure``, ``%measure`` and ``%%complexity`` in IPython: the only place that does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import (
    Magics,
    cell_magic,
    line_cell_magic,
    magics_class,
    needs_local_scope,
    no_var_expand,
    output_can_be_silenced,
)
from IPython.core.magic_arguments import argument, magic_arguments

from tinytorch_lab.kernel import settings
from tinytorch_lab.kernel.hooks import CellHooks
from tinytorch_lab.kernel.options import (
    Options,
    frames,
    parse,
    repeats,
    split_expression,
    sweep_seconds,
    trace_seconds,
    variable_name,
)
from tinytorch_lab.kernel.request import wants_clean_time

if TYPE_CHECKING:
    from tinytorch_lab.profiler import Measurement
    from tinytorch_lab.scaling.result import Complexity

_hooks: WeakKeyDictionary[InteractiveShell, CellHooks] = WeakKeyDictionary()


@magics_class
class MeasureMagics(Magics):
    """``%%measure`` where IPython calls it as a magic: below another magic, with wrong options, and for its help."""

    @output_can_be_silenced
    @no_var_expand
    @needs_local_scope
    @line_cell_magic
    @magic_arguments()
    @argument("-o", metavar="NAME", type=variable_name, help="Variable that gets the measurement.")
    @argument("--label", metavar="TEXT", help="Heading of the result.")
    @argument("--time", action="store_true", help="The cell's own time: do not trace memory.")
    @argument("--memory", action="store_true", help="Trace Python and NumPy memory to the end of the cell.")
    @argument(
        "--repeat",
        metavar="N",
        type=repeats,
        help="Run N times (1 to 1000) for the time, and once more, traced, for the memory; only that run shows anything.",
    )
    @argument(
        "--frames",
        metavar="N",
        type=frames,
        help="Trace N frames (1 to 64) deep, to tell which line of the cell called a library that allocates; slower.",
    )
    @argument(
        "--lines", action="store_true", help="Count each line of the cell and of the notebook's functions; slower."
    )
    @argument(
        "--trace-budget",
        metavar="S",
        type=trace_seconds,
        help="Trace Python and NumPy memory for at most S seconds (1.5); tracing slows plain Python code.",
    )
    @argument("--quiet", action="store_true", help="Show nothing; use it with -o.")
    def measure(self, line: str, cell: str | None = None, local_ns: dict[str, Any] | None = None) -> Any:
        """Measure a cell: time, memory, and what each statement took.

        ``%%measure`` as the first line of a cell runs the cell once, as usual, and shows the figures
        while it runs. ``%measure EXPR`` measures one expression and shows no value.
        """
        from tinytorch_lab.kernel.below import measure_code

        text, code = split_expression(line) if cell is None else (line, cell)
        options = parse_options(text)
        if cell is None and not code:
            raise UsageError("%measure needs an expression, such as %measure f(x); %%measure measures a cell.")
        assert self.shell is not None
        if wants_clean_time(self.shell):
            options = options.clean_time()
        value = measure_code(self.shell, code, options, local_ns)
        return None if cell is None else value


@magics_class
class ComplexityMagics(Magics):
    """``%%complexity``."""

    @no_var_expand
    @cell_magic
    @magic_arguments()
    @argument("sizes", nargs="+", help="Each size, with or without its range: n, n=64..8192 or n=[64, 128, 1000].")
    @argument("-o", metavar="NAME", type=variable_name, help="Variable that gets the result.")
    @argument("--budget", metavar="S", type=sweep_seconds, default=3.0, help="Seconds for the whole sweep (3).")
    @argument("--predict", metavar="GROWTH", help='What you expect of the time, such as "O(n^2)" or "batch*d^2".')
    @argument("--time-only", action="store_true", help="Do not measure memory.")
    @argument("--memory-only", action="store_true", help="Do not fit the time.")
    @argument("--quiet", action="store_true", help="Show nothing; use it with -o.")
    def complexity(self, line: str, cell: str) -> None:
        """Run a cell at growing sizes, and show how its time and memory grow.

        What stands above a line ``# measure:`` is set-up: it runs before every run and is not measured.
        """
        from tinytorch_lab.kernel.growth import measure_growth
        from tinytorch_lab.kernel.growth_options import parse_growth

        assert self.shell is not None
        magic: Any = ComplexityMagics.complexity
        measure_growth(self.shell, parse_growth(magic.parser, line), cell)


def parse_options(text: str) -> Options:
    """The options of a ``%%measure`` line; raises UsageError."""
    magic: Any = MeasureMagics.measure
    return parse(magic.parser, text)


def load(shell: InteractiveShell) -> None:
    """Register everything in the shell; once is enough."""
    if shell in _hooks:
        return
    hooks = _hooks[shell] = CellHooks(shell, parse_options)
    hooks.register()
    settings.receive(shell)
    shell.register_magics(MeasureMagics, ComplexityMagics)
    formatter: Any = shell.display_formatter
    formatter.mimebundle_formatter.for_type_by_name("tinytorch_lab.profiler.measurement", "Measurement", _bundle)
    formatter.mimebundle_formatter.for_type_by_name("tinytorch_lab.scaling.result", "Complexity", _growth_bundle)


def unload(shell: InteractiveShell) -> None:
    """Take everything out of the shell again."""
    hooks = _hooks.pop(shell, None)
    if hooks is None:
        return
    hooks.unregister()
    settings.ignore(shell)
    settings.reset()
    for kind, name in (("line", "measure"), ("cell", "measure"), ("cell", "complexity")):
        shell.magics_manager.magics[kind].pop(name, None)
    for magics in (MeasureMagics, ComplexityMagics):
        shell.magics_manager.registry.pop(magics.__name__, None)


def _bundle(measurement: Measurement, **_: Any) -> dict[str, Any]:
    """The view of a measurement that is the value of a cell."""
    from tinytorch_lab.show import bundle

    return bundle(measurement)


def _growth_bundle(result: Complexity, **_: Any) -> dict[str, Any]:
    """The view of a complexity result that is the value of a cell."""
    from tinytorch_lab.show.growth import bundle

    return bundle(result)
