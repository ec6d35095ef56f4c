"""Whether code can be run several times in a row without its set-up: only if that provably changes nothing.

Short runs can be timed well only in a row. This is a proof for the plain cases, not a guess: code with anything that is not listed
here counts as not repeatable and gets its set-up before every run.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections import deque
from collections.abc import Mapping
from types import ModuleType
from typing import Any

FUNCTIONS = {
    "abs", "all", "any", "bool", "divmod", "enumerate", "float", "int", "len", "list", "max", "min", "pow", "range", "round", "set",
    "sorted", "str", "sum", "tuple", "zip",
}  # fmt: skip
"""Builtins that change none of their arguments, if these are plain values."""
ARRAY_FUNCTIONS = {
    "abs", "absolute", "add", "arange", "argmax", "argmin", "argsort", "array", "ascontiguousarray", "clip",
    "concatenate", "convolve", "cos", "cumsum", "diff", "divide", "dot", "empty", "exp", "eye", "full", "hstack",
    "log", "log1p", "matmul", "max", "maximum", "mean", "median", "min", "minimum", "multiply", "ones", "ones_like",
    "outer", "pad", "power", "prod", "repeat", "searchsorted", "sign", "sin", "sort", "sqrt", "square", "stack",
    "std", "subtract", "sum", "tanh", "tile", "transpose", "tril", "triu", "unique", "var", "vstack", "where",
    "zeros", "zeros_like",
}  # fmt: skip
"""Functions of NumPy that change none of their arguments, without ``out``."""
ARRAY_METHODS = {
    "argmax", "argmin", "argsort", "cumsum", "dot", "max", "mean", "min", "prod", "ravel", "reshape", "std", "sum",
    "transpose", "var",
}  # fmt: skip
"""Methods of arrays for which the same holds."""
MODULES = {"bisect": {"bisect", "bisect_left", "bisect_right"}, "math": None, "numpy": ARRAY_FUNCTIONS}
"""Functions of modules for which the same holds; None: all."""
_KEYWORDS = {"axis", "keepdims", "kind", "ddof"}
_PARTS = {"T", "shape", "size", "ndim"}
_SCALARS = (int, float, complex, str, bytes, bool, type(None), range)
_CONTAINERS = (list, tuple, dict, set, frozenset, deque)
_SAMPLE = 64
_NODES = (
    ast.Module, ast.Assign, ast.AugAssign, ast.Expr, ast.For, ast.While, ast.If, ast.Pass, ast.Break, ast.Continue,
    ast.Name, ast.Constant, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Subscript, ast.Slice, ast.Tuple,
    ast.Call, ast.keyword, ast.Attribute, ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop,
)  # fmt: skip


def repeatable(tree: ast.Module, namespace: Mapping[str, Any]) -> bool:
    """Whether the statements only compute names anew from plain values and arrays that they leave as they are."""
    nodes = list(ast.walk(tree))
    if not all(isinstance(node, _NODES) for node in nodes):
        return False
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    functions = {id(call.func) for call in calls}
    parts = [node.attr for node in nodes if isinstance(node, ast.Attribute) and id(node) not in functions]
    if not all(part in _PARTS for part in parts) or not all(_harmless_call(call, namespace) for call in calls):
        return False
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    if any(isinstance(call.func, ast.Name) and call.func.id in stored for call in calls):
        return False
    assigned: set[str] = set()
    if not all(_assigns_anew(statement, assigned) for statement in tree.body):
        return False
    loaded = [n for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and id(n) not in functions]
    return _reads_plain(loaded, nodes, stored, assigned, namespace)


def _reads_plain(
    loaded: list[ast.Name], nodes: list[ast.AST], stored: set[str], assigned: set[str], namespace: Mapping[str, Any]
) -> bool:
    """Whether what is read from outside is plain, and nothing of it is changed through a second name or a view."""
    owners = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    modules = {n.id for n in loaded if type(namespace.get(n.id)) is ModuleType} - stored
    if any(n.id in modules and id(n) not in owners for n in loaded):
        return False
    given = [namespace.get(name) for name in {n.id for n in loaded} - assigned - modules]
    if any(isinstance(node, ast.AugAssign) for node in nodes):
        arrays = any(namespace[name].__name__ == "numpy" for name in modules) or any(_array(value) for value in given)
        if arrays or not _no_second_names(nodes, stored, namespace):
            return False
    return all(_plain(value) or _array(value) for value in given)


def _harmless_call(node: ast.Call, namespace: Mapping[str, Any]) -> bool:
    function = node.func
    if not all(word.arg in _KEYWORDS for word in node.keywords):
        return False
    if isinstance(function, ast.Name):
        same = namespace.get(function.id, getattr(builtins, function.id, None)) is getattr(builtins, function.id, 0)
        return function.id in FUNCTIONS and same and not node.keywords
    if not isinstance(function, ast.Attribute):
        return False
    module = namespace.get(function.value.id) if isinstance(function.value, ast.Name) else None
    if type(module) is not ModuleType:
        return function.attr in ARRAY_METHODS
    known = MODULES.get(module.__name__, set())
    return known is None or function.attr in known


def _array(value: Any) -> bool:
    """Whether it is a plain array of numbers."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(value) is numpy.ndarray and value.dtype.kind in "biufc"


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
