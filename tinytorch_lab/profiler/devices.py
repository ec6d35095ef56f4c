"""Devices beside the processor that the process uses: their work and memory are not measured."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any


def devices_in_use() -> list[str]:
    """Such as ``torch on cuda``. Looks at loaded modules only: nothing is imported, no device is initialised.

    Apple's ``mps`` is not among them: torch cannot tell whether it is in use without initialising it.
    """
    found: list[str] = []
    for name, look in _LOOKS.items():
        module = sys.modules.get(name)
        if module is not None:
            try:
                found += [f"{name.partition('.')[0]} on {device}" for device in look(module)]
            except Exception:  # another version of that package: it is not known then
                continue
    return found


def _torch(torch: Any) -> Iterator[str]:
    for kind in ("cuda", "xpu"):
        backend = getattr(torch, kind, None)
        if backend is not None and backend.is_initialized():
            yield kind


def _cupy(cupy: Any) -> Iterator[str]:
    if cupy.get_default_memory_pool().total_bytes() > 0:
        yield "cuda"


def _jax(bridge: Any) -> list[str]:
    return sorted(set(bridge._backends) - {"cpu", "interpreter"})


_LOOKS: dict[str, Callable[[Any], Any]] = {"torch": _torch, "cupy": _cupy, "jax._src.xla_bridge": _jax}
