"""Mistakes in formulas: operators, operands, signs, numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tinytorch_lab.course.check.mutation.scope import Scope, last_name

OTHER: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.Sub),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
}
NEGATED_CALLS = {
    "sum",
    "mean",
    "exp",
    "log",
    "sqrt",
    "dot",
    "matmul",
    "einsum",
    "max",
    "min",
    "abs",
    "tanh",
    "where",
    "var",
}


def arithmetic(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """Another operator: + for -, / for *, // for %."""
    if isinstance(node, ast.BinOp):
        for other in OTHER.get(type(node.op), ()):
            yield ast.BinOp(node.left, other(), node.right)


def drop(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """A term, a factor, a divisor or an exponent forgotten; so is the maximum before exp."""
    if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.MatMult):
        yield node.left
        if not isinstance(node.op, (ast.Pow, ast.Mod)):
            yield node.right


def swap(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """Operands in the other order, where the order counts: -, /, @, **, and + of sequences."""
    if isinstance(node, ast.BinOp):
        commutes = isinstance(node.op, ast.Mult) or (
            isinstance(node.op, ast.Add) and not (_is_sequence(node.left) or _is_sequence(node.right))
        )
        if not commutes:
            yield ast.BinOp(node.right, node.op, node.left)


def sign(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """A minus lost, or one too many before a value that was computed."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        yield node.operand
    elif isinstance(node, ast.Call) and last_name(node.func) in NEGATED_CALLS:
        yield ast.UnaryOp(ast.USub(), node)


def constant(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """Another number or truth value: 1 more, 1 less, twice as much, 0, the other sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(value=not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield ast.Constant(value=node.value + 1)
        yield ast.Constant(value=node.value - 1)
    elif isinstance(node, ast.Constant) and isinstance(node.value, float):
        yield ast.Constant(value=node.value * 2)
        yield ast.Constant(value=0.0 if node.value else 1.0)


def _is_sequence(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_sequence(node.left) or _is_sequence(node.right)
    named = isinstance(node, ast.Call) and last_name(node.func) in ("list", "tuple")
    sliced = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)
    return named or sliced or isinstance(node, (ast.List, ast.Tuple, ast.ListComp))
