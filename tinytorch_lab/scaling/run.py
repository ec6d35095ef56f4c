"""Runs a sweep from start to result; ``complexity`` does it for a function."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from tinytorch_lab.scaling.analysis import fill_in, points_of
from tinytorch_lab.scaling.axes import Axis, listed_axis, parse_axes
from tinytorch_lab.scaling.grid import sweep_several
from tinytorch_lab.scaling.job import Job, Sizes
from tinytorch_lab.scaling.result import Complexity
from tinytorch_lab.scaling.single import sweep_one
from tinytorch_lab.scaling.stated import parse_stated
from tinytorch_lab.scaling.sweep import Sweep

LEARNED = 3
"""With at least so many sizes measured, an exception ends the sweep, and is not the caller's."""


def run_sweep(
    job: Job,
    axes: list[Axis],
    budget_s: float,
    *,
    time: bool = True,
    memory: bool = True,
    predict: str | None = None,
    show: Callable[[Complexity], None] = lambda result: None,
) -> tuple[Complexity, BaseException | None]:
    """Sweep over ``axes``; ``show`` is called with the result so far. What the caller has to raise comes second, or None."""
    result = Complexity([axis.name for axis in axes], ask=predict is None, started=datetime.now(UTC).isoformat())
    result.measures = [what for what, asked in (("time", time), ("memory", memory)) if asked]
    result.progress.budget_s = budget_s

    def report(doing: str) -> None:
        result.progress.doing, result.progress.spent_s = doing, sweep.wall_s
        result.points = points_of(sweep, "cpu")
        show(result)

    raised: BaseException | None = None
    with one_blas_thread():
        sweep = Sweep(job, axes, budget_s, time_runs=time, memory_runs=memory, report=report)
        try:
            (sweep_one if len(axes) == 1 else sweep_several)(sweep)
        except BaseException as error:  # an interrupt, or SystemExit: not the sweep's to keep
            raised = error
            reason = "interrupted" if isinstance(error, KeyboardInterrupt) else "error"
            sweep.end(reason, "Interrupted." if reason == "interrupted" else f"It raised {type(error).__name__}.")
    if raised is None and sweep.error is not None and len(sweep.series) < LEARNED:
        raised = sweep.error
    sweep.series = {at: each for at, each in sweep.series.items() if each.samples}
    fill_in(result, sweep, predict)
    result.state = _state(raised)
    return result, raised


def _state(raised: BaseException | None) -> str:
    if raised is None:
        return "done"
    return "interrupted" if isinstance(raised, KeyboardInterrupt) else "error"


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """NumPy's linear algebra uses one thread in the block: its CPU time then is its cost, whatever the machine's load."""
    if "numpy" not in sys.modules:
        yield
        return
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield


def complexity(
    function: Callable[..., Any],
    sizes: str | Iterable[int] | Mapping[str, Iterable[int]] | None = None,
    *,
    make_input: Callable[..., Any] | None = None,
    budget: float = 3.0,
    predict: str | None = None,
    time: bool = True,
    memory: bool = True,
) -> Complexity:
    """How the time and the memory of ``function`` grow with its size.

    ``function(n)`` is called at growing n; with ``make_input``, ``function(make_input(n))``, where making the input is not
    measured. An input that is a tuple is passed as several arguments. ``sizes`` is text such as ``"n=64..8192"``, whole
    numbers, or, for several sizes, numbers by name, which are then passed by name:
    ``complexity(f, {"batch": [8, 16, 32], "d": [64, 128]})``. Without it, n doubles as long as ``budget`` (seconds)
    allows. ``predict`` is compared with the time: ``"n log n"``.

    Raises:
        ValueError: for sizes, a budget or a prediction that is not understood.
        Exception: what the function raises before three sizes were measured; later, the result says it.
    """
    if not 0 < budget < float("inf"):
        raise ValueError(f"complexity: the budget is a number of seconds above 0; got {budget!r}")
    if not (time or memory):
        raise ValueError("complexity: time=False and memory=False leave nothing to measure")
    axes = _axes(sizes)
    if predict is not None:
        parse_stated(predict, [axis.name for axis in axes])
    job = _function_job(function, make_input, by_name=isinstance(sizes, Mapping) or len(axes) > 1)
    result, raised = run_sweep(job, axes, budget, time=time, memory=memory, predict=predict)
    if raised is not None:
        raise raised
    return result


def _axes(sizes: str | Iterable[int] | Mapping[str, Iterable[int]] | None) -> list[Axis]:
    if sizes is None:
        return [Axis("n", free=True)]
    if isinstance(sizes, str):
        return parse_axes(sizes.split())
    if isinstance(sizes, Mapping):
        return [listed_axis(name, values) for name, values in sizes.items()]
    return [listed_axis("n", sizes)]


def _function_job(function: Callable[..., Any], make_input: Callable[..., Any] | None, *, by_name: bool) -> Job:
    arguments: tuple[Any, ...] = ()
    named: dict[str, int] = {}

    def prepare(sizes: Sizes) -> None:
        nonlocal arguments, named
        given = {} if not by_name else dict(sizes)
        plain = () if by_name else tuple(sizes.values())
        if make_input is None:
            arguments, named = plain, given
        else:
            made = make_input(*plain, **given)
            arguments, named = made if isinstance(made, tuple) else (made,), {}

    def work() -> None:
        function(*arguments, **named)

    return Job(prepare, work)
