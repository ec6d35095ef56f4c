"""How a measured cell or block ended: its error as a record, and whether the user stopped it."""

from __future__ import annotations

from tinytorch_lab.profiler import CellError
from tinytorch_lab.profiler.cellcode import CellCode

_MESSAGE_LENGTH = 300


def describe(error: BaseException, code: CellCode) -> CellError:
    """The error for the measurement, with the line of the cell (or of the script's file) where it came from."""
    try:
        message = str(error)
    except Exception:  # an exception's own __str__ may fail
        message = ""
    line = _line_of(error, code.filename)
    return CellError(type(error).__name__, message[:_MESSAGE_LENGTH], None if line is None else code.line_of(line))


def is_interrupt(error: BaseException | None) -> bool:
    """Whether the user stopped the cell; an awaiting cell sees that as cancellation."""
    return isinstance(error, KeyboardInterrupt) or type(error).__name__ == "CancelledError"


def _line_of(error: BaseException, filename: str) -> int | None:
    if isinstance(error, SyntaxError) and error.filename == filename:
        return error.lineno
    line = None
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == filename:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line
