"""Mistakes in conditions."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tinytorch_lab.course.check.mutation.scope import Scope

OTHER: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}


def compare(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """Another comparison: off by the border, or the other way round."""
    if isinstance(node, ast.Compare):
        for place, old in enumerate(node.ops):
            for other in OTHER[type(old)]:
                yield ast.Compare(node.left, [*node.ops[:place], other(), *node.ops[place + 1 :]], node.comparators)


def condition(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """``and`` for ``or``, one condition forgotten, ``not`` forgotten, one branch of ``a if c else b`` always."""
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        for place in range(len(node.values)):
            rest = [*node.values[:place], *node.values[place + 1 :]]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
        yield ast.IfExp(node.test, node.orelse, node.body)
