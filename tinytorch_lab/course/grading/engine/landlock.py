"""Landlock: from now on, this process and all that it starts reach only the files that were named (Linux 5.13 and later).

The three system calls have no wrapper in the C library. https://docs.kernel.org/userspace-api/landlock.html
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
PATH_BENEATH = 1
PR_SET_NO_NEW_PRIVS = 38

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE, IOCTL_DEV = 1, 2, 4, 8, 1 << 14, 1 << 15
FILES_ONLY = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
LIST = READ_DIR
READ = EXECUTE | READ_FILE | READ_DIR
WRITE = (1 << 15) - 1
"""Everything with files that ABI 3 knows."""
CONNECT_AND_BIND_TCP = 3
ABSTRACT_SOCKETS_AND_SIGNALS = 3

_libc = ctypes.CDLL(None, use_errno=True)


def abi() -> int:
    """The version of Landlock that this kernel has; 0 for none."""
    return max(0, int(_libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), 1)))


def ruleset(rules: Iterable[tuple[Path, int]]) -> int:
    """A file descriptor of rules ``(path, rights)``: what is below ``path`` may be used so. Raises OSError without Landlock."""
    handled = _handled(abi())
    attributes = ctypes.create_string_buffer(handled, len(handled))
    made = _call(CREATE_RULESET, attributes, ctypes.c_size_t(len(handled)), 0)
    known = struct.unpack_from("Q", handled)[0]
    for path, rights in rules:
        _add(made, path, rights & known)
    return made


def restrict(made: int) -> None:
    """Put this process, for good, under the rules."""
    if _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_NO_NEW_PRIVS)")
    _call(RESTRICT_SELF, made, 0)


def _handled(version: int) -> bytes:
    """What the rules are about: all uses of files, TCP from version 4, signals to others from version 6."""
    files = (1 << {0: 13, 1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    if version < 4:
        return struct.pack("Q", files)
    if version < 6:
        return struct.pack("QQ", files, CONNECT_AND_BIND_TCP)
    return struct.pack("QQQ", files, CONNECT_AND_BIND_TCP, ABSTRACT_SOCKETS_AND_SIGNALS)


def _add(made: int, path: Path, rights: int) -> None:
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(opened).st_mode):
            rights &= FILES_ONLY
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, opened))
        _call(ADD_RULE, made, PATH_BENEATH, rule, 0)
    finally:
        os.close(opened)


def _call(number: int, *arguments: object) -> int:
    result = int(_libc.syscall(number, *arguments))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"Landlock (system call {number}): {os.strerror(code)}")
    return result
