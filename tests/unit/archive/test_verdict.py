"""The verdict: its error rates by simulation of noisy times, and the cases in which it must say nothing."""

from __future__ import annotations

import math
import random

import pytest

from tinytorch_lab.archive.verdict import judge

TRIALS = 1500
SIZES = (5, 8, 12, 20)


def noisy(random_: random.Random, count: int, spread: float, outliers: float) -> list[float]:
    """Times around 1 s: lognormal with the relative ``spread``; the share ``outliers`` takes 1.2 to 3 times as long."""
    return [
        math.exp(random_.gauss(0, spread)) * (random_.uniform(1.2, 3) if random_.random() < outliers else 1)
        for _ in range(count)
    ]


def rate(verdict: str, factor: float, *, n: int, spread: float, outliers: float = 0.0, own: int = 1) -> float:
    """How often the verdict is given on a run that takes ``factor`` times as long as ``n`` earlier ones did."""
    random_ = random.Random(f"{n} {spread} {outliers}")
    hits = 0
    for _ in range(TRIALS):
        runs = [factor * time for time in noisy(random_, own, spread, outliers)]
        new = sorted(runs)[len(runs) // 2]
        hits += judge(new, noisy(random_, n, spread, outliers), runs if own > 1 else ()) == verdict
    return hits / TRIALS


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("spread", [0.01, 0.03, 0.1])
def test_false_alarms_are_rare(n: int, spread: float) -> None:
    wrong = rate("slower", 1, n=n, spread=spread) + rate("faster", 1, n=n, spread=spread)
    assert wrong <= 0.05


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("spread", [0.01, 0.03])
def test_with_outliers_they_are_hardly_more_than_the_outliers(n: int, spread: float) -> None:
    # A run that the machine slowed down by 20 % and more is slower: one in twenty here, and TRIALS spread that figure.
    assert rate("slower", 1, n=n, spread=spread, outliers=0.05) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / TRIALS)
    assert rate("faster", 1, n=n, spread=spread, outliers=0.05) <= 0.01


@pytest.mark.parametrize("n", SIZES)
def test_a_change_by_30_percent_is_found_in_noise_of_3_percent(n: int) -> None:
    assert rate("slower", 1.3, n=n, spread=0.03) >= 0.9
    assert rate("faster", 1 / 1.3, n=n, spread=0.03) >= 0.9


def test_outliers_among_the_earlier_runs_do_not_hide_it_for_long() -> None:
    assert rate("slower", 1.3, n=8, spread=0.03, outliers=0.05) >= 0.8
    assert rate("slower", 1.3, n=20, spread=0.03, outliers=0.05) >= 0.9


def test_a_difference_of_4_percent_is_never_called_one() -> None:
    assert judge(1.04, [1.0] * 20) == "same"
    assert judge(1 / 1.04, [1.0] * 20) == "same"
    assert judge(1.06, [1.0] * 20) == "slower"


def test_four_runs_are_too_few() -> None:
    assert judge(9.0, [1.0] * 4) == "too few"
    assert judge(9.0, [1.0] * 5) == "slower"


def test_times_of_zero_prove_nothing() -> None:
    assert judge(0.0, [1.0] * 9) == "too few"
    assert judge(1.0, [0.0] * 9) == "too few"


def test_repeated_runs_whose_middle_half_reaches_the_earlier_ones_are_the_same() -> None:
    earlier = [1.0, 1.0, 1.0, 1.0, 1.0]
    assert judge(2.0, earlier, own=[2.0, 2.0, 2.0, 2.0, 2.0]) == "slower"
    assert judge(2.0, earlier, own=[0.9, 0.9, 2.0, 3.0, 3.0]) == "same"
    assert judge(0.5, earlier, own=[0.5, 0.5, 0.5]) == "faster"
    assert judge(0.5, earlier, own=[0.1, 0.1, 0.5, 1.0, 1.0]) == "same"


def test_the_median_of_repeated_runs_gives_fewer_false_alarms_than_one_run() -> None:
    alone = rate("slower", 1, n=8, spread=0.03, outliers=0.05)
    repeated = rate("slower", 1, n=8, spread=0.03, outliers=0.05, own=5)
    assert repeated < alone / 3
