"""Where operations stand on the roofline."""

from __future__ import annotations

import pytest

from tinytorch_lab.profiler import roofline as module
from tinytorch_lab.profiler.measurement import Measurement
from tinytorch_lab.profiler.records import Layer, Op, Roofline
from tinytorch_lab.profiler.roofline import in_words, placement, ridge, roof_at, roofline_for

MACHINE = Roofline(flops_per_s=100e9, bytes_per_s=10e9, blas="a BLAS, 1 thread", measured="2026-11-22T12:00:00+00:00")


def op(flops: int | None, moved: int | None, wall_s: float) -> Op:
    return Op("some", "forward", None, 1, wall_s, flops, moved)


def test_the_roof_rises_with_intensity_up_to_the_ridge() -> None:
    assert ridge(MACHINE) == 10
    assert roof_at(0.25, MACHINE) == 2.5e9
    assert roof_at(10, MACHINE) == roof_at(1000, MACHINE) == 100e9


def test_a_large_product_is_compute_bound() -> None:
    n = 1000
    place = placement(op(2 * n**3, 4 * 3 * n**2, 0.04), MACHINE)
    assert place.bound == "compute-bound"
    assert place.intensity == pytest.approx(n / 6)
    assert place.flops_per_s == pytest.approx(50e9)
    assert place.roof_flops_per_s == 100e9
    assert place.share == pytest.approx(0.5)


def test_an_addition_is_memory_bound() -> None:
    n = 10_000_000
    place = placement(op(n, 12 * n, 0.02), MACHINE)
    assert place.bound == "memory-bound"
    assert place.intensity == pytest.approx(1 / 12)
    assert place.bytes_per_s == pytest.approx(6e9)
    assert place.roof_flops_per_s == pytest.approx(10e9 / 12)
    assert place.share == pytest.approx(0.6)


def test_a_copy_is_held_against_the_bytes() -> None:
    place = placement(op(0, 10**9, 0.2), MACHINE)
    assert (place.bound, place.intensity, place.roof_flops_per_s) == ("memory-bound", 0, 0)
    assert place.share == pytest.approx(0.5)


def test_what_is_far_below_the_roof_is_overhead() -> None:
    assert placement(op(10, 120, 1e-6), MACHINE).bound == "overhead-bound"
    assert placement(op(0, 0, 1e-6), MACHINE).bound == "overhead-bound", "a view"
    assert placement(op(0, 0, 1e-6), MACHINE).intensity is None
    at_the_limit = op(int(100e9), 1, 1 / 0.1)
    assert placement(at_the_limit, MACHINE).bound == "compute-bound"


@pytest.mark.parametrize(
    ("some", "machine"),
    [
        (op(None, 100, 1.0), MACHINE),
        (op(100, None, 1.0), MACHINE),
        (op(100, 100, 0.0), MACHINE),
        (op(100, 100, 1.0), None),
    ],
)
def test_unknown(some: Op, machine: Roofline | None) -> None:
    place = placement(some, machine)
    assert place == module.Placement("unknown")
    assert in_words(place, machine).startswith("Unknown")


def test_a_layer_is_placed_like_an_operation() -> None:
    layer = Layer("0", "Linear", "forward", 1, 0.04, 2 * 10**9, 12 * 10**6, 5)
    assert placement(layer, MACHINE) == placement(op(2 * 10**9, 12 * 10**6, 0.04), MACHINE)


@pytest.mark.parametrize(
    ("some", "words"),
    [
        (op(2 * 10**9, 12 * 10**6, 0.04), "Compute-bound: it reaches 50 % of the arithmetic"),
        (op(10**7, 12 * 10**7, 0.02), "Memory-bound: it reaches 60 % of the bytes per second"),
        (op(10**7, 12 * 10**7, 0.006), "Memory-bound: its data came from the caches, at 2 times"),
        (op(10, 120, 1e-6), "Overhead-bound: arithmetic and memory explain only 1.2 % of its time"),
    ],
)
def test_words(some: Op, words: str) -> None:
    assert in_words(placement(some, MACHINE), MACHINE).startswith(words)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What the calibration was asked: whether to measure if need be."""
    asked: list[bool] = []

    def calibrated(*, measure: bool, seen_flops_per_s: float, announce: object) -> Roofline:
        asked.append(measure)
        return MACHINE

    monkeypatch.setattr(module, "calibrated", calibrated)
    return asked


def test_the_machine_is_measured_for_operations_that_are_worth_it(asked: list[bool]) -> None:
    assert roofline_for(Measurement(ops=[op(10**9, 100, 0.015), op(10**9, 100, 0.006)])) == MACHINE
    assert roofline_for(Measurement(ops=[op(10**9, 100, 0.015), op(None, 100, 1.0), op(0, 100, 1.0)])) == MACHINE
    assert asked == [True, False]


def test_without_flops_nobody_is_asked(asked: list[bool]) -> None:
    assert roofline_for(Measurement()) is None
    assert roofline_for(Measurement(ops=[op(None, 100, 1.0), op(0, 100, 1.0)])) is None
    assert asked == []
