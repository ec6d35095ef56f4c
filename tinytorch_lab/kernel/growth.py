"""Runs a cell at growing sizes and shows how its cost grows: what ``%%complexity`` does."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tinytorch_lab.kernel.growth_cell import GrowthCell, restored
from tinytorch_lab.kernel.growth_live import GrowthDisplay
from tinytorch_lab.kernel.replacement import Replacement
from tinytorch_lab.scaling.job import Job, Sizes
from tinytorch_lab.scaling.result import Complexity
from tinytorch_lab.scaling.run import run_sweep

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from tinytorch_lab.kernel.growth_options import GrowthOptions


def measure_growth(shell: InteractiveShell, options: GrowthOptions, cell: str) -> None:
    """Run ``cell`` at growing sizes, show how its cost grows, and bind the name of the options.

    Raises what the cell raises before three sizes were measured, and an interrupt. The namespace is as it was afterwards.
    """
    display = None if options.quiet else GrowthDisplay(shell, hidden=options.predict is None and not _asked(shell))
    with restored(shell.user_ns):
        code = GrowthCell(shell, cell, [axis.name for axis in options.axes])
        try:
            with _first_run_only(shell, code.job()) as job:
                result, raised = run_sweep(
                    job,
                    options.axes,
                    options.budget,
                    time=options.time,
                    memory=options.memory,
                    predict=options.predict,
                    show=display.update if display else _ignore,
                )
        finally:
            code.close()
    if options.name is not None:
        shell.user_ns[options.name] = result
    if display:
        display.close(result)
    if raised is not None:
        raise raised.with_traceback(_from_cell(raised, code.file))


def _ignore(result: Complexity) -> None:
    pass


def _asked(shell: Any) -> bool:
    """Whether the front end said with the request that the prediction is made, or skipped, for the text that runs."""
    get_parent = getattr(getattr(shell, "kernel", None), "get_parent", None)
    request = (get_parent() or {}) if get_parent else {}
    metadata = request.get("metadata")
    ours = metadata.get("tinytorch") if isinstance(metadata, dict) else None
    said = ours.get("prediction") if isinstance(ours, dict) else None
    if not isinstance(said, dict) or not said:
        return False
    return said.get("source") in (None, "", digest(str(request.get("content", {}).get("code", ""))))


def digest(text: str) -> str:
    """A short digest of a cell's text, as the front end makes it (FNV-1a, see labextension/src/complexity/prediction.ts)."""
    value = 0x811C9DC5
    for character in text.rstrip():
        value = ((value ^ ord(character)) * 0x01000193) & 0xFFFFFFFF
    return f"{value:08x}"


def _from_cell(error: BaseException, file: str) -> Any:
    """The traceback of ``error`` without the frames above the cell's own."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_frame.f_code.co_filename != file:
        traceback = traceback.tb_next
    return traceback if traceback is not None else error.__traceback__


class _Nowhere(io.TextIOBase):
    """A stream that takes everything and keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        return len(text)


@contextmanager
def _first_run_only(shell: Any, job: Job) -> Iterator[Job]:
    """The job with what its runs print and display kept away, but for the first run."""
    from IPython.core.displaypub import CapturingDisplayPublisher

    nowhere: Any = CapturingDisplayPublisher()  # type: ignore[no-untyped-call]
    replaced: list[Replacement] = []
    runs = 0

    def prepare(sizes: Sizes) -> None:
        nonlocal runs
        runs += 1
        if runs == 2:
            for name in ("stdout", "stderr"):
                replaced.append(Replacement(sys, name, _Nowhere()))
            replaced.append(Replacement(shell, "display_pub", nowhere))
        elif runs > 2:
            shell.display_pub.outputs.clear()
        job.prepare(sizes)

    try:
        yield Job(prepare, job.work, job.repeatable)
    finally:
        for replacement in reversed(replaced):
            replacement.undo()
