"""Mistakes of whole statements: removed, in the wrong place, = for +=, a branch forgotten."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tinytorch_lab.course.check.mutation.arithmetic import OTHER
from tinytorch_lab.course.check.mutation.scope import Scope, last_name

OTHER_ERRORS = {
    "ValueError": "TypeError",
    "TypeError": "ValueError",
    "IndexError": "ValueError",
    "KeyError": "ValueError",
}
VIEWS = ("reshape", "transpose", "permute", "swapaxes", "as_strided", "broadcast_to", "view", "asarray", "expand")
Statements = list[ast.stmt]


def statement(node: ast.stmt, scope: Scope) -> Iterator[Statements]:
    """The statement forgotten."""
    if not isinstance(node, ast.Pass):
        yield [ast.Pass()]


def branch(node: ast.stmt, scope: Scope) -> Iterator[Statements]:
    """One side of an ``if`` always taken, the condition inverted."""
    if isinstance(node, ast.If):
        yield node.body
        yield [ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)]
        if node.orelse:
            yield node.orelse


def augment(node: ast.stmt, scope: Scope) -> Iterator[Statements]:
    """``=`` for ``+=``, ``-=`` for ``+=``, ``+=`` for ``=``."""
    if isinstance(node, ast.AugAssign):
        yield [ast.Assign([node.target], node.value)]
        yield [ast.AugAssign(node.target, OTHER[type(node.op)][0](), node.value)] if type(node.op) in OTHER else []
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Attribute, ast.Subscript)):
        yield [ast.AugAssign(node.targets[0], ast.Add(), node.value)]


def inplace(node: ast.stmt, scope: Scope) -> Iterator[Statements]:
    """A parameter overwritten on the way, or a name bound anew where its array should be changed."""
    if not isinstance(node, (ast.Assign, ast.Return)) or node.value is None:
        return
    value = node.value
    if isinstance(value, ast.BinOp) and isinstance(value.left, ast.Name) and value.left.id in scope.parameters:
        changed = ast.Name(value.left.id, ast.Store())
        after = ast.Assign(node.targets, value.left) if isinstance(node, ast.Assign) else ast.Return(value.left)
        yield [ast.AugAssign(changed, value.op, value.right), after]
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        target = node.targets[0]
        if isinstance(target.slice, ast.Slice) and isinstance(target.value, ast.Name):
            yield [ast.Assign([ast.Name(target.value.id, ast.Store())], node.value)]


def copied(node: ast.stmt, scope: Scope) -> Iterator[Statements]:
    """A copy returned where a view was."""
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Call):
        name = last_name(node.value.func)
        kept = name == "astype" and any(option.arg == "copy" for option in node.value.keywords)
        if name in VIEWS or kept:
            yield [ast.Return(ast.Call(ast.Attribute(node.value, "copy", ast.Load()), [], []))]


def early(node: ast.stmt, scope: Scope) -> Iterator[Statements]:
    """The loop left after its first round."""
    if isinstance(node, ast.For):
        yield [ast.For(node.target, node.iter, [*node.body, ast.Break()], node.orelse)]


def exception(node: ast.stmt, scope: Scope) -> Iterator[Statements]:
    """Another kind of error."""
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        other = OTHER_ERRORS.get(last_name(node.exc.func))
        if other:
            yield [ast.Raise(ast.Call(ast.Name(other, ast.Load()), node.exc.args, node.exc.keywords), node.cause)]


def bodies(scope: Scope, returns: bool) -> Iterator[str]:
    """What may stand in the place of a whole region: nothing, or the input unchanged."""
    yield "pass"
    if returns and scope.parameters:
        yield f"return {scope.parameters[0]}"
    if returns and len(scope.parameters) > 1:
        yield f"return {scope.parameters[1]}"
