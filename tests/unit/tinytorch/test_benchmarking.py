"""Benchmarks: intervals with the coverage that they claim, samples that are kept, turns, verdicts, and comparisons refused."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinytorch as tiny
from tinytorch import Tensor
from tinytorch.core.layers import Module
from tinytorch.perf.benchmarking import (
    RULES,
    Benchmark,
    BenchmarkResult,
    BenchmarkSuite,
    Comparison,
    Row,
    TinyMLPerf,
    broken_rules,
    cold_runs,
    compare,
    compare_times,
    fences,
    fingerprint,
    median_interval,
    noise_signs,
    stated_threads,
    take_turns,
)
from tinytorch.perf.profiling import Profiler
from tinytorch.perf.quantization import QuantizedLinear, model_bytes

DISTRIBUTIONS: dict[str, Callable[[Any, tuple[int, int]], Any]] = {
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "skewed": lambda rng, shape: rng.exponential(1.0, shape) - math.log(2),
    "heavy tails": lambda rng, shape: rng.standard_cauchy(shape),
    "two groups": lambda rng, shape: rng.choice([-1.0, 1.0], shape) + 0.5 * rng.standard_normal(shape),
}


class Clock:
    """Its time passes only in work; each call takes the next of its costs, times what the call's number makes of it."""

    def __init__(self, factor: Callable[[int], float] = lambda call: 1.0) -> None:
        self.now, self.calls, self.factor = 50.0, 0, factor

    def __call__(self) -> float:
        return self.now

    def work(self, *costs: float) -> Callable[[], None]:
        endless = itertools.cycle(costs)

        def run() -> None:
            self.now += next(endless) * self.factor(self.calls)
            self.calls += 1

        return run


class Timed(Module):
    """Takes time on a clock, and gives its input back."""

    def __init__(self, work: Callable[[], None]) -> None:
        self.work = work

    def forward(self, x: Tensor) -> Tensor:
        self.work()
        return x * 1.0


def coverage(n: int, k: int) -> float:
    return 1 - 2 * sum(math.comb(n, j) for j in range(k)) / 2**n


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
def test_ranks_are_the_innermost_with_the_confidence(confidence: float) -> None:
    for n in range(1, 120):
        low, high = median_interval(np.arange(1.0, n + 1), confidence)
        if math.isinf(low):
            assert coverage(n, 1) < confidence
            assert high == math.inf
        else:
            k = int(low)
            assert high == n + 1 - k
            assert coverage(n, k) >= confidence > coverage(n, k + 1)


@pytest.mark.parametrize("kind", DISTRIBUTIONS)
def test_intervals_hold_the_median_of_any_distribution_as_often_as_they_claim(kind: str) -> None:
    samples = DISTRIBUTIONS[kind](np.random.default_rng(19), (3000, 31))
    held = np.mean([low <= 0 <= high for low, high in map(median_interval, samples)])
    assert held == pytest.approx(coverage(31, 10), abs=0.013)


def test_thousands_of_samples_have_an_interval() -> None:
    low, high = median_interval(np.arange(20_000))
    assert (high - low) / 2 == pytest.approx(1.96 * math.sqrt(20_000) / 2, rel=0.02)


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.1])
def test_a_confidence_that_is_no_probability_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match=f"got {confidence}"):
        median_interval([1, 2, 3], confidence)


@pytest.mark.parametrize("seconds", [0.1, 0.3, 1e-7, 7.0])
def test_equal_samples_are_neither_outliers_nor_noise_nor_cold(seconds: float) -> None:
    samples = [seconds] * 30
    result = BenchmarkResult(samples)
    assert fences(samples) == (seconds, seconds)
    assert (result.outliers, result.noise, result.spread) == (0, set(), 0)
    assert cold_runs(samples) == 0


def test_a_result_keeps_outliers_and_counts_them() -> None:
    samples = [2.0, 1.0, 3.0, 90.0, 2.0, 2.5, 1.5, -80.0]
    result = BenchmarkResult(samples, "model", cold=[7.0])
    assert result.samples == samples
    assert (result.n, result.outliers, result.cold) == (8, 2, [7.0])
    assert (result.median, result.mean) == (2.0, pytest.approx(np.mean(samples)))
    assert (result.low, result.high) == tuple(np.quantile(samples, [0.25, 0.75]))
    assert result.spread == (result.high - result.low) / 2
    assert result.interval() == (-80.0, 90.0)
    assert result.interval(0.5) == (1.5, 2.5)


