# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---
# %% [markdown]
# # Module 19: Benchmarking
# **You build** a benchmark that says how sure it is: medians with intervals, signs of noise, comparisons in turns, a suite of models, and rules that refuse what is not fair.
#
# **You measure** what certainty costs (`%%complexity`), how often each order of the runs raises a false alarm, when the minimum misleads, and what two models need (`%%measure`).
#
# **Prerequisites:** 14 Profiling, and with it Tensor, Layers and Autograd. **Unlocks:** 20 Capstone, where every claim about a model of your own has to pass these rules.
# %% [markdown]
# ## Part 1: Foundations
# If you time the same function twice, you get two different numbers: the machine does other work in between, caches are in another state, and the clock rate changes. So a time
# is a *sample*, and the question is what several samples say about the value behind them. We ask for the **median**: half of all runs are faster, half are slower, and a few interrupted
# runs do not move it. A sample lies below the true median with probability 1/2. Of n independent samples, the number B below it therefore follows the binomial distribution,
# whatever the distribution of the times is:
# $$P(B = j) = \binom{n}{j} \Big/ 2^n$$
# The k-th smallest sample is above the true median if fewer than k samples are below it, which has probability $P(B < k)$. The k-th largest is below the true median with the
# same probability. Hence the interval from the k-th smallest to the k-th largest sample contains the true median with probability
# $$1 - 2 \, P(B < k) = 1 - 2 \sum_{j=0}^{k-1} \binom{n}{j} \Big/ 2^n$$
# The standard deviation of B is $\sqrt{n} / 2$, which is a share of $1 / (2 \sqrt{n})$ of all samples. So the width of the interval falls like $1 / \sqrt{n}$, and the cost grows like n.
# %%
#| default_exp perf.benchmarking
#| export
"""Benchmarks that say how sure they are: median intervals, signs of noise, comparisons in turns, a suite of models, and rules of fairness."""

import hashlib
import itertools
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from tinytorch.core.autograd import no_grad
from tinytorch.core.layers import named_state
from tinytorch.core.tensor import Array, Tensor
from tinytorch.perf.profiling import Profiler, time_calls
# %% nbgrader={"grade": false, "grade_id": "19-helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
from tinytorch.core.activations import ReLU
from tinytorch.core.layers import Linear, Module, Sequential, manual_seed
from tinytorch.data import digits
rng = np.random.default_rng(19)
class Machine:
    """A simulated computer, so that no test depends on how busy yours is: a clock, called for the time, and ``work(cost)``, a function that takes ``cost`` seconds
    of it, or the next of several costs. It may be noisy, get slower from call to call (``drift``), or slow down every other call (``second``)."""
    def __init__(self, seed=0, noise=0.0, drift=0.0, second=0.0):
        self.now, self.calls, self.log, self.rng = 100.0, 0, [], np.random.default_rng(seed)
        self.noise, self.drift, self.second = noise, drift, second
    def __call__(self): return self.now
    def work(self, *costs, name=""):
        costs = itertools.cycle(costs)
        def run():
            factor = (1 + self.drift * self.calls) * (1 + self.second * (self.calls % 2)) * np.exp(self.noise * self.rng.standard_normal())
            self.now, self.calls = self.now + next(costs) * factor, self.calls + 1
            self.log.append(name)
        return run
def tried(function, *args, **params):  # its result; what it raises instead is a failed test
    try:
        return function(*args, **params)
    except Exception as error:
        raise AssertionError(f"{getattr(function, '__name__', function)} raised {error!r}") from error
def equal(got, expected, what): assert got == expected, f"{what}: expected {expected}, got {got}"
def close(got, expected, what): assert np.shape(got) == np.shape(expected) and np.allclose(got, expected, 1e-6), f"{what}: expected {expected}, got {got}"
def refuses(word, function, *args, **params):  # fails unless function raises a ValueError with word in its message
    try:
        got = function(*args, **params)
    except Exception as caught:
        got = caught
    assert isinstance(got, ValueError) and word in str(got), f"expected a ValueError with '{word}' in its message, got {got!r}"
