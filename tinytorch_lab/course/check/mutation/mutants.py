"""All mutants of a lesson, in a fixed order, each with an id that says where and what it is."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import unified_diff

from tinytorch_lab.course.check.lesson import Lesson
from tinytorch_lab.course.check.mutation import arithmetic, calls, conditions, names, statements
from tinytorch_lab.course.check.mutation.regions import Region, regions
from tinytorch_lab.course.check.mutation.scope import Scope

ExpressionOperator = Callable[[ast.expr, Scope], Iterator[ast.expr]]
StatementOperator = Callable[[ast.stmt, Scope], Iterator[list[ast.stmt]]]

EXPRESSIONS: dict[str, ExpressionOperator] = {
    "arithmetic": arithmetic.arithmetic,
    "drop": arithmetic.drop,
    "swap": arithmetic.swap,
    "sign": arithmetic.sign,
    "constant": arithmetic.constant,
    "compare": conditions.compare,
    "condition": conditions.condition,
    "arguments": calls.arguments,
    "axis": calls.axis,
    "keepdims": calls.keepdims,
    "reduction": calls.reduction,
    "unwrap": calls.unwrap,
    "transpose": calls.transpose,
    "copy": calls.copy,
    "dtype": calls.dtype,
    "offbyone": calls.offbyone,
    "indices": calls.indices,
    "variable": names.variable,
    "attribute": names.attribute,
}
STATEMENTS: dict[str, StatementOperator] = {
    "statement": statements.statement,
    "branch": statements.branch,
    "augment": statements.augment,
    "inplace": statements.inplace,
    "copied": statements.copied,
    "early": statements.early,
    "exception": statements.exception,
}
OPERATORS = ("body", *EXPRESSIONS, *STATEMENTS)


@dataclass(frozen=True)
class Change:
    """One change of a region: the operator, ``was -> becomes``, its line in the cell and the cell's code with it."""

    operator: str
    words: str
    line: int
    code: str


@dataclass(frozen=True)
class Mutant:
    """One planted mistake.

    ``id`` is ``NN:exercise:operator:number``; ``change`` reads ``was -> becomes``, as small as the operator saw it; ``line``
    counts in the lesson's file; ``code`` is the whole cell with the mistake; ``diff`` shows the two versions of its lines.
    """

    id: str
    exercise: str
    grade_id: str
    operator: str
    change: str
    cell: int
    line: int
    code: str
    diff: str


def mutants(lesson: Lesson) -> list[Mutant]:
    """Every mutant of the lesson's solutions, without those that do not compile or repeat another."""
    made: list[Mutant] = []
    counts: Counter[tuple[str, str]] = Counter()
    for cell in lesson.code:
        if not cell.is_solution:
            continue
        seen = {ast.dump(cell.tree)}
        for region in regions(lesson, cell):
            for change in _changes(region):
                if _is_new(change.code, seen):
                    counts[region.exercise, change.operator] += 1
                    made.append(_mutant(lesson, region, change, counts[region.exercise, change.operator]))
    return made


def _mutant(lesson: Lesson, region: Region, change: Change, number: int) -> Mutant:
    cell = region.cell
    return Mutant(
        id=f"{lesson.module.number}:{region.exercise}:{change.operator}:{number}",
        exercise=region.exercise,
        grade_id=cell.grade_id,
        operator=change.operator,
        change=change.words,
        cell=cell.number,
        line=cell.line + change.line - 1,
        code=change.code,
        diff=_diff(cell.code, change.code),
    )


def _changes(region: Region) -> Iterator[Change]:
    """All changes of a region: first nothing in its place, then in the order of the source, then an input returned."""
    nothing, *inputs = [
        Change("body", f"the whole region -> {t}", region.first, region.with_body(t)) for t in _bodies(region)
    ]
    yield nothing
    for node in region.statements:
        for root in region.expressions(node):
            yield from _in_expression(region, root)
        yield from _of_statement(region, node)
    yield from inputs


def _bodies(region: Region) -> Iterator[str]:
    returns = any(isinstance(inner, ast.Return) for node in region.statements for inner in ast.walk(node))
    return statements.bodies(region.scope, returns)


def _in_expression(region: Region, root: ast.expr) -> Iterator[Change]:
    for inner in region.inner(root):
        for name, operator in EXPRESSIONS.items():
            for other in operator(inner, region.scope):
                words = f"{ast.unparse(inner)} -> {ast.unparse(other)}"
                yield Change(name, words, inner.lineno, region.with_expression(root, inner, other))


def _of_statement(region: Region, node: ast.stmt) -> Iterator[Change]:
    for name, operator in STATEMENTS.items():
        for several in operator(node, region.scope):
            text = "\n".join(ast.unparse(ast.fix_missing_locations(one)) for one in several)
            words = f"{_shortened(ast.unparse(node))} -> {_shortened(text)}"
            yield Change(name, words, node.lineno, region.with_statement(node, text))


def _shortened(code: str) -> str:
    """The code on one line, of a statement with a body its first two lines."""
    lines = [line.strip() for line in code.split("\n")]
    return " ".join(lines[:2]) + (" ..." if len(lines) > 2 else "")


def _is_new(code: str, seen: set[str]) -> bool:
    try:
        compile(code, "mutant", "exec")
        dumped = ast.dump(ast.parse(code))
    except (SyntaxError, ValueError):
        return False
    if dumped in seen:
        return False
    seen.add(dumped)
    return True


def _diff(old: str, new: str) -> str:
    """The lines that differ, with one line around them."""
    lines = unified_diff(old.split("\n"), new.split("\n"), n=1, lineterm="")
    return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))
