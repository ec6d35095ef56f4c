"""Whether code can be run several times in a row without its set-up: only if that provably changes nothing.

Short runs can be timed well only in a row. This is a proof for the plain cases, not a guess: code with anything that is not listed
here counts as not repeatable and gets its set-up before every run.
"""

from __future__ import annotations

import ast
import builtins
from collections import deque
from collections.abc import Mapping
from typing import Any

FUNCTIONS = {
    "abs", "all", "any", "bool", "divmod", "enumerate", "float", "int", "len", "list", "max", "min", "pow", "range", "round", "set",
    "sorted", "str", "sum", "tuple", "zip",
}  # fmt: skip
"""Builtins that change none of their arguments, if these are plain values."""
MODULES = {"bisect": {"bisect", "bisect_left", "bisect_right"}, "math": None}
"""Functions of modules for which the same holds; None: all."""
_SCALARS = (int, float, complex, str, bytes, bool, type(None), range)
_CONTAINERS = (list, tuple, dict, set, frozenset, deque)
_SAMPLE = 64
_NODES = (
    ast.Module, ast.Assign, ast.AugAssign, ast.Expr, ast.For, ast.While, ast.If, ast.Pass, ast.Break, ast.Continue,
    ast.Name, ast.Constant, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Subscript, ast.Slice, ast.Tuple,
    ast.Call, ast.Attribute, ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop,
)  # fmt: skip


def repeatable(tree: ast.Module, namespace: Mapping[str, Any]) -> bool:
    """Whether the statements only compute names anew from plain values that they leave as they are."""
    nodes = list(ast.walk(tree))
    functions = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    if not all(isinstance(node, _NODES) for node in nodes):
        return False
    if any(isinstance(node, ast.Attribute) and id(node) not in functions for node in nodes):
        return False
    if not all(_harmless_call(node, namespace) for node in nodes if isinstance(node, ast.Call)):
        return False
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    if any(isinstance(node.func, ast.Name) and node.func.id in stored for node in nodes if isinstance(node, ast.Call)):
        return False
    if any(isinstance(node, ast.AugAssign) for node in nodes) and not _no_second_names(nodes, stored, namespace):
        return False
    assigned: set[str] = set()
    if not all(_assigns_anew(statement, assigned) for statement in tree.body):
        return False
    read = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and id(n) not in functions}
    modules = {n.value.id for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)}
    return all(_plain(namespace.get(name)) for name in read - assigned - modules)


def _harmless_call(node: ast.Call, namespace: Mapping[str, Any]) -> bool:
    if node.keywords:
        return False
    function = node.func
    if isinstance(function, ast.Name):
        same = namespace.get(function.id, getattr(builtins, function.id, None)) is getattr(builtins, function.id, 0)
        return function.id in FUNCTIONS and same
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        module = namespace.get(function.value.id)
        known = MODULES.get(getattr(module, "__name__", ""), set())
        return type(module) is type(ast) and (known is None or function.attr in known)
    return False


def _assigns_anew(statement: ast.stmt, assigned: set[str]) -> bool:
    """Whether each name that the statement assigns either gets a new value or was given one by the code before.

    ``assigned`` collects the names that surely have a value of this run.
    """
    if isinstance(statement, ast.Assign):
        if not all(isinstance(name, ast.Name) for target in statement.targets for name in _targets(target)):
            return False
        assigned |= {name.id for target in statement.targets for name in _targets(target) if isinstance(name, ast.Name)}
        return True
    if isinstance(statement, ast.AugAssign):
        return isinstance(statement.target, ast.Name) and statement.target.id in assigned
    if isinstance(statement, ast.For):
        inside = assigned | {name.id for name in _targets(statement.target) if isinstance(name, ast.Name)}
        return all(_assigns_anew(each, set(inside)) for each in [*statement.body, *statement.orelse])
    if isinstance(statement, ast.While | ast.If):
        return all(_assigns_anew(each, set(assigned)) for each in [*statement.body, *statement.orelse])
    return isinstance(statement, ast.Expr | ast.Pass | ast.Break | ast.Continue)


def _no_second_names(nodes: list[ast.AST], stored: set[str], namespace: Mapping[str, Any]) -> bool:
    """Whether no assignment can give something that has a name a second one: ``y = x; y += z`` would change x."""
    values = [part for node in nodes if isinstance(node, ast.Assign) for part in _targets(node.value)]
    for value in values:
        if isinstance(value, ast.IfExp | ast.BoolOp):
            return False
        if isinstance(value, ast.Name) and (value.id in stored or type(namespace.get(value.id)) not in _SCALARS):
            return False
    return True


def _targets(target: ast.expr) -> list[ast.expr]:
    return list(target.elts) if isinstance(target, ast.Tuple) else [target]


def _plain(value: Any) -> bool:
    """Whether reading the value, and computing with what is in it, runs no code of anybody's."""
    if type(value) in _SCALARS:
        return True
    if type(value) not in _CONTAINERS:
        return False
    inside = value.values() if type(value) is dict else value
    return all(type(item) in _SCALARS for _, item in zip(range(_SAMPLE), inside, strict=False))
