"""The two peaks, with a clock that the work moves: what is counted, and that it ends in time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from tinytorch_lab.profiler import peaks

FLOPS_PER_S, BYTES_PER_S = 1e9, 1e8


class Machine:
    """Does nothing, and takes as long as a slow machine would."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sizes: set[int] = set()

    def matmul(self, a: Any, b: Any, out: Any) -> None:
        self.sizes.add(a.shape[0])
        self.now += 2 * a.shape[0] * a.shape[1] * b.shape[1] / FLOPS_PER_S

    def copyto(self, out: Any, a: Any) -> None:
        self.now += 2 * a.nbytes / BYTES_PER_S

    def add(self, a: Any, b: Any, out: Any) -> None:
        self.now += 3 * a.nbytes / (BYTES_PER_S / 2)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(peaks, "perf_counter", lambda: machine.now)
    for name in ("matmul", "copyto", "add"):
        monkeypatch.setattr(np, name, getattr(machine, name))
    monkeypatch.setattr(peaks, "stream_elements", lambda: 250_000)
    return machine


def test_flops_of_a_product(machine: Machine) -> None:
    assert peaks.product_flops_per_s(2.0) == pytest.approx(FLOPS_PER_S)
    assert machine.sizes == {256, 512}, "a product of 1024 would take 2 s"
    assert machine.now < 2.5


class Threads:
    """A BLAS library, as threadpoolctl shows it."""

    def __init__(self, number: int) -> None:
        self.num_threads = number
        self.lib_controllers = [self]

    def select(self, **_: Any) -> Threads:
        return self

    @contextmanager
    def limit(self, *, limits: int) -> Iterator[None]:
        before, self.num_threads = self.num_threads, limits
        yield
        self.num_threads = before


@pytest.mark.parametrize(("slower", "best"), [(100, 1.0), (0.5, 2.0)])
def test_threads_that_wait_for_each_other_on_a_busy_machine_do_not_set_the_limit(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, slower: float, best: float
) -> None:
    blas = Threads(2)
    monkeypatch.setattr("threadpoolctl.ThreadpoolController", lambda: blas)
    together = machine.matmul

    def matmul(a: Any, b: Any, out: Any) -> None:
        before = machine.now
        together(a, b, out)
        if blas.num_threads == 2:
            machine.now = before + (machine.now - before) * slower

    monkeypatch.setattr(np, "matmul", matmul)
    assert peaks.product_flops_per_s(2.0) == pytest.approx(best * FLOPS_PER_S)
    assert blas.num_threads == 2
    assert machine.now < 2.5 + 2 * 256**3 * 2 * slower / FLOPS_PER_S, "a product that has begun is run to its end"


def test_bytes_of_a_copy_are_read_and_written(machine: Machine) -> None:
    assert peaks.stream_bytes_per_s(1.5) == pytest.approx(BYTES_PER_S), "the better of copy and add"
    assert machine.now < 1.6


def test_the_real_peaks_are_positive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peaks, "stream_elements", lambda: 1 << 16)
    assert peaks.product_flops_per_s(0.01) > 0
    assert peaks.stream_bytes_per_s(0.01) > 0
