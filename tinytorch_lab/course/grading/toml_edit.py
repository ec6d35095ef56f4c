"""Sets values in the text of a TOML file and leaves the rest of it alone: comments, order, spaces, line ends.

The work is tomlkit's. What comes out is read back with the standard library: it must say what was there and the edits, no more.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from tinytorch_lab.course.errors import CourseError

Value = datetime | float | None
"""What a key is to be; None takes it away."""
Edits = Mapping[tuple[str, ...], Value]
"""By the keys on the way to it: ("extensions", "ada", "01_tensor")."""


def edited(old: bytes, edits: Edits, file: Path) -> bytes:
    """``old``, valid TOML, with the keys of ``edits`` set (with None: taken away) and everything else as it is.

    Raises CourseError, naming ``file``, if that cannot be done.
    """
    try:
        import tomlkit
        from tomlkit.exceptions import TOMLKitError
    except ImportError:
        raise CourseError(
            f"Changing {file} from here needs tomlkit, which is not installed: pip install 'tinytorch-lab[instructor]'"
        ) from None
    text = old.decode("utf-8")
    wanted = tomllib.loads(text)
    _apply(edits, wanted)
    try:
        document = tomlkit.parse(text)
        _apply(edits, document)
        new = tomlkit.dumps(document)
        same = _filled(tomllib.loads(new)) == _filled(wanted)
    except (TOMLKitError, tomllib.TOMLDecodeError):
        same = False
    if not same:
        raise CourseError(f"{file} is written in a way that cannot be changed from here. Edit it by hand.")
    return new.replace("\r\n", "\n").replace("\n", "\r\n" if "\r\n" in text else "\n").encode("utf-8")


def _apply(edits: Edits, table: Any) -> None:
    for keys, value in edits.items():
        if value is None:
            _take_away(table, keys)
        else:
            _put(table, keys, value)


def _put(table: Any, keys: tuple[str, ...], value: Value) -> None:
    """Set the value, with the tables on the way to it. One that is missing is put in whole: tomlkit loses what is
    written later into a table that it made anew between others.
    """
    key, rest = keys[0], keys[1:]
    if rest and key in table:
        _put(table[key], rest, value)
        return
    made: Any = value
    for inner in reversed(rest):
        made = {inner: made}
    table[key] = made


def _take_away(table: Any, keys: tuple[str, ...]) -> None:
    """Take the value away, and the table that it was in if that was in another and holds nothing more: a student's."""
    *way, last = keys
    tables = [table]
    for key in way:
        if key not in tables[-1]:
            return
        tables.append(tables[-1][key])
    tables[-1].pop(last, None)
    if len(way) > 1 and not tables[-1]:
        del tables[-2][way[-1]]


def _filled(table: Any) -> Any:
    """Without tables that hold nothing: whether they are written or not is the same."""
    if not isinstance(table, dict):
        return table
    return {key: filled for key, value in table.items() if (filled := _filled(value)) != {}}
