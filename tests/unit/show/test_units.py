import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinytorch_lab.show.units import UNKNOWN, format_bytes, format_cores, format_seconds

SECONDS = [
    (0, "0 s"), (1.2e-8, "12 ns"), (9.994e-7, "999 ns"), (1e-6, "1.00 µs"), (8.5e-4, "850 µs"), (0.0123, "12.3 ms"),
    (0.9994, "999 ms"), (0.99951, "1.00 s"), (1.234, "1.23 s"), (9.996, "10.0 s"), (99.94, "99.9 s"), (99.96, "1 min 40 s"),
    (125.4, "2 min 05 s"), (3569, "59 min 29 s"), (3599.9, "1 h 00 min"), (3720, "1 h 02 min"),
]  # fmt: skip
BYTES = [
    (0, "0 B"), (1023, "1023 B"), (-512, "-512 B"), (1024, "1.00 KiB"), (1280, "1.25 KiB"), (100_000_000, "95.4 MiB"),
    (1024**2 - 1, "1.00 MiB"), (-(2 * 1024**3), "-2.00 GiB"), (5 * 1024**4, "5.00 TiB"), (4000 * 1024**4, "4000 TiB"),
]  # fmt: skip


@pytest.mark.parametrize(("seconds", "text"), SECONDS)
def test_seconds(seconds: float, text: str) -> None:
    assert format_seconds(seconds) == text


@pytest.mark.parametrize(("size", "text"), BYTES)
def test_bytes(size: int, text: str) -> None:
    assert format_bytes(size) == text


def test_unknown_is_never_zero() -> None:
    assert format_seconds(None) == format_bytes(None) == UNKNOWN == "not measured"


def test_cores() -> None:
    assert format_cores(1.94, 2.0) == "0.97 cores used"
    assert format_cores(0.0, 0.0) == UNKNOWN


@given(st.floats(1e-9, 99.9))
def test_seconds_are_right_to_three_digits(seconds: float) -> None:
    number, unit = format_seconds(seconds).split()
    value = float(number) * {"s": 1, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}[unit]
    assert value == pytest.approx(seconds, rel=0.006, abs=0.51e-9)


@given(st.integers(-(2**55), 2**55))
def test_bytes_are_right_to_three_digits(size: int) -> None:
    number, unit = format_bytes(size).split()
    value = float(number) * 1024 ** ["B", "KiB", "MiB", "GiB", "TiB"].index(unit)
    assert value == pytest.approx(size, rel=0.006)
    assert re.fullmatch(r"-?(\d+|\d\.\d\d|\d\d\.\d)", number)
