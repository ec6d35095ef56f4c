"""Mistakes in calls and subscripts: arguments, axes, reductions, copies, dtypes, borders."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from tinytorch_lab.course.check.mutation.scope import Scope, last_name, renamed

REDUCTIONS = {
    "sum": ("mean",), "mean": ("sum",), "max": ("min",), "min": ("max",), "maximum": ("minimum",), "minimum": ("maximum",),
    "prod": ("sum",), "var": ("std",), "std": ("var",), "argmax": ("argmin",), "argmin": ("argmax",),
    "reduce_sum": ("reduce_mean",), "reduce_mean": ("reduce_sum",), "reduce_max": ("reduce_mean",), "reduce_var": ("reduce_mean",),
    "floor": ("ceil",), "ceil": ("floor",), "zeros": ("ones",), "ones": ("zeros",), "zeros_like": ("ones_like",),
    "ones_like": ("zeros_like",), "any": ("all",), "all": ("any",), "append": ("extend",), "cumsum": ("cumprod",),
}  # fmt: skip
AXES = ("axis", "dim")
COMMUTING = ("maximum", "minimum", "max", "min", "add", "multiply", "equal", "allclose", "logical_and", "logical_or")
OWN_OPERATOR = (*AXES, "keepdims", "dtype", "copy")
TRANSPOSING = ("T", "mT")
TRANSPOSES = ("transpose", "swapaxes", "permute", "moveaxis")
COPIES = ("copy", "ascontiguousarray")
WIDER = {
    "float32": "float64",
    "FLOAT32": "float",
    "float64": "float32",
    "int64": "int32",
    "int8": "uint8",
    "uint8": "int8",
}


def arguments(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """Two arguments in the other order, or an option forgotten."""
    if not isinstance(node, ast.Call):
        return
    name = last_name(node.func)
    last = 0 if name in COMMUTING else len(node.args) - (2 if name in TRANSPOSES else 1)
    for place in range(last):
        swapped = [*node.args[:place], node.args[place + 1], node.args[place], *node.args[place + 2 :]]
        yield ast.Call(node.func, swapped, node.keywords)
    for keyword in node.keywords:
        if keyword.arg not in OWN_OPERATOR:
            yield ast.Call(node.func, node.args, [one for one in node.keywords if one is not keyword])


def axis(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """Along another axis, or along all."""
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg in AXES:
                for other in (*_other_axes(keyword.value), None):
                    yield _with(node, keyword, other)
        for place, given in enumerate(node.args):
            if isinstance(given, ast.Name) and given.id in AXES:
                for value in (0, -1, None):
                    yield ast.Call(
                        node.func,
                        [*node.args[:place], ast.Constant(value=value), *node.args[place + 1 :]],
                        node.keywords,
                    )


def keepdims(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """keepdims forgotten, or set for good."""
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg == "keepdims":
                yield _with(node, keyword, None)
                if not isinstance(keyword.value, ast.Constant):
                    yield _with(node, keyword, ast.Constant(value=True))
        for place, given in enumerate(node.args):
            if isinstance(given, ast.Name) and given.id == "keepdims":
                for value in (False, True):
                    yield ast.Call(
                        node.func,
                        [*node.args[:place], ast.Constant(value=value), *node.args[place + 1 :]],
                        node.keywords,
                    )


def reduction(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """Sum for mean, max for min, zeros for ones."""
    if isinstance(node, ast.Call):
        for name in REDUCTIONS.get(last_name(node.func), ()):
            if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value, ("math",)):
                yield ast.Call(renamed(node.func, name), node.args, node.keywords)
            elif name in scope.lesson_names or hasattr(builtins, name):
                yield ast.Call(ast.Name(name, ast.Load()), node.args, node.keywords)


def unwrap(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """A function forgotten: f(x) becomes x, and x.sum() becomes x; exp, sqrt, abs, clip and what the lesson defines."""
    if isinstance(node, ast.Call) and last_name(node.func) not in (*TRANSPOSES, *COPIES, "super", "print", "astype"):
        method = isinstance(node.func, ast.Attribute) and not _is_module(node.func.value)
        if method and not node.args and isinstance(node.func, ast.Attribute):
            yield node.func.value
        elif not method and len(node.args) == 1 and not isinstance(node.args[0], (ast.GeneratorExp, ast.Starred)):
            yield node.args[0]


def transpose(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """A transposition forgotten, or one too many in a matrix product."""
    if isinstance(node, ast.Attribute) and node.attr in TRANSPOSING and isinstance(node.ctx, ast.Load):
        yield node.value
    elif isinstance(node, ast.Call) and last_name(node.func) in TRANSPOSES:
        yield _first(node)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield ast.BinOp(ast.Attribute(node.left, "T", ast.Load()), node.op, node.right)
        yield ast.BinOp(node.left, node.op, ast.Attribute(node.right, "T", ast.Load()))


def copy(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """A copy forgotten, or an option that avoids one."""
    if not isinstance(node, ast.Call):
        return
    name = last_name(node.func)
    if name in COPIES:
        yield _first(node)
    elif name == "array" and isinstance(node.func, ast.Attribute):
        yield ast.Call(renamed(node.func, "asarray"), node.args, node.keywords)
    for keyword in node.keywords:
        if keyword.arg == "copy":
            yield _with(node, keyword, None)


def dtype(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """A dtype forgotten, or another one."""
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg == "dtype":
                yield _with(node, keyword, None)
        if last_name(node.func) == "astype":
            yield _first(node)
    if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load) and last_name(node) in WIDER:
        yield (
            renamed(node, WIDER[last_name(node)]) if isinstance(node, ast.Attribute) else ast.Name("float", ast.Load())
        )


def offbyone(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """A range or a slice that begins or ends one too early or too late."""
    if (
        isinstance(node, ast.Call)
        and last_name(node.func) == "range"
        and not any(isinstance(a, ast.Starred) for a in node.args)
    ):
        *start, stop = node.args[:2]
        rest = node.args[2:]
        yield ast.Call(node.func, [*start, _plus(stop, -1), *rest], [])
        yield ast.Call(node.func, [_plus(start[0], 1) if start else ast.Constant(value=1), stop, *rest], [])
    elif isinstance(node, ast.Slice):
        for name in ("lower", "upper"):
            edge = getattr(node, name)
            if edge is not None:
                for step in (1, -1):
                    yield _slice(node, name, _plus(edge, step))
                yield _slice(node, name, None)
        if node.step is not None:
            yield _slice(node, "step", None)


def indices(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """x[j, i] for x[i, j]."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple) and len(node.slice.elts) >= 2:
        *head, one, two = node.slice.elts
        yield ast.Subscript(node.value, ast.Tuple([*head, two, one], ast.Load()), node.ctx)