def test_a_result_says_what_it_found() -> None:
    assert repr(BenchmarkResult([0.002] * 9, "small")) == "small 2 ms (2 to 2), 9 runs, 0 outliers"
    assert repr(BenchmarkResult([3.0] * 9, unit="")) == "median 3 (3 to 3), 9 runs, 0 outliers"
    assert repr(BenchmarkResult([3.0], unit="bytes")) == "median 3 bytes (-inf to inf), 1 runs, 0 outliers"
    assert repr(BenchmarkResult([1.0] * 6 + [2.0] * 6)).endswith(", noise: busy, drift, groups")
    assert BenchmarkResult([0.0, 0.0]).spread == 0


@pytest.mark.parametrize("samples", [[], [1.0, math.nan], [math.inf]])
def test_a_result_without_finite_samples_is_refused(samples: list[float]) -> None:
    with pytest.raises(ValueError, match="at least one sample, all of them finite"):
        BenchmarkResult(samples)


def test_signs_of_noise_are_rare_where_there_is_none() -> None:
    samples = 100 + np.random.default_rng(19).standard_normal((1000, 40))
    found = [noise_signs(row) for row in samples]
    for sign in ("drift", "groups", "busy"):
        assert sum(sign in signs for signs in found) < 20, sign


def test_signs_of_noise_are_found_where_there_is_some() -> None:
    rng = np.random.default_rng(19)
    steady = 100 + rng.standard_normal((200, 40))
    disturbed = {
        "drift": steady + np.linspace(0, 6, 40),
        "groups": steady + 30 * (rng.random((200, 40)) < 0.4),
        "busy": steady + rng.exponential(50, (200, 40)) * (rng.random((200, 40)) < 0.2),
    }
    for sign, samples in disturbed.items():
        assert sum(sign in noise_signs(row) for row in samples) > 180, sign


def test_a_benchmark_leaves_out_the_warm_up_and_keeps_it() -> None:
    clock = Clock()
    result = Benchmark(clock.work(9, 8, 1, 2, 3), "model", warmup=2, runs=3, clock=clock).run()
    assert (result.cold, result.samples, result.name) == ([9, 8], [1, 2, 3], "model")
    assert clock.calls == 5


@pytest.mark.parametrize("numbers", [(-1, 5), (0, 0)])
def test_wrong_numbers_of_runs_are_refused(numbers: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=f"{numbers[0]} and {numbers[1]}"):
        Benchmark(list, "", *numbers)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_each_workload_runs_equally_often_at_each_place_of_a_round(count: int) -> None:
    order: list[int] = []
    times = take_turns([lambda which=which: order.append(which) for which in range(count)], 4 * count)  # type: ignore[misc]
    rounds = np.reshape(order, (4 * count, count))
    assert [len(row) for row in times] == [4 * count] * count
    for place in range(count):
        assert np.bincount(rounds[:, place]).tolist() == [4] * count


def test_a_comparison_divides_within_each_round_and_gives_a_verdict() -> None:
    found = compare_times([2.0, 20, 2, 2, 2, 2], [1.0, 10, 1, 1, 1, 1])
    assert (found.verdict, found.interval, found.ratio.samples) == ("faster", (2, 2), [2] * 6)
    assert str(found) == "faster: times as fast 2 (2 to 2), 6 runs, 0 outliers"
    assert compare_times([1.0] * 6, [2.0] * 6).verdict == "slower"
    assert compare_times([1.0] * 6, [1.0] * 6).verdict == "no difference shown"
    assert compare_times([2.0] * 5, [1.0] * 5).verdict == "no difference shown"


