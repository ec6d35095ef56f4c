"""The cell of ``%%complexity`` as something that can be run again and again in the user's namespace."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from asyncio import events
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType
from typing import TYPE_CHECKING, Any

from tinytorch_lab.scaling.job import Job, Sizes
from tinytorch_lab.scaling.pure import repeatable

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

MARK = re.compile(r"^\s*#\s*measure:\s*$")
_MISSING = object()


class GrowthCell:
    """A cell in two parts: set-up, and what is measured. Both keep the cell's line numbers.

    Every run begins with the names that the cell binds as they were before the sweep.
    """

    def __init__(self, shell: InteractiveShell, cell: str, sizes: list[str]) -> None:
        """Compile ``cell``; raises SyntaxError."""
        prepare: Any = shell
        source = prepare.transform_cell(cell)
        self.file: str = prepare.compile.cache(source, prepare.execution_count, raw_code=cell)
        self._namespace: dict[str, Any] = prepare.user_ns
        tree = prepare.transform_ast(prepare.compile.ast_parse(source, filename=self.file))
        marks = [number for number, line in enumerate(source.splitlines(), 1) if MARK.match(line)]
        first = marks[0] if marks else 0
        above = ast.Module([node for node in tree.body if node.lineno < first], [])
        self._measured = ast.Module([node for node in tree.body if node.lineno >= first], [])
        self._above, self._below = self._compiled(prepare, above), self._compiled(prepare, self._measured)
        bound = {*bound_names(tree), *sizes}
        self._before = {name: self._namespace.get(name, _MISSING) for name in bound}
        self._awaits = bool(self._below.co_flags & inspect.CO_COROUTINE)
        self._alone = not above.body and not reads_what_it_binds(self._measured, bound_names(tree))
        self._runner: asyncio.Runner | None = None

    def _compiled(self, shell: Any, tree: ast.Module) -> CodeType:
        with shell.compile.extra_flags(ast.PyCF_ALLOW_TOP_LEVEL_AWAIT):
            code: CodeType = shell.compile(tree, self.file, "exec")
        return code

    def job(self) -> Job:
        """How to run it."""
        namespace, code = self._namespace, self._below
        work = (lambda: self._run(code)) if self._awaits else lambda: exec(code, namespace)
        return Job(self._prepare, work, self._repeatable)

    def close(self) -> None:
        """End the event loop of a cell that awaits."""
        if self._runner is not None:
            with own_loop():
                self._runner.close()

    def _prepare(self, sizes: Sizes) -> None:
        self._unbind()
        self._namespace.update(sizes)
        self._run(self._above)

    def _repeatable(self) -> bool:
        return not self._awaits and (self._alone or repeatable(self._measured, self._namespace))

    def _unbind(self) -> None:
        for name, value in self._before.items():
            if value is not _MISSING:
                self._namespace[name] = value
            else:
                self._namespace.pop(name, None)

    def _run(self, code: CodeType) -> None:
        if code.co_flags & inspect.CO_COROUTINE:
            self._runner = self._runner or asyncio.Runner()
            with own_loop():
                self._runner.run(eval(code, self._namespace))
        else:
            exec(code, self._namespace)


def bound_names(tree: ast.Module) -> set[str]:
    """The names that running the code itself may bind or delete."""
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(ctx=ast.Store() | ast.Del()):
                names.add(node.id)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.Import() | ast.ImportFrom():
                names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                names.add(name)
    return names - {"*"}


def reads_what_it_binds(tree: ast.Module, bound: set[str]) -> bool:
    """Whether the code may read a name that it binds before it has bound it, and so see the run before."""
    seen: set[str] = set()
    for statement in tree.body:
        if not isinstance(statement, ast.Assign | ast.For | ast.Expr | ast.While):
            return True
        nodes = list(ast.walk(statement))
        changed = {n.target.id for n in nodes if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name)}
        read = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)} | changed
        stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        inner = stored - changed if isinstance(statement, ast.For | ast.While) else set()
        if (read & bound) - seen - inner:
            return True
        seen |= stored
    return False


@contextmanager
def own_loop() -> Iterator[None]:
    """In the block another event loop may run, although one runs already, as in a notebook."""
    running = events._get_running_loop()
    events._set_running_loop(None)
    try:
        yield
    finally:
        events._set_running_loop(running)


@contextmanager
def restored(namespace: dict[str, Any]) -> Iterator[None]:
    """Whatever the block binds in ``namespace`` is as it was afterwards."""
    before = dict(namespace)
    try:
        yield
    finally:
        for key in namespace.keys() - before.keys():
            del namespace[key]
        namespace.update(before)
