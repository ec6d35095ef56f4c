"""What this machine can do at most, measured once and remembered in Jupyter's data directory.

Two limits: float32 matrix products of NumPy's BLAS, and the bytes per second of one thread that streams through main memory, as
NumPy's elementwise operations do. docs/roofline.md has the reasons.
"""

from __future__ import annotations

import json
import os
import platform
import secrets
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tinytorch_lab.profiler.records import Roofline

BUDGET_S = 5.0
"""Seconds that a calibration takes at most; PRODUCTS_S and STREAM_S leave room for the last run of each and for making arrays."""
PRODUCTS_S, STREAM_S = 1.8, 1.5
BEATEN = 1.1
"""An operation this many times as fast as the limit proves the limit wrong."""
FORBIDDEN = "TINYTORCH_LAB_CALIBRATE"
"""Environment variable: 0 means that nothing is measured unasked."""
VERSION = 1

Announce = Callable[[str], None]
_known: dict[str, Roofline] = {}
_fresh: set[str] = set()  # machines that were measured in this process
_declined = False


def calibrated(*, measure: bool, seen_flops_per_s: float = 0.0, announce: Announce | None = None) -> Roofline | None:
    """The limits as they were measured before; with ``measure``, measured now if they were not. None if they are not known.

    ``seen_flops_per_s`` is what an operation attained: if that is more than the limit, the machine was busy when that was measured,
    and it is measured again, once in a process. An interrupt, or too little memory, ends measuring for this process;
    ``TINYTORCH_LAB_CALIBRATE=0`` in the environment forbids it.
    """
    global _declined
    key = machine_key()
    if key not in _known and (stored := _stored(key)) is not None:
        _known[key] = stored
    known = _known.get(key)
    good = known is not None and (key in _fresh or seen_flops_per_s <= BEATEN * known.flops_per_s)
    if good or not measure or _declined or os.environ.get(FORBIDDEN) == "0":
        return known
    if announce is not None:
        announce(f"{complaint()} Measuring once what this machine can do at most: {BUDGET_S:.0f} s or less.".lstrip())
    try:
        return calibrate()
    except (KeyboardInterrupt, MemoryError):
        _declined = True
        return known


def calibrate() -> Roofline:
    """Measure now, and remember it: in the file, or if that cannot be written, for this process."""
    from tinytorch_lab.profiler.peaks import product_flops_per_s, stream_bytes_per_s

    key = machine_key()
    measured = datetime.now(UTC).isoformat(timespec="seconds")
    roofline = Roofline(product_flops_per_s(PRODUCTS_S), stream_bytes_per_s(STREAM_S), blas_name(), measured)
    _known[key] = roofline
    _fresh.add(key)
    _store(key, roofline)
    return roofline


def is_kept(roofline: Roofline) -> bool:
    """Whether the file has these limits for this machine."""
    return _stored(machine_key()) == roofline


def complaint() -> str:
    """What is wrong with the file, one sentence; empty if nothing is. The next calibration replaces a damaged file."""
    file = cache_file()
    return f"{file} is damaged or of another version and will be replaced." if file.exists() and _read() is None else ""


def machine_key() -> str:
    """What the limits depend on: processor, processors that may be used, NumPy, BLAS and its threads."""
    import numpy as np

    return f"{_processor()}; {_processors()} processors; NumPy {np.__version__}; {blas_name()}"


def blas_name() -> str:
    """Name, version and threads of the BLAS library that NumPy uses, such as ``openblas 0.3.30, 2 threads``."""
    import threadpoolctl

    for each in threadpoolctl.threadpool_info():
        if each.get("user_api") == "blas":
            threads = each["num_threads"]
            return f"{each['internal_api']} {each['version']}, {threads} thread{'s' if threads != 1 else ''}"
    return "unknown BLAS"


def cache_file() -> Path:
    """Where the limits are kept."""
    return data_directory() / "tinytorch-lab" / "roofline.json"


def data_directory() -> Path:
    """Jupyter's data directory: ``JUPYTER_DATA_DIR``, or where Jupyter has it on this system.

    Computed here because jupyter_core need not be installed where only the profiler is used.
    """
    given = os.environ.get("JUPYTER_DATA_DIR")
    if given:
        return Path(given)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Jupyter"
    if sys.platform == "win32":
        roaming = os.environ.get("APPDATA")
        return Path(roaming) / "jupyter" if roaming else Path.home() / ".jupyter" / "data"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "jupyter"


def _processor() -> str:
    if sys.platform.startswith("linux"):
        for line in _lines(Path("/proc/cpuinfo")):
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    if sys.platform == "darwin":
        return _output(["sysctl", "-n", "machdep.cpu.brand_string"]) or platform.machine()
    return platform.processor() or platform.machine()


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    return len(affinity(0)) if affinity else os.cpu_count() or 0


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _output(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=5).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def _stored(key: str) -> Roofline | None:
    """What the file says of this machine; None if that is nothing, or nothing that makes sense."""
    values = (_read() or {}).get(key)
    try:
        roofline = Roofline(**values) if isinstance(values, dict) else None
    except TypeError:
        return None
    return roofline if roofline is not None and _sensible(roofline) else None


def _sensible(roofline: Roofline) -> bool:
    limits = (roofline.flops_per_s, roofline.bytes_per_s)
    return all(isinstance(limit, int | float) and 0 < limit < float("inf") for limit in limits)


def _read() -> dict[str, Any] | None:
    """The machines in the file, by key; None if there is no file that can be read."""
    try:
        data = json.loads(cache_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    machines = data.get("machines") if isinstance(data, dict) and data.get("version") == VERSION else None
    return machines if isinstance(machines, dict) else None


def _store(key: str, roofline: Roofline) -> None:
    """Write the file whole or not at all. Of two kernels that write at once one wins; the other's machine is measured again."""
    data = {"version": VERSION, "machines": {**(_read() or {}), key: asdict(roofline)}}
    file = cache_file()
    part = file.with_name(f".{file.name}.{secrets.token_hex(6)}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
        part.replace(file)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
