"""The choice between growth classes, on costs that were computed, not measured."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tinytorch_lab.scaling.choose import choose
from tinytorch_lab.scaling.classes import shape
from tinytorch_lab.scaling.fit import Data
from tinytorch_lab.scaling.growth import growth_of
from tinytorch_lab.scaling.noise import busy
from tinytorch_lab.scaling.series import Series
from tinytorch_lab.scaling.timing import Sample

POWERS_OF_TWO = np.array([5.0 * 2**k for k in range(16)])
SMALL = np.array([5.0, 10, 15, 20, 30, 40, 60, 80, 120, 160])
SHAPES = [
    ("1", POWERS_OF_TWO, 2e-6, 0.0),
    ("log n", POWERS_OF_TWO, 2e-7, 1e-7),
    ("sqrt n", POWERS_OF_TWO, 1e-6, 4e-8),
    ("n", POWERS_OF_TWO, 2e-6, 3e-8),
    ("n log n", POWERS_OF_TWO, 1e-6, 6e-9),
    ("n^2", SMALL, 1e-6, 5e-8),
    ("n^3", SMALL, 2e-6, 5e-8),
]


def data(n: np.ndarray, y: np.ndarray, noise: float = 0.01) -> Data:
    return Data(n, y, np.full(len(n), noise), 0.02, np.zeros(len(n)))


def clean(name: str, n: np.ndarray, fixed: float, unit: float, error: float = 0.0, seed: int = 0) -> Data:
    costs = fixed + unit * shape(name, n)
    return data(n, costs * np.exp(error * np.random.default_rng(seed).standard_normal(len(n))), max(error, 0.005))


@pytest.mark.parametrize(("name", "n", "fixed", "unit"), SHAPES)
def test_exact_growth_is_named_and_decided(name: str, n: np.ndarray, fixed: float, unit: float) -> None:
    growth = growth_of(clean(name, n, fixed, unit), "n", "s")
    assert growth.best == name
    assert growth.decided, growth.candidates
    assert growth.candidates == [name]
    assert growth.confidence > 0.9


@pytest.mark.parametrize(("name", "n", "fixed", "unit"), SHAPES)
def test_noise_never_makes_a_wrong_answer_certain(name: str, n: np.ndarray, fixed: float, unit: float) -> None:
    for error in (0.02, 0.06, 0.2):
        for seed in range(3):
            choice = choose(clean(name, n, fixed, unit, error, seed))
            assert not choice.decided or choice.best.name == name or choice.confidence < 0.9, (error, seed)


def test_noise_lowers_confidence() -> None:
    certain = [choose(clean("n", POWERS_OF_TWO, 2e-6, 3e-8, error, 1)).confidence for error in (0.0, 0.1, 0.3)]
    assert certain[0] > certain[1] > certain[2]


def test_a_busy_machine_lowers_confidence_and_the_answer_says_so() -> None:
    idle = clean("n log n", POWERS_OF_TWO, 1e-6, 6e-9, 0.03, 1)
    answers = [growth_of(replace(idle, busy=busy), "n", "s") for busy in (0.0, 0.5, 1.0)]
    assert answers[0].confidence > answers[1].confidence > answers[2].confidence
    assert not any("Other processes" in sentence for sentence in answers[0].sentences)
    assert "Other processes held the processor for about 50 % of the time" in answers[2].sentences[-1]


def test_how_busy_is_told_by_the_longer_runs() -> None:
    short, long = Sample(1e-5, 9e-5, 1.0), Sample(0.01, 0.015, 1.0)
    assert busy([Series((1,), [short] * 5 + [long] * 3)]) == pytest.approx(0.5)
    assert busy([Series((1,), [short])]) == 0.0
    assert busy([Series((1,), [Sample(0.01, 9.0, 1.0)])]) == 2.0


def test_exponential_growth_has_its_base() -> None:
    n = np.arange(5.0, 26)
    growth = growth_of(data(n, 1e-7 + 4e-8 * 1.618**n), "n", "s")
    assert (growth.best, growth.decided, growth.exponent) == ("2^n", True, None)
    assert growth.base == pytest.approx(1.618, abs=0.01)


def test_a_power_between_the_classes_is_named() -> None:
    growth = growth_of(data(POWERS_OF_TWO, 1e-6 + 2e-8 * POWERS_OF_TWO**1.58), "n", "s")
    assert (growth.best, growth.decided) == ("n^1.6", True)
    assert growth.exponent == pytest.approx(1.58, abs=0.02)


def test_the_exponent_lies_in_its_interval_and_is_the_one_put_in() -> None:
    for power, name in ((0.5, "sqrt n"), (1.0, "n"), (2.0, "n^2"), (3.0, "n^3")):
        growth = growth_of(clean(name, SMALL * 8, 1e-9, 1e-8, 0.02, 3), "d", "s")
        low, high = growth.intervals["d"]
        assert low <= power <= high
        assert growth.exponents["d"] == pytest.approx(power, abs=0.1)


def test_what_the_data_cannot_tell_apart_is_undecided() -> None:
    n = np.array([100.0, 120, 140, 160, 180, 200])  # n log n grows by 2.3 here, n by 2.0
    growth = growth_of(clean("n log n", n, 0.0, 1e-8, 0.1), "n", "s")
    assert not growth.decided
    assert {"n", "n log n"} <= set(growth.candidates)
    assert growth.confidence < 0.9


def test_a_cache_knee_is_found_and_does_not_change_the_class() -> None:
    n = POWERS_OF_TWO * 8
    knee = 40_000.0
    unit = 1e-9 * (1 + 2 / (1 + (knee / n) ** 2))
    growth = growth_of(data(n, 1e-6 + unit * n), "n", "s")
    assert growth.best == "n"
    (found,) = [knee for knee in growth.knees if knee.kind == "slower"]
    assert knee / 2.5 < found.at < knee * 2.5
    assert "each unit costs 3" in found.text


def test_page_faults_are_not_growth() -> None:
    n = POWERS_OF_TWO * 8
    faults = np.where(n > 30_000, n / 512, 0.0)
    measured = Data(n, 1e-6 + 1e-9 * n + 5e-7 * faults, np.full(len(n), 0.01), 0.02, faults)
    growth = growth_of(measured, "n", "s")
    assert growth.best == "n"
    assert "n^2" not in growth.candidates


def test_the_formula_has_units_and_the_doubling_follows_from_it() -> None:
    growth = growth_of(clean("n", POWERS_OF_TWO, 2.1e-4, 3.4e-6), "d", "s")
    assert growth.formula == "210 µs + 3.4 µs * d"
    assert growth.doubling["d"] == pytest.approx(2.0, abs=0.01)
    assert growth.doubled["d"] == pytest.approx(2.1e-4 + 3.4e-6 * 2 * POWERS_OF_TWO[-1], rel=0.01)


def test_the_deciding_figure_is_arithmetic() -> None:
    growth = growth_of(clean("n log n", POWERS_OF_TWO, 0.0, 1e-8), "n", "s")
    deciding = growth.deciding
    ratio = deciding.end / deciding.start
    assert deciding.expected["n"] == pytest.approx(ratio)
    assert deciding.factor == pytest.approx(ratio * math.log(deciding.end) / math.log(deciding.start))


def test_memory_that_varies_by_some_bytes_does_not_grow() -> None:
    peaks = np.array([112.0, 112, 144, 144, 144, 176, 352, 176])
    growth = growth_of(Data(POWERS_OF_TWO[:8], peaks, 80 / peaks, 0.03, np.zeros(8), bytes=True), "n", "B")
    assert (growth.best, growth.decided) == ("1", True)


def test_tables_that_grow_in_steps_are_linear() -> None:
    n = POWERS_OF_TWO[4:12]
    peaks = np.array([104.0 * 2 ** math.ceil(math.log2(size * 1.5)) / 3 for size in n])
    growth = growth_of(Data(n, peaks, 80 / peaks, 0.03, np.zeros(8), bytes=True), "n", "B")
    assert growth.best == "n"


def test_too_few_points_are_no_growth() -> None:
    assert growth_of(data(np.array([1.0, 2.0]), np.array([1.0, 2.0])), "n", "s") is None


def test_a_cost_of_nothing_is_no_failure() -> None:
    zeros = np.full(6, 1.0)
    assert growth_of(Data(POWERS_OF_TWO[:6], zeros, 80 / zeros, 0.03, np.zeros(6), bytes=True), "n", "B").best == "1"
