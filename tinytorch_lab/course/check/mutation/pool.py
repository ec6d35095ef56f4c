"""Runs a lesson's mutants in worker processes."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tinytorch_lab.course.check.cells import Cell
from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.check.mutation.mutants import Mutant
from tinytorch_lab.course.check.running import environment
from tinytorch_lab.course.errors import CourseError

WORKERS = 2
LIMIT_S = 5.0
"""CPU seconds for one mutant: all graded tests of a lesson take at most 3."""


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant.

    ``cell`` is the number of the first graded cell that failed, 0 if the mutant ended the process or ran into its limit, None
    if it survived; ``raised`` is what the cell raised; ``assertion`` whether that was an AssertionError; ``crashes`` whether
    the changed function raised whenever it was called.
    """

    mutant: Mutant
    cell: int | None
    raised: str
    assertion: bool
    crashes: bool

    @property
    def survived(self) -> bool:
        """Whether no graded test noticed."""
        return self.cell is None


def run_mutants(
    lesson: Lesson, chosen: list[Mutant], workers: int = WORKERS, limit_s: float = LIMIT_S
) -> list[Outcome]:
    """Run the lesson's graded tests on each mutant, in the order given.

    Raises CourseError where processes cannot fork, if the reference fails its own tests, or if a worker ends early.
    """
    if not hasattr(os, "fork"):
        raise CourseError("Mutants need a system with fork (Linux, macOS, WSL). Run the check without --mutants here.")
    originals = [_original(lesson, cell) for cell in lesson.code if cell.is_solution]
    cells = [{"number": c.number, "code": c.code, "graded": c.is_test} for c in needed(lesson)]
    shares = [[*originals, *(_job(one) for one in chosen[place::workers])] for place in range(workers)]
    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(lambda share: _work({"cells": cells, "mutants": share, "limit_s": limit_s}), shares))
    found = {line["id"]: line for part in parts for line in part}
    for original in originals:
        if found[original["id"]]["cell"] is not None:
            raise CourseError(
                f"The solution of {original['exercise']} fails the lesson's tests as it is ({found[original['id']]['raised']}): "
                "mutants would tell nothing. Mend that first."
            )
    return [
        Outcome(one, **{key: found[one.id][key] for key in ("cell", "raised", "assertion", "crashes")})
        for one in chosen
    ]


def needed(lesson: Lesson) -> list[Cell]:
    """The code cells that the tests need; of those that only measure, try out or train, the ones whose names a later cell reads."""
    kept: list[Cell] = []
    read: set[str] = set()
    for cell in reversed(lesson.code):
        if not (cell.is_solution or cell.is_test or cell.exported or _bound(cell.tree) & read):
            continue
        kept.append(cell)
        for node in cell.tree.body:
            own = _names(node, ast.Store) if isinstance(node, ast.FunctionDef) else set()
            read |= _names(node, ast.Load) - own
    return kept[::-1]


def _bound(tree: ast.Module) -> set[str]:
    """The names that a cell binds: variables, functions, classes, imports."""
    imports = (
        alias for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names
    )
    defined = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    return _names(tree, ast.Store) | defined | {alias.asname or alias.name.partition(".")[0] for alias in imports}


def _names(node: ast.AST, context: type[ast.expr_context]) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, context)}


def _job(mutant: Mutant) -> dict[str, Any]:
    return {"id": mutant.id, "cell": mutant.cell, "exercise": mutant.exercise, "code": mutant.code}


def _original(lesson: Lesson, cell: Cell) -> dict[str, Any]:
    name = cell.defined()[0].name if cell.defined() else cell.grade_id
    return {"id": f"original:{cell.number}", "cell": cell.number, "exercise": name, "code": cell.code}


def _work(job: dict[str, Any]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as empty:
        done = subprocess.run(
            [sys.executable, "-m", "tinytorch_lab.course.check.mutation.worker"], input=json.dumps(job), capture_output=True,
            text=True, encoding="utf-8", cwd=empty, env=environment(), check=False,
        )  # fmt: skip
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if len(lines) != len(job["mutants"]):
        raise CourseError(
            f"The process that runs the mutants ended with status {done.returncode} after {len(lines)} of {len(job['mutants'])}: "
            "a cell of the lesson fails outside of its tests. Run tinytorch-lab check without --mutants first."
        )
    return lines
