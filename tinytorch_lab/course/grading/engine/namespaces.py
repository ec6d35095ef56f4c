"""Linux namespaces: a submission sees no other process, no network, no shared memory of others, and mounts of its own.

They need a user namespace, in which the process keeps its user and has rights over nothing outside.
"""

from __future__ import annotations

import ctypes
import os
import struct
from pathlib import Path

CLONE = {"mount": 0x00020000, "ipc": 0x08000000, "user": 0x10000000, "pid": 0x20000000, "net": 0x40000000}
MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MOUNT_SETATTR, MOUNT_READ_ONLY, AT_FDCWD, AT_RECURSIVE = 442, 1, -100, 0x8000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 1, 4, 36
CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def enter(names: frozenset[str]) -> None:
    """Go into new namespaces (those of CLONE that are named). With "pid", the next child is the first process of its own."""
    flags = sum(flag for name, flag in CLONE.items() if name in names)
    if not flags:
        return
    uid, gid = os.getuid(), os.getgid()
    _check(_libc.unshare(flags), f"unshare({', '.join(sorted(names & CLONE.keys()))})")
    if "user" in names:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")


def make_read_only() -> None:
    """Nothing that is mounted now can be changed: also no permissions and times, with which Landlock does not deal."""
    attributes = struct.pack("QQQQ", MOUNT_READ_ONLY, 0, 0, 0)
    arguments = (AT_FDCWD, b"/", AT_RECURSIVE, attributes, ctypes.c_size_t(len(attributes)))
    _check(_libc.syscall(MOUNT_SETATTR, *arguments), "mount_setattr(/, read-only)")


def mount_memory(place: Path, size_bytes: int) -> None:
    """An empty file system of limited size at ``place``, which goes with the namespace."""
    options = f"size={size_bytes},nr_inodes=10000,mode=0700,uid={os.getuid()},gid={os.getgid()}"
    flags = MS_NOSUID | MS_NODEV
    _check(_libc.mount(b"tmpfs", os.fsencode(place), b"tmpfs", flags, options.encode()), f"mount(tmpfs, {place})")


def mount_proc() -> bool:
    """A /proc that shows only the namespace's own processes; False where that is not allowed (in many containers)."""
    return bool(_libc.mount(b"proc", b"/proc", b"proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, None) == 0)


def drop_capabilities() -> None:
    """Give up all rights inside the user namespace."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    _check(_libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")


def become(uid: int) -> None:
    """Change from root to an unprivileged user for good."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    _check(_libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "prctl(PR_SET_DUMPABLE)")  # else /proc/self belongs to root


def end_with_parent() -> None:
    """The kernel kills this process when its parent ends."""
    _check(_libc.prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0), "prctl(PR_SET_PDEATHSIG)")


def adopt_orphans() -> None:
    """Processes below this one whose parent ends become children of this one."""
    _check(_libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl(PR_SET_CHILD_SUBREAPER)")


def _check(result: int, call: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{call}: {os.strerror(code)}")
