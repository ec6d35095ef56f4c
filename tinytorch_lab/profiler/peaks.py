"""Measures the two peaks of the roofline: float32 matrix products, and streaming through main memory."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from math import inf
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from tinytorch_lab.profiler.limits import memory_limit

SMALLEST_PRODUCT, LARGEST_PRODUCT = 256, 2048
LONGEST_PRODUCT_S = 0.3
TRIAL_S = 0.05
ALONE = 0.3
"""Share of the time that is left to one thread."""
CACHES = 4
"""An array of the stream is as large as this many last-level caches (J. McCalpin's rule for STREAM), within limits."""
USUAL_CACHE = 32 * 2**20
SMALLEST_STREAM, LARGEST_STREAM = 16 * 2**20, 256 * 2**20
BLOCKS = 16
SHARE_OF_FREE_MEMORY = 1 / 8


def product_flops_per_s(seconds: float) -> float:
    """Best of many float32 matrix products in about ``seconds``: by as many threads as BLAS has, and by one.

    The threads of a product wait for each other. Where other programs keep the processors busy, that can take a hundred times
    as long as the product, every time; one thread alone then tells what is possible at least.
    """
    from threadpoolctl import ThreadpoolController

    blas = ThreadpoolController().select(user_api="blas")
    if max((library.num_threads for library in blas.lib_controllers), default=1) < 2:
        return _product_flops_per_s(seconds)
    several = _product_flops_per_s(seconds * (1 - ALONE))
    with blas.limit(limits=1):
        return max(several, _product_flops_per_s(seconds * ALONE))


def _product_flops_per_s(seconds: float) -> float:
    """2 n^3 flops each, by the threads that BLAS has now.

    n doubles up to 2048 as long as a product takes at most LONGEST_PRODUCT_S: BLAS is best on large matrices.
    """
    end = perf_counter() + seconds
    size, best = SMALLEST_PRODUCT, 0.0
    while True:
        product = _product(size)
        needed = _best(product, min(end, perf_counter() + TRIAL_S))
        if size == LARGEST_PRODUCT or 8 * needed > LONGEST_PRODUCT_S or perf_counter() + 24 * needed > end:
            if perf_counter() < end:
                needed = min(needed, _best(product, end))
            return max(best, 2 * size**3 / needed)
        best = max(best, 2 * size**3 / needed)
        size *= 2


def _product(size: int) -> Callable[[], Any]:
    a, b = np.random.default_rng(0).random((2, size, size), dtype=np.float32)
    out = np.empty_like(a)
    return lambda: np.matmul(a, b, out=out)


def stream_bytes_per_s(seconds: float) -> float:
    """Best of copies and additions of large float32 arrays in about ``seconds``, by one thread.

    The arrays are gone through in BLOCKS pieces, each of them timed: a short piece is more often left alone by other programs, and
    is out of the caches again when its turn comes. Counted are the bytes that are read and written; that a processor may read what
    it is about to write is not.
    """
    end = perf_counter() + seconds
    a, b, out = (np.ones(stream_elements(), np.float32).reshape(BLOCKS, -1) for _ in range(3))
    size = int(a[0].nbytes)
    copy = 2 * size / _best_piece(lambda i: np.copyto(out[i], a[i]), (perf_counter() + end) / 2)
    add = 3 * size / _best_piece(lambda i: np.add(a[i], b[i], out=out[i]), end)
    return max(copy, add)


def stream_elements() -> int:
    """Elements of each of the three arrays: CACHES times the last-level cache, as far as an eighth of the free memory allows."""
    _, left = memory_limit()
    room = LARGEST_STREAM if left is None else int(left * SHARE_OF_FREE_MEMORY) // 3
    return max(SMALLEST_STREAM, min(CACHES * last_level_cache(), LARGEST_STREAM, room)) // 4 // BLOCKS * BLOCKS


def last_level_cache(folder: Path = Path("/sys/devices/system/cpu/cpu0/cache")) -> int:
    """Bytes of the largest cache of the first processor, as Linux tells it; elsewhere USUAL_CACHE."""
    sizes = []
    for file in folder.glob("index*/size"):
        match = re.fullmatch(r"(\d+)([KMG]?)", file.read_text().strip())
        if match:
            sizes.append(int(match[1]) * {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}[match[2]])
    return max(sizes, default=USUAL_CACHE)


def _best_piece(work: Callable[[int], Any], end: float) -> float:
    """Shortest time of ``work`` on one of the pieces, all of them in turn, until ``end``, twice at least."""
    best, rounds = inf, 0
    while rounds < 2 or perf_counter() < end:
        best = min(best, *(_time(partial(work, piece)) for piece in range(BLOCKS)))
        rounds += 1
    return best


def _best(work: Callable[[], Any], end: float) -> float:
    """Shortest time of ``work``, run again and again until ``end``, twice at least."""
    best = min(_time(work), _time(work))
    while perf_counter() < end:
        best = min(best, _time(work))
    return best


def _time(work: Callable[[], Any]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started