# %% [markdown]
# ### 1.1 The interval
# The larger k is, the narrower the interval. Find the largest k that still has the confidence asked for. Fewer than six samples have none for 0.95: then everything is possible.
# %% nbgrader={"grade": false, "grade_id": "19-interval", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def median_interval(samples: Sequence[float] | Array, confidence: float = 0.95) -> tuple[float, float]:
    """The interval (low, high) from the k-th smallest to the k-th largest sample that holds the median of the samples' distribution with a probability of at least
    ``confidence``: 1 - 2 P(B < k), for a binomial B of as many tosses as there are independent samples; k is the largest possible. (-inf, inf) if there are too few.
    ValueError unless 0 < ``confidence`` < 1. ``median_interval([3, 1, 2, 9, 4, 5])`` is (1.0, 9.0): six samples have 1 - 2/64."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}.")
    # TODO: both ends.
    # APPROACH: 1. begin with k = 0 and below = 1, the number of ways to have no sample below the median. 2. As long as 2 * below / 2**n is at most 1 - confidence, k + 1 is
    # possible: go there, and add the ways to have exactly k samples below. 3. sort, and take the k-th sample from both ends; without a k, everything is possible.
    # HINTS: there are binomial(n, k) ways, and binomial(n, k + 1) = binomial(n, k) * (n - k) // (k + 1). Keep them as whole numbers: Python divides even huge ones exactly.
    ### BEGIN SOLUTION
    n, k, ways, below = len(samples), 0, 1, 1
    while 2 * below / 2**n <= 1 - confidence:
        ways = ways * (n - k) // (k + 1)
        k += 1
        below += ways
    ordered = np.sort(samples)
    return (float(ordered[k - 1]), float(ordered[-k])) if k else (-np.inf, np.inf)
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "19-interval-test", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
def test_median_interval():
    equal(tried(median_interval, [3, 1, 2, 9, 4, 5]), (1, 9), "all of six samples"), equal(tried(median_interval, [1, 2, 3, 4, 5]), (-np.inf, np.inf), "five are too few")
    equal(tried(median_interval, [5, 1, 7, 2, 90, 3, 8, 4, 6]), (2, 8), "the second from both ends of nine"), refuses("got 95", median_interval, [1, 2, 3], 95)
    ### BEGIN HIDDEN TESTS
    for n, k in [(8, 1), (20, 6), (30, 10), (100, 40), (2000, 956)]:
        equal(tried(median_interval, np.arange(n, 0, -1)), (k, n + 1 - k), f"the samples 1 to {n}: a table of the sign test gives the same")
    equal(tried(median_interval, np.arange(30.0), 0.99), (7, 22), "more confidence"), equal(tried(median_interval, [8, 7, 9, 6, 5], 0.9375), (5, 9), "five have exactly 0.9375"), equal({type(end) for end in median_interval([1] * 9)}, {float}, "type")
    many = np.random.default_rng(2).exponential(1.0, (2000, 25))
    held = np.mean([low <= np.log(2) <= high for low, high in (tried(median_interval, row) for row in many)])
    assert 0.945 <= held <= 0.97, f"intervals of 25 samples should hold the true median in about 0.957 of all cases, got {held}"
    for confidence in (0, 1, -0.5): refuses(str(confidence), median_interval, [1, 2], confidence)
    ### END HIDDEN TESTS
test_median_interval()
# %% [markdown]
# ### 1.2 Outliers and other signs of noise
# Some runs take far longer than the others because the system interrupted them. To delete them would be to decide what counts after seeing the result. We keep them, since the
# median can bear them, and count them. Tukey's rule calls a sample an outlier if it is beyond the `fences`, one and a half times the distance of the quartiles away from them.
# Moreover, the interval is right only if the samples are independent and come from one distribution. A processor that gets warm and slows down causes *drift*, two clock rates
# or kinds of cores make two *groups*, and other programs keep it *busy*. Three simple rules, which stand in the docstring, notice it.
# %% nbgrader={"grade": false, "grade_id": "19-noise", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def fences(samples: Sequence[float] | Array) -> tuple[float, float]:
    """The limits (low, high) beyond which a sample is an outlier: 1.5 times the distance of the quartiles outside of them. Those of 1, 2, 3, 4, 5 are -1 and 7."""
    lower, upper = (float(q) for q in np.quantile(samples, [0.25, 0.75]))
    return lower - 1.5 * (upper - lower), upper + 1.5 * (upper - lower)
def noise_signs(samples: Sequence[float] | Array) -> set[str]:
    """Which of "drift", "groups" and "busy" these samples, in the order of their measurement, show; none for fewer than 12. The rules:
    "drift": the median intervals of both halves do not overlap (of an odd number, the middle one belongs to neither half).
    "groups": a gap between neighbours, with at least a fifth of the samples on either side, is wider than half of the way from the quantile 0.1 to 0.9.
    "busy": more than a tenth of the samples are beyond the fences, or the quartiles are further apart than a tenth of the median."""
    x, n, signs = np.asarray(samples, np.float64), len(samples), set[str]()
    if n < 12:
        return signs
    # TODO: add the names of those signs that are there.
    # APPROACH: 1. the intervals of x[: n // 2] and x[-(n // 2):]: does one end before the other begins? 2. sort, take the differences of neighbours, cut off those too near to
    # an end, compare the widest with the range. 3. count what is beyond the fences; compare the quartiles.
    # HINTS: np.diff(np.sort(x))[i] has i + 1 samples on its left. A fifth, as a whole number of samples: -(-n // 5) rounds up.
    ### BEGIN SOLUTION
    half, fifth = n // 2, -(-n // 5)
    first, last = median_interval(x[:half]), median_interval(x[-half:])
    if first[1] < last[0] or last[1] < first[0]:
        signs.add("drift")
    tenth, lower, upper, ninth = np.quantile(x, [0.1, 0.25, 0.75, 0.9])
    if np.diff(np.sort(x))[fifth - 1 : n - fifth].max() > (ninth - tenth) / 2:
        signs.add("groups")
    low, high = fences(x)
    if np.sum((x < low) | (x > high)) > n / 10 or upper - lower > np.median(x) / 10:
        signs.add("busy")
    return signs
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "19-noise-test", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
def signs_of(samples, expected, what): equal(tried(noise_signs, samples), set(expected.split()), what)
def test_noise_signs():
    steady, busy = 100 + np.tile([0.0, 2.0, 1.0, 3.0], 5), np.arange(20) % 7 == 3  # twenty samples, and which three of them get interrupted
    signs_of(steady, "", "a steady machine"), signs_of(np.full(30, 7.0), "", "no spread at all")
    signs_of(steady + np.linspace(0, 12, 20), "drift", "a machine that gets slower"), signs_of(np.where(busy, 150, steady), "busy", "3 outliers among 20")
    signs_of(100 + np.tile([0.0, 1, 2, 1, 9], 4), "groups busy", "one in five far from the others"), signs_of(100 + np.tile([0.0, 6, 12, 18, 24], 4), "busy", "quartiles 106 and 118")
    ### BEGIN HIDDEN TESTS
    signs_of(steady - np.linspace(0, 12, 20), "drift", "a machine that gets faster"), signs_of(90 + np.tile([0.0, 5, 10, 15, 20], 4), "", "quartiles 95 and 105, median 100")
    for n, slow, expected in [(20, [1, 12], ""), (28, [1, 12, 20], "busy")]:
        for other in (50, 150): signs_of(np.where(np.isin(np.arange(n), slow), other, np.resize(steady, n)), expected, f"{len(slow)} outliers of {other} among {n}")
    signs_of(100 + np.array([-20.0, *[0, 1, 9, 1, 9] * 4]), "groups", "two groups, and one sample far below")
    signs_of(np.repeat([1.0, 2.0], 6), "drift groups busy", "twelve samples are enough"), signs_of(np.repeat([1.0, 2.0], [5, 6]), "", "eleven are too few")
    for middle in (99.0, 102.0): signs_of(np.repeat([100.0, middle, 101.0], [6, 1, 6]), "drift groups", "the middle one of 13 is in neither half")
    touching = [np.tile([100.0, 101.0], 3), np.tile([101.0, 102.0], 3)]
    signs_of(np.concatenate(touching), "", "intervals that touch overlap"), signs_of(np.concatenate(touching[::-1]), "", "the other way round")
    for few, expected in [(3, "busy"), (4, "busy groups")]:
        row = 1006.0 + np.arange(17) % 3 / 9
        row[[4, 12, 8, 1][:few]] -= 5
        signs_of(row, expected, f"{few} of 17 samples are lower"), signs_of(2000 - row, expected, f"{few} of 17 samples are higher")
    signs_of(1000 + np.tile([0.0, 0.0, 4.0, 8.0, 8.0], 4), "", "gaps of exactly half of the range"), signs_of(1000 + np.tile([0.0, 0.0, 5.0, 8.0, 8.0], 4), "groups", "more")
    ### END HIDDEN TESTS
test_noise_signs()
# %% [markdown]
# ### 1.3 Cold runs
# The first runs are slower: memory comes from the system, caches are empty, libraries start their threads. They belong to another distribution, and so they are left out. How many? We
# take the second half of a long series as warm. The leading samples beyond its upper fence were cold.
# %% nbgrader={"grade": false, "grade_id": "19-warmup", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def cold_runs(samples: Sequence[float] | Array) -> int:
    """How many of the first samples to leave out: those before the first one that is not above the upper fence of the second half (which has the middle one
    of an odd number); at most the first half. ``cold_runs([9, 5, 1, 1, 1, 1])`` is 2."""
    # TODO: the number of cold runs.
    # APPROACH: 1. the upper fence of the second half. 2. count from the beginning, until a sample is not above it or the first half ends.
    # HINTS: samples[len(samples) // 2 :] is the second half. A slow sample behind a fast one is an outlier, not a cold run.
    ### BEGIN SOLUTION
    half = len(samples) // 2
    high, cold = fences(samples[half:])[1], 0
    while cold < half and samples[cold] > high:
        cold += 1
    return cold
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "19-warmup-test", "locked": true, "points": 9, "schema_version": 3, "solution": false, "task": false}
def test_cold_runs():
    equal(tried(cold_runs, [9, 5, 1, 1, 1, 1]), 2, "two cold runs"), equal(tried(cold_runs, [1, 1, 9, 1, 1, 1]), 0, "an outlier later on")
    equal(tried(cold_runs, [30, 20, 8, 12, 10, 11, 12, 13, 14]), 2, "quartiles 11 and 13: more than 16 is cold")
    ### BEGIN HIDDEN TESTS
    equal(tried(cold_runs, [17, 16, 17, 12, 10, 11, 12, 13, 14]), 1, "16 is on the fence, and nothing behind it counts")
    for cold, samples in [(3, [9, 9, 9, 1, 1, 1]), (0, [9, 9, 9, 1, 1]), (1, np.array([3.0, 1.0])), (0, [5]), (6, [9] * 6 + [50] + [1] * 5)]: equal(tried(cold_runs, samples), cold, samples)
    ### END HIDDEN TESTS
test_cold_runs()
# %% [markdown]
# ### 1.4 A benchmark of one workload
# Given: `BenchmarkResult` holds the samples of one measurement and asks your functions about them; `Benchmark` makes one. The clock is a parameter, so that a test can bring its own.
# The runs that warm up are timed too, but kept apart: whoever doubts that they were enough can look.
# %%
#| export
class BenchmarkResult:
    """What one measurement found: ``samples``, all of them, outliers too, in their order; and ``cold``, those of the warm-up, which no figure below uses.
    ``n``, ``median``, ``mean``, ``low`` and ``high`` (the quartiles), ``spread`` (their distance as a share of the median), ``outliers`` (the number of samples beyond the fences)
    and ``noise`` (a set of signs) are attributes. ValueError without finite samples. ``BenchmarkResult([0.002, 0.001, 0.004]).median`` is 0.002."""
    def __init__(self, samples: Sequence[float] | Array, name: str = "", unit: str = "s", cold: Sequence[float] = ()) -> None:
        self.samples, self.name, self.unit, self.cold = [float(x) for x in samples], name, unit, list(cold)
        if not self.samples or not np.isfinite(self.samples).all():
            raise ValueError(f"A result needs at least one sample, all of them finite, got {self.samples}.")
        self.n, self.mean, self.noise = len(self.samples), float(np.mean(self.samples)), noise_signs(self.samples)
        self.low, self.median, self.high = (float(q) for q in np.quantile(self.samples, [0.25, 0.5, 0.75]))
        self.spread = (self.high - self.low) / self.median if self.median else 0.0
        below, above = fences(self.samples)
        self.outliers = sum(not below <= x <= above for x in self.samples)
    def interval(self, confidence: float = 0.95) -> tuple[float, float]: return median_interval(self.samples, confidence)
    def __repr__(self) -> str:
        factor, unit = (1e3, " ms") if self.unit == "s" else (1.0, f" {self.unit}".rstrip())
        low, high = self.interval()
        about = f"{self.n} runs, {self.outliers} outliers" + (f", noise: {', '.join(sorted(self.noise))}" if self.noise else "")
        return f"{self.name or 'median'} {self.median * factor:.4g}{unit} ({low * factor:.4g} to {high * factor:.4g}), {about}"
class Benchmark:
    """Times ``workload()``: ``warmup`` runs that do not count, then ``runs`` that do, by ``clock`` (seconds).
    ValueError unless ``warmup`` >= 0 and ``runs`` >= 1. ``Benchmark(lambda: model(x), "small").run().median`` is in seconds."""
    def __init__(self, workload: Callable[[], Any], name: str = "", warmup: int = 5, runs: int = 30, clock: Callable[[], float] = time.perf_counter) -> None:
        if warmup < 0 or runs < 1:
            raise ValueError(f"warmup must be 0 or more and runs at least 1, got {warmup} and {runs}.")
        self.workload, self.name, self.warmup, self.runs, self.clock = workload, name, warmup, runs, clock
    def run(self) -> BenchmarkResult:
        """Measure; the result has the name of the benchmark, and the runs that warmed up as ``cold``."""
        times = time_calls(self.workload, 0, self.warmup + self.runs, self.clock).times
        return BenchmarkResult(times[self.warmup :], self.name, cold=times[: self.warmup])
# %% [markdown]
# Two models that will be compared: both read the handwritten digits, with a hidden layer of random weights and an output layer that one system of linear equations gives.
# **Predict, then run:** how many runs of the wide model are cold on your machine, and how much longer than the median does the first one take?
# %%
x_train, y_train, x_test, y_test = digits(mixed=True)
pictures, unseen = Tensor(x_train.reshape(-1, 64) / 16), Tensor(x_test.reshape(-1, 64) / 16)
def reader(hidden):  # a model with so many hidden units
    model = Sequential(Linear(64, hidden), ReLU(), Linear(hidden, 10, bias=False))
    features = model.layers[1](model.layers[0](pictures)).data
    model.layers[2].weight.data[...] = np.linalg.solve(features.T @ features + 0.1 * np.eye(hidden), features.T @ np.eye(10)[y_train])
    return model
manual_seed(19)
narrow, wide = reader(32), reader(512)
with no_grad():
    series = Benchmark(lambda: wide(unseen), "wide", warmup=0, runs=60).run()
print(f"{cold_runs(series.samples)} cold runs, the first took {series.samples[0] / series.median:.2f} times the median; {series}")
# %% [markdown]
# ### 1.5 In turns
# Do not time all runs of one candidate and then all of the other: whatever the machine does in the meantime would look like a difference. Let them take turns, so that both see the
# same machine. And the second one may find caches warm, or full of the other's data. So the order changes too: first, second; then second, first. For more candidates it is rotated.
# %% nbgrader={"grade": false, "grade_id": "19-turns", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def take_turns(workloads: Sequence[Callable[[], Any]], rounds: int, clock: Callable[[], float] = time.perf_counter) -> list[list[float]]:
    """Seconds of each workload in each of ``rounds`` rounds: one list a workload, so that the times at one index belong to one round. Each round calls all
    workloads once. Round r begins with the one of index r, modulo their number, goes on in order, and from the last to the first."""
    # TODO: the times.
    # APPROACH: 1. an empty list for each. 2. for each round, for each place: which one is it? 3. the clock, the call, the clock again.
    # HINTS: (r + place) % len(workloads).
    ### BEGIN SOLUTION
    times: list[list[float]] = [[] for _ in workloads]
    for r in range(rounds):
        for place in range(len(workloads)):
            which = (r + place) % len(workloads)
            started = clock()
            workloads[which]()
            times[which].append(clock() - started)
    return times
    ### END SOLUTION
# %% nbgrader={"grade": true, "grade_id": "19-turns-test", "locked": true, "points": 9, "schema_version": 3, "solution": false, "task": false}
def test_take_turns():
    machine = Machine()
    close(tried(take_turns, [machine.work(1, 2, 3, name="a"), machine.work(30, 10, 20, name="b")], 3, machine), [[1, 2, 3], [30, 10, 20]], "times of a and of b")
    equal("".join(machine.log), "abbaab", "the order alternates")
    ### BEGIN HIDDEN TESTS
    machine = Machine(drift=0.5)
    times = tried(take_turns, [machine.work(2, name=name) for name in "abc"], 4, machine)
    equal("".join(machine.log), "abcbcacababc", "three take turns"), close(times, [[2, 7, 9, 11], [3, 5, 10, 12], [4, 6, 8, 13]], "times of a machine that gets slower")
    equal([len(row) for row in tried(take_turns, [list, list], 5)], [5, 5], "by the real clock")
    ### END HIDDEN TESTS
test_take_turns()
# %% [markdown]
# ### 1.6 A verdict
# Two runs of one round saw nearly the same machine. So we divide within each round, and look at the ratios: what slows both runs down cancels out. The candidate is faster only if
# the interval of the median ratio excludes 1. Otherwise the verdict is that no difference was shown, which is not the same as that there is none.
# %% nbgrader={"grade": false, "grade_id": "19-compare", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
class Comparison(NamedTuple):
    """``ratio``: how many times as fast the candidate is, one sample a round; ``interval`` of its median; ``verdict``: "faster", "slower" or "no difference shown"."""
    ratio: BenchmarkResult
    interval: tuple[float, float]
    verdict: str
    def __str__(self) -> str: return f"{self.verdict}: {self.ratio}"
def compare_times(baseline: Sequence[float], candidate: Sequence[float], confidence: float = 0.95) -> Comparison:
    """Compare times of the same rounds, by the ratios baseline / candidate. ValueError for different numbers of times, or a time that is not positive.
    ``compare_times([4.0] * 6, [2.0] * 6)`` has the interval (2.0, 2.0) and the verdict "faster"."""
    if len(baseline) != len(candidate):
        raise ValueError(f"Times of the same rounds are needed, got {len(baseline)} and {len(candidate)}.")
    if min(*baseline, *candidate) <= 0:
        raise ValueError("A time is not positive: the clock is too coarse for this workload.")
    # TODO: ratios, interval and verdict.
    # APPROACH: 1. divide round by round; a BenchmarkResult named "times as fast", with an empty unit. 2. its interval. 3. above 1, below 1, or around it?
    # HINTS: np.divide takes two lists.
    ### BEGIN SOLUTION
    ratio = BenchmarkResult(np.divide(baseline, candidate), "times as fast", "")
    low, high = ratio.interval(confidence)
    verdict = "faster" if low > 1 else "slower" if high < 1 else "no difference shown"
    return Comparison(ratio, (low, high), verdict)
    ### END SOLUTION
def compare(first: Callable[[], Any], second: Callable[[], Any], rounds: int = 30, warmup: int = 3, clock: Callable[[], float] = time.perf_counter) -> Comparison:
    """Time two workloads, baseline and candidate, in turns; leave out the first ``warmup`` rounds, and compare the other ``rounds``."""
    times = take_turns([first, second], warmup + rounds, clock)
    return compare_times(times[0][warmup:], times[1][warmup:])
# %% nbgrader={"grade": true, "grade_id": "19-compare-test", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
def test_compare_times():
    compared = tried(compare_times, [4.0, 40, 5, 4, 8, 6], [2.0, 20, 2, 2, 2, 5])
    close(compared.ratio.samples, [2, 2, 2.5, 2, 4, 1.2], "ratios, round by round"), close(compared.interval, (1.2, 4), "interval")
    equal((compared.verdict, compared.ratio.name, compared.ratio.unit), ("faster", "times as fast", ""), "verdict, name and unit")
    equal(tried(compare_times, [1.0] * 6, [2.0] * 6).verdict, "slower", "half as fast"), equal(tried(compare_times, [3.0] * 5, [1.0] * 5).verdict, "no difference shown", "too few rounds")
    ### BEGIN HIDDEN TESTS
    for ratios in ([1.0, 2, 2, 2, 2, 2], [1.0, 0.5, 0.5, 0.5, 0.5, 0.5], [0.9, 1.1, 1, 1, 1, 1]):
        equal(tried(compare_times, ratios, [1.0] * 6).verdict, "no difference shown", f"an interval with 1 in it or at its end: {ratios}")
    equal([tried(compare_times, [0.9] + [1.2] * 8, [1.0] * 9, sure).verdict for sure in (0.95, 0.999)], ["faster", "no difference shown"], "more confidence says less")
    for word, first, second in [("2 and 3", [1, 2], [1, 2, 3]), ("coarse", [1.0, 1], [1.0, 0]), ("coarse", [0.0, 1], [1.0, 1])]: refuses(word, compare_times, first, second)
    ### END HIDDEN TESTS
test_compare_times()
# %% [markdown]
# Given: `compare` does both steps for two workloads. **Predict, then run** the wide model against itself, an *A/A comparison*, and then against the narrow one: which verdicts?
# %%
with no_grad():
    for name, model in [("itself", wide), ("narrow", narrow)]:
        print(f"wide against {name}: {compare(lambda: wide(unseen), lambda model=model: model(unseen))}")
# %% [markdown]
# ### 1.7 A suite
# A fast model that reads nothing right is worth nothing. So the suite, which is given, measures each model by its latency, in turns with all others; by its memory, which is what it
# stores, and the peak in a pass by the profiler of module 14; and by its accuracy. Each row of the result states how it was found, too: data, threads, session, warm-up.
# %%
#| export
class Row(NamedTuple):
    """What a suite found out about one model. ``data`` is a fingerprint of inputs and labels, ``size`` the shape of the inputs, ``memory`` in bytes; rows with the same
    ``session`` were timed in turns. ``accuracy`` is None without labels. ``latency.cold`` has the runs that warmed up."""
    name: str
    latency: BenchmarkResult
    memory: int
    accuracy: float | None
    outputs: Array
    data: str
    size: tuple[int, ...]
    threads: int
    session: int
def fingerprint(*arrays: Array) -> str:
    """A short text that is the same for the same arrays only: from their dtypes, shapes and bytes."""
    return hashlib.sha256(b"".join(f"{array.dtype} {array.shape} ".encode() + array.tobytes() for array in arrays)).hexdigest()[:16]
def stated_threads() -> int:
    """The number of threads that the environment states for matrix products, by OPENBLAS_NUM_THREADS or OMP_NUM_THREADS; else the number of processors."""
    return int(os.environ.get("OPENBLAS_NUM_THREADS") or os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1)
SESSIONS = itertools.count(1)
class BenchmarkSuite:
    """Several ``models``, by name, on the same inputs ``x`` (and ``labels``, one number a row of ``x``), by latency, memory and accuracy."""
    def __init__(self, models: Mapping[str, Any], x: Tensor, labels: Any = None, warmup: int = 5, runs: int = 30, clock: Callable[[], float] = time.perf_counter) -> None:
        self.models, self.x, self.labels, self.warmup, self.runs, self.clock = dict(models), x, labels, warmup, runs, clock
    def run(self) -> list[Row]:
        """Measure all models in turns: one row each, in their order. They run in the mode they are in: call their ``eval()`` before."""
        session, workloads = next(SESSIONS), [lambda model=model: model(self.x) for model in self.models.values()]
        with no_grad():
            times = take_turns(workloads, self.warmup + self.runs, self.clock)
        return [self.row(name, mine, session) for name, mine in zip(self.models, times, strict=True)]
    def row(self, name: str, times: Sequence[float], session: int) -> Row:
        """What there is to say about the model ``name`` with these ``times``, ``warmup`` of which do not count."""
        model, data = self.models[name], [self.x.data, *([] if self.labels is None else [np.asarray(self.labels)])]
        latency, peak = BenchmarkResult(times[self.warmup :], name, cold=times[: self.warmup]), Profiler().measure_memory(model, self.x)["peak"]
        stored = sum({id(array): np.asarray(array).nbytes for _, array in named_state(model)}.values())  # int8 weights too, which are no parameters
        with no_grad():
            outputs = model(self.x).data
        accuracy = None if self.labels is None else float(np.mean(outputs.argmax(axis=-1) == self.labels))
        return Row(name, latency, stored + peak, accuracy, outputs, fingerprint(*data), self.x.shape, stated_threads(), session)
    @staticmethod
    def table(rows: Sequence[Row]) -> str:
        """The rows as text: a line each, below a heading."""
        accuracies = ["unknown" if row.accuracy is None else f"{row.accuracy:.3f}" for row in rows]
        lines = [f"{accuracy:>10}{row.memory / 1024:>10.1f}  {row.latency}" for row, accuracy in zip(rows, accuracies, strict=True)]
        return "\n".join([f"{'accuracy':>10}{'KiB':>10}  latency", *lines])
# %% [markdown]
# ### 1.8 Rules of fairness
# Most false claims about speed are not errors of arithmetic. The new model had smaller images, fewer digits right, more threads, or a warm cache. Competitions such as MLPerf have rules
# against this, and judges. Which of eight rules two rows break is your exercise. Given are the sentences that say so, and the judge, who gives a verdict only if there are none.
# %% nbgrader={"grade": false, "grade_id": "19-rules", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
RULES = {
    "data": "{a.name} and {b.name} were measured on different data ({a.data} and {b.data}).",
    "size": "The inputs have different sizes: {a.size} for {a.name}, {b.size} for {b.name}.",
    "threads": "{a.name} may use {a.threads} threads and {b.name} {b.threads}.",
    "session": "{a.name} and {b.name} were not timed in turns: put both into one suite.",
    "warmup": "Before its first time counts, each model needs {warmup} runs, {a.name} had {a_cold} and {b.name} {b_cold}.",
    "runs": "Each model needs at least {runs} timed runs, {a.name} has {a.latency.n} and {b.name} {b.latency.n}.",
    "accuracy": "The accuracy must be at least {target}, that of {a.name} is {a.accuracy} and that of {b.name} {b.accuracy}.",
    "results": "{a.name} and {b.name} give different outputs, and without the accuracy of both nobody knows whether they do the same task."}
def broken_rules(a: Row, b: Row, target: float, runs: int, warmup: int) -> list[str]:
    """The names of the ``RULES`` that a comparison of these two rows breaks, in their order. "data", "size", "threads", "session": both must have the same. "warmup",
    "runs": each must have at least so many. "accuracy": none that is stated is below ``target``. "results": unless both state an accuracy, their outputs must
    be equal, up to 1e-4 of each number and 1e-6."""
    # TODO: the names.
    # APPROACH: 1. one truth value for each rule, in order: is it kept? 2. the names of those that are not.
    # HINTS: an accuracy of None is not stated. np.allclose(x, y, 1e-4, 1e-6) needs arrays of one shape: ask for the shapes first.
    ### BEGIN SOLUTION
    stated = [row.accuracy for row in (a, b) if row.accuracy is not None]
    kept = [a.data == b.data, a.size == b.size, a.threads == b.threads, a.session == b.session,
            min(len(a.latency.cold), len(b.latency.cold)) >= warmup, min(a.latency.n, b.latency.n) >= runs, all(x >= target for x in stated),
            len(stated) == 2 or (a.outputs.shape == b.outputs.shape and np.allclose(a.outputs, b.outputs, 1e-4, 1e-6))]
    return [rule for rule, fine in zip(RULES, kept, strict=True) if not fine]
    ### END SOLUTION
class TinyMLPerf:
    """Judges comparisons of rows of a ``BenchmarkSuite``: each accuracy at least ``target``, at least ``runs`` timed runs after ``warmup`` others, and all ``RULES``.
    ``TinyMLPerf(0.95).compare(rows[0], rows[1]).verdict`` is "faster" if the second is faster than the first."""
    def __init__(self, target: float, runs: int = 30, warmup: int = 3) -> None:
        self.target, self.runs, self.warmup = target, runs, warmup
    def refusals(self, baseline: Row, candidate: Row) -> list[str]:
        """Why these two must not be compared: a sentence for each broken rule; none for a fair comparison."""
        numbers = {"a": baseline, "b": candidate, "a_cold": len(baseline.latency.cold), "b_cold": len(candidate.latency.cold), **vars(self)}
        return [RULES[rule].format(**numbers) for rule in broken_rules(baseline, candidate, self.target, self.runs, self.warmup)]
    def compare(self, baseline: Row, candidate: Row, confidence: float = 0.95) -> Comparison:
        """``compare_times`` of both latencies. ValueError with all ``refusals``, if there are any."""
        if reasons := self.refusals(baseline, candidate):
            raise ValueError("\n".join(["This comparison is not fair.", *reasons]))
        return compare_times(baseline.latency.samples, candidate.latency.samples, confidence)
# %% nbgrader={"grade": true, "grade_id": "19-rules-test", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
FAIR = {"name": "a", "memory": 9, "accuracy": 0.9, "outputs": np.array([[1.0, -2.0]]), "data": "abc", "size": (4, 3), "threads": 1, "session": 1}
def entry(times=(1.0,) * 30, cold=(2.0,) * 3, **changes): return Row(latency=BenchmarkResult(times, cold=cold), **(FAIR | changes))
def breaks(expected, what, first=None, target=0.9, **changes):
    for pair in [(first or entry(), entry(**changes)), (entry(**changes), first or entry())]:
        equal(tried(broken_rules, *pair, target, 30, 3), expected.split(), what)
def test_broken_rules():
    breaks("", "a fair comparison"), breaks("", "a small model with other outputs", outputs=np.array([[3.0]]), memory=1, accuracy=0.95)
    breaks("data", "other data", data="abd"), breaks("size", "a smaller input", size=(2, 3)), breaks("threads", "two threads", threads=2)
    breaks("session", "timed apart", session=2), breaks("warmup", "2 cold runs", cold=[2.0] * 2), breaks("runs", "29 runs", times=[1.0] * 29), breaks("accuracy", "too low", accuracy=0.899)
    ### BEGIN HIDDEN TESTS
    unknown, zero = entry(accuracy=None), entry(accuracy=None, outputs=np.zeros(2))
    for expected, factor, near in [("", 1 + 9e-5, 9e-7), ("results", 1 + 1.5e-4, 1.5e-6)]:
        breaks(expected, "no accuracy", unknown, accuracy=None, outputs=unknown.outputs * factor), breaks(expected, "near 0", zero, accuracy=None, outputs=np.full(2, near))
    breaks("results", "only one states its accuracy", unknown, outputs=-unknown.outputs), breaks("results", "other shapes", zero, accuracy=None, outputs=np.zeros(1))
    breaks("accuracy results", "the one that is stated is too low", unknown, accuracy=0.5, outputs=-unknown.outputs)
    breaks("data size threads session warmup runs accuracy", "all at once", data="", size=(), threads=0, session=0, cold=[], times=[1.0], accuracy=0.0)
    breaks("", "more than needed", times=[1.0] * 40, cold=[2.0] * 9, target=0.5)
    ### END HIDDEN TESTS
test_broken_rules()
# %% [markdown]
# ## Part 2: Systems analysis
# ### 2.1 What certainty costs
# **Predict:** to halve the width of the interval, how many times as many runs do you need? And how does the cost of `compare` grow with the number of rounds? First the cost, on
# your machine; then the width, on a simulated one, whose samples are independent for certain.
# %%
n, few = 64, Tensor(unseen.data[:8])
def small_work(): narrow(few)
# %%
# %%complexity n=64..2048 -o certainty
compare(small_work, small_work, n)
# %%
for size in (25, 100, 400, 1600):
    machine = Machine(seed=size, noise=0.05)
    results = [Benchmark(machine.work(1.0), "", 0, size, machine).run() for _ in range(20)]
    width = np.mean([high - low for low, high in (result.interval() for result in results)])
    print(f"{size:>5} runs: mean width {width:.5f} of the median; width times the root of the number of runs {width * size**0.5:.3f}")
# %% [markdown]
# The cost is linear, and the width falls with the root: the last column stays nearly the same. Each halving takes four times as long, and at some point less noise is cheaper.
# ### 2.2 False alarms and the order of runs
# In an A/A comparison both candidates are the same, so each "faster" or "slower" is a false alarm. With a confidence of 0.95, at most one in twenty may end so. Here are three orders for
# 30 runs of A and B, on three simulated machines, one steady, one that gets slower, and one with every second run slower. **Predict** the share of alarms in each of nine cells.
# %%
def apart(a, b, machine): return [take_turns([one], 30, machine)[0] for one in (a, b)]  # all of A, then all of B
def fixed(a, b, machine): return list(zip(*[[take_turns([one], 1, machine)[0][0] for one in (a, b)] for _ in range(30)]))  # A first in each round
def in_turns(a, b, machine): return take_turns([a, b], 30, machine)
machines = {"steady": {}, "gets slower": {"drift": 0.0005}, "second slower": {"second": 0.02}}
def alarms(order, options, trials=200):
    each = [Machine(seed, noise=0.02, **options) for seed in range(trials)]
    verdicts = [compare_times(*order(machine.work(1.0), machine.work(1.0), machine)).verdict for machine in each]
    return 1 - verdicts.count("no difference shown") / trials
print(f"{'':<12}" + "".join(f"{name:>16}" for name in machines))
for order in (apart, fixed, in_turns):
    print(f"{order.__name__:<12}" + "".join(f"{alarms(order, options):>16.3f}" for options in machines.values()))
# %% [markdown]
# A steady machine gives about as many alarms as the confidence allows, whatever the order. The other two machines break one fixed order each, which takes what the machine does for
# a property of B. Only the last row is right everywhere.
# ### 2.3 Minimum against median
# Some benchmarks report the fastest run, with the argument that interruptions can only add time. **Predict**, for 10 and for 1000 runs, the minimum and the median of two
# machines, on which a run takes a second: on the first, 3 of 10 runs are interrupted; on the second, one in a hundred is *faster*, at a higher clock rate.
# %%
def interrupted(size): return 1 + 0.01 * rng.random(size) + (rng.random(size) < 0.3) * rng.exponential(0.5, size)
def boosted(size): return 1 + 0.01 * rng.random(size) - 0.2 * (rng.random(size) < 0.01)
for kind in (interrupted, boosted):
    for size in (10, 100, 1000):
        samples = [kind(size) for _ in range(200)]
        print(f"{kind.__name__:<12}{size:>5} runs: minimum {np.mean([s.min() for s in samples]):.3f}, median {np.median(samples, axis=1).mean():.3f}, mean {np.mean(samples):.3f}")
# %% [markdown]
# If all noise adds time, the minimum is good. But it always falls with the number of runs, and on the second machine it ends at a time that hardly any run has. Who compares the
# minimum of few runs with that of many finds a difference between equal things. The median of few runs is less exact on the first machine, but it tends to a time that is typical.
#
# ### 2.4 Speed, memory and accuracy of two models
# **Predict:** what takes most of the memory of the wide model, its parameters or the arrays between its layers? The first cell measures the suite itself; the second one runs it
# again, since `%%measure` listens to each operation, and a latency should be that of a model that nobody listens to.
# %%
suite, judged = BenchmarkSuite({"narrow": narrow, "wide": wide, "again": wide}, unseen, y_test), None
# %%
# %%measure -o judged
observed = suite.run()
# %%
rows = suite.run()
print(suite.table(rows))
for row in rows:
    parameters = sum(p.data.nbytes for p in suite.models[row.name].parameters())
    print(f"{row.name}: {parameters:,} bytes of parameters, {row.memory - parameters:,} alive at once in a pass")
_ = judged and print(f"most bytes of tensors alive in the measured cell: {judged.tensors.peak_live_bytes:,}")  # a script measures nothing
# %% [markdown]
# The arrays between the layers hold a row for each picture, so their size grows with the batch: here they need more than the parameters. The measured cell has the outputs too.
#
# **Predict** the answer of the judge to the four comparisons: wide against narrow, wide against itself, wide on half of the pictures in another suite, and wide
# against narrow with a lower target. Then run.
# %%
judge, half = TinyMLPerf(target=0.95), Tensor(unseen.data[: len(y_test) // 2])
other = BenchmarkSuite({"half of the pictures": wide}, half, y_test[: len(half)], warmup=1, runs=10).run()[0]
for candidate in (rows[0], rows[2], other):
    print("\n".join(judge.refusals(rows[1], candidate)) or judge.compare(rows[1], candidate))
print(TinyMLPerf(target=0.8).compare(rows[1], rows[0]))
# %% [markdown]
# The narrow model is faster, and with this target that does not count. With a lower target it does: a speed is a number only together with the accuracy that was asked for.
# %% [markdown]
# ## Part 3: Production context
# - `torch.utils.benchmark.Timer` warms up, chooses the number of runs, and warns if the quartiles are far apart; its `Compare` prints a table of several measurements, as your suite does.
# - On a GPU, a call in PyTorch returns before its work is done: a benchmark must call `torch.cuda.synchronize()` before it reads the clock.
# - MLPerf Inference fixes the data set and a quality target for each task, and its closed division demands the same model of all participants. Results are audited.
# %% [markdown]
# ## Integration test
# %% nbgrader={"grade": true, "grade_id": "19-integration-test", "locked": true, "points": 11, "schema_version": 3, "solution": false, "task": false}
class Timed(Module):  # takes time on a machine, and gives its input back; one with the sign -1 is wrong
    def __init__(self, work, sign): self.work, self.sign = work, sign
    def forward(self, x):
        self.work()
        return x * self.sign
def rows_of(labels, warmup, runs, **costs):
    machine, x = Machine(), Tensor([[2.0, 1], [1, 2], [4, 3], [0, 5]])
    models = {name: Timed(machine.work(*cost), -1.0 if name == "wrong" else 1.0) for name, cost in costs.items()}
    return tried(BenchmarkSuite(models, x, labels, warmup, runs, machine).run)
def test_benchmarking():
    judge, machine = TinyMLPerf(0.7, runs=12, warmup=2), Machine()
    result = tried(Benchmark(machine.work(50, 40, 3, 1, 2, 90, 2), "model", 2, 5, machine).run)
    close(result.samples, [3, 1, 2, 90, 2], "the runs that count"), close(result.cold, [50, 40], "those that warmed up"), equal(result.outliers, 1, "outliers")
    rows = rows_of([0, 1, 1, 1], 2, 12, base=[4.0, 5], quick=[2.0, 3, 2], same=[5.0, 4], wrong=[1.0])
    equal([row.accuracy for row in rows], [0.75, 0.75, 0.75, 0.25], "accuracies"), equal(rows[0].memory, 4 * 8, "bytes"), close(rows[1].latency.samples, [2, 2, 3] * 4, "times")
    equal([tried(judge.compare, rows[0], row).verdict for row in rows[:3]], ["no difference shown", "faster", "no difference shown"], "against itself, a quicker one, and an equal one")
    refuses("wrong 0.25", judge.compare, rows[0], rows[3])
    ### BEGIN HIDDEN TESTS
    late = rows_of(None, 1, 9, late=[1.0])[0]
    equal(len(judge.refusals(rows[0], late)), 4, "other data (it has no labels), another session, too few runs, too short a warm-up")
    refuses("had 2 and late 1", judge.compare, rows[0], late), refuses("at least 12 timed runs, base has 12 and late 9", judge.compare, rows[0], late)
    machine = Machine(seed=19, noise=0.01, drift=0.001)
    equal(compare(machine.work(1.0), machine.work(1.0), clock=machine).verdict, "no difference shown", "A/A on a machine that gets slower")
    equal(compare(machine.work(1.0), machine.work(1.1), 40, 0, machine).verdict, "slower", "a tenth more on a machine that gets slower")
    ### END HIDDEN TESTS
test_benchmarking()
# %%
if __name__ == "__main__":
    test_median_interval(), test_noise_signs(), test_cold_runs(), test_take_turns(), test_compare_times(), test_broken_rules(), test_benchmarking()
    print("All tests of module 19 pass.")
# %% [markdown] nbgrader={"grade": true, "grade_id": "19-question-certainty", "locked": false, "points": 7, "schema_version": 3, "solution": true, "task": false}
# ## ML systems thinking
# **1.** From 2.1: a change makes a model 1.01 times as fast. How many runs do you need to show it on the simulated machine, what does `certainty` say about their cost, and
# when would you rather remove noise?
# ### BEGIN SOLUTION
# Half of the width must be less than 0.01. The last column says that width times root of n is about 0.25, so n is at least (0.25 / 0.02) squared, some 160, and twice that for a
# ratio, since both of its times are noisy. The cost is linear, so half the effect takes four times the time, and half the noise saves as much. Rubric: 4 points for the number
# with its derivation, 1 for the linear cost, 2 for a source of noise with the reason why removing it is cheaper.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "19-question-order", "locked": false, "points": 7, "schema_version": 3, "solution": true, "task": false}
# **2.** From 2.2: explain the share of false alarms in each cell of the rows `apart` and `fixed`. Invent a machine on which taking turns would be misled too.
# ### BEGIN SOLUTION
# Steady: chance only, about one in twenty or less. A machine that gets slower is slower in all runs of B if those come later; within a round the effect is too small. A slow second run
# always hits B in the fixed order; apart, it hits half of the runs of both. Taking turns is misled if A leaves behind what slows B alone: it fills the cache, and B does not.
# Rubric: 4 points for the cells, 3 for a machine with a reason.
# ### END SOLUTION
# %% [markdown] nbgrader={"grade": true, "grade_id": "19-question-fair", "locked": false, "points": 7, "schema_version": 3, "solution": true, "task": false}
# **3.** From 1.4, 2.3 and 2.4: someone reports how much faster the narrow model is than the wide one, by the minimum of 1000 runs against that of 10 runs on another day, without a
# warm-up. What is wrong with each part of this, which of the rules refuse it, and what would you report?
# ### BEGIN SOLUTION
# The minimum falls with the number of runs; another day is another machine; of 10 runs some are cold; the accuracy of the narrow model is not stated and below the target. Rules: runs,
# session, warmup, accuracy. Report both accuracies, the median ratio with its interval from runs in turns, their number, outliers, data, size, threads and signs of noise.
# Rubric: 3 points for the faults, with measured figures, 2 for the rules, 2 for the report.
# ### END SOLUTION
# %% [markdown]
# ## Summary
# You built a benchmark that gives intervals, notices noise, compares in turns, and refuses what is not fair. You measured what certainty costs, and which habits raise false alarms.
# In module 20 you optimise a model of your own, and this judge decides whether it became better.
