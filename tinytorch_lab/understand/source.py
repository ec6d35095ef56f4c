"""What the text of a statement tells. Only its first line is known, so often that is nothing."""

from __future__ import annotations

import ast

from tinytorch_lab.profiler.records import Statement

_UNTOUCHED = {"zeros", "empty", "empty_like"}
_LOOPS = (ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def parsed(statement: Statement) -> ast.stmt | None:
    """The statement as a tree; of a loop or a ``with`` only its first line. None if that line alone says too little."""
    source = statement.source.strip()
    for text in (source, f"{source} pass"):
        try:
            body = ast.parse(text).body
        except (SyntaxError, ValueError):
            continue
        return body[0] if len(body) == 1 else None
    return None


def target(statement: Statement) -> str | None:
    """The variable that the statement assigns to; None if it assigns to something else, to several, or to nothing."""
    node = parsed(statement)
    if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
        return None
    return node.targets[0].id


def loops(statement: Statement) -> bool:
    """Whether the statement is, or holds, a loop in Python."""
    node = parsed(statement)
    return node is not None and any(isinstance(each, _LOOPS) for each in ast.walk(node))


def reserves(statement: Statement) -> bool:
    """Whether the statement calls a NumPy function that reserves memory without writing to it."""
    node = parsed(statement)
    calls = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)] if node else []
    return any(numpy_function(function) in _UNTOUCHED for function in calls)


def operations(statement: Statement) -> int:
    """How many operators the statement writes out; 0 for statements that hold others."""
    node = parsed(statement)
    if not isinstance(node, ast.Assign | ast.AnnAssign | ast.Expr):
        return 0
    return sum(isinstance(each, ast.BinOp | ast.Compare | ast.UnaryOp) for each in ast.walk(node))


def numpy_function(function: ast.expr) -> str | None:
    """``zeros`` for ``np.zeros`` and ``numpy.zeros``; None for anything else."""
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return function.attr if function.value.id in ("np", "numpy") else None
    return None
