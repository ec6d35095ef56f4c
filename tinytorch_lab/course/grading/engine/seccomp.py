"""A filter of system calls: no Unix socket, no io_uring (which makes sockets too), no key of the grading user's.

Neither Landlock nor a network namespace keeps a process from programs that listen on a path: a submission could ask the Docker
daemon, or the user's own session over D-Bus, to run what it likes. ``socketpair`` stays, and pipes, so threads and pools work.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, FILTER = 22, 38, 2
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
AF_UNIX = 1

ARCHITECTURES = {
    "x86_64": (0xC000003E, {"socket": 41, "add_key": 248, "request_key": 249, "keyctl": 250, "io_uring_setup": 425}),
    "aarch64": (0xC00000B7, {"socket": 198, "add_key": 217, "request_key": 218, "keyctl": 219, "io_uring_setup": 425}),
}
"""Of each processor: its number (linux/audit.h), and those of the system calls."""
OTHER_INTERFACE = 0x40000000
"""x86_64 knows every call a second time, from here on (x32)."""

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def restrict() -> None:
    """Put this process, and all that it starts, under the filter for good. Raises OSError where that cannot be."""
    code = _code()
    program = _Program(len(code) // 8, ctypes.cast(ctypes.create_string_buffer(code, len(code)), ctypes.c_void_p))
    for arguments in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0)):
        if _libc.prctl(*arguments):
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_SECCOMP)")


def _code() -> bytes:
    """The filter, in the kernel's small language: each line jumps over so many lines if its test is true, or false."""
    machine = platform.machine()
    if machine not in ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"no list of system calls for {machine}")
    number, calls = ARCHITECTURES[machine]
    lines = [(LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, number), (RETURN, 0, 0, REFUSE)]
    lines += [(LOAD, 0, 0, NUMBER), (AT_LEAST, 0, 1, OTHER_INTERFACE), (RETURN, 0, 0, REFUSE)]
    for name, call in calls.items():
        if name != "socket":
            lines += [(EQUAL, 0, 1, call), (RETURN, 0, 0, REFUSE)]
    lines += [(EQUAL, 0, 3, calls["socket"]), (LOAD, 0, 0, FIRST_ARGUMENT), (EQUAL, 0, 1, AF_UNIX)]
    lines += [(RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("HBBI", *line) for line in lines)
