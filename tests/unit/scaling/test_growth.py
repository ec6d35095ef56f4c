import math

import pytest

from tinytorch_lab.scaling.growth import fit_power


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 2.0, 3.0])
def test_an_exact_power_is_found_with_no_width(power: float) -> None:
    growth = fit_power([(n, 7.0 * n**power) for n in (16, 32, 64, 128, 256)])
    assert growth.exponent == pytest.approx(power, abs=1e-9)
    assert growth.interval == pytest.approx((power, power), abs=1e-6)
    assert growth.doubling == pytest.approx(2**power)


def test_the_interval_is_the_textbook_one() -> None:
    # Four points with residuals +e, -e, -e, +e about slope 2: s^2 = 4 e^2 / 2, Sxx = 5 ln(2)^2, t(2) = 4.303.
    e, sizes = 0.1, (1, 2, 4, 8)
    growth = fit_power([(n, n**2 * math.exp(sign * e)) for n, sign in zip(sizes, (1, -1, -1, 1), strict=True)])
    half = 4.303 * math.sqrt(4 * e * e / 2 / (5 * math.log(2) ** 2))
    assert growth.exponent == pytest.approx(2.0)
    assert growth.interval == pytest.approx((2 - half, 2 + half), rel=1e-6)


def test_only_the_largest_sizes_count() -> None:
    growth = fit_power([(1, 50.0), (2, 50.0), *((n, float(n)) for n in (64, 128, 256, 512, 1024))])
    assert growth.exponent == pytest.approx(1.0)
    assert growth.sizes == 5


def test_growth_is_named_only_where_the_interval_shows_one() -> None:
    assert fit_power([(n, 3.0) for n in (1, 2, 4)]).best == "1"
    assert fit_power([(1, 3.0), (2, 2.9), (4, 3.2), (8, 3.0)]).best == "1"
    assert fit_power([(n, n**1.5) for n in (1, 2, 4)]).best == "n^1.5"


@pytest.mark.parametrize("pairs", [[], [(1, 1.0), (2, 2.0)], [(1, 0.0), (2, 0.0), (4, 0.0), (8, 1.0)]])
def test_too_little_to_fit_is_none(pairs: list) -> None:
    assert fit_power(pairs) is None


def test_the_last_step_is_told_as_a_doubling() -> None:
    assert fit_power([(8, 1.0), (16, 1.5), (32, 2.0), (128, 32.0)]).doubling == pytest.approx(4.0)