def _with(call: ast.Call, keyword: ast.keyword, value: ast.expr | None) -> ast.Call:
    """The call with another value for one of its options, or without it."""
    made = [one for one in call.keywords if one is not keyword]
    if value is not None:
        made.insert(call.keywords.index(keyword), ast.keyword(keyword.arg, value))
    return ast.Call(call.func, call.args, made)


def _other_axes(node: ast.expr) -> list[ast.expr]:
    """1 for 0, 0 for 1 and -1, one less for the others; two axes to try for one that is not written as a number."""
    try:
        number = ast.literal_eval(node)
    except ValueError:
        return [ast.Constant(value=0), ast.Constant(value=-1)]
    if not isinstance(number, int):
        return []
    return [ast.Constant(value={0: 1, -1: 0}.get(number, number - 1))]


def _plus(node: ast.expr, step: int) -> ast.expr:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return ast.Constant(value=node.value + step)
    return ast.BinOp(node, ast.Add() if step > 0 else ast.Sub(), ast.Constant(value=abs(step)))


def _slice(node: ast.Slice, name: str, value: ast.expr | None) -> ast.Slice:
    made = ast.Slice(node.lower, node.upper, node.step)
    setattr(made, name, value)
    return made


def _first(call: ast.Call) -> ast.expr:
    """x of x.f(...) and of np.f(x, ...)."""
    if isinstance(call.func, ast.Attribute) and not _is_module(call.func.value):
        return call.func.value
    return call.args[0] if call.args else call


def _is_module(node: ast.expr, names: tuple[str, ...] = ("np", "numpy", "math")) -> bool:
    if isinstance(node, ast.Attribute):
        return _is_module(node.value, names)
    return isinstance(node, ast.Name) and node.id in names
