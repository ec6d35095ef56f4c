"""Are the calibrated limits of this machine right? Measures them a second way and prints calibrated / separate.

``python benchmarks/roofline.py [ROUNDS]`` (3 by default, about 8 s each), on a quiet machine. Nothing is shared with
``tinytorch_lab.profiler.peaks`` but the BLAS library and the size of the arrays: matrix products go straight to its
``cblas_sgemm`` through ctypes, at other sizes and in another process; memory is streamed by a C program (copy and triad as in
J. McCalpin's STREAM, one thread, in pieces) that is compiled here. Without a C compiler that part is left out. Both ways alternate,
because a machine does not always run at one speed. The goal is a median ratio within 15 %; the status is 1 if it is missed.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from time import perf_counter

import numpy as np
import threadpoolctl

from tinytorch_lab.profiler import calibrate, peaks

GOAL = 0.15
SECONDS = 2.0
SIZES = (640, 960, 1440)
NAMES = ("scipy_cblas_sgemm64_", "cblas_sgemm64_", "scipy_cblas_sgemm", "cblas_sgemm")
ROW_MAJOR, NO_TRANSPOSE = 101, 111
STREAM = r"""
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#ifdef __linux__
#include <sys/mman.h>
#endif
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + 1e-9 * t.tv_nsec; }
static float *make(long n) { /* on large pages where there are some, as NumPy does */
    size_t page = 1 << 21, size = (n * sizeof(float) + page - 1) / page * page;
    float *x = aligned_alloc(page, size);
#ifdef MADV_HUGEPAGE
    madvise(x, size, MADV_HUGEPAGE);
#endif
    return x;
}
int main(int argc, char **argv) {
    long n = atol(argv[1]); double seconds = atof(argv[2]), best = 0, end;
    float *a = make(n), *b = make(n), *c = make(n);
    for (long i = 0; i < n; i++) { a[i] = 1; b[i] = 2; c[i] = 0; }
    long piece = n / 20;
    for (end = now() + seconds; now() < end; )
        for (long from = 0; from + piece <= n; from += piece) {
            float *restrict x = a + from, *restrict z = c + from;
            double t0 = now();
            for (long i = 0; i < piece; i++) z[i] = x[i];
            double t1 = now(), copy = 2.0 * piece * sizeof *a / (t1 - t0);
            if (copy > best) best = copy;
        }
    for (end = now() + seconds; now() < end; )
        for (long from = 0; from + piece <= n; from += piece) {
            float *restrict x = a + from, *restrict y = b + from, *restrict z = c + from;
            double t0 = now();
            for (long i = 0; i < piece; i++) x[i] = y[i] + 3.0f * z[i];
            double t1 = now(), triad = 3.0 * piece * sizeof *a / (t1 - t0);
            if (triad > best) best = triad;
        }
    fprintf(stderr, "%g\n", a[n / 2] + c[n / 3]);
    printf("%.0f\n", best);
    return 0;
}
"""


def sgemm_flops_per_s(seconds: float) -> float:
    """Best over SIZES of products by the BLAS library itself."""
    sgemm, integer = find_sgemm()
    best = 0.0
    for size in SIZES:
        a, b, c = (np.full((size, size), value, np.float32) for value in (0.5, 2.0, 0.0))
        one, zero = ctypes.c_float(1), ctypes.c_float(0)
        pointers = [x.ctypes.data_as(ctypes.POINTER(ctypes.c_float)) for x in (a, b, c)]
        n = integer(size)
        end = perf_counter() + seconds / len(SIZES)
        while perf_counter() < end:
            started = perf_counter()
            sgemm(
                ROW_MAJOR,
                NO_TRANSPOSE,
                NO_TRANSPOSE,
                n,
                n,
                n,
                one,
                pointers[0],
                n,
                pointers[1],
                n,
                zero,
                pointers[2],
                n,
            )
            best = max(best, 2 * size**3 / (perf_counter() - started))
        assert np.all(c == size), "the product is wrong: this is not the function that was meant"
    return best


def find_sgemm() -> tuple[ctypes._NamedFuncPointer, type[ctypes.c_int64] | type[ctypes.c_int]]:
    """cblas_sgemm of the library that NumPy uses, and the type of its sizes."""
    for each in threadpoolctl.threadpool_info():
        if each["user_api"] == "blas":
            library = ctypes.CDLL(each["filepath"])
            for name in NAMES:
                if hasattr(library, name):
                    return getattr(library, name), ctypes.c_int64 if name.endswith("64_") else ctypes.c_int
    raise SystemExit("The BLAS library of this NumPy has no cblas_sgemm that is known here: nothing to compare with.")


def compiled_stream(folder: str) -> list[str] | None:
    """The command of the C program, or None without a compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    source, program = Path(folder) / "stream.c", Path(folder) / "stream"
    source.write_text(STREAM)
    subprocess.run([compiler, "-O3", "-march=native", "-o", str(program), str(source)], check=True)
    return [str(program), str(peaks.stream_elements()), str(SECONDS / 2)]


def number(command: list[str]) -> float:
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    if sys.argv[1:] == ["--sgemm"]:
        print(sgemm_flops_per_s(SECONDS))
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"{date.today()}, {calibrate.machine_key()}{load}")
    ratios: dict[str, list[float]] = {"GFLOP/s": [], "GB/s": []}
    with tempfile.TemporaryDirectory() as folder:
        stream = compiled_stream(folder)
        for _ in range(rounds):
            ours = peaks.product_flops_per_s(calibrate.PRODUCTS_S)
            show(ratios, "GFLOP/s", ours, number([sys.executable, __file__, "--sgemm"]))
            if stream is not None:
                show(ratios, "GB/s", peaks.stream_bytes_per_s(calibrate.STREAM_S), number(stream))
    if stream is None:
        print("No C compiler: the memory bandwidth was not compared.")
    medians = {unit: statistics.median(values) for unit, values in ratios.items() if values}
    print(", ".join(f"{unit}: median ratio {median:.3f}" for unit, median in medians.items()))
    sys.exit(any(abs(median - 1) > GOAL for median in medians.values()))


def show(ratios: dict[str, list[float]], unit: str, ours: float, separate: float) -> None:
    ratios[unit].append(ours / separate)
    print(
        f"{unit:>8}: calibrated {ours / 1e9:8.2f}, separate {separate / 1e9:8.2f}, ratio {ours / separate:.3f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
