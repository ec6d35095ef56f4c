"""What running a notebook gives, however it was run."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field, replace
from typing import Any

from nbformat import NotebookNode

from tinytorch_lab.course.grading.engine.wire import MAX_OUTPUTS

TIME_LIMIT = "CellTimeLimit"
TIME_SENTENCE = re.compile(r"The cell used more than [\d.e+-]+ s( of (CPU )?time)?, the limit for one cell\.")
"""What an error of that name says if it is the grader's own."""

MAX_SHOWN = 16 * 2**20
"""Characters that all outputs of a submission take; thousands of cells could fill the grader's memory."""
SHORT = 400


@dataclass(frozen=True)
class Ran:
    """One code cell that came to its end; ``mended`` names what it found replaced and put back."""

    outputs: list[NotebookNode]
    count: int | None = None
    cpu_s: float = 0.0
    mended: tuple[str, ...] = ()

    @property
    def error(self) -> tuple[str, str] | None:
        """Name and message of what the cell raised."""
        return next(((one.ename, one.evalue) for one in self.outputs if one.output_type == "error"), None)


@dataclass
class Execution:
    """``ran`` by the number of the code cell; ``state`` is how it ended if it did not reach the end ("" if it did).

    ``shown`` counts what all its cells have shown, in characters.
    """

    ran: dict[int, Ran] = field(default_factory=dict)
    state: str = ""
    reason: str = ""
    cpu_s: float = 0.0
    shown: int = 0

    def keep(self, number: int, ran: Ran) -> None:
        """Take in what a cell gave; of its outputs only what scores rest on, once all together fill MAX_SHOWN."""
        self.shown += len(json.dumps(ran.outputs))
        full = self.shown > MAX_SHOWN
        self.ran[number] = replace(ran, outputs=_scored(ran.outputs)) if full else ran


def _scored(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """An error without its traceback, and a value that can be partial credit."""
    errors = [
        NotebookNode(one, evalue=one.evalue[:SHORT], traceback=[]) for one in outputs if one.output_type == "error"
    ]
    values = [one for one in outputs if one.output_type == "execute_result" and len(json.dumps(one)) < SHORT]
    return [*values[:1], *errors[:1]]


def checked(outputs: Any) -> list[NotebookNode]:
    """Outputs as nbformat has them, of what a submission's process says: anything else in it is dropped, but never an error."""
    given = [one for one in outputs if isinstance(one, dict)] if isinstance(outputs, list) else []
    errors = [one for one in given[MAX_OUTPUTS:] if one.get("output_type") == "error"]
    made = (_output(one) for one in given[:MAX_OUTPUTS] + errors[:1])
    return [one for one in made if one is not None]


def _output(one: dict[str, Any]) -> NotebookNode | None:
    kind = one.get("output_type")
    if kind == "stream":
        name = "stderr" if one.get("name") == "stderr" else "stdout"
        return NotebookNode(output_type=kind, name=name, text=str(one.get("text", "")))
    if kind == "error":
        lines = one.get("traceback")
        return NotebookNode(
            output_type=kind, ename=str(one.get("ename", "")), evalue=str(one.get("evalue", "")),
            traceback=[str(line) for line in lines] if isinstance(lines, list) else [],
        )  # fmt: skip
    if kind not in ("display_data", "execute_result"):
        return None
    made = NotebookNode(output_type=kind, data=_bundle(one.get("data")), metadata={})
    if kind == "execute_result":
        made.execution_count = number(one.get("execution_count"))
    return made


def _bundle(data: Any) -> NotebookNode:
    """A MIME bundle: text by type, and anything for a type of JSON."""
    given = data if isinstance(data, dict) else {}
    return NotebookNode(
        {str(kind): value for kind, value in given.items() if isinstance(value, str) or str(kind).endswith("json")}
    )


def number(value: Any) -> int | None:
    """A count, or None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**6 else None


def seconds(value: Any) -> float:
    """A finite number of seconds, 0 for anything else."""
    known = isinstance(value, int | float) and math.isfinite(value) and value >= 0
    return float(value) if known else 0.0