@pytest.mark.parametrize(
    ("first", "second", "match"),
    [([1, 2], [1], "got 2 and 1"), ([1.0, 0], [1, 1], "too coarse"), ([1, 1], [-1.0, 1], "too coarse")],
)
def test_times_that_cannot_be_compared_are_refused(first: list[float], second: list[float], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        compare_times(first, second)


MACHINES: dict[str, Callable[[int], float]] = {
    "steady": lambda call: 1.0,
    "gets slower": lambda call: 1 + 0.001 * call,
    "second slower": lambda call: 1 + 0.05 * (call % 2),
}


@pytest.mark.parametrize("machine", MACHINES)
def test_an_a_a_comparison_raises_a_false_alarm_at_most_as_often_as_the_confidence_allows(machine: str) -> None:
    rng, alarms = np.random.default_rng(19), 0
    for _ in range(600):
        noise = np.exp(0.02 * rng.standard_normal(66))
        clock = Clock(lambda call, noise=noise: MACHINES[machine](call) * noise[call])  # type: ignore[misc]
        alarms += compare(clock.work(1), clock.work(1), clock=clock).verdict != "no difference shown"
    assert alarms <= 0.06 * 600


@pytest.mark.parametrize("machine", MACHINES)
def test_a_difference_larger_than_the_noise_is_found_on_every_machine(machine: str) -> None:
    rng = np.random.default_rng(19)
    for cost, verdict in [(0.9, "faster"), (1.1, "slower")]:
        noise = np.exp(0.02 * rng.standard_normal(66))
        clock = Clock(lambda call, noise=noise: MACHINES[machine](call) * noise[call])  # type: ignore[misc]
        assert compare(clock.work(1), clock.work(cost), clock=clock).verdict == verdict


def test_compare_leaves_out_the_first_rounds() -> None:
    clock = Clock()
    found = compare(clock.work(9, 9, 2, 2, 2), clock.work(1), rounds=3, warmup=2, clock=clock)
    assert found.ratio.samples == [2, 2, 2]
    assert clock.calls == 10


def mlp() -> Any:
    return tiny.Sequential(tiny.Linear(4, 8), tiny.ReLU(), tiny.Linear(8, 3))


def test_a_suite_measures_what_the_profiler_and_the_model_say() -> None:
    models, x = {"one": mlp(), "two": mlp()}, Tensor(np.random.default_rng(0).standard_normal((6, 4)))
    labels = models["one"](x).data.argmax(axis=1)
    rows = BenchmarkSuite(models, x, labels, warmup=1, runs=3).run()
    assert [row.name for row in rows] == ["one", "two"]
    assert rows[0].accuracy == 1
    assert rows[1].accuracy == np.mean(models["two"](x).data.argmax(axis=1) == labels)
    for row in rows:
        used = Profiler().measure_memory(models[row.name], x)
        assert row.memory == used["parameters"] + used["peak"]
        assert (row.latency.n, len(row.latency.cold), row.size) == (3, 1, (6, 4))
        np.testing.assert_array_equal(row.outputs, models[row.name](x).data)
    assert rows[0].session == rows[1].session != BenchmarkSuite(models, x, runs=1).run()[0].session


def test_a_suite_times_without_gradients_and_leaves_the_parameters_alone() -> None:
    seen: list[bool] = []

    class Seeing(Module):
        def __init__(self) -> None:
            self.linear = tiny.Linear(4, 3)

        def forward(self, x: Tensor) -> Tensor:
            y = self.linear(x)
            seen.append(y.requires_grad)
            return y

    model = Seeing()
    before = model.state_dict()
    BenchmarkSuite({"model": model}, Tensor(np.ones((2, 4))), warmup=2, runs=4).run()
    assert seen[:6] == [False] * 6
    assert all(np.array_equal(before[path], value) for path, value in model.state_dict().items())


def test_a_table_has_a_line_for_each_row() -> None:
    x = Tensor(np.ones((2, 4)))
    rows = [
        *BenchmarkSuite({"labelled": mlp()}, x, [0, 0], runs=6).run(),
        *BenchmarkSuite({"other": mlp()}, x, runs=6).run(),
    ]
    heading, first, second = BenchmarkSuite.table(rows).splitlines()
    assert heading.split() == ["accuracy", "KiB", "latency"]
    assert first.split()[:3] == [f"{rows[0].accuracy:.3f}", f"{rows[0].memory / 1024:.1f}", "labelled"]
    assert second.split()[0] == "unknown"


def test_fingerprints_tell_arrays_apart() -> None:
    zeros = [np.zeros(4), np.zeros((2, 2)), np.zeros(4, np.int64), np.zeros(2), np.ones(4), np.array([1.0, 0, 0, 0])]
    assert len({fingerprint(array) for array in zeros}) == len(zeros)
    assert fingerprint(np.zeros(4)) == fingerprint(np.zeros(8)[::2])
    assert fingerprint(np.zeros(2), np.zeros(2)) != fingerprint(np.zeros(4))


def test_threads_are_what_the_environment_states(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    assert stated_threads() == 2
    monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    assert stated_threads() == 3
    monkeypatch.delenv("OMP_NUM_THREADS")
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert stated_threads() == 1


def timed_rows(*costs: tuple[float, ...]) -> list[Row]:
    clock = Clock()
    models = {f"model {at}": Timed(clock.work(*cost)) for at, cost in enumerate(costs)}
    return BenchmarkSuite(models, Tensor([[2.0, 1], [1, 2]]), [0, 1], clock=clock).run()


def test_a_fair_comparison_gets_a_verdict() -> None:
    rows = timed_rows((2, 3), (1,), (3, 2))
    judge = TinyMLPerf(1.0)
    assert judge.refusals(rows[0], rows[1]) == []
    assert judge.compare(rows[0], rows[1]).verdict == "faster"
    assert judge.compare(rows[1], rows[0]).verdict == "slower"
    assert isinstance(judge.compare(rows[0], rows[2]), Comparison)
    assert judge.compare(rows[0], rows[2]).verdict == "no difference shown"
    assert judge.compare(rows[0], rows[0]).verdict == "no difference shown"


UNFAIR: dict[str, dict[str, Any]] = {
    "data": {"data": "other"},
    "size": {"size": (1, 2)},
    "threads": {"threads": 99},
    "session": {"session": 0},
    "warmup": {"latency": BenchmarkResult([1.0] * 30, cold=[1.0])},
    "runs": {"latency": BenchmarkResult([1.0] * 29, cold=[1.0] * 5)},
    "accuracy": {"accuracy": 0.5},
    "results": {"accuracy": None, "outputs": np.ones((2, 2))},
}


def test_each_rule_has_an_unfair_comparison() -> None:
    assert list(UNFAIR) == list(RULES)


@pytest.mark.parametrize("rule", UNFAIR)
def test_an_unfair_comparison_is_refused_in_one_sentence(rule: str) -> None:
    fair, _ = timed_rows((1,), (1,))
    unfair = fair._replace(name="the unfair one", **UNFAIR[rule])
    judge = TinyMLPerf(0.9)
    for pair in [(fair, unfair), (unfair, fair)]:
        assert broken_rules(*pair, 0.9, 30, 3) == [rule]
        (sentence,) = judge.refusals(*pair)
        assert "the unfair one" in sentence
        assert "model 0" in sentence
        assert sentence[0].isalpha()
        assert sentence[-1] == "."
        with pytest.raises(ValueError, match="not fair") as refused:
            judge.compare(*pair)
        assert sentence in str(refused.value)


def test_equal_outputs_need_no_accuracy() -> None:
    fair, _ = timed_rows((1,), (1,))
    one, two = fair._replace(accuracy=None), fair._replace(accuracy=None, outputs=fair.outputs * (1 + 1e-5))
    assert TinyMLPerf(0.9).refusals(one, two) == []
    assert len(TinyMLPerf(0.9).refusals(one, two._replace(outputs=fair.outputs + 0.1))) == 1


def test_memory_counts_weights_that_are_no_parameters() -> None:
    linear, x = tiny.Linear(50, 40), Tensor(np.ones((2, 50)))
    narrow = QuantizedLinear(linear)
    (row,) = BenchmarkSuite({"int8": narrow}, x, runs=2).run()
    assert row.memory == model_bytes(narrow) + Profiler().measure_memory(narrow, x)["peak"]
    assert row.memory > linear.weight.size
