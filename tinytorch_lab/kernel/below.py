"""Measures code that another magic runs (``%%measure`` below ``%%time``), and the expression of ``%measure``."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError

from tinytorch_lab.kernel.hidden import HiddenOutput
from tinytorch_lab.kernel.run import MeasuredRun, code_of, statements_of

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from tinytorch_lab.kernel.options import Options


def measure_code(shell: InteractiveShell, code: str, options: Options, local_ns: dict[str, Any] | None) -> Any:
    """Run ``code`` in the user's namespace, measured; returns the value of a last expression.

    Raises what the code raises, and UsageError for ``await`` at the top level.
    """
    prepare: Any = shell
    text = prepare.transform_cell(code)
    filename = prepare.compile.cache(text, shell.execution_count, raw_code=code)
    tree = prepare.transform_ast(prepare.compile.ast_parse(text, filename=filename))
    _refuse_await(tree, filename)
    statements = statements_of(tree.body, text.splitlines(), code.splitlines())
    run = MeasuredRun(shell, options, statements, code_of(shell, filename, code.splitlines()), code)
    error: BaseException | None = None
    try:
        run.open()
        while run.hidden:
            _execute_hidden(shell, tree.body, filename, run, local_ns)
            run.next_run()
        return _execute(shell, tree.body, filename, run, local_ns)
    except BaseException as raised:
        error = raised
        raise
    finally:
        run.close(error)


def _execute_hidden(
    shell: Any, nodes: list[ast.stmt], filename: str, run: MeasuredRun, local_ns: dict[str, Any] | None
) -> None:
    output = HiddenOutput(shell)
    output.hide()
    try:
        _execute(shell, nodes, filename, run, local_ns)
    except BaseException:
        output.reveal()
        raise
    output.drop()


def _execute(
    shell: Any, nodes: list[ast.stmt], filename: str, run: MeasuredRun, local_ns: dict[str, Any] | None
) -> Any:
    value = None
    recorder = run.recorder
    for node in nodes:
        last_value = node is nodes[-1] and isinstance(node, ast.Expr)
        part = ast.Expression(node.value) if isinstance(node, ast.Expr) and last_value else ast.Module([node], [])
        compiled = run.watched(shell.compile(part, filename, "eval" if last_value else "exec"))
        done = False
        recorder.begin()
        try:
            value = eval(compiled, shell.user_global_ns, local_ns)
            done = True
        finally:
            recorder.end(done=done)
    return value


def _refuse_await(tree: ast.Module, filename: str) -> None:
    code = compile(tree, filename, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    if code.co_flags & inspect.CO_COROUTINE:
        raise UsageError("await cannot be measured below another magic: make %%measure the first line of the cell.")
